package dev.plumbline.producer;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.SideChannel;
import dev.plumbline.producer.dispatch.Lane;
import dev.plumbline.producer.dispatch.LoadCounters;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.emission.EmissionCounters;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.EventSender;
import dev.plumbline.producer.emission.KafkaConnector;
import dev.plumbline.producer.emission.LoadSurroundings;
import dev.plumbline.producer.emission.MarkedQueue;
import dev.plumbline.producer.exposition.ProducerMetrics;
import dev.plumbline.producer.phases.FirstWave;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.selfcheck.LostTimeWatch;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.tokens.LocalTokenizer;
import dev.plumbline.producer.tokens.TargetTokenizer;
import dev.plumbline.producer.tokens.TokenCounter;
import dev.plumbline.producer.tokens.TokenStage;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The parts of a producer and how they are joined: event loops leave what ended in a queue, on the way tokens may be counted, a
 * sender takes it from there. Nothing runs yet.
 *
 * <p>The event loops are apart from the one that answers {@code /metrics}: a scrape must not delay a stamp.
 */
final class Wiring {

    private static final Duration TOKENIZE_TIMEOUT = Duration.ofSeconds(2);
    private static final int TOKENIZE_CONNECTIONS = 64;

    final ProducerMetrics metrics;
    final LoadCounters loadCounters;
    final FirstWave firstWave = new FirstWave();
    final EmissionCounters emissionCounters = new EmissionCounters();
    /** By the variant that each target serves. */
    final Map<String, TargetNotes> targets;

    final MarkedQueue queue;
    final Sampling sampling;
    /** Of a canary; its model is left as it is. */
    final Optional<Sampling> canarySampling;

    final EventSender sender;
    final Optional<TokenStage> tokenStage;
    final LostTimeWatch lostTime = LostTimeWatch.ofThisProcess();
    final List<Vertx> vertxes;
    final List<LoadLoop> loops;

    Wiring(ProducerConfig config, ProducerSettings settings, ProducerClock clock) {
        int count = config.load().eventLoops();
        int queueCapacity = config.emit().queueCapacity();
        long queueBytes = config.emit().queueBytes().asLongValue();
        long heartbeatNanos = config.heartbeatInterval().toNanos();
        String producerId = config.producer().id();
        Set<Series> series = settings.allSeries();
        this.metrics = new ProducerMetrics(series);
        this.loadCounters = new LoadCounters(series);
        this.targets = series.stream()
                .map(Series::variant)
                .distinct()
                .collect(Collectors.toMap(
                        Function.identity(),
                        variant -> new TargetNotes(
                                ConnectionReuse.upTo(
                                        (int) config.target().keepAlive().toSeconds()),
                                new AnswerNotes())));
        this.queue = new MarkedQueue(queueCapacity, queueBytes, count);
        String target = settings.series().group().target();
        this.canarySampling = settings.canarySampling()
                .map(canary -> sampling(
                        config,
                        settings,
                        canary.settings(),
                        "-telemetry-canary",
                        target + '@' + canary.variant(),
                        clock,
                        look -> {}));
        this.sampling = sampling(
                config,
                settings,
                settings.sampling(),
                "-telemetry",
                target,
                clock,
                canarySampling
                        .filter(unused ->
                                settings.canarySampling().orElseThrow().isOnSameMachine())
                        .<Consumer<List<GpuSample>>>map(canary -> canary::gpusSeen)
                        .orElse(look -> {}));
        this.sender = new EventSender(
                queue,
                connector(config, settings, producerId),
                clock,
                producerId,
                series,
                count,
                settings.sender(),
                emissionCounters,
                priced(config, clock, surroundings(settings, sampling, canarySampling)));
        this.tokenStage = tokenCounter(settings)
                .map(counter ->
                        new TokenStage(queueCapacity, queueBytes, count, counter, queue, metrics::tokensCounted));
        EventOutlet outlet =
                new WaveMarks(tokenStage.<EventOutlet>map(stage -> stage).orElse(queue), firstWave);
        ProcessCpu cpu = ProcessCpu.ofThisProcess();
        this.vertxes = IntStream.range(0, count).mapToObj(i -> oneLoop()).toList();
        this.loops = IntStream.range(0, count)
                .mapToObj(i -> new LoadLoop(
                        i,
                        vertxes.get(i),
                        clock,
                        series,
                        outlet,
                        heartbeatNanos,
                        settings.budgets(),
                        cpu,
                        lostTime,
                        loadCounters,
                        this::ended))
                .toList();
        metrics.producer(producerId);
        sampling.expose(metrics);
    }

    private static Sampling sampling(
            ProducerConfig config,
            ProducerSettings settings,
            SamplingSettings of,
            String clientIdEnd,
            String target,
            ProducerClock clock,
            Consumer<List<GpuSample>> gpuListener) {
        String producerId = config.producer().id();
        return new Sampling(
                of,
                connector(config, settings, producerId + clientIdEnd),
                producerId,
                target,
                settings.series().group().model(),
                clock,
                Optional.ofNullable(System.getenv("PATH")).orElse(""),
                gpuListener);
    }

    private static LoadSurroundings priced(ProducerConfig config, ProducerClock clock, LoadSurroundings seen) {
        OptionalDouble perHour = config.gpu().pricePerHour();
        return perHour.isPresent() ? new PricedSurroundings(seen, perHour.getAsDouble(), clock) : seen;
    }

    private static LoadSurroundings surroundings(
            ProducerSettings settings, Sampling sampling, Optional<Sampling> canarySampling) {
        return canarySampling
                .<LoadSurroundings>map(canary -> {
                    ProducerSettings.CanarySampling of =
                            settings.canarySampling().orElseThrow();
                    return new SamplingOfBoth(sampling, canary, of.variant(), of.isOnSameMachine());
                })
                .orElse(sampling);
    }

    private static KafkaConnector connector(ProducerConfig config, ProducerSettings settings, String clientId) {
        return new KafkaConnector(
                settings.bootstrapServers(), clientId, config.kafka().properties());
    }

    private static Optional<TokenCounter> tokenCounter(ProducerSettings settings) {
        ProducerSettings.Tokens tokens = settings.tokens();
        if (tokens.tokenize().isPresent()) {
            return Optional.of(new TargetTokenizer(
                    new SideChannel(tokens.tokenize().get(), TOKENIZE_TIMEOUT.toNanos(), TOKENIZE_CONNECTIONS),
                    settings.series().group().model()));
        }
        return tokens.tokenizerFile().map(file -> {
            try {
                return LocalTokenizer.load(file);
            } catch (IOException e) {
                throw new InvalidConfiguration("plumbline.tokens.tokenizer-file: " + e.getMessage());
            }
        });
    }

    /** What is learned of the target of a lane. */
    TargetNotes notes(Lane lane) {
        return Optional.ofNullable(targets.get(lane.variant()))
                .orElseThrow(() -> new IllegalArgumentException(lane + " is none of those that are driven"));
    }

    /** What the first requests of the load looked like, measured or not. */
    void ended(EndedRequest request, boolean measured) {
        firstWave.over(request.stamps().endNanos());
        OptionalDouble latency = latencyNanos(request);
        if (latency.isPresent()) {
            firstWave.ended(
                    request.stamps().sentNanos().orElseThrow(),
                    request.stamps().endNanos(),
                    latency.getAsDouble(),
                    measured);
        }
    }

    /** Time to first token of an answer in chunks, else e2e; empty of what was not answered. */
    static OptionalDouble latencyNanos(EndedRequest request) {
        OptionalLong sent = request.stamps().sentNanos();
        if (sent.isEmpty() || !(request.outcome() instanceof Outcome.Completed)) {
            return OptionalDouble.empty();
        }
        long answered = request.response().streamed()
                ? request.stamps().firstContentNanos().orElse(request.stamps().endNanos())
                : request.stamps().endNanos();
        return OptionalDouble.of(answered - sent.getAsLong());
    }

    private void ended(EndedRequest request) {
        ended(request, true);
        metrics.ended(request);
        if (tokenStage.isEmpty()) {
            metrics.tokensCounted(request);
        }
    }

    /** One event loop, with threads of its own. */
    static Vertx oneLoop() {
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(2)
                .setBlockedThreadCheckInterval(60_000));
    }
}
