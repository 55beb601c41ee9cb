package dev.plumbline.cli.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.history.BaselineChoice.Candidate;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.IncidentFinding;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.SimulatedRun;
import dev.plumbline.judgement.run.UnfitBaselineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStoreTest {

    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final long START = 1_795_345_200_000L;
    private static final dev.plumbline.contract.control.Decision DECISION =
            new dev.plumbline.contract.control.Decision("alice", "release 1.4", START, OptionalLong.empty());

    @TempDir
    private Path temporary;

    private Path root;
    private RunStore store;

    @BeforeEach
    void emptyStore() {
        root = temporary.resolve("runs");
        store = new RunStore(root);
    }

    private StoredRun put(int day, Decision decision, Consumer<SimulatedRun> change) {
        SimulatedRun simulated = new SimulatedRun(day);
        simulated.startEpochMillis = START + day * DAY_MILLIS;
        change.accept(simulated);
        StoredRun run =
                new StoredRun(simulated.run(), new RunVerdict(decision, decision.name(), Optional.empty(), List.of()));
        try {
            Files.createDirectories(store.folder(run.runId()));
            RunFile.write(store.folder(run.runId()).resolve(RunFile.NAME), run.result(), run.verdict());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return run;
    }

    private StoredRun put(int day, Decision decision) {
        return put(day, decision, ordinary -> {});
    }

    private static Candidate candidate(Consumer<SimulatedRun> change) {
        SimulatedRun simulated = new SimulatedRun(900);
        change.accept(simulated);
        RunResult run = simulated.run();
        return new Candidate(run.identity().runId(), run.identity().series().group(), run.environment(), Set.of());
    }

    private static Candidate candidate() {
        return candidate(ordinary -> {});
    }

    private static void assertRefused(Runnable action, String... parts) {
        assertThatThrownBy(action::run)
                .isInstanceOfAny(CommandFailure.class, UnfitBaselineException.class)
                .message()
                .hasLineCount(1)
                .contains(parts);
    }

    @Test
    void anAbsentRootHoldsNothing() {
        assertThat(store.entries()).isEmpty();
        assertThat(store.pins()).isEmpty();
        assertRefused(() -> store.find("last"), "no run in");
        assertRefused(() -> store.find("2026"), "no run '2026'", "it holds no run");
    }

    @Test
    void runsAreFoundByIdByBeginningAndAsLast() {
        StoredRun first = put(0, Decision.PASS);
        StoredRun second = put(1, Decision.PASS);
        assertThat(store.find(first.runId())).isEqualTo(first);
        assertThat(store.find(second.runId().substring(0, 8))).isEqualTo(second);
        assertThat(store.find("last")).isEqualTo(second);
        assertRefused(() -> store.find("2026"), "the beginning of 2 runs", first.runId(), second.runId());
        assertRefused(() -> store.find("2031"), first.runId());
    }

    @Test
    void damagedAndUnfinishedFoldersAreSaidToBeSoAndBreakNothing() throws IOException {
        StoredRun good = put(0, Decision.PASS);
        StoredRun bad = put(1, Decision.PASS);
        Files.writeString(store.folder(bad.runId()).resolve(RunFile.NAME), "{\"plumblineRun\":1,");
        Files.createDirectories(root.resolve("20261201T000000Z-empt"));
        Files.createDirectories(root.resolve("20261202T000000Z-part.partial"));
        Files.createDirectories(root.resolve("photographs"));
        StoredRun moved = put(2, Decision.PASS);
        Files.move(store.folder(moved.runId()), root.resolve("20261203T000000Z-away"));
        assertThat(store.entries().map(entry -> entry.getClass().getSimpleName() + " " + entry.runId()))
                .containsExactly(
                        "Damaged 20261203T000000Z-away",
                        "Unfinished 20261202T000000Z-part",
                        "Damaged 20261201T000000Z-empt",
                        "Damaged " + bad.runId(),
                        "Complete " + good.runId());
        assertThat(store.find("last")).isEqualTo(good);
        assertRefused(() -> store.find(bad.runId()), "damaged");
    }

    @Test
    void greenNeedsRequestsThatSucceededWindowsThatCountAndErrorsThatWereLookedAt() {
        assertThat(store.isGreen(put(0, Decision.NOT_JUDGED, run -> run.failing(1))))
                .as("nothing succeeded")
                .isFalse();
        assertThat(store.isGreen(put(1, Decision.NOT_JUDGED, run -> run.failing(0.5))))
                .as("half failed")
                .isFalse();
        assertThat(store.isGreen(put(2, Decision.NOT_JUDGED, run -> run.failing(0.25))))
                .as("a quarter failed, and nobody looked")
                .isFalse();
        assertThat(store.isGreen(put(3, Decision.NOT_JUDGED, run -> run.failing(0.01))))
                .as("few failed")
                .isTrue();
        assertThat(store.isGreen(put(4, Decision.NOT_JUDGED, run -> run.covered(0.037))))
                .as("nobody vouches for it")
                .isFalse();
        StoredRun quarter = put(5, Decision.PASS, run -> run.failing(0.25));
        StoredRun stated = new StoredRun(
                quarter.result(),
                new RunVerdict(Decision.PASS, "", Optional.empty(), List.of(budget(Answer.PASS, "error_rate<40%"))));
        assertThat(store.isGreen(stated)).as("a quarter may fail").isTrue();
        StoredRun aside = new StoredRun(
                quarter.result(),
                new RunVerdict(Decision.PASS, "", Optional.empty(), List.of(budget(Answer.PASS, "p95(ttft)<5s"))));
        assertThat(store.isGreen(aside)).as("a budget on something else").isFalse();
        assertThat(store.green(
                        new Candidate("none", quarter.group(), quarter.result().environment(), Set.of()), 10))
                .extracting(StoredRun::runId)
                .containsExactly(store.find("20261125").runId());
    }

    @Test
    void anOpenQuestionThatWasStoredAsAPassIsNotGreen() {
        StoredRun run = put(0, Decision.PASS);
        StoredRun open = new StoredRun(
                run.result(),
                new RunVerdict(
                        Decision.PASS, "", Optional.empty(), List.of(budget(Answer.CANNOT_TELL, "p95(ttft)<5s"))));
        assertThat(store.isGreen(open)).isFalse();
    }

    @Test
    void whyRequestsFailedAndWhatIsOpenIsKept() throws IOException {
        StoredRun plain = put(0, Decision.REGRESSION);
        RunResult run = plain.result();
        RunTotals totals = run.totals();
        OpenIncident open = new OpenIncident("a", START, List.of(JudgedMetric.TTFT_P95), 1);
        RunResult told = new RunResult(
                run.identity(),
                run.plan(),
                run.environment(),
                run.ending(),
                new RunTotals(
                        totals.offered(),
                        totals.acknowledgedEvents(),
                        totals.lostEvents(),
                        totals.countedEvents(),
                        totals.goodput(),
                        totals.cost(),
                        Optional.of(new RunTotals.Heard(
                                List.of(new RunTotals.Cause(FailureKind.REJECTED, 1, Optional.of("status 429"))),
                                Map.of(LatencyMetric.E2E, Histogram.of(90_000_000))))),
                run.windows(),
                run.alerts(),
                30,
                Optional.of(open));
        RunVerdict verdict = new RunVerdict(
                Decision.REGRESSION, "", Optional.empty(), List.of(new IncidentFinding(Answer.FAIL, open)));
        Path file = temporary.resolve("told.json");
        RunFile.write(file, told, verdict);
        assertThat(RunFile.read(file)).isEqualTo(new StoredRun(told, verdict));
    }

    private static BudgetFinding budget(Answer answer, String text) {
        return new BudgetFinding(
                answer, text, 0, OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), "", "");
    }

    @Test
    void greenIsWhatEndedAndWasNotJudgedBadOrWasPromoted() {
        assertThat(store.isGreen(put(0, Decision.PASS))).isTrue();
        assertThat(store.isGreen(put(1, Decision.NOT_JUDGED))).isTrue();
        assertThat(store.isGreen(
                        put(2, Decision.PASS, run -> run.ending = new RunEnding.LimitReached("max-cost", "1"))))
                .isTrue();
        assertThat(store.isGreen(put(3, Decision.PASS, run -> run.ending = new RunEnding.Interrupted())))
                .isFalse();
        assertThat(store.isGreen(put(4, Decision.FAILED, run -> run.ending = new RunEnding.Broken("x"))))
                .isFalse();
        StoredRun undecided = put(5, Decision.INCONCLUSIVE);
        assertThat(store.isGreen(undecided)).isFalse();
        store.promote(undecided, true, DECISION);
        assertThat(store.isGreen(undecided)).isTrue();
        store.promote(undecided, false, DECISION);
        assertThat(store.isGreen(undecided)).isFalse();
        StoredRun passed = put(6, Decision.PASS);
        store.promote(passed, false, DECISION);
        assertThat(store.isGreen(passed)).isFalse();
    }

    @Test
    void lastGreenIsTheNewestTenOfTheGroupUnderEqualConditions() {
        List<String> expected = new ArrayList<>();
        for (int day = 0; day < 13; day++) {
            StoredRun run = put(day, day == 12 ? Decision.REGRESSION : Decision.PASS);
            if (day >= 2 && day < 12) {
                expected.add(0, run.runId());
            }
        }
        put(20, Decision.PASS, other -> other.loadPoint = "c16");
        put(21, Decision.PASS, other -> other.conditions = Map.of("gpu", "A100"));
        put(22, Decision.PASS, other -> other.subject = Map.of("image", "new"));
        expected.add(0, store.find("last").runId());
        expected.remove(10);
        assertThat(BaselineChoice.resolve("last-green", store, candidate()))
                .extracting(run -> run.identity().runId())
                .containsExactlyElementsOf(expected);
    }

    @Test
    void theRunThatIsJudgedIsNotItsOwnBaseline() {
        StoredRun run = put(0, Decision.PASS);
        Candidate itself = new Candidate(run.runId(), run.group(), run.result().environment(), Set.of());
        assertRefused(() -> BaselineChoice.resolve("last-green", store, itself), "it holds no run");
    }

    @Test
    void aMissingGreenRunSaysWhatThereIs() {
        assertRefused(() -> BaselineChoice.resolve("last-green", store, candidate()), "svc/m/chat/c8", "holds no run");
        put(0, Decision.PASS, other -> other.loadPoint = "c16");
        assertRefused(() -> BaselineChoice.resolve("last-green", store, candidate()), "runs of svc/m/chat/c16");
        StoredRun red = put(1, Decision.REGRESSION);
        assertRefused(
                () -> BaselineChoice.resolve("last-green", store, candidate()), "none of them green", red.runId());
        put(2, Decision.PASS, other -> other.conditions = Map.of("gpu", "A100"));
        assertRefused(
                () -> BaselineChoice.resolve("last-green", store, candidate()),
                "gpu is 'H100' here and 'A100' there",
                "--vary gpu");
    }

    @Test
    void aRunThatFailedIsNoBaselineUnderItsIdAndNobodyIsSentToIt() {
        StoredRun failed = put(0, Decision.FAILED, run -> run.ending = new RunEnding.Broken("x"));
        assertRefused(
                () -> BaselineChoice.resolve(failed.runId(), store, candidate()),
                failed.runId() + " failed",
                "no baseline",
                "plumb runs list");
        assertRefused(
                () -> BaselineChoice.resolve("last-green", store, candidate()),
                "none of them green",
                "make one without --baseline");
        StoredRun red = put(1, Decision.REGRESSION);
        put(2, Decision.FAILED, run -> run.ending = new RunEnding.Broken("x"));
        assertRefused(
                () -> BaselineChoice.resolve("last-green", store, candidate()), "baseline promote " + red.runId());
    }

    @Test
    void aBaselineIsAFileAFolderAnIdOrAName() {
        StoredRun run = put(0, Decision.REGRESSION);
        store.pin("main", run, DECISION);
        Path folder = store.folder(run.runId());
        for (String choice : List.of(
                run.runId(),
                "2026",
                "main",
                folder.toString(),
                folder.resolve(RunFile.NAME).toString())) {
            assertThat(BaselineChoice.resolve(choice, store, candidate()))
                    .as(choice)
                    .singleElement()
                    .extracting(RunBaseline::identity)
                    .isEqualTo(run.result().identity());
        }
        assertRefused(
                () -> BaselineChoice.resolve("trunk", store, candidate()),
                "'trunk'",
                run.runId(),
                "main",
                "last-green");
        assertRefused(
                () -> BaselineChoice.resolve("main", store, candidate(other -> other.scenario = "code")),
                "scenario 'chat'");
    }

    @Test
    void aPinNeverMoves() {
        StoredRun first = put(0, Decision.PASS);
        StoredRun second = put(1, Decision.PASS);
        store.pin("main", first, DECISION);
        store.pin("main", first, DECISION);
        assertRefused(
                () -> store.pin("main", second, DECISION), "'main' is pinned to " + first.runId(), "--remove main");
        assertRefused(() -> store.pin("last-green", first, DECISION), "no name");
        assertRefused(() -> store.pin("../x", first, DECISION), "no name");
        store.unpin("main");
        assertRefused(() -> store.unpin("main"), "'main'", "none");
        store.pin("main", second, DECISION);
        assertThat(new RunStore(root).pins()).containsExactly(Map.entry("main", second.runId()));
    }

    @Test
    void marksOfManyAtOnceAreAllKept() throws Exception {
        StoredRun run = put(0, Decision.PASS);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String name = "name" + i;
                all.add(threads.submit(() -> new RunStore(root).pin(name, run, DECISION)));
            }
            for (Future<?> one : all) {
                one.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(store.pins()).hasSize(40);
    }

    @Test
    void damagedMarksAreNamedAndNotOverwritten() throws IOException {
        StoredRun run = put(0, Decision.PASS);
        Path file = Files.writeString(root.resolve("baselines.json"), "{\"pins\":");
        assertRefused(() -> store.pin("main", run, DECISION), "baselines.json cannot be read");
        assertThat(file).hasContent("{\"pins\":");
    }

    @Test
    void anExportedRunCanBeImportedElsewhere() throws IOException {
        StoredRun run = put(0, Decision.PASS);
        Path exported = Files.copy(store.folder(run.runId()).resolve(RunFile.NAME), temporary.resolve("export.json"));
        RunStore other = new RunStore(temporary.resolve("other"));
        assertThat(other.importFile(exported)).isEqualTo(run);
        assertThat(other.importFile(exported)).isEqualTo(run);
        assertThat(other.find("last")).isEqualTo(run);
        assertThat(other.entries()).hasSize(1);
        RunFile.write(exported, run.result(), new RunVerdict(Decision.FAILED, "other", Optional.empty(), List.of()));
        assertRefused(() -> other.importFile(exported), "is there already");
    }

    @Test
    void anImportCannotLeaveTheStore() throws IOException {
        StoredRun run = put(0, Decision.PASS);
        Path file = store.folder(run.runId()).resolve(RunFile.NAME);
        Path evil = Files.writeString(
                temporary.resolve("evil.json"), Files.readString(file).replace(run.runId(), "../../outside"));
        assertRefused(() -> store.importFile(evil), "no id of a run");
        assertRefused(() -> store.importFile(temporary.resolve("nothing.json")), "missing");
    }

    @Test
    void pruningKeepsPinnedRunsAndWhatLastGreenNeedsAndSaysSo() throws IOException {
        List<StoredRun> runs = new ArrayList<>();
        for (int day = 0; day < 14; day++) {
            runs.add(put(day, Decision.PASS));
        }
        StoredRun red = put(14, Decision.REGRESSION);
        StoredRun pinned = put(15, Decision.REGRESSION);
        StoredRun young = put(40, Decision.REGRESSION);
        Files.createDirectories(root.resolve("photographs"));
        store.pin("main", pinned, DECISION);
        store.promote(runs.get(0), true, DECISION);
        long before = START + 30 * DAY_MILLIS;
        Pruning.Result dry = store.prune(new Pruning(before, 0, true));
        assertThat(store.entries()).hasSize(17);
        Pruning.Result result = store.prune(new Pruning(before, 0, false));
        assertThat(result).isEqualTo(dry);
        assertThat(result.removed())
                .containsExactly(
                        red.runId(),
                        runs.get(3).runId(),
                        runs.get(2).runId(),
                        runs.get(1).runId(),
                        runs.get(0).runId());
        assertThat(result.kept())
                .hasSize(11)
                .containsEntry(pinned.runId(), "pinned as main")
                .containsEntry(runs.get(13).runId(), "last-green needs it");
        assertThat(store.runs().map(StoredRun::runId))
                .contains(young.runId(), pinned.runId())
                .hasSize(12);
        assertThat(root.resolve("photographs")).exists();
        assertThat(Files.readString(root.resolve("baselines.json")))
                .doesNotContain(runs.get(0).runId());
    }

    @Test
    void pruningKeepsTheNewestAndWhateverIsUnderWay() throws IOException {
        StoredRun older = put(0, Decision.REGRESSION);
        StoredRun newer = put(1, Decision.REGRESSION);
        Path underWay = Files.createDirectories(root.resolve("20260101T000000Z-soak.partial"));
        Files.writeString(underWay.resolve("events.json"), "x");
        Path dead = Files.createDirectories(root.resolve("20260102T000000Z-dead.partial"));
        Files.setLastModifiedTime(dead, FileTime.fromMillis(START - DAY_MILLIS));
        Files.setLastModifiedTime(underWay.resolve("events.json"), FileTime.fromMillis(START + 90 * DAY_MILLIS));
        Pruning.Result result = store.prune(new Pruning(START + 30 * DAY_MILLIS, 1, false));
        assertThat(result.removed()).containsExactly(older.runId(), "20260102T000000Z-dead");
        assertThat(result.kept()).containsExactly(Map.entry(newer.runId(), "among the newest 1"));
        assertThat(underWay).exists();
    }

    @Test
    void pruningDoesNotFollowLinks() throws IOException {
        StoredRun old = put(0, Decision.REGRESSION);
        Path outside = Files.writeString(temporary.resolve("precious"), "x");
        Files.createSymbolicLink(store.folder(old.runId()).resolve("link"), outside);
        Files.createSymbolicLink(root.resolve("20260101T000000Z-link"), temporary);
        assertThat(store.prune(new Pruning(START + 30 * DAY_MILLIS, 0, false)).removed())
                .containsExactly(old.runId());
        assertThat(outside).exists();
    }
}
