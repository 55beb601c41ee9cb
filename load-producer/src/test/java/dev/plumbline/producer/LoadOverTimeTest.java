package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.RequestIds;
import dev.plumbline.contract.series.LoadShape;
import dev.plumbline.producer.schedule.RateCurve;
import dev.plumbline.producer.time.SystemTime;
import dev.plumbline.target.CapacitySettings;
import dev.plumbline.target.ColdStart;
import dev.plumbline.target.EmitOutcome;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.StepCost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole producers, from their settings to the log of the target, which says what arrived when. No Kafka is there: nothing here is about
 * it.
 */
class LoadOverTimeTest {

    private static final long MILLI = 1_000_000;
    private static final double SECOND = 1e9;
    private static final Duration LONG = Duration.ofSeconds(60);
    /** The chance with which counts that are right are called wrong: one in a million. */
    private static final double NORMAL_QUANTILE = 4.753;

    private static final SimulatedTargetSettings QUICK = SimulatedTargetSettings.DEFAULT
            .withTiming(new TimingSettings(5 * MILLI, 0, MILLI, 0.08))
            .withOutput(new OutputSettings(3, 0, 1, false))
            .withCapacity(new CapacitySettings(1_000, 1_024, 503, 32_768, 1 << 20));

    /** A producer and the target that it drives. */
    private static final class Drive implements AutoCloseable {

        private final SimulatedTarget target;
        private final boolean ownsTarget;
        private final LoadProducer producer;
        private final CompletableFuture<Void> running;

        Drive(SimulatedTargetSettings settings, Map<String, String> load) throws Exception {
            this(SimulatedTarget.start(settings), true, load);
        }

        /** One of several producers of one target. */
        Drive(SimulatedTarget target, Map<String, String> load) {
            this(target, false, load);
        }

        private Drive(SimulatedTarget target, boolean ownsTarget, Map<String, String> load) {
            this.target = target;
            this.ownsTarget = ownsTarget;
            Map<String, String> all = new HashMap<>(Map.of(
                    "plumbline.kafka.bootstrap-servers", "127.0.0.1:9",
                    "plumbline.target.url", target.baseUrl() + "/v1",
                    "plumbline.target.model", "simulated",
                    "plumbline.selfwarmup.duration", "0s",
                    "plumbline.gpu.source", "NONE",
                    "plumbline.engine.source", "NONE",
                    "plumbline.ollama.follow", "OFF",
                    "plumbline.emit.stop-grace", "1ms",
                    "plumbline.workload.max-tokens", "8"));
            all.putAll(load);
            ProducerConfig config = ProducerConfig.of(all);
            producer = new LoadProducer(config, ProducerSettings.checked(config), new SystemTime());
            running = CompletableFuture.runAsync(
                    () -> {
                        try {
                            producer.run();
                        } catch (InterruptedException e) {
                            throw new AssertionError("interrupted", e);
                        }
                    },
                    work -> new Thread(work, "producer").start());
        }

        Drive untilItsEnd() {
            assertThat(running).succeedsWithin(LONG);
            return this;
        }

        StatusReport status() {
            return producer.status();
        }

        double shareOfRoundsInStep() {
            double inStep = rounds("true");
            return inStep / (inStep + rounds("false"));
        }

        private double rounds(String inStep) {
            String name = "plumbline_producer_rounds_total{in_step=\"" + inStep + "\"} ";
            return new String(producer.metrics().scrape(null).body().toArray(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                    .findFirst()
                    .orElseThrow();
        }

        /** The moment at which measuring began, by the clock of the log. */
        long measuredFromNanos() {
            long epochMillis = status().measuredFromEpochMillis().orElseThrow();
            return System.nanoTime() - (System.currentTimeMillis() - epochMillis) * MILLI;
        }

        List<EmitRecord> measured() {
            return target.emitRecords().stream()
                    .filter(each -> !each.requestId().startsWith("w"))
                    .filter(each -> !each.requestId().startsWith("s"))
                    .sorted(Comparator.comparingLong(each -> each.stamps().receivedNanos()))
                    .toList();
        }

        long[] arrivals() {
            long from = measuredFromNanos();
            return measured().stream()
                    .mapToLong(each -> each.stamps().receivedNanos() - from)
                    .toArray();
        }

        @Override
        public void close() throws Exception {
            producer.stop();
            untilItsEnd();
            if (ownsTarget) {
                target.close();
            }
        }
    }

    private static Map<String, String> with(Map<String, String> some, String... more) {
        Map<String, String> all = new HashMap<>(some);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    /** Counts of arrivals in parts of a span against what is expected of each. */
    private static double chiSquare(long[] arrivals, RateCurve expected, double seconds, int bins) {
        double sum = 0;
        for (int bin = 0; bin < bins; bin++) {
            double from = seconds * SECOND * bin / bins;
            double to = seconds * SECOND * (bin + 1) / bins;
            double wanted = expected.countAt(to) - expected.countAt(from);
            double came =
                    LongStream.of(arrivals).filter(at -> at >= from && at < to).count();
            sum += (came - wanted) * (came - wanted) / wanted;
        }
        return sum;
    }

    /** The quantile of chi-square of so many degrees of freedom; Wilson and Hilferty (1931). */
    private static double chiSquareAllowed(int degrees) {
        double part = 2.0 / (9 * degrees);
        return degrees * Math.pow(1 - part + NORMAL_QUANTILE * Math.sqrt(part), 3);
    }

    /** The shape of a scenario that we ship, in a twentieth of its time, and at five times its rate. */
    private static String shipped(String name) throws IOException {
        LoadShape shape = LoadShape.parse(setting(name, "shape"));
        List<Double> levels = new ArrayList<>();
        for (int i = 0; i < shape.levels().size(); i++) {
            boolean isFactor = shape.kind() == LoadShape.Kind.OVERLOAD && i == 1;
            levels.add(shape.levels().get(i) * (isFactor ? 1 : 5));
        }
        return new LoadShape(shape.kind(), levels, sooner(shape)).text();
    }

    private static List<Long> sooner(LoadShape shape) {
        return shape.spansMillis().stream().map(span -> span / 20).toList();
    }

    private static String setting(String scenario, String key) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("../scenarios", scenario + ".yaml"))) {
            return lines.filter(line -> line.startsWith(key + ": "))
                    .map(line -> line.substring(key.length() + 2))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void theTargetSeesEachShape() throws Exception {
        int seconds = 6;
        int bins = 12;
        List<String> shapes = List.of(
                shipped("ramp"),
                shipped("burst"),
                shipped("overload"),
                "exp:10..160/5s",
                "steps:20,90,40@2s",
                "square:10,90@1s");
        for (String pattern : List.of("POISSON", "CONSTANT")) {
            List<Drive> drives = new ArrayList<>();
            try {
                for (String shape : shapes) {
                    drives.add(new Drive(
                            QUICK,
                            Map.of(
                                    "plumbline.load.shape",
                                    shape,
                                    "plumbline.load.arrival-pattern",
                                    pattern,
                                    "plumbline.load.warmup-duration",
                                    "500ms",
                                    "plumbline.load.duration",
                                    seconds + "s",
                                    "plumbline.load.event-loops",
                                    "2")));
                }
                for (int i = 0; i < shapes.size(); i++) {
                    String as = pattern + " " + shapes.get(i);
                    RateCurve asked = RateCurve.of(LoadShape.parse(shapes.get(i)));
                    long[] arrivals = drives.get(i).untilItsEnd().arrivals();
                    double all = asked.countAt(seconds * SECOND);
                    RateCurve level = RateCurve.constant(arrivals.length / (double) seconds);
                    double shaped = chiSquare(arrivals, asked, seconds, bins);
                    assertThat(shaped).as(as).isLessThan(chiSquareAllowed(bins));
                    // Half as much again for a while is too little to be told from chance in six seconds.
                    assertThat(shapes.get(i).startsWith("overload")
                                    || chiSquare(arrivals, level, seconds, bins) > chiSquareAllowed(bins))
                            .as("%s is told from an even load", as)
                            .isTrue();
                    if (pattern.equals("CONSTANT")) {
                        assertThat((double) arrivals.length).as(as).isBetween(all - 2, all + 2);
                    }
                }
            } finally {
                for (Drive drive : drives) {
                    drive.close();
                }
            }
        }
    }

    /** How many requests the target had at a moment, from the middle of its log. */
    private static long atOnce(List<EmitRecord> log, long atNanos) {
        return log.stream()
                .filter(each -> each.stamps().receivedNanos() <= atNanos
                        && each.stamps().lastContentNanos().orElse(Long.MAX_VALUE) > atNanos)
                .count();
    }

    @Test
    void slotsComeAndGoAndNothingIsCancelledForIt() throws Exception {
        SimulatedTargetSettings slow = QUICK.withTiming(new TimingSettings(60 * MILLI, 0, 5 * MILLI, 0.1));
        try (Drive drive = new Drive(
                slow,
                Map.of(
                        "plumbline.load.concurrency-shape", "steps:3,12,0,6@1500ms",
                        "plumbline.load.ramp", "200ms",
                        "plumbline.load.duration", "6s",
                        "plumbline.load.event-loops", "2"))) {
            List<EmitRecord> log = drive.untilItsEnd().measured();
            long from = drive.measuredFromNanos();
            int[] levels = {3, 12, 0, 6};
            for (int level = 0; level < levels.length; level++) {
                // Between two requests of a slot there is a moment; in most of them all are there.
                long start = from + level * 1_500 * MILLI;
                long[] seen = IntStream.range(0, 100)
                        .mapToLong(i -> atOnce(log, start + (400 + i * 10L) * MILLI))
                        .sorted()
                        .toArray();
                assertThat(seen[seen.length - 1]).as("most at level %d", level).isEqualTo(levels[level]);
                assertThat(seen[seen.length / 2])
                        .as("in the middle at level %d", level)
                        .isBetween((long) (levels[level] * 0.7), (long) levels[level]);
            }
            assertThat(log.stream().filter(each -> each.outcome() == EmitOutcome.DISCONNECTED))
                    .isEmpty();
            // Spread when they are added: no two of nine in the same twentieth of a second but by chance.
            long added = from + 1_500 * MILLI;
            assertThat(log.stream()
                            .filter(each -> each.stamps().receivedNanos() >= added
                                    && each.stamps().receivedNanos() < added + 50 * MILLI)
                            .count())
                    .isLessThanOrEqualTo(7);
        }
    }

    @Test
    void theTargetSeesTheSlotsOfTheSquareWaveThatIsShipped() throws Exception {
        LoadShape shipped = LoadShape.parse(setting("square", "concurrency-shape"));
        String square = new LoadShape(shipped.kind(), shipped.levels(), sooner(shipped)).text();
        try (Drive drive = new Drive(
                QUICK.withTiming(new TimingSettings(60 * MILLI, 0, 5 * MILLI, 0.1)),
                Map.of("plumbline.load.concurrency-shape", square, "plumbline.load.duration", "4500ms"))) {
            List<EmitRecord> log = drive.untilItsEnd().measured();
            long from = drive.measuredFromNanos();
            for (int level = 0; level < 3; level++) {
                long start = from + level * 1_500 * MILLI;
                long most = IntStream.range(0, 100)
                        .mapToLong(i -> atOnce(log, start + (400 + i * 10L) * MILLI))
                        .max()
                        .orElseThrow();
                assertThat(most).as("level %d of %s", level, square).isEqualTo(level == 1 ? 16 : 4);
            }
        }
    }

    @Test
    void whatAnOverloadedTargetRejectsIsCountedAndOnlyThen() throws Exception {
        SimulatedTargetSettings small = QUICK.withTiming(new TimingSettings(40 * MILLI, 0, MILLI, 0))
                .withCapacity(new CapacitySettings(2, 3, 503, 32_768, 1 << 20));
        try (Drive drive = new Drive(
                small,
                Map.of(
                        "plumbline.load.shape", "overload:20x6/2s@1500ms",
                        "plumbline.load.arrival-pattern", "CONSTANT",
                        "plumbline.breaker.failure-ratio", "2",
                        "plumbline.load.duration", "5s"))) {
            List<EmitRecord> log = drive.untilItsEnd().measured();
            long from = drive.measuredFromNanos();
            List<Long> rejected = log.stream()
                    .filter(each -> each.outcome() == EmitOutcome.REJECTED)
                    .map(each -> (each.stamps().receivedNanos() - from) / MILLI)
                    .toList();
            // 120 a second come, about 50 can be served.
            assertThat(rejected).hasSizeGreaterThan(60).allMatch(at -> at > 1_400 && at < 3_700);
            assertThat(drive.status().failed().get(FailureKind.REJECTED)).isEqualTo(rejected.size());
        }
    }

    @Test
    void aLoadThatIsChangedByHandGoesOnAtItsNewRate() throws Exception {
        try (Drive drive = new Drive(
                QUICK,
                Map.of(
                        "plumbline.load.shape", "adjustable:20",
                        "plumbline.load.arrival-pattern", "CONSTANT",
                        // Cold code sends its first requests late and all at once.
                        "plumbline.load.warmup-duration", "3s",
                        "plumbline.load.event-loops", "2"))) {
            awaitIt(() -> drive.status().completed() > 40);
            long askedNanos = System.nanoTime();
            double before = drive.producer.change(100, true);
            assertThat(before).isEqualTo(20);
            assertThat(drive.status().phases().level()).hasValue(100);
            long by = drive.status().completed();
            awaitIt(() -> drive.status().completed() > by + 150);
            long[] gaps = gaps(drive.measured(), 0, askedNanos);
            assertThat(median(gaps)).isBetween(45 * MILLI, 55 * MILLI);
            long[] later = gaps(drive.measured(), askedNanos, Long.MAX_VALUE);
            assertThat(median(Arrays.copyOfRange(later, later.length - 100, later.length)))
                    .isBetween(8 * MILLI, 12 * MILLI);
            assertThatThrownBy(() -> drive.producer.change(8, false)).hasMessageContaining("plumb rate");
            assertThatThrownBy(() -> drive.producer.change(0, true)).hasMessageContaining("outside");
        }
        SimulatedTargetSettings slow = QUICK.withTiming(new TimingSettings(60 * MILLI, 0, 5 * MILLI, 0.1));
        try (Drive drive = new Drive(
                slow, Map.of("plumbline.load.concurrency-shape", "adjustable:3", "plumbline.load.ramp", "100ms"))) {
            awaitIt(() -> drive.status().completed() > 10);
            assertThat(drive.producer.change(12, false)).isEqualTo(3);
            awaitIt(() -> drive.target.running() == 12);
            assertThat(drive.producer.change(2, false)).isEqualTo(12);
            awaitIt(() -> drive.target.running() <= 2);
            assertThatThrownBy(() -> drive.producer.change(2.5, false)).hasMessageContaining("whole number");
            assertThat(drive.status().cancelled()).isZero();
        }
    }

    private static long[] gaps(List<EmitRecord> log, long fromNanos, long untilNanos) {
        long[] at = log.stream()
                .mapToLong(each -> each.stamps().receivedNanos())
                .filter(each -> each >= fromNanos && each < untilNanos)
                .toArray();
        return IntStream.range(1, at.length).mapToLong(i -> at[i] - at[i - 1]).toArray();
    }

    private static long median(long[] values) {
        long[] sorted = LongStream.of(values).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    @Test
    void aSteadyLoadIsNotChangedUnderItsName() throws Exception {
        try (Drive drive = new Drive(QUICK, Map.of("plumbline.load.request-rate", "20"))) {
            awaitIt(() -> drive.status().completed() > 2);
            assertThatThrownBy(() -> drive.producer.change(40, true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("r20-constant")
                    .hasMessageContaining("--shape adjustable:20");
        }
    }

    @Test
    void theMeasuredPartBeginsWhenATargetThatWarmsUpIsSteady() throws Exception {
        int coldRequests = 400;
        SimulatedTargetSettings warming =
                QUICK.withTiming(new TimingSettings(20 * MILLI, 0, MILLI, 0.08).with(new ColdStart(coldRequests, 5)));
        Map<String, String> load = Map.of(
                "plumbline.load.concurrency", "8",
                "plumbline.load.warmup-until-steady", "true",
                "plumbline.load.warmup-duration", "200ms",
                "plumbline.load.duration", "1s",
                "plumbline.load.event-loops", "2");
        try (Drive drive = new Drive(warming, load)) {
            drive.untilItsEnd();
            PhaseReport.WarmUp warmUp = drive.status().phases().warmUp().orElseThrow();
            assertThat(warmUp.steady()).isTrue();
            long firstMeasured = drive.measured().getFirst().ordinal();
            // From there on prefills get shorter by less than a tenth, and half of one: 5 - 4 n / 400 is below 1.15.
            assertThat(firstMeasured).isGreaterThan((long) (coldRequests * 0.96));
            assertThat(drive.status().completed()).isEqualTo(drive.measured().size());
            long span = drive.status().measuredUntilEpochMillis().orElseThrow()
                    - drive.status().measuredFromEpochMillis().orElseThrow();
            assertThat(span).isBetween(999L, 1_001L);
            assertThat(warmUp.requests()).isLessThanOrEqualTo(firstMeasured);
        }
        Map<String, String> hurried = with(load, "plumbline.load.warmup-max", "1s");
        SimulatedTargetSettings never =
                QUICK.withTiming(new TimingSettings(20 * MILLI, 0, MILLI, 0.08).with(new ColdStart(1_000, 50)));
        try (Drive drive = new Drive(never, hurried)) {
            drive.untilItsEnd();
            assertThat(drive.status().phases().warmUp().orElseThrow().steady()).isFalse();
            assertThat(drive.measured()).isNotEmpty();
        }
    }

    @Test
    void aShapeBeginsWhereTheWarmUpEndsAlsoWhenNobodyKnewWhen() throws Exception {
        try (Drive drive = new Drive(
                QUICK,
                Map.of(
                        "plumbline.load.shape", "square:150,20@1s",
                        "plumbline.load.warmup-until-steady", "true",
                        "plumbline.load.duration", "4s",
                        "plumbline.load.event-loops", "2"))) {
            long[] arrivals = drive.untilItsEnd().arrivals();
            assertThat(drive.status().phases().warmUp().orElseThrow().steady()).isTrue();
            for (int second = 0; second < 4; second++) {
                int from = second;
                long came = LongStream.of(arrivals)
                        .filter(at -> at >= from * SECOND && at < (from + 1) * SECOND)
                        .count();
                // On a busy machine some come late, and are then of the next second.
                assertThat(came)
                        .as("in second %d", second)
                        .isBetween(second % 2 == 0 ? 135L : 17L, second % 2 == 0 ? 155L : 35L);
            }
        }
    }

    @Test
    void aFirstWaveThatMeetsAColdTargetIsTold() throws Exception {
        SimulatedTargetSettings cold =
                QUICK.withTiming(new TimingSettings(20 * MILLI, 0, MILLI, 0.08).with(new ColdStart(10, 20)));
        Map<String, String> load = Map.of(
                "plumbline.load.concurrency", "8", "plumbline.load.request-count", "120", "plumbline.load.ramp", "0s");
        try (Drive drive = new Drive(cold, load)) {
            var wave = drive.untilItsEnd().status().phases().coldWave().orElseThrow();
            assertThat(wave.requests()).isEqualTo(8);
            assertThat(wave.measured()).isTrue();
            assertThat(wave.p50Nanos() / wave.restP50Nanos()).isGreaterThan(5);
        }
        // The process itself may be cold at its first requests, which is told as well.
        try (Drive drive = new Drive(QUICK, with(load, "plumbline.load.warmup-requests", "100"))) {
            assertThat(drive.untilItsEnd().status().phases().coldWave().filter(wave -> wave.p50Nanos() > 100 * MILLI))
                    .isEmpty();
        }
    }

    /** Answers of equal length that begin in one step end in one step, and so do those that follow them. */
    @Test
    void clientsThatSendTogetherAreSeen() throws Exception {
        SimulatedTargetSettings lockstep = QUICK.withOutput(new OutputSettings(40, 0, 1, false))
                .withLockstep(new LockstepSettings(
                        new StepCost(20 * MILLI, 1, 1),
                        256,
                        2_048,
                        LockstepSettings.DEFAULT.kv(),
                        LockstepSettings.DEFAULT.memory()));
        Map<String, String> load = Map.of(
                "plumbline.load.concurrency", "6",
                "plumbline.load.ramp", "0s",
                "plumbline.load.duration", "4s",
                "plumbline.load.warmup-requests", "4",
                "plumbline.workload.max-tokens", "64");
        try (Drive drive = new Drive(lockstep, load)) {
            drive.untilItsEnd();
            assertThat(drive.shareOfRoundsInStep()).isGreaterThan(0.5);
        }
        SimulatedTargetSettings spread = QUICK.withOutput(new OutputSettings(30, 0.5, 1, false));
        try (Drive drive = new Drive(spread, load)) {
            drive.untilItsEnd();
            assertThat(drive.shareOfRoundsInStep()).isLessThan(0.25);
        }
    }

    @Test
    void aBadAnswerBeforeTheLoadEndsAllAndAGoodOneDoesNot() throws Exception {
        Map<String, String> load = Map.of(
                "plumbline.load.concurrency",
                "2",
                "plumbline.load.request-count",
                "20",
                "plumbline.load.warmup-requests",
                "5");
        try (Drive drive = new Drive(QUICK, with(load, "plumbline.smoke.expect", "no such words"))) {
            Optional<String> refused = drive.untilItsEnd().status().phases().refused();
            assertThat(refused.orElseThrow())
                    .startsWith("smoke: the answer")
                    .contains("matches the expected no such words")
                    .doesNotContain("\n");
            assertThat(drive.target.emitRecords()).hasSize(1);
            assertThat(drive.status().state()).isEqualTo(ProducerState.STOPPED);
        }
        try (Drive drive = new Drive(QUICK, with(load, "plumbline.smoke.expect", "[a-z]"))) {
            assertThat(drive.untilItsEnd().status().phases().refused()).isEmpty();
            assertThat(drive.target.emitRecords()).hasSize(26);
        }
        try (Drive drive =
                new Drive(QUICK, with(load, "plumbline.smoke.enabled", "true", "plumbline.target.model", "another"))) {
            assertThat(drive.untilItsEnd().status().phases().refused().orElseThrow())
                    .startsWith("smoke: the request before the load failed, ");
            assertThat(drive.measured()).isEmpty();
        }
    }

    /** Pairs go round in the slots of a shape: each target has as many requests at a time, of every class, and both were tried. */
    @Test
    void aShapeIsOfPairsAndOfClassesToo() throws Exception {
        SimulatedTargetSettings slow = QUICK.withTiming(new TimingSettings(60 * MILLI, 0, 5 * MILLI, 0.1));
        try (SimulatedTarget canary = SimulatedTarget.start(slow);
                Drive drive = new Drive(
                        slow,
                        Map.of(
                                "plumbline.load.concurrency-shape", "steps:2,8,4@1500ms",
                                "plumbline.load.ramp", "200ms",
                                "plumbline.load.duration", "4500ms",
                                "plumbline.load.event-loops", "2",
                                "plumbline.smoke.expect", "[a-z]",
                                "plumbline.workload.mix", "summarization=1,batch=1",
                                "plumbline.canary.url", canary.baseUrl() + "/v1",
                                "plumbline.canary.mode", "pair"))) {
            List<EmitRecord> ofTarget = drive.untilItsEnd().measured();
            List<EmitRecord> ofCanary = canary.emitRecords().stream()
                    .filter(each -> !each.requestId().startsWith("s"))
                    .toList();
            long from = drive.measuredFromNanos();
            int[] levels = {2, 8, 4};
            for (int level = 0; level < levels.length; level++) {
                long start = from + level * 1_500 * MILLI;
                for (List<EmitRecord> log : List.of(ofTarget, ofCanary)) {
                    long most = IntStream.range(0, 100)
                            .mapToLong(i -> atOnce(log, start + (400 + i * 10L) * MILLI))
                            .max()
                            .orElseThrow();
                    assertThat(most).as("most at level %d", level).isEqualTo(levels[level]);
                }
            }
            StatusReport status = drive.status();
            assertThat(status.phases().refused()).isEmpty();
            assertThat(status.pairs().whole()).isGreaterThan(50);
            assertThat(status.lanes()).hasSize(4).allSatisfy(lane -> {
                assertThat(lane.group()).contains("s-steps2-8-4x");
                assertThat(lane.completed()).isPositive();
            });
            for (SimulatedTarget each : List.of(drive.target, canary)) {
                assertThat(each.emitRecords().stream()
                                .filter(one -> one.requestId().startsWith("s")))
                        .hasSize(1);
            }
        }
    }

    @Test
    void loadGoesOnForAsLongAsItIsToCoolDown() throws Exception {
        try (Drive drive = new Drive(
                QUICK,
                Map.of(
                        "plumbline.load.request-rate", "50",
                        "plumbline.load.duration", "1s",
                        "plumbline.load.cool-down", "1s"))) {
            drive.untilItsEnd();
            assertThat(drive.measured()).hasSizeBetween(49, 51);
            assertThat(drive.target.emitRecords()).hasSizeBetween(97, 102);
            assertThat(drive.status().unmeasuredRequests()).isBetween(47L, 51L);
        }
    }

    @Test
    void aLoadBeginsWhenItIsTo() throws Exception {
        Instant begin = Instant.ofEpochMilli(System.currentTimeMillis() + 3_000);
        try (Drive drive = new Drive(
                QUICK,
                Map.of(
                        "plumbline.load.request-rate", "50",
                        "plumbline.load.begin-at", begin.toString(),
                        "plumbline.load.request-count", "20"))) {
            long[] arrivals = drive.untilItsEnd().arrivals();
            assertThat(drive.status().measuredFromEpochMillis()).hasValue(begin.toEpochMilli());
            assertThat(arrivals[0]).isBetween(-2 * MILLI, 500 * MILLI);
        }
    }

    /** Sessions of one producer, in the order in which the target heard of them. */
    private static List<EmitRecord> heardOf(SimulatedTarget target, StatusReport status) {
        String prefix = RequestIds.prefix(status.producerId(), status.epoch());
        return target.emitRecords().stream()
                .filter(each -> each.requestId().startsWith(prefix))
                .sorted(Comparator.comparingLong(each -> each.stamps().receivedNanos()))
                .toList();
    }

    private static long session(EmitRecord of, StatusReport status) {
        return RequestIds.session(of.requestId(), new Origin(status.producerId(), status.epoch(), 1))
                .orElseThrow();
    }

    /** One is ended in the middle; what another is told of it is what the command line knows: when it began, and what was acknowledged. */
    @Test
    void aProducerThatTakesOverGoesOnWithPromptsAndShape(@TempDir Path folder) throws Exception {
        Path prompts = folder.resolve("prompts.jsonl");
        Files.write(
                prompts,
                IntStream.range(0, 400)
                        .mapToObj(i -> "{\"prompt\":\"" + "abc ".repeat(1 + i % 60) + "\"}")
                        .toList());
        Map<String, String> load = Map.of(
                "plumbline.workload.dataset", prompts.toString(),
                "plumbline.workload.cache", "REUSE",
                "plumbline.load.shape", "square:20,90@1s",
                "plumbline.load.arrival-pattern", "CONSTANT",
                "plumbline.load.event-loops", "2");
        try (SimulatedTarget target = SimulatedTarget.start(QUICK)) {
            StatusReport before;
            try (Drive first = new Drive(target, with(load, "plumbline.producer.id", "first"))) {
                awaitIt(() -> first.status().completed() >= 70);
                before = first.status();
            }
            List<EmitRecord> old = heardOf(target, before);
            long begun = old.stream()
                            .filter(each -> each.outcome() == EmitOutcome.LENGTH || each.outcome() == EmitOutcome.STOP)
                            .mapToLong(each -> session(each, before))
                            .max()
                            .orElseThrow()
                    + 1;
            long since = before.measuredFromEpochMillis().orElseThrow();
            try (Drive second = new Drive(
                    target,
                    with(
                            load,
                            "plumbline.producer.id",
                            "second",
                            "plumbline.load.goes-on.since",
                            Instant.ofEpochMilli(since).toString(),
                            "plumbline.load.goes-on.sessions",
                            Long.toString(begun),
                            "plumbline.load.duration",
                            "4s"))) {
                StatusReport after = second.untilItsEnd().status();
                List<EmitRecord> rest = heardOf(target, after);
                assertThat(rest.stream().map(each -> session(each, after)))
                        .as("each session behind those that were answered, once")
                        .containsExactlyInAnyOrderElementsOf(LongStream.range(begun, begun + rest.size())
                                .boxed()
                                .toList());
                int least =
                        old.stream().mapToInt(EmitRecord::promptTokens).min().orElseThrow();
                assertThat(Stream.concat(old.stream(), rest.stream())).allSatisfy(each -> {
                    boolean isOld = old.contains(each);
                    assertThat(each.promptTokens())
                            .isEqualTo((int) (least + session(each, isOld ? before : after) % 60));
                });
                long from = second.measuredFromNanos();
                RateCurve left = RateCurve.of(LoadShape.parse("square:20,90@1s"))
                        .from((after.measuredFromEpochMillis().orElseThrow() - since) * MILLI);
                long[] arrivals = rest.stream()
                        .mapToLong(each -> each.stamps().receivedNanos() - from)
                        .toArray();
                assertThat(chiSquare(arrivals, left, 4, 16)).isLessThan(chiSquareAllowed(16));
                assertThat(chiSquare(arrivals, left.from((long) SECOND), 4, 16))
                        .as("half a period further it is another load")
                        .isGreaterThan(chiSquareAllowed(16));
            }
        }
    }

    /**
     * Two producers, neither of which knows when the other began. How exactly their due times make one load is held by {@link
     * LoadShareTest}; arrivals may be late on a machine that has other things to do, and never early.
     */
    @Test
    void theTargetSeesOneLoadOfProducersThatShareIt(@TempDir Path folder) throws Exception {
        Path prompts = folder.resolve("prompts.jsonl");
        Files.write(
                prompts,
                IntStream.range(0, 800)
                        .mapToObj(i -> "{\"prompt\":\"" + "abc ".repeat(1 + i) + "\"}")
                        .toList());
        long gapNanos = 25 * MILLI;
        for (String pattern : List.of("POISSON", "CONSTANT")) {
            try (SimulatedTarget target = SimulatedTarget.start(QUICK)) {
                List<Drive> drives = new ArrayList<>();
                try {
                    for (int part = 1; part <= 2; part++) {
                        drives.add(new Drive(
                                target,
                                Map.of(
                                        "plumbline.producer.id",
                                        "part-" + part,
                                        "plumbline.load.share",
                                        part + "/2",
                                        "plumbline.load.request-rate",
                                        Double.toString(SECOND / gapNanos),
                                        "plumbline.load.arrival-pattern",
                                        pattern,
                                        "plumbline.workload.dataset",
                                        prompts.toString(),
                                        "plumbline.workload.cache",
                                        "REUSE",
                                        "plumbline.load.duration",
                                        "6s")));
                    }
                    long epochOfZero = System.currentTimeMillis() * MILLI - System.nanoTime();
                    for (int part = 0; part < 2; part++) {
                        Drive drive = drives.get(part).untilItsEnd();
                        List<EmitRecord> heard = heardOf(target, drive.status());
                        double wanted = 6 * SECOND / gapNanos / 2;
                        if (pattern.equals("POISSON")) {
                            assertThat((double) heard.size())
                                    .isBetween(
                                            wanted - NORMAL_QUANTILE * Math.sqrt(wanted),
                                            wanted + NORMAL_QUANTILE * Math.sqrt(wanted));
                        } else {
                            assertThat((double) heard.size()).isBetween(wanted - 1, wanted + 1);
                            // In which quarter of the gap of one part: the first, if it is due when it has to be. The
                            // producer
                            // looked at the wall clock at another moment than this test, so it begins a little before.
                            long apart = 2 * MILLI;
                            long[] quarters = new long[4];
                            for (EmitRecord each : heard) {
                                long sinceDue = Math.floorMod(
                                        epochOfZero + each.stamps().receivedNanos() + apart - part * gapNanos,
                                        2 * gapNanos);
                                quarters[(int) (sinceDue * 4 / (2 * gapNanos))]++;
                            }
                            assertThat(quarters[0])
                                    .as("part %d of 2: %s", part + 1, Arrays.toString(quarters))
                                    .isGreaterThan(LongStream.of(quarters)
                                            .skip(1)
                                            .max()
                                            .orElseThrow());
                        }
                    }
                    int[] lengths = target.emitRecords().stream()
                            .filter(each -> each.requestId().startsWith("part-"))
                            .mapToInt(EmitRecord::promptTokens)
                            .sorted()
                            .toArray();
                    assertThat(lengths)
                            .as("each prompt is asked by one of them")
                            .doesNotHaveDuplicates();
                } finally {
                    for (Drive drive : drives) {
                        drive.close();
                    }
                }
            }
        }
    }

    private static void awaitIt(BooleanSupplier condition) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(2)).until(condition::getAsBoolean);
    }
}
