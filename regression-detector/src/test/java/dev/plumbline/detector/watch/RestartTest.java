package dev.plumbline.detector.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Mute;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.series.ConditionsDigest;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Snapshot;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A detector that was cut off anywhere, even between two sends, tells what an uninterrupted one tells: once. */
class RestartTest {

    private static final JudgementSettings SHORT = new JudgementSettings(60, 3, 0.10, 60_480, 1, 15, 9, 30);

    private static final String TOPIC = "plumbline.windows.10s.v1";

    private static final String OTHER_CONDITIONS = ConditionsDigest.of(Map.of("isl", "4096"));

    private static final DeployMarker DEPLOY = new DeployMarker(
            "v2",
            "ci",
            "v2",
            SimulatedSeries.START + 100 * SimulatedSeries.LENGTH_MILLIS,
            new Scope(Optional.empty(), Optional.empty(), Optional.of("stable")),
            Map.of());

    private static final WatchLimits LIMITS = new WatchLimits(10, 1 << 30, 3_600_000, 60_000);

    private static final List<byte[]> WINDOWS = windows();

    /** Series that stop, are forgotten, say goodbye and come back. */
    private static final List<byte[]> STOPPING_WINDOWS = stoppingWindows();

    /** A series that is pinned for a while, reset, and measured under other conditions in between. */
    private static final List<byte[]> DECIDED_WINDOWS = decidedWindows();

    /** A series that was taught in a bad time, and another one beside it that pauses. */
    private static final List<byte[]> IMPROVING_WINDOWS = improvingWindows();

    private static final List<Consumer<Watch>> DECISIONS = decisions();

    /** What an uninterrupted run leaves, computed once: nobody writes to it. */
    private static Topics expected;

    private static Topics expectedOfStopping;

    private static Topics expectedOfDecided;

    private static Topics expectedOfImproving;

    @BeforeAll
    static void runUninterrupted() {
        expected = uninterrupted(WINDOWS);
        expectedOfStopping = uninterrupted(STOPPING_WINDOWS);
        expectedOfDecided = uninterrupted(DECIDED_WINDOWS);
        expectedOfImproving = uninterrupted(IMPROVING_WINDOWS);
    }

    /** Few by default, since the simulated pipe restarts its detector hundreds of times; all with {@code --all}. */
    private static LongStream seeds(long first, long last) {
        return LongStream.rangeClosed(first, Boolean.getBoolean("plumbline.test.all") ? last : first + 3);
    }

    static LongStream seeds() {
        return seeds(1, 8);
    }

    static LongStream seedsOfSnapshots() {
        return seeds(11, 26);
    }

    static LongStream seedsOfDecisions() {
        return seeds(51, 62);
    }

    static LongStream seedsOfImproving() {
        return seeds(71, 82);
    }

    static LongStream seedsOfStoppingSeries() {
        return seeds(31, 42);
    }

    /** What the topics hold. */
    private static final class Topics {
        final List<byte[]> verdicts = new ArrayList<>();
        final List<byte[]> alerts = new ArrayList<>();
        final List<byte[]> baselines = new ArrayList<>();
        final Map<String, byte[]> snapshots = new HashMap<>();

        /** Publishes in the order of the app, up to a number of records. */
        boolean publish(Outgoing outgoing, int most) {
            List<Runnable> sends = new ArrayList<>();
            outgoing.baselines().forEach(record -> sends.add(() -> baselines.add(Codec.BASELINES.encode(record))));
            outgoing.alerts().forEach(record -> sends.add(() -> alerts.add(Codec.ALERTS.encode(record))));
            outgoing.verdicts().forEach(record -> sends.add(() -> verdicts.add(Codec.VERDICTS.encode(record))));
            sends.stream().limit(most).forEach(Runnable::run);
            return sends.size() <= most;
        }

        /** Writes all snapshots. */
        void save(Watch watch) {
            assertThat(save(watch, Integer.MAX_VALUE, new Random(0))).isTrue();
        }

        /** Writes snapshots in the order of the app, up to a number of records; what is sent together comes in any order. */
        boolean save(Watch watch, int most, Random random) {
            Unsaved unsaved = watch.takeUnsaved();
            List<Runnable> sends = new ArrayList<>();
            sends.addAll(shuffled(unsaved.learning(), Snapshot::key, this::put, random));
            sends.addAll(shuffled(unsaved.series(), Snapshot::key, this::put, random));
            sends.addAll(shuffled(unsaved.gone(), key -> key, snapshots::remove, random));
            unsaved.nextOffsets()
                    .forEach((partition, next) -> sends.add(() -> put(
                            new Snapshot.OfPartition(TOPIC, "id", partition, next, List.of((long) verdicts.size())))));
            sends.stream().limit(most).forEach(Runnable::run);
            return sends.size() <= most;
        }

        /** Sorted first: in which order a hash map hands them out may differ from one start of a virtual machine to the next. */
        private static <T> List<Runnable> shuffled(
                List<T> records, Function<T, String> key, Consumer<T> send, Random random) {
            List<T> sent = new ArrayList<>(records);
            sent.sort(Comparator.comparing(key));
            Collections.shuffle(sent, random);
            return sent.stream()
                    .map(record -> (Runnable) () -> send.accept(record))
                    .toList();
        }

        private void put(Snapshot snapshot) {
            snapshots.put(snapshot.key(), Codec.SNAPSHOTS.encode(snapshot));
        }

        Optional<Snapshot.OfPartition> position() {
            return Optional.ofNullable(snapshots.get("partition/" + TOPIC + "/0"))
                    .map(bytes -> (Snapshot.OfPartition) decoded(Codec.SNAPSHOTS, bytes));
        }

        Published read() {
            Map<String, Snapshot> saved = new HashMap<>();
            Map<String, VerdictRecord> last = new HashMap<>();
            snapshots.values().forEach(bytes -> {
                Snapshot snapshot = decoded(Codec.SNAPSHOTS, bytes);
                saved.put(snapshot.key(), snapshot);
                if (snapshot instanceof Snapshot.OfSeries series) {
                    last.put(series.verdict().window().series().key(), series.verdict());
                }
            });
            int from = position()
                    .map(known -> known.verdictOffsets().getFirst().intValue())
                    .orElse(0);
            verdicts.subList(from, verdicts.size()).forEach(bytes -> {
                VerdictRecord verdict = decoded(Codec.VERDICTS, bytes);
                last.put(verdict.window().series().key(), verdict);
            });
            Map<String, BaselineRecord> known = new HashMap<>();
            baselines.forEach(bytes -> {
                BaselineRecord baseline = decoded(Codec.BASELINES, bytes);
                known.put(baseline.comparison(), baseline);
            });
            List<AlertRecord> all =
                    alerts.stream().map(bytes -> decoded(Codec.ALERTS, bytes)).toList();
            return new Published(last, known, all, saved, List.of());
        }
    }

    private static <T> T decoded(Codec<T> codec, byte[] bytes) {
        return ((Decoded.Value<T>) codec.decode(bytes)).value();
    }

    private static List<byte[]> windows() {
        SimulatedSeries stable = new SimulatedSeries(21, "c8");
        SimulatedSeries canary = new SimulatedSeries(22, "c8", "canary");
        List<byte[]> windows = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            stable.tpotFactor(i >= 100 && i < 140 ? 1.3 : 1);
            stable.errorShare(i >= 115 && i < 140 ? 0.3 : 0);
            canary.ttftFactor(i >= 90 ? 1.4 : 1);
            windows.add(Codec.WINDOWS.encode(stable.window()));
            if (i % 2 == 0) {
                windows.add(Codec.WINDOWS.encode(skipOne(canary)));
            }
        }
        return windows;
    }

    private static List<byte[]> stoppingWindows() {
        SimulatedSeries stable = new SimulatedSeries(31, "c8");
        SimulatedSeries canary = new SimulatedSeries(32, "c8", "canary");
        SimulatedSeries other = new SimulatedSeries(33, "c9");
        SimulatedSeries ending = new SimulatedSeries(34, "c8", "ending");
        List<WindowRecord> windows = new ArrayList<>();
        for (int i = 0; i < 95; i++) {
            windows.add(stable.window());
            canary.ttftFactor(i >= 70 ? 1.6 : 1);
            windows.add(canary.window());
        }
        // Half an hour, twice: the canary is forgotten while its alert is open, the other series is not.
        other.skipTime(95);
        for (int i = 0; i < 75; i++) {
            windows.add(other.window());
            other.skipTime(i % 25 == 24 ? 190 : 0);
        }
        stable.skipTime(95 + 75 + 3 * 190);
        ending.skipTime(95 + 95 + 75 + 3 * 190);
        other.skipTime(1);
        for (int i = 0; i < 110; i++) {
            windows.add(stable.window());
            windows.add(other.window());
            if (i > 70) {
                ending.ttftFactor(i >= 75 ? 1.6 : 1);
                windows.add(ending.window());
            }
        }
        windows.add(ended(ending.window(), 0));
        WindowRecord last = other.window();
        windows.add(last);
        windows.add(stable.window());
        windows.add(ended(new WindowRecord(last.id(), 1, WindowSummary.empty(), ExcludedPart.none()), 1));
        for (int i = 0; i < 20; i++) {
            windows.add(stable.window());
        }
        return windows.stream().map(Codec.WINDOWS::encode).toList();
    }

    private static List<byte[]> decidedWindows() {
        SimulatedSeries stable = new SimulatedSeries(41, "c8");
        SimulatedSeries longer = new SimulatedSeries(42, "c8");
        longer.ttftFactor(8);
        List<byte[]> windows = new ArrayList<>();
        for (int i = 0; i < 290; i++) {
            stable.tpotFactor(i >= 70 && i < 250 ? 1.3 : 1);
            windows.add(Codec.WINDOWS.encode(stable.window()));
            if (i >= 100 && i < 240) {
                windows.add(Codec.WINDOWS.encode(DecisionsTest.under(longer.window(), OTHER_CONDITIONS)));
            } else {
                longer.skipTime(1);
            }
        }
        return windows;
    }

    private static List<byte[]> improvingWindows() {
        SimulatedSeries stable = new SimulatedSeries(61, "c8");
        SimulatedSeries other = new SimulatedSeries(62, "c8", "green");
        List<byte[]> windows = new ArrayList<>();
        for (int i = 0; i < 270; i++) {
            stable.tpotFactor(i < 70 ? 1.6 : i < 230 ? 1 : 1.4);
            stable.ttftFactor(i < 70 ? 1.6 : 1);
            windows.add(Codec.WINDOWS.encode(stable.window()));
            if (i % 2 == 0 && (i < 120 || i > 150)) {
                windows.add(Codec.WINDOWS.encode(skipOne(other)));
            } else if (i % 2 == 0) {
                other.skipTime(2);
            }
        }
        return windows;
    }

    private static long at(int window) {
        return SimulatedSeries.START + window * SimulatedSeries.LENGTH_MILLIS;
    }

    private static List<Consumer<Watch>> decisions() {
        SimulatedSeries slow = new SimulatedSeries(43, "c8");
        slow.tpotFactor(1.3);
        BaselineRecord pinned = DecisionsTest.made(
                slow, Optional.empty(), new Decision("alice", "accepted", at(110), OptionalLong.of(at(150))));
        Scope unscoped = Scope.EVERYTHING;
        List<Control> controls = List.of(
                new BaselineReset("all", unscoped, new Decision("bob", "new racks", at(160), OptionalLong.empty())),
                new Mute("all", unscoped, new Decision("bob", "racks", at(80), OptionalLong.of(at(100)))));
        List<Consumer<Watch>> decisions = new ArrayList<>();
        decisions.add(watch -> watch.takeBaseline(
                0, 0, pinned.key().getBytes(StandardCharsets.UTF_8), Codec.BASELINES.encode(pinned)));
        controls.forEach(control -> decisions.add(watch -> watch.takeControl(
                0, 0, control.key().getBytes(StandardCharsets.UTF_8), Codec.CONTROLS.encode(control))));
        return decisions;
    }

    private static WindowRecord ended(WindowRecord window, int revision) {
        return new WindowRecord(
                window.id(),
                revision,
                window.delta(),
                window.excluded(),
                OptionalLong.of(window.id().endEpochMillis()));
    }

    private static WindowRecord skipOne(SimulatedSeries series) {
        WindowRecord window = series.window();
        series.skipTime(1);
        return window;
    }

    /** @param offset of the first window that it wants to see */
    private record Started(Watch watch, int offset) {}

    private static Started started(Topics topics, List<byte[]> windows) {
        Watch watch = new Watch(TOPIC, SimulatedSeries.LENGTH_MILLIS, SHORT, LIMITS);
        watch.takeControl(0, 0, null, Codec.CONTROLS.encode(DEPLOY));
        if (windows.equals(DECIDED_WINDOWS)) {
            DECISIONS.forEach(decision -> decision.accept(watch));
        }
        watch.restore(topics.read());
        Reading reading = topics.position()
                .map(known -> new Reading(0, known.nextOffset(), windows.size() - 1, true))
                .orElseGet(() -> Reading.fromBeginning(0, windows.size() - 1));
        watch.assign(0, reading);
        watch.learningOffsets(0).forEach(offset -> watch.relearn(0, offset, windows.get(offset.intValue())));
        return new Started(watch, Math.toIntExact(reading.startOffset()));
    }

    private static Topics uninterrupted(List<byte[]> windows) {
        Topics topics = new Topics();
        run(topics, windows, windows.size());
        return topics;
    }

    private static Watch run(Topics topics, List<byte[]> windows, int until) {
        Started started = started(topics, windows);
        for (int offset = started.offset(); offset < until; offset++) {
            topics.publish(started.watch().take(0, offset, windows.get(offset)), Integer.MAX_VALUE);
        }
        return started.watch();
    }

    private static void assertSame(Topics actual, Topics expected, String as) {
        assertSame(actual.verdicts, expected.verdicts, "verdicts, " + as);
        assertSame(actual.alerts, expected.alerts, "alerts, " + as);
        assertSame(actual.baselines, expected.baselines, "baselines, " + as);
    }

    /** The first difference alone is told: the lists are long. */
    private static void assertSame(List<byte[]> actual, List<byte[]> expected, String as) {
        for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
            assertThat(new String(actual.get(i), StandardCharsets.UTF_8))
                    .as(as + ": " + i)
                    .isEqualTo(new String(expected.get(i), StandardCharsets.UTF_8));
        }
        assertThat(actual.size()).as(as).isEqualTo(expected.size());
    }

    @Test
    void whatStopsIsClosedForgottenAndLearnedAnew() {
        assertThat(expectedOfStopping.baselines).hasSize(3);
        assertThat(expectedOfStopping.alerts.stream()
                        .map(bytes -> decoded(Codec.ALERTS, bytes))
                        .map(alert -> alert.series().variant() + ' ' + alert.transition())
                        .toList())
                .containsSubsequence("canary FIRED", "canary ENDED", "ending FIRED", "ending ENDED");
        assertThat(expectedOfStopping.verdicts.stream()
                        .map(bytes -> decoded(Codec.VERDICTS, bytes))
                        .filter(verdict -> verdict.state() == SeriesState.ENDED))
                .hasSize(2);
    }

    @Test
    void whatIsForgottenIsTakenBackFromTheSnapshots() {
        Topics topics = new Topics();
        topics.save(run(topics, STOPPING_WINDOWS, 190));
        assertThat(topics.snapshots.keySet())
                .filteredOn(key -> key.contains("canary"))
                .hasSize(1);
        topics.save(run(topics, STOPPING_WINDOWS, STOPPING_WINDOWS.size()));
        assertThat(topics.snapshots.keySet()).noneMatch(key -> key.contains("canary"));
        assertThat(started(topics, STOPPING_WINDOWS).watch().series())
                .extracting(view -> view.verdict().orElseThrow().state())
                .containsOnlyOnce(SeriesState.OK)
                .contains(SeriesState.ENDED);
    }

    @ParameterizedTest
    @MethodSource("seedsOfStoppingSeries")
    void isCutOffAnywhereWhileSeriesStopAndTellsTheSame(long seed) {
        assertTellsTheSame(
                STOPPING_WINDOWS, expectedOfStopping, new Random(seed), seed % 3 == 0 ? 0 : 0.1, "seed " + seed);
    }

    @ParameterizedTest
    @MethodSource("seedsOfImproving")
    void isCutOffAnywhereWhileAStaleBaselineIsLearnedAnewAndTellsTheSame(long seed) {
        assertTellsTheSame(
                IMPROVING_WINDOWS, expectedOfImproving, new Random(seed), seed % 3 == 0 ? 0 : 0.1, "seed " + seed);
    }

    @Test
    void aStaleBaselineIsSaidAndLearnedAnewAndARegressionFromThereIsFound() {
        assertThat(expectedOfImproving.baselines).hasSize(2);
        List<String> said = expectedOfImproving.verdicts.stream()
                .map(bytes -> decoded(Codec.VERDICTS, bytes))
                .flatMap(verdict -> verdict.metrics().stream().limit(1))
                .map(metric -> metric.verdict() instanceof Verdict.Inconclusive inconclusive ? inconclusive.detail() : "")
                .filter(detail -> detail.contains("which is stale: it learns anew"))
                .toList();
        assertThat(said).singleElement().asString().startsWith("better for 6").contains(" windows than learned-");
        assertThat(expectedOfImproving.alerts.stream()
                        .map(bytes -> decoded(Codec.ALERTS, bytes))
                        .filter(alert -> alert.series().variant().equals("stable"))
                        .map(AlertRecord::transition))
                .contains(AlertRecord.Transition.FIRED);
    }

    @ParameterizedTest
    @MethodSource("seedsOfDecisions")
    void isCutOffAnywhereWhilePeopleDecideAndTellsTheSame(long seed) {
        assertTellsTheSame(
                DECIDED_WINDOWS, expectedOfDecided, new Random(seed), seed % 3 == 0 ? 0 : 0.1, "seed " + seed);
    }

    @Test
    void whatIsDecidedIsToldOfAndEndsWhatWasOpen() {
        List<VerdictRecord> verdicts = expectedOfDecided.verdicts.stream()
                .map(bytes -> decoded(Codec.VERDICTS, bytes))
                .toList();
        assertThat(verdicts.stream()
                        .filter(verdict -> verdict.baselineId()
                                .filter(id -> id.startsWith("pinned-"))
                                .isPresent()))
                .as("windows that were held against the pin")
                .hasSize(40)
                .allMatch(verdict -> verdict.window().series().conditions().isEmpty());
        assertThat(expectedOfDecided.baselines)
                .as("two of the one, one of the other")
                .hasSize(3);
        assertThat(expectedOfDecided.alerts.stream()
                        .map(bytes -> decoded(Codec.ALERTS, bytes))
                        .map(alert -> alert.transition() + " " + alert.summary()))
                .anyMatch(line -> line.startsWith("FIRED") && line.contains("muted by bob (racks)"))
                .anyMatch(line ->
                        line.startsWith("ENDED it is held against pinned-") && line.contains("by alice (accepted)"))
                .anyMatch(line -> line.startsWith("ENDED its baseline is gone, reset by bob (new racks)"));
        assertThat(verdicts).extracting(VerdictRecord::state).contains(SeriesState.OK, SeriesState.FIRING);
    }

    @Test
    void theUninterruptedRunHasSomethingToLose() {
        Topics topics = expected;
        assertThat(topics.baselines).hasSize(1);
        assertThat(topics.alerts.stream()
                        .map(bytes -> decoded(Codec.ALERTS, bytes).transition())
                        .toList())
                .contains(
                        AlertRecord.Transition.FIRED, AlertRecord.Transition.EXTENDED, AlertRecord.Transition.RESOLVED);
        assertThat(topics.alerts.stream()
                        .map(bytes -> decoded(Codec.ALERTS, bytes))
                        .toList())
                .allSatisfy(
                        alert -> assertThat(alert.evidence().deployEpochMillis().isPresent())
                                .isEqualTo(alert.series().variant().equals("stable")));
    }

    /** An older detector left no snapshots. */
    @ParameterizedTest
    @MethodSource("seeds")
    void isCutOffAnywhereAndTellsTheSame(long seed) {
        assertTellsTheSame(WINDOWS, expected, new Random(seed), 0, "seed " + seed);
    }

    @ParameterizedTest
    @MethodSource("seedsOfSnapshots")
    void isCutOffAnywhereEvenInASnapshotAndTellsTheSame(long seed) {
        assertTellsTheSame(WINDOWS, expected, new Random(seed), 0.15, "seed " + seed);
    }

    private static void assertTellsTheSame(
            List<byte[]> windows, Topics expected, Random random, double snapshotsPerWindow, String as) {
        Topics topics = new Topics();
        int done = 0;
        String cuts = as + ", cuts at";
        while (done < windows.size()) {
            Started started = started(topics, windows);
            int cut = random.nextInt(windows.size() / 3) + done;
            cuts += " " + cut;
            done = started.offset();
            boolean whole = true;
            while (whole && done < windows.size()) {
                Outgoing outgoing = started.watch().take(0, done, windows.get(done));
                whole = topics.publish(outgoing, done >= cut ? random.nextInt(2) : Integer.MAX_VALUE);
                if (whole && random.nextDouble() < snapshotsPerWindow) {
                    whole = topics.save(
                            started.watch(), random.nextInt(4) == 0 ? random.nextInt(6) : Integer.MAX_VALUE, random);
                }
                done += whole ? 1 : 0;
            }
        }
        assertSame(topics, expected, cuts);
    }

    @Test
    void isCutOffRightAroundEveryTransition() {
        List<byte[]> windows = WINDOWS;
        Topics probe = new Topics();
        Watch watch = started(probe, windows).watch();
        List<Integer> turns = new ArrayList<>();
        for (int offset = 0; offset < windows.size(); offset++) {
            Outgoing outgoing = watch.take(0, offset, windows.get(offset));
            if (!outgoing.alerts().isEmpty() || !outgoing.baselines().isEmpty()) {
                turns.add(offset);
            }
        }
        for (int turn : turns) {
            for (int sent = 0; sent <= 2; sent++) {
                boolean whole = true;
                // Of what was not told whole no snapshot is taken, however many of its records would have been written.
                for (int saved = 0; saved <= (whole ? 3 : 0); saved++) {
                    Topics topics = new Topics();
                    Watch first = run(topics, windows, turn - 1);
                    topics.save(first);
                    for (int offset = turn - 1; offset <= turn; offset++) {
                        whole = topics.publish(
                                first.take(0, offset, windows.get(offset)), offset == turn ? sent : Integer.MAX_VALUE);
                    }
                    if (whole) {
                        topics.save(first, saved, new Random(turn));
                    }
                    run(topics, windows, windows.size());
                    assertSame(
                            topics,
                            expected,
                            "cut at " + turn + " after " + sent + " sends and " + saved + " snapshots");
                }
            }
        }
    }

    @Test
    void everythingStandsAsItStoodBeforeAnyWindowIsReadAgain() {
        Topics topics = new Topics();
        Watch before = run(topics, WINDOWS, WINDOWS.size());
        topics.save(before);
        Started after = started(topics, WINDOWS);
        assertThat(after.offset()).isEqualTo(WINDOWS.size());
        assertThat(after.watch().isCaughtUp()).isTrue();
        assertThat(after.watch().series()).hasSize(2).allSatisfy(view -> {
            assertThat(view.baseline()).isPresent();
            assertThat(view.totals().requests().total()).as("since this start").isZero();
            assertThat(view.verdict()).isEqualTo(verdict(before, view.series()));
        });
        assertThat(after.watch().takeUnsaved().series()).isEmpty();
    }

    private static Optional<VerdictRecord> verdict(Watch watch, Series series) {
        return watch.series().stream()
                .filter(view -> view.series().equals(series))
                .findFirst()
                .orElseThrow()
                .verdict();
    }

    /** Sixty windows of a baseline are too many for a snapshot of each; where they lie is not. */
    @Test
    void aBaselineInTheMakingIsTakenUpFromItsWindowsAndNoOthers() {
        int learned = 40;
        Topics topics = new Topics();
        topics.save(run(topics, WINDOWS, learned));
        Started after = started(topics, WINDOWS);
        assertThat(after.offset()).isEqualTo(learned);
        assertThat(after.watch().counted(Tally.RELEARNED)).isEqualTo(learned);
        assertThat(after.watch().counted(Tally.JUDGED)).isZero();
        assertThat(verdict(after.watch(), after.watch().series().getFirst().series())
                        .flatMap(VerdictRecord::learning))
                .isPresent();
    }

    @Test
    void whatASnapshotSaysOfABaselineInTheMakingIsTakenBackWhenThereIsOne() {
        Topics topics = new Topics();
        topics.save(run(topics, WINDOWS, 40));
        assertThat(topics.snapshots.keySet()).anyMatch(key -> key.startsWith("learning/"));
        topics.save(run(topics, WINDOWS, WINDOWS.size()));
        assertThat(topics.snapshots.keySet()).noneMatch(key -> key.startsWith("learning/"));
    }

    /** Their verdicts lie before the place in the verdicts topic that would be noted with them. */
    @Test
    void noSnapshotIsTakenWhileWindowsAreReadAgainThatWereTold() {
        Topics topics = new Topics();
        topics.save(run(topics, WINDOWS, 30));
        run(topics, WINDOWS, 50);
        Started again = started(topics, WINDOWS);
        for (int offset = again.offset(); offset < 50; offset++) {
            assertThat(again.watch().takeUnsaved().nextOffsets())
                    .as("before %d", offset)
                    .isEmpty();
            assertThat(again.watch().take(0, offset, WINDOWS.get(offset)).verdicts())
                    .isEmpty();
        }
        assertThat(again.watch().takeUnsaved().nextOffsets()).isEqualTo(Map.of(0, 50L));
    }

    /** Deleted and made again under its name: offsets begin anew, and cover nothing of what is in it now. */
    @Test
    void windowsOfATopicThatWasMadeAgainAreJudged() {
        Topics topics = new Topics();
        run(topics, WINDOWS, WINDOWS.size() - 30);
        int told = topics.verdicts.size();
        List<byte[]> anew = WINDOWS.subList(WINDOWS.size() - 30, WINDOWS.size());
        run(topics, anew, anew.size());
        assertSame(topics.verdicts, reoffset(expected, told, topics), "made again");
    }

    /** The same verdicts but for where their windows lie. */
    private static List<byte[]> reoffset(Topics wanted, int from, Topics actual) {
        List<byte[]> verdicts = new ArrayList<>(wanted.verdicts.subList(0, from));
        for (int i = from; i < wanted.verdicts.size(); i++) {
            VerdictRecord verdict = decoded(Codec.VERDICTS, wanted.verdicts.get(i));
            VerdictRecord there = decoded(Codec.VERDICTS, actual.verdicts.get(i));
            verdicts.add(Codec.VERDICTS.encode(new VerdictRecord(
                    verdict.window(),
                    there.source(),
                    verdict.state(),
                    verdict.baselineId(),
                    verdict.learning(),
                    verdict.coverage(),
                    verdict.metrics(),
                    verdict.snapshot(),
                    verdict.canary(),
                    verdict.why(),
                    verdict.decided())));
        }
        return verdicts;
    }
}
