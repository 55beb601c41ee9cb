package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.producer.StallingTime.Stall;
import dev.plumbline.producer.schedule.KolmogorovSmirnov;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.time.SystemTime;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.target.CapacitySettings;
import dev.plumbline.target.EmitOutcome;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.Regressions;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.StepCost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole producers, from their settings to what they tell Kafka, against what truly happened: the log of the target, whose stamps are
 * of the same clock, and stalls whose begin and end are known. What is asserted holds on a machine of any speed: it follows from the
 * order of cause and effect, from counts, or from bounds that grow with the lateness that is in the stamps.
 */
class HonestyIT {

    private static final long MILLI = ProducerClock.NANOS_PER_MILLI;
    private static final long SECOND = 1_000 * MILLI;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration STALL = Duration.ofMillis(150);

    /** Between two of the loads that are stalled: 200 per second. */
    private static final long PACE_NANOS = 5 * MILLI;

    @TempDir
    private static Path folder;

    private static ToldToKafka kafka;

    @BeforeAll
    static void start() throws Exception {
        kafka = new ToldToKafka(folder);
        kafka.create(Topics.TELEMETRY);
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private static LoadProducer producer(
            String name, String url, ProducerClock clock, Consumer<LifeCycle.Stage> watcher, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "plumbline.kafka.bootstrap-servers", kafka.bootstrapServers(),
                "plumbline.target.url", url + "/v1",
                "plumbline.target.name", name,
                "plumbline.target.model", "simulated",
                "plumbline.selfwarmup.duration", "0s",
                "plumbline.gpu.source", "NONE",
                "plumbline.engine.source", "NONE",
                "plumbline.ollama.follow", "OFF"));
        all.putAll(more);
        ProducerConfig config = ProducerConfig.of(all);
        return new LoadProducer(config, ProducerSettings.checked(config), clock, watcher);
    }

    private static CompletableFuture<Void> running(LoadProducer producer) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        producer.run();
                    } catch (InterruptedException e) {
                        throw new AssertionError("interrupted", e);
                    }
                },
                work -> new Thread(work, "producer").start());
    }

    private static Map<String, EmitRecord> byId(SimulatedTarget target) {
        return target.emitRecords().stream()
                .collect(Collectors.toMap(EmitRecord::requestId, Function.identity(), (first, again) -> again));
    }

    private static String id(RequestEvent request) {
        return request.attempt().requestId();
    }

    private static long dueNanos(RequestEvent request) {
        return request.stamps().dueNanos();
    }

    private static long sentNanos(RequestEvent request) {
        return request.stamps().sentNanos().orElseThrow();
    }

    private static long firstNanos(RequestEvent request) {
        return request.stamps().firstContentNanos().orElseThrow();
    }

    private static long lastNanos(RequestEvent request) {
        return request.stamps().lastContentNanos().orElseThrow();
    }

    /** Those of a paced load that were answered, in the order in which all fell due: none was moved and none left out. */
    private static List<RequestEvent> paced(String name) {
        List<RequestEvent> requests = kafka.requests(name).stream()
                .sorted(Comparator.comparingLong(HonestyIT::dueNanos))
                .toList();
        for (int i = 0; i < requests.size(); i++) {
            assertThat(dueNanos(requests.get(i)))
                    .as("due of the request %d", i)
                    .isCloseTo(dueNanos(requests.get(0)) + i * PACE_NANOS, within(1L));
        }
        List<RequestEvent> answered = requests.stream()
                .filter(request -> request.outcome() instanceof Outcome.Completed)
                .toList();
        for (RequestEvent request : answered) {
            assertThat(sentNanos(request) - dueNanos(request))
                    .as("the lateness of %s", id(request))
                    .isNotNegative()
                    .isEqualTo(request.dispatchLagNanos().orElseThrow()
                            + request.gateWaitNanos().orElseThrow())
                    .isEqualTo(request.responseNanos().orElseThrow()
                            - request.e2eNanos().orElseThrow());
        }
        return answered;
    }

    private static void assertCompleted(List<RequestEvent> requests, int count) {
        assertThat(requests.stream()
                        .map(RequestEvent::outcome)
                        .filter(outcome -> !(outcome instanceof Outcome.Completed)))
                .isEmpty();
        assertThat(requests.size()).isEqualTo(count);
    }

    /** What falls due while the generator stands still is sent behind it, and only its latency from due on knows of that. */
    @Test
    void aStallOfTheGeneratorIsInTheResponseTimeAndNotInTheTimeToFirstToken() throws Exception {
        StallingTime clock = new StallingTime();
        SimulatedTargetSettings settings = SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(50 * MILLI, 0, MILLI, 0))
                .withOutput(new OutputSettings(4, 0, 1, false))
                .withCapacity(new CapacitySettings(1_000, 1_024, 503, 32_768, 1 << 20));
        try (SimulatedTarget target = SimulatedTarget.start(settings)) {
            LoadProducer producer = producer(
                    "generator-stands",
                    target.baseUrl(),
                    clock,
                    stage -> {
                        if (stage == LifeCycle.Stage.LOAD) {
                            long fromNanos = System.nanoTime() + 300 * MILLI;
                            clock.stallOnce(STALL, () -> System.nanoTime() - fromNanos >= 0 && target.running() > 0);
                        }
                    },
                    Map.of("plumbline.load.request-rate", "200"));
            CompletableFuture<Void> run = running(producer);
            awaitIt(() -> clock.stall().isPresent());
            Stall stall = clock.stall().orElseThrow();
            long startNanos = clock.anchorAt(0)
                    .nanosAt(producer.status().measuredFromEpochMillis().orElseThrow());
            long dueByThen = (stall.untilNanos() - startNanos) / PACE_NANOS;
            awaitIt(() -> producer.status().completed() > dueByThen + 40);
            producer.stop();
            assertThat(run).succeedsWithin(LONG);

            assertThat(stall.length()).isGreaterThanOrEqualTo(STALL);
            List<RequestEvent> requests = paced("generator-stands");
            Map<String, EmitRecord> truth = byId(target);
            List<RequestEvent> dueInIt = requests.stream()
                    .filter(request -> stall.holds(dueNanos(request)))
                    .toList();
            assertThat(dueInIt.size()).isGreaterThanOrEqualTo(20);
            for (RequestEvent request : dueInIt) {
                EmitRecord written = truth.get(id(request));
                assertThat(sentNanos(request))
                        .as("sent behind the stall")
                        .isGreaterThanOrEqualTo(stall.untilNanos())
                        .as("and not received before, by the target's own clock")
                        .isLessThanOrEqualTo(written.stamps().receivedNanos());
                assertThat(request.responseNanos().orElseThrow())
                        .as("response time: what was left of the stall, and the answer")
                        .isGreaterThanOrEqualTo(stall.untilNanos() - dueNanos(request) + trueTtftNanos(written));
                assertThat(request.ttftNanos().orElseThrow())
                        .as("time to first token: the answer, and nothing from before it was sent")
                        .isGreaterThanOrEqualTo(trueTtftNanos(written))
                        .isLessThanOrEqualTo(firstNanos(request) - stall.untilNanos());
            }
            // What was in flight may have been read late; by how much at most, each says itself.
            List<RequestEvent> inFlight = requests.stream()
                    .filter(request ->
                            sentNanos(request) <= stall.fromNanos() && lastNanos(request) >= stall.untilNanos())
                    .toList();
            assertThat(inFlight).isNotEmpty();
            for (RequestEvent request : inFlight) {
                // The loop looks at itself every 10 ms.
                assertThat(request.surroundings().generatorDelayNanos().orElseThrow())
                        .as("the delay of %s", id(request))
                        .isGreaterThanOrEqualTo(STALL.toNanos() - 10 * MILLI);
            }
            assertThat(kafka.activity("generator-stands").stream().flatMap(second -> second.sickness().stream()))
                    .as("it accuses itself")
                    .contains(Sickness.EVENT_LOOP_STALLED, Sickness.DISPATCH_LAG);
        }
    }

    private static long trueTtftNanos(EmitRecord written) {
        return written.stamps().firstContentNanos().orElseThrow()
                - written.stamps().receivedNanos();
    }

    /** A target that stands still is not spared the requests that fall due meanwhile, and each of them waits for it. */
    @Test
    void aStallOfTheTargetIsInBothTheResponseTimeAndTheTimeToFirstToken() throws Exception {
        Standing standing = new Standing(40, 20);
        try (ScriptedServer target = new ScriptedServer((out, request) -> {
            standing.pass(request.header("X-Request-Id").orElseThrow());
            return ScriptedServer.wholeAnswer(out);
        })) {
            LoadProducer producer = producer(
                    "target-stands",
                    target.url(),
                    new StallingTime(),
                    stage -> {},
                    Map.of("plumbline.load.request-rate", "200", "plumbline.load.request-count", "160"));
            producer.run();
        }
        assertThat(standing.untilNanos.get() - standing.fromNanos.get()).isGreaterThanOrEqualTo(STALL.toNanos());
        Map<String, RequestEvent> requests =
                paced("target-stands").stream().collect(Collectors.toMap(HonestyIT::id, Function.identity()));
        assertThat(standing.waiting).hasSizeGreaterThanOrEqualTo(20);
        standing.waiting.forEach((id, receivedNanos) -> {
            RequestEvent request = requests.get(id);
            assertThat(sentNanos(request)).as("sent while it stood").isLessThanOrEqualTo(receivedNanos);
            assertThat(request.ttftNanos().orElseThrow())
                    .as("time to first token: what was left of the stall when it came")
                    .isGreaterThanOrEqualTo(standing.untilNanos.get() - receivedNanos);
            assertThat(request.responseNanos().orElseThrow())
                    .as("response time: what was left of it when it was due")
                    .isGreaterThanOrEqualTo(standing.untilNanos.get() - dueNanos(request));
        });
    }

    /** A target that stands still once, for as long as a stall lasts and until so many requests have come meanwhile. */
    private static final class Standing {
        private final int before;
        private final int wanted;
        private final AtomicInteger requests = new AtomicInteger();
        private final AtomicLong fromNanos = new AtomicLong();
        private final AtomicLong untilNanos = new AtomicLong();
        private final Map<String, Long> waiting = new ConcurrentHashMap<>();
        private final CountDownLatch over = new CountDownLatch(1);

        Standing(int before, int wanted) {
            this.before = before;
            this.wanted = wanted;
        }

        void pass(String id) throws InterruptedException {
            int ordinal = requests.incrementAndGet();
            if (ordinal == before) {
                fromNanos.set(System.nanoTime());
                assertThat(over.await(STALL.toNanos(), TimeUnit.NANOSECONDS)).isFalse();
                awaitIt(() -> waiting.size() >= wanted);
                untilNanos.set(System.nanoTime());
                over.countDown();
            } else if (fromNanos.get() != 0 && over.getCount() > 0) {
                waiting.put(id, System.nanoTime());
                assertThat(over.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static void awaitIt(BooleanSupplier condition) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(condition::getAsBoolean);
    }

    /**
     * Tokens are told in the second in which they streamed, also where four of them come in a chunk: before any answer has ended,
     * one for each chunk and the rest with its end; from then on as many as there are, of answers that fail or are cancelled, too.
     */
    @Test
    void tokensAreToldInTheSecondInWhichTheTargetWroteThem() throws Exception {
        int perChunk = 4;
        long prefillNanos = 40 * MILLI;
        long tokensApartNanos = 5 * MILLI;
        long chunksApartNanos = perChunk * tokensApartNanos;
        StallingTime clock = new StallingTime();
        SimulatedTargetSettings settings = SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(prefillNanos, 0, tokensApartNanos, 0))
                .withOutput(new OutputSettings(10_000, 0, perChunk, false));
        try (SimulatedTarget target = SimulatedTarget.start(settings)) {
            int slots = 6;
            LoadProducer producer = producer(
                    "four-tokens-a-chunk",
                    target.baseUrl(),
                    clock,
                    stage -> {},
                    Map.of(
                            "plumbline.load.concurrency", Integer.toString(slots),
                            "plumbline.load.pause-after-failure", "0s",
                            "plumbline.breaker.failure-ratio", "2",
                            "plumbline.workload.max-tokens", "240"));
            CompletableFuture<Void> run = running(producer);
            awaitIt(() -> producer.status().completed() >= slots);
            target.setRegressions(Regressions.NONE.with("streamErrorShare", 0.5));
            long knownByNanos = clock.nanos();
            awaitIt(() -> clock.nanos() - knownByNanos > 2 * SECOND
                    && producer.status().failed().values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum()
                            >= 3);
            producer.stop();
            assertThat(run).succeedsWithin(LONG);
            // Until it has seen that nobody listens, it has no line of them in its log.
            awaitIt(() -> target.running() == 0);

            List<RequestEvent> requests = kafka.requests("four-tokens-a-chunk");
            Map<String, EmitRecord> truth = byId(target);
            assertChunksAreThoseOfTheLog(requests, truth, perChunk);
            TreeMap<Long, Long> told = new TreeMap<>();
            kafka.activity("four-tokens-a-chunk")
                    .forEach(second -> told.merge(second.slotStartEpochMillis(), second.outputTokens(), Long::sum));
            assertThat(sum(told.values()))
                    .as("all in all, whatever became of them: %s", told)
                    .isEqualTo(perChunk
                            * sumOf(requests, request -> request.response().contentChunks()));

            long knownNanos = requests.stream()
                    .filter(request -> request.outcome() instanceof Outcome.Completed)
                    .mapToLong(request -> request.stamps().endNanos())
                    .min()
                    .orElseThrow();
            long settledNanos = requests.stream()
                    .filter(request -> request.stamps().firstContentNanos().orElse(Long.MAX_VALUE) <= knownNanos)
                    .mapToLong(request -> request.stamps().endNanos())
                    .max()
                    .orElseThrow();
            int boundaries = 0;
            for (long startEpochMillis :
                    told.tailMap(clock.epochMillisAt(settledNanos), false).keySet()) {
                long beforeNanos = clock.anchorAt(0).nanosAt(startEpochMillis);
                long toldBefore = sum(told.headMap(startEpochMillis).values());
                assertThat(toldBefore)
                        .as("told before %d of %s", startEpochMillis, told)
                        .isBetween(
                                perChunk * sumOf(requests, request -> StreamedTokens.seenAtLeast(request, beforeNanos)),
                                perChunk * sumOf(requests, request -> StreamedTokens.seenAtMost(request, beforeNanos)))
                        .isLessThanOrEqualTo(perChunk
                                * truth.values().stream()
                                        .mapToLong(written -> StreamedTokens.writtenAtMost(
                                                written,
                                                prefillNanos + 3 * tokensApartNanos,
                                                chunksApartNanos,
                                                beforeNanos))
                                        .sum());
                boundaries++;
            }
            assertThat(boundaries).as("seconds that began: %s", told).isGreaterThanOrEqualTo(2);
        }
    }

    /** Of answers that came to an end each chunk that was written was seen; all of them are full, since the length is a multiple. */
    private static void assertChunksAreThoseOfTheLog(
            List<RequestEvent> requests, Map<String, EmitRecord> truth, int perChunk) {
        Set<Class<?>> outcomes = new HashSet<>();
        for (RequestEvent request : requests) {
            EmitRecord written = truth.get(id(request));
            long chunks = request.response().contentChunks();
            outcomes.add(request.outcome().getClass());
            switch (request.outcome()) {
                case Outcome.Completed unused -> {
                    assertThat(written.outcome()).isEqualTo(EmitOutcome.LENGTH);
                    assertThat(request.response().tokens().output())
                            .contains(new TokenCount(perChunk * chunks, TokenSource.SERVER_USAGE));
                    assertThat(written.contentChunks()).isEqualTo((int) chunks);
                }
                case Outcome.Failed unused -> {
                    assertThat(written.outcome()).isEqualTo(EmitOutcome.STREAM_ERROR);
                    assertThat(written.contentChunks()).isEqualTo((int) chunks);
                }
                case Outcome.Cancelled unused ->
                    assertThat((long) (written == null ? 0 : written.contentChunks()))
                            .isGreaterThanOrEqualTo(chunks);
                case Outcome.Dropped unused -> assertThat(chunks).isZero();
            }
            if (written != null) {
                assertThat(written.outputTokens()).isEqualTo(perChunk * written.contentChunks());
            }
        }
        assertThat(outcomes).contains(Outcome.Completed.class, Outcome.Failed.class, Outcome.Cancelled.class);
    }

    private static long sumOf(List<RequestEvent> requests, ToLongFunction<RequestEvent> number) {
        return requests.stream().mapToLong(number).sum();
    }

    private static long sum(Collection<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).sum();
    }

    /**
     * A second start with the same seed finds nothing of the first in a prefix cache, so that both are measured alike; with {@code
     * REUSE} it finds everything, says so, and is of other conditions.
     */
    @Test
    void aSecondStartFindsNothingOfTheFirstInAPrefixCacheUnlessItIsToldTo() throws Exception {
        long baseNanos = MILLI;
        long perPromptTokenNanos = MILLI / 2;
        LockstepSettings steps = LockstepSettings.DEFAULT;
        SimulatedTargetSettings settings = SimulatedTargetSettings.DEFAULT.withLockstep(new LockstepSettings(
                new StepCost(baseNanos, 0, perPromptTokenNanos),
                steps.maxRunning(),
                steps.tokensPerStep(),
                steps.kv(),
                steps.memory()));
        try (SimulatedTarget target = SimulatedTarget.start(settings.withTiming(new TimingSettings(0, 0, 0, 0)))) {
            List<RequestEvent> first = cached("cache-1", target, "AVOID");
            List<RequestEvent> second = cached("cache-2", target, "AVOID");
            List<RequestEvent> cold = cached("cache-3", target, "REUSE");
            List<RequestEvent> warm = cached("cache-4", target, "REUSE");
            Map<String, EmitRecord> truth = byId(target);

            for (List<RequestEvent> uncached : List.of(first, second, cold)) {
                assertThat(hitTokens(uncached)).isZero();
                for (RequestEvent request : uncached) {
                    EmitRecord written = truth.get(id(request));
                    long wholePromptNanos = baseNanos + perPromptTokenNanos * written.promptTokens();
                    assertThat(written.steps().orElseThrow().cachedTokens()).isZero();
                    assertThat(request.ttftNanos().orElseThrow())
                            .as("time to first token: the whole prompt was computed")
                            .isGreaterThanOrEqualTo(wholePromptNanos);
                }
            }
            assertThat(hitTokens(warm))
                    .as("what the log says was found")
                    .isEqualTo(sumOf(
                            warm,
                            request ->
                                    truth.get(id(request)).steps().orElseThrow().cachedTokens()))
                    .as("each full block but the one that is always computed")
                    .isGreaterThanOrEqualTo(
                            promptTokens(warm) - (long) warm.size() * steps.kv().blockTokens());
            assertThat(conditions(second)).isEqualTo(conditions(first));
            assertThat(conditions(warm)).doesNotContainAnyElementsOf(conditions(first));
        }
    }

    private static List<RequestEvent> cached(String name, SimulatedTarget target, String cache) throws Exception {
        producer(
                        name,
                        target.baseUrl(),
                        new SystemTime(),
                        stage -> {},
                        Map.of(
                                "plumbline.load.concurrency", "1",
                                "plumbline.load.request-count", "10",
                                "plumbline.workload.prompt-tokens", "32",
                                "plumbline.workload.max-tokens", "2",
                                "plumbline.workload.cache", cache))
                .run();
        List<RequestEvent> requests = kafka.requests(name);
        assertCompleted(requests, 10);
        return requests;
    }

    private static long hitTokens(List<RequestEvent> requests) {
        return sumOf(
                requests,
                request -> request.response().tokens().cached().orElseThrow().count());
    }

    private static long promptTokens(List<RequestEvent> requests) {
        return sumOf(
                requests,
                request -> request.response().tokens().prompt().orElseThrow().count());
    }

    private static Set<String> conditions(List<RequestEvent> requests) {
        return requests.stream()
                .map(request -> request.series().conditions().orElseThrow())
                .collect(Collectors.toSet());
    }

    /**
     * Ten replicas with the settings of one image that begin in the same instant: together a Poisson process, or phases that no two
     * have in common, and no two prompts that begin alike. Their names and the instant are fixed, so the outcome is, too; of the
     * names that could have been chosen, one set in a million would fail.
     */
    @ParameterizedTest
    @EnumSource(names = {"POISSON", "CONSTANT"})
    void tenReplicasThatBeginTogetherDoNotSendTogether(ProducerConfig.ArrivalPattern pattern) throws Exception {
        int replicas = 10;
        long startNanos = SECOND;
        ManualClock clock = new ManualClock(1_700_000_000_000L);
        clock.moveTo(startNanos);
        Set<String> beginnings = new HashSet<>();
        try (ScriptedServer target = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            List<LoadProducer> producers = IntStream.range(0, replicas)
                    .mapToObj(i -> producer(
                            "ten-" + pattern,
                            target.url(),
                            clock,
                            stage -> {},
                            Map.of(
                                    "plumbline.producer.id", "producer-" + i,
                                    "plumbline.load.request-rate", "5",
                                    "plumbline.load.arrival-pattern", pattern.name(),
                                    // What is dropped has fallen due, too.
                                    "plumbline.load.max-in-flight", "1",
                                    "plumbline.load.request-count", "300")))
                    .toList();
            List<CompletableFuture<Void>> runs =
                    producers.stream().map(HonestyIT::running).toList();
            awaitIt(() -> producers.stream()
                    .allMatch(each -> each.status().measuredFromEpochMillis().isPresent()));
            clock.moveTo(startNanos + 200 * SECOND);
            assertThat(runs).allSatisfy(run -> assertThat(run).succeedsWithin(LONG));
            for (ScriptedServer.Request request : target.requests()) {
                String prompt =
                        JSON.readTree(request.body()).at("/messages/0/content").asText();
                String[] words = prompt.split(" ");
                assertThat(words).hasSizeGreaterThan(8);
                assertThat(beginnings.add(String.join(" ", Arrays.copyOf(words, 8))))
                        .as(prompt)
                        .isTrue();
            }
        }
        assertThat(beginnings).hasSizeGreaterThanOrEqualTo(replicas);
        List<RequestEvent> requests = kafka.requests("ten-" + pattern);
        assertThat(requests).hasSize(300 * replicas);
        // 300 of one take 60 s on the average, and none of the ten is over before this.
        double[] arrivals = requests.stream()
                .mapToDouble(request -> (dueNanos(request) - startNanos) / 1e9)
                .filter(seconds -> seconds < 40)
                .sorted()
                .toArray();
        switch (pattern) {
            case POISSON -> assertPoisson(arrivals, 50);
            case CONSTANT -> {
                assertThat(DoubleStream.of(arrivals).distinct().count())
                        .as("no two together")
                        .isEqualTo(arrivals.length);
                assertThat(mostWithin(arrivals, 0.02))
                        .as("of ten within a tenth of their gap")
                        .isLessThan(9);
            }
            case GAMMA -> throw new AssertionError(pattern);
        }
    }

    private static void assertPoisson(double[] arrivals, double perSecond) {
        double[] gaps = IntStream.range(1, arrivals.length)
                .mapToDouble(i -> arrivals[i] - arrivals[i - 1])
                .toArray();
        assertThat(KolmogorovSmirnov.distance(DoubleStream.of(gaps), gap -> -Math.expm1(-perSecond * gap)))
                .as("gaps are exponential")
                .isLessThan(KolmogorovSmirnov.allowed(gaps.length));
        long[] perSlot = new long[400];
        DoubleStream.of(arrivals).forEach(at -> perSlot[(int) (at * 10)]++);
        double mean = LongStream.of(perSlot).average().orElseThrow();
        double variance = LongStream.of(perSlot)
                        .mapToDouble(count -> (count - mean) * (count - mean))
                        .sum()
                / (perSlot.length - 1);
        // The quantiles of chi-square with 399 degrees of freedom at 5e-7 and 1 - 5e-7, over 399.
        assertThat(variance / mean).as("index of dispersion").isBetween(0.69, 1.39);
    }

    private static long mostWithin(double[] sorted, double seconds) {
        return DoubleStream.of(sorted)
                .mapToLong(from -> DoubleStream.of(sorted)
                        .filter(at -> at >= from && at < from + seconds)
                        .count())
                .max()
                .orElseThrow();
    }
}
