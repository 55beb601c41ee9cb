package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.emission.MarkedQueue;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.schedule.KolmogorovSmirnov;
import dev.plumbline.target.CapacitySettings;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.StepCost;
import dev.plumbline.workload.trace.Replay;
import dev.plumbline.workload.trace.ReplayProof;
import dev.plumbline.workload.trace.TraceLint;
import dev.plumbline.workload.trace.TraceRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Traces that are asked again, held against what the target's log says that it received: each row, at its time, with its length. */
@Timeout(60)
class TraceReplayTest {

    private static final long MILLI = 1_000_000;
    private static final int MOST_EVENTS = 100_000;
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    /** Answers that end at the length that is asked for, at once. */
    private static final SimulatedTargetSettings QUICK = SimulatedTargetSettings.DEFAULT
            .withTiming(new TimingSettings(MILLI, 0, 20_000, 0))
            .withOutput(new OutputSettings(100_000, 0, 1, false))
            .withCapacity(new CapacitySettings(2_000, 1_000, 503, 131_072, 1 << 22));

    /** What a load left. */
    private record Left(Replay replay, List<EndedRequest> requests, Map<String, EmitRecord> received) {

        EmitRecord received(EndedRequest request) {
            EmitRecord record = received.get(request.attempt().requestId());
            assertThat(record).as("in the log: %s", request.attempt()).isNotNull();
            return record;
        }

        ReplayProof.Result proof() {
            ReplayProof proof = new ReplayProof(replay);
            for (EndedRequest request : requests) {
                EmitRecord record = received(request);
                proof.add(
                        ordinal(request),
                        turn(request),
                        new ReplayProof.Asked(
                                OptionalLong.of(request.stamps().sentNanos().orElseThrow()
                                        - request.stamps().dueNanos()),
                                request.outcome() instanceof Outcome.Completed,
                                OptionalLong.of(record.promptTokens()),
                                OptionalLong.of(record.outputTokens()),
                                record.steps()
                                        .map(steps -> OptionalLong.of(steps.cachedTokens()))
                                        .orElse(OptionalLong.empty())));
            }
            return proof.result();
        }
    }

    private static long ordinal(EndedRequest request) {
        return request.attempt().asked().orElseThrow().ordinal().orElseThrow();
    }

    private static long turn(EndedRequest request) {
        return request.attempt()
                .asked()
                .flatMap(Asked::turn)
                .map(Asked.Turn::number)
                .orElse(1L);
    }

    private static Map<String, String> settings(Path file, String url, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "plumbline.kafka.bootstrap-servers", "127.0.0.1:9",
                "plumbline.target.url", url + "/v1",
                "plumbline.target.model", "simulated",
                "plumbline.gpu.source", "NONE",
                "plumbline.engine.source", "NONE",
                "plumbline.ollama.follow", "OFF",
                "plumbline.trace.file", file.toString()));
        all.putAll(more);
        return all;
    }

    /** The load of a whole producer, without its way to Kafka. */
    private Left replayed(SimulatedTargetSettings of, Path file, Map<String, String> more)
            throws IOException, InterruptedException {
        try (SimulatedTarget target = SimulatedTarget.start(of)) {
            ProducerConfig config = ProducerConfig.of(settings(file, target.baseUrl(), more));
            ProducerSettings settings = ProducerSettings.checked(config);
            StallingTime clock = new StallingTime();
            Wiring parts = new Wiring(config, settings, clock);
            LoadDriver driver = new LoadDriver(config, settings, clock, parts, 1);
            try {
                parts.loops.forEach(LoadLoop::start);
                driver.connect();
                driver.measure();
                List<MarkedQueue.Item> items = new ArrayList<>();
                parts.queue.drainTo(items, MOST_EVENTS);
                List<EndedRequest> requests = items.stream()
                        .filter(MarkedQueue.Item.Ended.class::isInstance)
                        .map(item -> ((MarkedQueue.Item.Ended) item).request())
                        .sorted(Comparator.comparingLong(TraceReplayTest::ordinal)
                                .thenComparingLong(TraceReplayTest::turn))
                        .toList();
                await().atMost(LONG).until(() -> target.running() == 0);
                return new Left(
                        settings.replay().orElseThrow(),
                        requests,
                        target.emitRecords().stream()
                                .collect(Collectors.toMap(EmitRecord::requestId, Function.identity())));
            } finally {
                driver.close();
                parts.loops.forEach(loop -> assertThat(loop.finish()).succeedsWithin(LONG));
                parts.vertxes.forEach(
                        vertx -> assertThat(vertx.close().toCompletionStage().toCompletableFuture())
                                .succeedsWithin(LONG));
            }
        }
    }

    /** Bursts and pauses; every row has a length of its own, by which the target tells which it was. */
    private Path bursts(int rows, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        double millis = 0;
        for (int row = 0; row < rows; row++) {
            text.append("{\"timestamp\":" + Math.round(millis * 1_000) / 1_000.0 + ",\"input_length\":" + (10 + row)
                    + ",\"output_length\":" + (1 + row % 7) + "}\n");
            millis += -Math.log1p(-random.nextDouble()) * (random.nextInt(4) == 0 ? 60 : 4);
        }
        return Files.writeString(folder.resolve("Bursts " + seed + ".jsonl"), text);
    }

    @Test
    void everyRowIsReceivedAtItsTimeWithItsLength() throws Exception {
        int rows = 240;
        Left left = replayed(
                QUICK,
                bursts(rows, 7),
                Map.of(
                        "plumbline.load.event-loops", "2",
                        "plumbline.trace.speed", "2",
                        "plumbline.load.warmup-duration", "250ms"));
        long[] due = left.replay().dueNanos();
        assertThat(left.requests())
                .extracting(TraceReplayTest::ordinal)
                .containsExactlyElementsOf(LongStream.range(0, rows).boxed().toList());
        long firstDue = left.requests().getFirst().stamps().dueNanos();
        for (int row = 0; row < rows; row++) {
            EndedRequest request = left.requests().get(row);
            EmitRecord record = left.received(request);
            assertThat(request.stamps().dueNanos() - firstDue)
                    .as("due of row %d", row)
                    .isEqualTo(due[row] - due[0]);
            assertThat(record.stamps().receivedNanos())
                    .isGreaterThanOrEqualTo(request.stamps().dueNanos());
            assertThat(record.promptTokens()).as("prompt of row %d", row).isEqualTo(10 + row);
            assertThat(record.outputTokens()).as("answer of row %d", row).isEqualTo(1 + row % 7);
        }
        double span = due[rows - 1];
        double distance = KolmogorovSmirnov.distance(
                left.requests().stream()
                        .mapToDouble(request -> (left.received(request).stamps().receivedNanos() - firstDue) / span),
                at -> shareBefore(due, at * span));
        assertThat(distance).as("arrivals at the target against the trace").isLessThan(KolmogorovSmirnov.allowed(rows));
        assertThat(left.received().keySet().stream()
                        .filter(id -> id.startsWith("w"))
                        .count())
                .as("requests of the warm-up: the rows of its first 250 ms")
                .isEqualTo(Arrays.stream(due).filter(at -> at < 250 * MILLI).count());
    }

    /** The traces that we ship, faster. */
    @Test
    void theTracesOfTheScenariosAreAskedAsTheySay() throws Exception {
        Left azure = replayed(
                QUICK, Path.of("../scenarios/traces/azure-code-excerpt.csv"), Map.of("plumbline.trace.speed", "150"));
        Left sessions = replayed(
                QUICK,
                Path.of("../scenarios/traces/sessions-example.jsonl"),
                Map.of(
                        "plumbline.trace.mode", "SESSION",
                        "plumbline.trace.speed", "20",
                        "plumbline.load.concurrency", "4"));
        Left copilot = replayed(
                QUICK,
                Path.of("../scenarios/traces/copilot-example.jsonl"),
                Map.of(
                        "plumbline.trace.mode", "SESSION",
                        "plumbline.trace.speed", "20",
                        "plumbline.load.concurrency", "4"));
        Left serveGen =
                replayed(QUICK, Path.of("../scenarios/traces/servegen-example"), Map.of("plumbline.trace.speed", "30"));
        for (Left left : List.of(azure, sessions, copilot, serveGen)) {
            ReplayProof.Result proof = left.proof();
            assertThat(proof.sent()).isEqualTo(proof.rows());
            assertThat(proof.promptShare()).hasValue(1);
            assertThat(proof.outputShare()).hasValue(1);
            assertThat(proof.sameOutputShare()).hasValue(1);
        }
        assertThat(azure.requests()).hasSize(150);
        assertThat(sessions.requests()).hasSizeGreaterThan(24);
        assertThat(copilot.proof().structureShare()).hasValue(1);
        assertThat(TraceLint.of(copilot.replay(), OptionalLong.empty()).expectedHitShare())
                .as("the file says that 82 %% of its prompts were cached; whole blocks of 256")
                .isBetween(0.70, 0.82);
        assertEachClassIsASeries(copilot, "model-a", "model-b");
        assertEachClassIsASeries(serveGen, "client-0", "client-1");
    }

    private static final Path FORMATS = Path.of("../libraries/workload/src/test/resources/traces");

    /** A file of each format, as far as its rows go; sessions where times do not say when they are due. */
    private static final List<String> FILES = List.of(
            "azure-code-excerpt.csv",
            "azure-lmm.csv",
            "mooncake-synthetic-excerpt.jsonl",
            "bailian.jsonl",
            "burstgpt.csv",
            "burstgpt-v3.csv",
            "weka.json",
            "litellm.jsonl",
            "events.jsonl",
            "copilot.jsonl",
            "../../../../../../scenarios/traces/servegen-example");

    /** The page of what targets saw says of each format what one sees here. */
    @Test
    void thePageOfWhatTargetsSawSaysWhatIsSeenOfEachFormat() throws Exception {
        List<String> seen = new ArrayList<>();
        for (String file : FILES) {
            Map<String, String> more =
                    new HashMap<>(Map.of("plumbline.trace.speed", "100", "plumbline.trace.idle-gap-cap", "100ms"));
            if (file.startsWith("weka") || file.startsWith("copilot")) {
                more.put("plumbline.trace.mode", "SESSION");
                more.put("plumbline.load.concurrency", "4");
            }
            Left left = replayed(QUICK, FORMATS.resolve(file).normalize(), more);
            ReplayProof.Result proof = left.proof();
            assertThat(proof.strangers()).as(file).isZero();
            seen.add(String.format(
                    Locale.ROOT,
                    "| %s | `%s` | %d of %d | %,d, %.0f %% | %.0f %% | %s | %s |",
                    left.replay().trace().format().label(),
                    Path.of(file).getFileName(),
                    proof.sent(),
                    proof.rows(),
                    left.received().values().stream()
                            .filter(record -> !record.requestId().startsWith("w"))
                            .mapToInt(EmitRecord::promptTokens)
                            .sum(),
                    100.0 * proof.promptShare().orElseThrow(),
                    100.0 * proof.sameOutputShare().orElseThrow(),
                    left.replay().trace().hasBlocks()
                            ? String.format(
                                    Locale.ROOT,
                                    "%.0f %%",
                                    100 * proof.structureShare().orElse(1))
                            : "none",
                    left.replay().classes().isEmpty()
                            ? "one"
                            : String.join(", ", left.replay().classes().keySet())));
        }
        assertThat(Files.readAllLines(Path.of("../docs/seen-on-the-target.md")))
                .as("rows of the page, as they have to be")
                .containsAll(seen);
    }

    /** Every row of a class was told in its series, and none else. */
    private static void assertEachClassIsASeries(Left left, String... classes) {
        Map<String, Integer> expected = new HashMap<>();
        left.replay().classes().forEach((name, rows) -> expected.put("chat." + name, rows));
        assertThat(left.replay().classes()).containsOnlyKeys(classes);
        assertThat(left.requests().stream()
                        .collect(Collectors.toMap(
                                request -> request.series().group().scenario(), request -> 1, Integer::sum)))
                .isEqualTo(expected);
    }

    /** Share of the rows that are due before a moment, between two rows in proportion. */
    private static double shareBefore(long[] due, double nanos) {
        int before = 0;
        while (before < due.length && due[before] <= nanos) {
            before++;
        }
        if (before == 0 || before == due.length) {
            return (double) before / due.length;
        }
        double between =
                due[before] == due[before - 1] ? 0 : (nanos - due[before - 1]) / (due[before] - due[before - 1]);
        return (before + between) / due.length;
    }

    @Test
    void aPrefixCacheFindsWhatTheTraceSays() throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        List<List<Integer>> prompts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int next = 0;
        for (int row = 0; row < 120; row++) {
            List<Integer> blocks = new ArrayList<>();
            if (row > 3 && random.nextInt(5) > 0) {
                List<Integer> like = prompts.get(random.nextInt(prompts.size()));
                blocks.addAll(like.subList(0, 1 + random.nextInt(like.size())));
            }
            for (int more = 1 + random.nextInt(3); more > 0; more--) {
                blocks.add(next++);
            }
            prompts.add(blocks);
            int length = blocks.size() * 64 - random.nextInt(20);
            text.append("{\"timestamp\":" + row * 40 + ",\"input_length\":" + length
                    + ",\"output_length\":3,\"hash_ids\":" + blocks + "}\n");
        }
        LockstepSettings engine = new LockstepSettings(
                new StepCost(2 * MILLI, 1_000, 10),
                256,
                1_000_000,
                LockstepSettings.DEFAULT.kv(),
                LockstepSettings.DEFAULT.memory());
        Left left = replayed(
                QUICK.withCapacity(CapacitySettings.DEFAULT).withLockstep(engine),
                Files.writeString(folder.resolve("tree.jsonl"), text),
                Map.of("plumbline.trace.speed", "2"));
        TraceLint lint = TraceLint.of(left.replay(), OptionalLong.empty());
        assertThat(left.replay().trace().blockTokens()).isEqualTo(64);
        assertThat(lint.expectedHitShare()).as("there is something to find").isGreaterThan(0.25);
        ReplayProof.Result proof = left.proof();
        assertThat(proof.structureShare()).hasValue(1);
        assertThat(proof.promptShare()).hasValue(1);
        assertThat(proof.expectedHitShare().orElseThrow()).isCloseTo(lint.expectedHitShare(), within(1e-9));
        // A row that comes while the one that it is like is computed finds less; blocks of 16 find a little more.
        assertThat(proof.realisedHitShare().orElseThrow()).isCloseTo(lint.expectedHitShare(), within(0.08));
    }

    @Test
    void sessionsKeepTheirTurnsAndTheirPauses() throws Exception {
        StringBuilder text = new StringBuilder();
        int sessions = 12;
        for (int session = 0; session < sessions; session++) {
            for (int turn = 0; turn < 3; turn++) {
                text.append("{\"session_id\":\"s" + session + "\","
                        + (turn == 0 ? "\"timestamp\":" + session : "\"delay\":" + 80 * turn) + ",\"input_length\":"
                        + (20 * (session + 1) + turn) + ",\"output_length\":" + (2 + turn) + "}\n");
            }
        }
        Left left = replayed(
                QUICK,
                Files.writeString(folder.resolve("sessions.jsonl"), text),
                Map.of(
                        "plumbline.trace.mode", "SESSION",
                        "plumbline.trace.idle-gap-cap", "100ms",
                        "plumbline.load.concurrency", "3",
                        "plumbline.load.event-loops", "2"));
        assertThat(left.requests()).hasSize(3 * sessions);
        for (int i = 0; i < left.requests().size(); i++) {
            EndedRequest request = left.requests().get(i);
            assertThat(ordinal(request)).isEqualTo(i / 3);
            assertThat(turn(request)).isEqualTo(i % 3 + 1);
            assertThat(left.received(request).promptTokens()).isEqualTo(20 * (i / 3 + 1) + i % 3);
            if (i % 3 > 0) {
                assertThat(request.stamps().dueNanos()
                                - left.requests().get(i - 1).stamps().endNanos())
                        .as("80 ms, and 160 cut to 100")
                        .isEqualTo(i % 3 == 1 ? 80 * MILLI : 100 * MILLI);
                assertThat(left.received(request).stamps().receivedNanos())
                        .isGreaterThanOrEqualTo(request.stamps().dueNanos());
            }
        }
        ReplayProof.Result proof = left.proof();
        assertThat(proof.sent()).isEqualTo(3 * sessions);
        assertThat(proof.strangers()).isZero();
        assertThat(IntStream.range(0, left.requests().size()))
                .as("no more sessions at a time than slots")
                .allMatch(i -> left.requests().stream()
                                .filter(other -> turn(other) == 1
                                        && other.stamps().dueNanos()
                                                <= left.requests()
                                                        .get(i)
                                                        .stamps()
                                                        .dueNanos()
                                        && endOfSession(left, ordinal(other))
                                                > left.requests()
                                                        .get(i)
                                                        .stamps()
                                                        .dueNanos())
                                .count()
                        <= 3);
    }

    private static long endOfSession(Left left, long ordinal) {
        return left.requests().stream()
                .filter(request -> ordinal(request) == ordinal)
                .mapToLong(request -> request.stamps().endNanos())
                .max()
                .orElseThrow();
    }

    @Test
    void settingsOfATraceAreChecked() throws Exception {
        Path file = bursts(20, 3);
        ProducerSettings settings =
                ProducerSettings.checked(ProducerConfig.of(settings(file, "http://127.0.0.1:9", Map.of())));
        assertThat(settings.series().group().loadPoint().key()).isEqualTo("t-bursts-3x1.0");
        assertThat(settings.replay().orElseThrow().trace().rows())
                .extracting(TraceRow::line)
                .startsWith(1, 2, 3);
        assertThat(settings.series().conditions())
                .isNotEqualTo(ProducerSettings.checked(ProducerConfig.of(
                                settings(file, "http://127.0.0.1:9", Map.of("plumbline.trace.speed", "2"))))
                        .series()
                        .conditions());
        refused(file, Map.of("plumbline.load.request-rate", "5"), "plumbline.load.request-rate may not be set");
        refused(file, Map.of("plumbline.load.concurrency", "5"), "plumbline.load.concurrency may not be set");
        refused(file, Map.of("plumbline.trace.mode", "SESSION"), "plumbline.load.concurrency (sessions at a time");
        refused(
                file,
                Map.of(
                        "plumbline.trace.mode", "SESSION",
                        "plumbline.load.concurrency", "2",
                        "plumbline.load.warmup-duration", "3s"),
                "plumbline.load.warmup-duration may not be set");
        refused(file, Map.of("plumbline.trace.speed", "0"), "plumbline.trace.speed = 0.0 is not allowed");
        refused(file, Map.of("plumbline.trace.rows", "0"), "plumbline.trace.rows = 0 is not allowed");
        refused(file, Map.of("plumbline.trace.from", "1h"), "none of its 20 rows");
        refused(file, Map.of("plumbline.trace.class", "tenant"), "no row has 'tenant', which --trace-class names");
        refused(folder, Map.of(), "a folder without ServeGen's chunk-N-trace.csv");
        refused(folder.resolve("none.csv"), Map.of(), "none.csv does not exist: check the path");
        refused(
                Files.writeString(folder.resolve("broken.csv"), "TIMESTAMP,ContextTokens,GeneratedTokens\nnow,1,1\n"),
                Map.of(),
                "broken.csv:2: TIMESTAMP is 'now'");
    }

    private static void refused(Path file, Map<String, String> more, String why) {
        assertThatThrownBy(
                        () -> ProducerSettings.checked(ProducerConfig.of(settings(file, "http://127.0.0.1:9", more))))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("\n");
    }
}
