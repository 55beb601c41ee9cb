package dev.plumbline.producer;

import dev.plumbline.contract.event.Slo;
import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.ConditionsDigest;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.dispatch.Lane;
import dev.plumbline.producer.dispatch.LaneTable;
import dev.plumbline.producer.dispatch.Protection;
import dev.plumbline.producer.dispatch.RetryPolicy;
import dev.plumbline.producer.emission.KafkaConnector;
import dev.plumbline.producer.emission.SenderSettings;
import dev.plumbline.producer.limits.BreakerSettings;
import dev.plumbline.producer.limits.CircuitBreaker;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.limits.SpendLimits;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.AnswerLimits;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.TargetUrl;
import dev.plumbline.workload.Batch;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.dataset.DatasetChoice;
import dev.plumbline.workload.trace.Replay;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The configuration after its rules were checked, once, at start.
 *
 * @param bootstrapServers of Kafka
 * @param lanes where requests go, and the series under which they are measured; their load point is the load
 * @param replay of a trace, where the load is one
 * @param workload what is asked; salted by whoever starts, unless caches are to be used again
 */
record ProducerSettings(
        String bootstrapServers,
        LaneTable lanes,
        Workload workload,
        Optional<Replay> replay,
        ProducerConfig.CacheUse cacheUse,
        Budgets budgets,
        Protection protection,
        RetryPolicy retries,
        Tokens tokens,
        Optional<Slo> slo,
        SenderSettings sender,
        SamplingSettings sampling,
        Optional<CanarySampling> canarySampling) {

    /**
     * Who counts tokens.
     *
     * @param tokenizerFile of the tokenizer here, if there is one
     * @param tokenize where the target counts, if it is to
     */
    record Tokens(TokenChoice choice, Optional<Path> tokenizerFile, Optional<Endpoint> tokenize) {}

    /**
     * What is looked at around a canary.
     *
     * @param variant of its series
     * @param isOnSameMachine whether it is where the target is, so that what is seen of the GPUs there is seen of both
     */
    record CanarySampling(String variant, SamplingSettings settings, boolean isOnSameMachine) {}

    /** The series of the first lane: the target's, of the first class of requests. */
    Series series() {
        return lanes.lanes().getFirst().series();
    }

    /** Every series that is driven. */
    Set<Series> allSeries() {
        return lanes.lanes().stream().map(Lane::series).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Of the target; a canary has its own. */
    Endpoint endpoint() {
        return lanes.lanes().getFirst().target().endpoint();
    }

    /** Of the target; a canary has its own. */
    Protocol protocol() {
        return lanes.lanes().getFirst().target().protocol();
    }

    private static final Pattern PRODUCER_ID = Pattern.compile("[A-Za-z0-9._:-]{1,100}");
    private static final Duration KAFKA_RETRY = Duration.ofMillis(200);
    private static final int HEAP_PARTS = 4;
    private static final long LEAST_BODY_BYTES = 64 << 10;
    private static final long BYTES_PER_TOKEN = 64;

    /** @throws InvalidConfiguration naming the first key that is wrong */
    static ProducerSettings checked(ProducerConfig config) {
        return checked(config, name -> Optional.ofNullable(System.getenv(name)).orElse(""));
    }

    /** @param environment looks an environment variable up; absent ones are empty */
    static ProducerSettings checked(ProducerConfig config, UnaryOperator<String> environment) {
        String bootstrapServers = config.kafka()
                .bootstrapServers()
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> InvalidConfiguration.missing("plumbline.kafka.bootstrap-servers", "127.0.0.1:9092"));
        ProducerConfig.Target target = config.target();
        String model = target.model()
                .orElseThrow(() -> InvalidConfiguration.missing("plumbline.target.model", "llama-3.1-8b"));
        InvalidConfiguration.require("plumbline.", () -> requireAllowed(config));
        TargetSettings driven = TargetSettings.checked(TargetAddress.of(target), config, model, environment);
        Optional<CanarySettings> canary = CanarySettings.checked(config, model, environment);
        Endpoint endpoint = driven.endpoint();
        KafkaConnector.refusal(config.kafka().properties()).ifPresent(refused -> {
            throw new InvalidConfiguration(refused);
        });
        Optional<TraceSettings> trace = TraceSettings.checked(config);
        LoadPoint loadPoint =
                trace.<LoadPoint>map(TraceSettings::loadPoint).orElseGet(() -> LoadStatement.checked(config.load()));
        requireLoopsForSlots(loadPoint, config.load());
        InvalidConfiguration.require("plumbline.smoke.", () -> Smoke.check(config.smoke()));
        Tokens tokens = tokens(config.tokens(), endpoint);
        WorkloadSettings asked = WorkloadSettings.checked(config, trace);
        Workload workload = asked.workload();
        List<String> variants = Stream.concat(
                        Stream.of(config.series().variant()), canary.stream().map(CanarySettings::variant))
                .toList();
        boolean keepsTexts =
                tokens.tokenizerFile().isPresent() || tokens.tokenize().isPresent() || workload.readsAnswers();
        AnswerLimits limits = limits(
                Runtime.getRuntime().maxMemory(),
                (canary.isPresent() ? 2 : 1)
                        * LoadShares.mostInFlight(loadPoint, config.load())
                        * LoadShares.requestsOfSlot(loadPoint, config.load()),
                (int) Math.min(
                        Integer.MAX_VALUE,
                        (long) asked.largest().answerTokens()
                                * GenerationSettings.checked(config).answersToEach()));
        return new ProducerSettings(
                bootstrapServers,
                new LaneSettings(config, model, loadPoint, conditions(config, asked, canary), limits, keepsTexts)
                        .lanes(workload, driven, canary),
                workload,
                trace.map(TraceSettings::replay),
                cacheUse(config.workload()),
                InvalidConfiguration.allowed("plumbline.self-check.", () -> budgets(config.selfCheck())),
                protection(config, variants),
                InvalidConfiguration.allowed("plumbline.retry.", () -> retries(config.retry())),
                tokens,
                InvalidConfiguration.allowed("plumbline.slo.", () -> slo(config.slo())),
                InvalidConfiguration.allowed("plumbline.", () -> sender(config)),
                SamplingSettings.checked(config, endpoint.headers()),
                canary.map(other -> canarySampling(config, endpoint, other)));
    }

    private static CanarySampling canarySampling(ProducerConfig config, Endpoint target, CanarySettings canary) {
        Endpoint endpoint = canary.driven().endpoint();
        return new CanarySampling(
                canary.variant(),
                SamplingSettings.ofCanary(config, endpoint.headers()),
                endpoint.url().host().equals(target.url().host()));
    }

    /** Numbers that are part of no value with rules of its own. */
    private static void requireAllowed(ProducerConfig config) {
        Allowed.require(
                PRODUCER_ID.matcher(config.producer().id()).matches(),
                "producer.id",
                "'" + config.producer().id().replaceAll("[^ -~]", "?") + "'",
                "1 to 100 letters, digits, '.', '_', ':' and '-': it is sent as a header");
        ProducerConfig.Target target = config.target();
        target.temperature()
                .ifPresent(
                        value -> Allowed.require(value >= 0 && value <= 100, "target.temperature", value, "0 to 100"));
        Allowed.require(
                target.keepAlive().isZero()
                        || (target.keepAlive().toSeconds() >= 1
                                && target.keepAlive().toSeconds() <= 3_600),
                "target.keep-alive",
                target.keepAlive(),
                "1 to 3600 s, for example 3s, or 0s: every request gets a connection of its own");
        ProducerConfig.Load load = config.load();
        Allowed.number("load.max-in-flight", load.maxInFlight(), 1, 1_000_000);
        Allowed.number("load.batch", load.batch(), 1, Batch.MOST);
        Allowed.number("load.event-loops", load.eventLoops(), 1, 64);
        Allowed.number("load.warmup-requests", load.warmupRequests(), 0, 1_000_000_000);
        load.requestCount().ifPresent(count -> Allowed.number("load.request-count", count, 1, Long.MAX_VALUE));
        load.duration()
                .ifPresent(duration -> Allowed.span("load.duration", nanos(duration), ProducerClock.NANOS_PER_MILLI));
        Allowed.span("load.warmup-duration", nanos(load.warmupDuration()), 0);
        Allowed.span("load.pause-after-failure", nanos(load.pauseAfterFailure()), 0);
        Allowed.span("load.grace", nanos(load.grace()), 0);
        load.ramp().ifPresent(ramp -> Allowed.span("load.ramp", nanos(ramp), 0));
        Allowed.span("load.cool-down", nanos(load.coolDown()), 0);
        Allowed.span("load.warmup-max", nanos(load.warmupMax()), 1_000_000_000L);
        ProducerConfig.Workload workload = config.workload();
        Allowed.number("workload.max-tokens", workload.maxTokens(), 1, 1_000_000);
        Allowed.number("workload.prompt-tokens", workload.promptTokens(), 1, 100_000);
        Allowed.number("workload.tokens-around", workload.tokensAround(), 0, 100_000);
        Allowed.number("workload.prompt-tokens-deviation", workload.promptTokensDeviation(), 0, 100_000);
        workload.maxTokensDeviation()
                .ifPresent(tokens -> Allowed.number("workload.max-tokens-deviation", tokens, 0, 1_000_000));
        Allowed.number("workload.dataset-limit", workload.datasetLimit(), 1, DatasetChoice.HIGHEST_MOST_CONVERSATIONS);
        Allowed.number("emit.queue-capacity", config.emit().queueCapacity(), 1, 10_000_000);
        Allowed.number("emit.queue-bytes", config.emit().queueBytes().asLongValue(), 1L << 20, 1L << 40);
        Allowed.span("selfwarmup.duration", nanos(config.selfwarmup().duration()), 0);
        Allowed.number("selfwarmup.requests", config.selfwarmup().requests(), 0, 1_000_000_000);
    }

    /**
     * What one answer may hold in memory, so that all of them at once, each as long as it may be, leave most of the heap alone. An
     * honest answer always fits: so many bytes for each token that is asked for.
     */
    static AnswerLimits limits(long heapBytes, int streams, int maxTokens) {
        AnswerLimits most = AnswerLimits.DEFAULT;
        // A line and the text that is made of it.
        long share = heapBytes / HEAP_PARTS / streams;
        long least = Math.max(LEAST_BODY_BYTES, BYTES_PER_TOKEN * maxTokens);
        return new AnswerLimits(
                (int) Math.min(most.maxEventBytes(), Math.max(least, share)),
                (int) Math.min(most.maxBodyBytes(), Math.max(least, share)),
                most.maxStreamBytes());
    }

    /** What a person brought is sent as it is, unless they say otherwise. */
    private static ProducerConfig.CacheUse cacheUse(ProducerConfig.Workload workload) {
        return workload.cache()
                .orElse(OwnPrompts.areGiven(workload) ? ProducerConfig.CacheUse.REUSE : ProducerConfig.CacheUse.AVOID);
    }

    /** What this producer knows of what must match. */
    private static String conditions(ProducerConfig config, WorkloadSettings asked, Optional<CanarySettings> canary) {
        Map<String, String> conditions = new HashMap<>(Map.of(
                "seed", Long.toString(config.workload().seed()),
                "cache", cacheUse(config.workload()).name(),
                "streaming", Boolean.toString(config.target().streaming()),
                "endpointType", config.target().endpointType().name()));
        conditions.putAll(GenerationSettings.checked(config).conditions());
        conditions.putAll(asked.conditions());
        canary.ifPresent(other -> conditions.put("canary", other.condition()));
        return ConditionsDigest.of(conditions);
    }

    private static Optional<Slo> slo(ProducerConfig.Slo stated) {
        return Stream.of(stated.ttft(), stated.ttfa(), stated.tpot(), stated.e2e(), stated.response())
                        .allMatch(Optional::isEmpty)
                ? Optional.empty()
                : Optional.of(new Slo(
                        nanos(stated.ttft()),
                        nanos(stated.ttfa()),
                        nanos(stated.tpot()),
                        nanos(stated.e2e()),
                        nanos(stated.response())));
    }

    private static Protection protection(ProducerConfig config, Collection<String> variants) {
        ProducerConfig.Limits limits = config.limits();
        ProducerConfig.Breaker breaker = config.breaker();
        SpendLimits spend = InvalidConfiguration.allowed(
                "plumbline.limits.",
                () -> new SpendLimits(
                        limits.maxRequests(),
                        limits.maxTokensTotal(),
                        limits.maxCost(),
                        limits.pricePer1kPromptTokens() / 1_000,
                        limits.pricePer1kOutputTokens() / 1_000));
        BreakerSettings pauses = InvalidConfiguration.allowed(
                "plumbline.breaker.",
                () -> new BreakerSettings(breaker.failureRatio(), breaker.requests(), nanos(breaker.pause())));
        return new Protection(
                new SpendGuard(spend),
                variants.stream().collect(Collectors.toMap(variant -> variant, variant -> new CircuitBreaker(pauses))));
    }

    private static void requireLoopsForSlots(LoadPoint point, ProducerConfig.Load load) {
        int slots = LoadShares.leastForLoops(point, load);
        InvalidConfiguration.require(
                "plumbline.load.",
                () -> Allowed.require(
                        load.eventLoops() <= slots,
                        "event-loops",
                        load.eventLoops(),
                        "1 to " + slots + ", no more than requests at a time"));
    }

    static Arrivals arrivals(ProducerConfig.Load load) {
        return switch (load.arrivalPattern()) {
            case CONSTANT -> new Arrivals.Constant();
            case POISSON -> new Arrivals.Poisson();
            case GAMMA -> new Arrivals.Gamma(load.burstiness());
        };
    }

    private static RetryPolicy retries(ProducerConfig.Retry retry) {
        return new RetryPolicy(retry.attempts(), nanos(retry.pause()), nanos(retry.longestRetryAfter()));
    }

    private static Tokens tokens(ProducerConfig.Tokens tokens, Endpoint target) {
        TokenChoice choice = tokens.source();
        Optional<Path> file = tokens.tokenizerFile().map(Path::of);
        if (choice == TokenChoice.LOCAL && file.isEmpty()) {
            throw InvalidConfiguration.missing("plumbline.tokens.tokenizer-file", "/models/llama/tokenizer.json");
        }
        if (choice == TokenChoice.TOKENIZE && file.isPresent()) {
            throw new InvalidConfiguration(
                    "plumbline.tokens.tokenizer-file may not be set with plumbline.tokens.source=tokenize: one tokenizer"
                            + " counts");
        }
        file.ifPresent(path -> InvalidConfiguration.require(
                "plumbline.tokens.",
                () -> Allowed.require(
                        Files.isReadable(path), "tokenizer-file", path, "a tokenizer.json that can be read")));
        TargetUrl url = target.url();
        Optional<Endpoint> tokenize = choice == TokenChoice.TOKENIZE
                ? Optional.of(InvalidConfiguration.allowed(
                        "plumbline.tokens.tokenize-path: ",
                        () -> new Endpoint(
                                new TargetUrl(url.tls(), url.host(), url.port(), tokens.tokenizePath()),
                                target.headers(),
                                target.proxy(),
                                target.caFile())))
                : Optional.empty();
        return new Tokens(choice, file, tokenize);
    }

    static Timeouts timeouts(ProducerConfig.Timeouts timeouts) {
        return new Timeouts(
                nanos(timeouts.connect()),
                nanos(timeouts.firstToken()),
                nanos(timeouts.stall()),
                nanos(timeouts.total()));
    }

    private static Budgets budgets(ProducerConfig.SelfCheck selfCheck) {
        return new Budgets(
                nanos(selfCheck.tick()),
                nanos(selfCheck.dispatchLag()),
                nanos(selfCheck.eventLoopStall()),
                selfCheck.delayRatio(),
                selfCheck.cpuSaturation(),
                selfCheck.lostTime());
    }

    private static SenderSettings sender(ProducerConfig config) {
        return new SenderSettings(
                Topics.EVENTS,
                nanos(config.heartbeatInterval()),
                KAFKA_RETRY.toNanos(),
                nanos(config.emit().stopGrace()));
    }

    private static OptionalLong nanos(Optional<Duration> duration) {
        return duration.map(stated -> OptionalLong.of(nanos(stated))).orElse(OptionalLong.empty());
    }

    /** Of one that is too long to be told in them, as many as there are. */
    static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
