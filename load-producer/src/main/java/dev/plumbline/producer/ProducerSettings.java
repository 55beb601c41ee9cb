package dev.plumbline.producer;

import dev.plumbline.contract.event.Slo;
import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.ConditionsDigest;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.Target;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.dispatch.Lane;
import dev.plumbline.producer.dispatch.Protection;
import dev.plumbline.producer.dispatch.RetryPolicy;
import dev.plumbline.producer.emission.KafkaConnector;
import dev.plumbline.producer.limits.BreakerSettings;
import dev.plumbline.producer.limits.CircuitBreaker;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.limits.SpendLimits;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.workload.Length;
import dev.plumbline.producer.workload.Prompts;
import dev.plumbline.producer.workload.RequestClass;
import dev.plumbline.producer.workload.SyntheticWorkload;
import dev.plumbline.producer.workload.Workload;
import dev.plumbline.protocol.AnswerLimits;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.TargetUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The configuration after its rules were checked, once, at start.
 *
 * @param bootstrapServers of Kafka
 * @param lane where requests go, and the series under which they are measured; its load point is the load
 * @param workload what is asked; salted by whoever starts, unless caches are to be used again
 */
record ProducerSettings(
        String bootstrapServers,
        Lane lane,
        Workload workload,
        ProducerConfig.CacheUse cacheUse,
        Budgets budgets,
        Protection protection,
        RetryPolicy retries,
        Tokens tokens,
        Optional<Slo> slo,
        SamplingSettings sampling) {

    /**
     * Who counts tokens.
     *
     * @param tokenizerFile of the tokenizer here, if there is one
     * @param tokenize where the target counts, if it is to
     */
    record Tokens(TokenChoice choice, Optional<Path> tokenizerFile, Optional<Endpoint> tokenize) {}

    Series series() {
        return lane.series();
    }

    Endpoint endpoint() {
        return lane.target().endpoint();
    }

    Protocol protocol() {
        return lane.target().protocol();
    }

    private static final Pattern PRODUCER_ID = Pattern.compile("[A-Za-z0-9._:-]{1,100}");
    private static final Duration LONGEST = Duration.ofDays(365);
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
        // Before what is made of it.
        requireRange("plumbline.workload.max-tokens", config.workload().maxTokens(), 1, 1_000_000);
        require(
                target.temperature() >= 0 && target.temperature() <= 100,
                "plumbline.target.temperature",
                Double.toString(target.temperature()),
                "0 to 100");
        TargetSettings driven =
                TargetSettings.checked(target, model, config.workload().maxTokens(), environment);
        Endpoint endpoint = driven.endpoint();
        String id = config.producer().id();
        require(
                PRODUCER_ID.matcher(id).matches(),
                "plumbline.producer.id",
                "'" + id.replaceAll("[^ -~]", "?") + "'",
                "1 to 100 letters, digits, '.', '_', ':' and '-': it is sent as a header");
        KafkaConnector.refusal(config.kafka().properties()).ifPresent(refused -> {
            throw new InvalidConfiguration(refused);
        });
        ProducerConfig.Load load = config.load();
        require(
                load.burstiness() >= FireTimes.MIN_BURSTINESS && load.burstiness() <= FireTimes.MAX_BURSTINESS,
                "plumbline.load.burstiness",
                Double.toString(load.burstiness()),
                FireTimes.MIN_BURSTINESS + " to " + FireTimes.MAX_BURSTINESS);
        LoadPoint loadPoint = loadPoint(load);
        requireRange("plumbline.load.max-in-flight", load.maxInFlight(), 1, 1_000_000);
        requireRange("plumbline.load.event-loops", load.eventLoops(), 1, 64);
        requireRange("plumbline.load.warmup-requests", load.warmupRequests(), 0, 1_000_000_000);
        load.requestCount().ifPresent(count -> requireRange("plumbline.load.request-count", count, 1, Long.MAX_VALUE));
        load.duration().ifPresent(duration -> nanos("plumbline.load.duration", duration, Duration.ofMillis(1)));
        nanos("plumbline.load.warmup-duration", load.warmupDuration(), Duration.ZERO);
        nanos("plumbline.load.pause-after-failure", load.pauseAfterFailure(), Duration.ZERO);
        nanos("plumbline.load.grace", load.grace(), Duration.ZERO);
        load.ramp().ifPresent(ramp -> nanos("plumbline.load.ramp", ramp, Duration.ZERO));
        requireRange("plumbline.workload.prompt-tokens", config.workload().promptTokens(), 1, 100_000);
        requireRange(
                "plumbline.workload.prompt-tokens-deviation", config.workload().promptTokensDeviation(), 0, 100_000);
        config.workload()
                .maxTokensDeviation()
                .ifPresent(tokens -> requireRange("plumbline.workload.max-tokens-deviation", tokens, 0, 1_000_000));
        requireRange("plumbline.emit.queue-capacity", config.emit().queueCapacity(), 1, 10_000_000);
        requireRange("plumbline.emit.queue-bytes", config.emit().queueBytes().asLongValue(), 1L << 20, 1L << 40);
        nanos("plumbline.emit.stop-grace", config.emit().stopGrace(), Duration.ofMillis(1));
        requireRange(
                "plumbline.heartbeat-interval in ms", config.heartbeatInterval().toMillis(), 10, 60_000);
        require(
                target.keepAlive().isZero()
                        || (target.keepAlive().toSeconds() >= 1
                                && target.keepAlive().toSeconds() <= 3_600),
                "plumbline.target.keep-alive",
                target.keepAlive().toString(),
                "1 to 3600 s, for example 3s, or 0s: every request gets a connection of its own");
        nanos("plumbline.selfwarmup.duration", config.selfwarmup().duration(), Duration.ZERO);
        requireRange("plumbline.selfwarmup.requests", config.selfwarmup().requests(), 0, 1_000_000_000);
        String name = target.name()
                .orElse(endpoint.url().host() + ":" + endpoint.url().port());
        Series series = valid(
                "plumbline.series",
                () -> new Series(
                        new ComparisonGroup(
                                name,
                                model,
                                config.series().scenario(),
                                loadPoint,
                                config.series().tenant()),
                        config.series().variant(),
                        Optional.of(config.series().conditions().orElseGet(() -> conditions(config)))));
        Tokens tokens = tokens(config.tokens(), endpoint);
        Workload workload = workload(config);
        Protocol protocol = driven.protocol()
                .withLimits(limits(
                        Runtime.getRuntime().maxMemory(), load.concurrency().orElse(load.maxInFlight()), (int)
                                answers(config.workload()).most()));
        return new ProducerSettings(
                bootstrapServers,
                new Lane(
                        series,
                        new Target(
                                endpoint,
                                tokens.tokenizerFile().isPresent()
                                                || tokens.tokenize().isPresent()
                                                || workload.readsAnswers()
                                        ? protocol.keepingText()
                                        : protocol,
                                timeouts(config.timeouts()))),
                workload,
                config.workload().cache(),
                budgets(config.selfCheck()),
                protection(config),
                retries(config.retry()),
                tokens,
                slo(config.slo()),
                SamplingSettings.checked(config, endpoint.headers()));
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

    private static Workload workload(ProducerConfig config) {
        ProducerConfig.Workload workload = config.workload();
        return new SyntheticWorkload(
                new RequestClass(config.series().scenario()),
                new Prompts(workload.seed(), new Length(workload.promptTokens(), workload.promptTokensDeviation())),
                workload.seed(),
                answers(workload));
    }

    private static Length answers(ProducerConfig.Workload workload) {
        return new Length(workload.maxTokens(), workload.maxTokensDeviation().orElse(workload.maxTokens() / 10));
    }

    /** What this producer knows of what must match. */
    private static String conditions(ProducerConfig config) {
        ProducerConfig.Workload workload = config.workload();
        Map<String, String> conditions = new HashMap<>(Map.of(
                "promptTokens", Integer.toString(workload.promptTokens()),
                "promptTokensDeviation", Integer.toString(workload.promptTokensDeviation()),
                "maxTokens", Integer.toString(workload.maxTokens()),
                "seed", Long.toString(workload.seed()),
                "cache", workload.cache().name(),
                "temperature", Double.toString(config.target().temperature()),
                "streaming", Boolean.toString(config.target().streaming()),
                "endpointType", config.target().endpointType().name()));
        if (answers(workload).standardDeviation() > 0) {
            conditions.put(
                    "maxTokensDeviation", Integer.toString(answers(workload).standardDeviation()));
        }
        return ConditionsDigest.of(conditions);
    }

    private static Optional<Slo> slo(ProducerConfig.Slo stated) {
        OptionalLong ttft = limit("plumbline.slo.ttft", stated.ttft());
        OptionalLong ttfa = limit("plumbline.slo.ttfa", stated.ttfa());
        OptionalLong tpot = limit("plumbline.slo.tpot", stated.tpot());
        OptionalLong e2e = limit("plumbline.slo.e2e", stated.e2e());
        OptionalLong response = limit("plumbline.slo.response", stated.response());
        return Stream.of(ttft, ttfa, tpot, e2e, response).anyMatch(OptionalLong::isPresent)
                ? Optional.of(new Slo(ttft, ttfa, tpot, e2e, response))
                : Optional.empty();
    }

    private static OptionalLong limit(String key, Optional<Duration> stated) {
        return stated.isEmpty() ? OptionalLong.empty() : OptionalLong.of(nanos(key, stated.get(), Duration.ofNanos(1)));
    }

    private static Protection protection(ProducerConfig config) {
        ProducerConfig.Limits limits = config.limits();
        limits.maxRequests()
                .ifPresent(count -> requireRange("plumbline.limits.max-requests", count, 1, Long.MAX_VALUE));
        limits.maxTokensTotal()
                .ifPresent(count -> requireRange("plumbline.limits.max-tokens-total", count, 1, Long.MAX_VALUE));
        limits.maxCost()
                .ifPresent(cost -> require(
                        cost > 0 && Double.isFinite(cost),
                        "plumbline.limits.max-cost",
                        Double.toString(cost),
                        "above 0"));
        double perPromptToken = price("plumbline.limits.price-per-1k-prompt-tokens", limits.pricePer1kPromptTokens());
        double perOutputToken = price("plumbline.limits.price-per-1k-output-tokens", limits.pricePer1kOutputTokens());
        if (limits.maxCost().isPresent() && perPromptToken + perOutputToken == 0) {
            throw new InvalidConfiguration("plumbline.limits.max-cost needs a price:"
                    + " plumbline.limits.price-per-1k-prompt-tokens or -output-tokens, for example 0.03");
        }
        ProducerConfig.Breaker breaker = config.breaker();
        require(
                breaker.failureRatio() > 0,
                "plumbline.breaker.failure-ratio",
                Double.toString(breaker.failureRatio()),
                "above 0; above 1 = never");
        requireRange("plumbline.breaker.requests", breaker.requests(), 1, 100_000);
        ProducerConfig.Workload workload = config.workload();
        Length prompts = new Length(workload.promptTokens(), workload.promptTokensDeviation());
        return new Protection(
                new SpendGuard(
                        new SpendLimits(
                                limits.maxRequests(),
                                limits.maxTokensTotal(),
                                limits.maxCost(),
                                perPromptToken,
                                perOutputToken),
                        prompts.most(),
                        answers(workload).most()),
                new CircuitBreaker(new BreakerSettings(
                        breaker.failureRatio(),
                        breaker.requests(),
                        nanos("plumbline.breaker.pause", breaker.pause(), Duration.ofMillis(1)))));
    }

    /** Of one token. */
    private static double price(String key, double per1k) {
        require(per1k >= 0 && per1k <= 1e6, key, Double.toString(per1k), "0 to 1000000");
        return per1k / 1_000;
    }

    private static LoadPoint loadPoint(ProducerConfig.Load load) {
        if (load.concurrency().isPresent() == load.requestRate().isPresent()) {
            throw new InvalidConfiguration("exactly one of plumbline.load.concurrency (closed loop, for example 8) and"
                    + " plumbline.load.request-rate (open loop, for example 20) must be set, "
                    + (load.concurrency().isPresent() ? "both are" : "neither is"));
        }
        if (load.concurrency().isPresent()) {
            int concurrency = load.concurrency().getAsInt();
            requireRange("plumbline.load.concurrency", concurrency, 1, 1_000_000);
            requireRange("plumbline.load.event-loops (not more than concurrency)", load.eventLoops(), 1, concurrency);
            return new LoadPoint.ClosedLoop(concurrency);
        }
        double rate = load.requestRate().getAsDouble();
        require(
                rate >= FireTimes.MIN_PER_SECOND && rate <= FireTimes.MAX_PER_SECOND,
                "plumbline.load.request-rate",
                Double.toString(rate),
                FireTimes.MIN_PER_SECOND + " to " + FireTimes.MAX_PER_SECOND + " requests per second");
        requireRange(
                "plumbline.load.event-loops (not more than max-in-flight)", load.eventLoops(), 1, load.maxInFlight());
        return new LoadPoint.OpenLoop(rate, arrivals(load));
    }

    private static Arrivals arrivals(ProducerConfig.Load load) {
        return switch (load.arrivalPattern()) {
            case CONSTANT -> new Arrivals.Constant();
            case POISSON -> new Arrivals.Poisson();
            case GAMMA -> new Arrivals.Gamma(load.burstiness());
        };
    }

    private static RetryPolicy retries(ProducerConfig.Retry retry) {
        requireRange("plumbline.retry.attempts", retry.attempts(), 1, 20);
        return new RetryPolicy(
                retry.attempts(),
                nanos("plumbline.retry.pause", retry.pause(), Duration.ZERO),
                nanos("plumbline.retry.longest-retry-after", retry.longestRetryAfter(), Duration.ZERO));
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
        file.ifPresent(path -> require(
                Files.isReadable(path),
                "plumbline.tokens.tokenizer-file",
                path.toString(),
                "a tokenizer.json that can be read"));
        TargetUrl url = target.url();
        Optional<Endpoint> tokenize = choice == TokenChoice.TOKENIZE
                ? Optional.of(valid(
                        "plumbline.tokens.tokenize-path",
                        () -> new Endpoint(
                                new TargetUrl(url.tls(), url.host(), url.port(), tokens.tokenizePath()),
                                target.headers(),
                                target.proxy(),
                                target.caFile())))
                : Optional.empty();
        return new Tokens(choice, file, tokenize);
    }

    private static Timeouts timeouts(ProducerConfig.Timeouts timeouts) {
        Duration least = Duration.ofMillis(1);
        return new Timeouts(
                nanos("plumbline.timeouts.connect", timeouts.connect(), least),
                nanos("plumbline.timeouts.first-token", timeouts.firstToken(), least),
                nanos("plumbline.timeouts.stall", timeouts.stall(), least),
                nanos("plumbline.timeouts.total", timeouts.total(), least));
    }

    private static Budgets budgets(ProducerConfig.SelfCheck selfCheck) {
        Duration least = Duration.ofMillis(1);
        double cpu = selfCheck.cpuSaturation();
        require(cpu > 0 && cpu <= 1, "plumbline.self-check.cpu-saturation", Double.toString(cpu), "above 0 to 1");
        double delay = selfCheck.delayRatio();
        require(delay > 0, "plumbline.self-check.delay-ratio", Double.toString(delay), "above 0, for example 0.1");
        double lost = selfCheck.lostTime();
        require(lost > 0 && lost <= 1, "plumbline.self-check.lost-time", Double.toString(lost), "above 0 to 1");
        return new Budgets(
                nanos("plumbline.self-check.tick", selfCheck.tick(), least),
                nanos("plumbline.self-check.dispatch-lag", selfCheck.dispatchLag(), least),
                nanos("plumbline.self-check.event-loop-stall", selfCheck.eventLoopStall(), least),
                delay,
                cpu,
                lost);
    }

    private static long nanos(String key, Duration value, Duration least) {
        require(
                value.compareTo(least) >= 0 && value.compareTo(LONGEST) <= 0,
                key,
                value.toString(),
                (least.toMillis() > 0 ? least.toMillis() + " ms" : "1 ns") + " to 365 days, for example 10s or 500ms");
        return value.toNanos();
    }

    private static void requireRange(String key, long value, long least, long most) {
        require(value >= least && value <= most, key, Long.toString(value), least + " to " + most);
    }

    private static void require(boolean met, String key, String value, String allowed) {
        if (!met) {
            throw new InvalidConfiguration(key + " = " + value + " is not allowed, expected " + allowed);
        }
    }

    private static <T> T valid(String key, java.util.function.Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration(key + ": " + e.getMessage());
        }
    }
}
