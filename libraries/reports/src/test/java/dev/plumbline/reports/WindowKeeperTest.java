package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WindowKeeperTest {

    private static final long SEED = 7;

    @Test
    void correctionsAreAddedToTheirWindow() {
        WindowKeeper keeper = new WindowKeeper(10);
        SplittableRandom random = new SplittableRandom(SEED);
        WindowSummary late = SampleRuns.streamed(random, 0, 1, 2e8, 2e7);
        WindowSummary first = SampleRuns.streamed(random, 0, 5, 2e8, 2e7);
        keeper.add(new WindowRecord(SampleRuns.id(0), 1, late, ExcludedPart.none()));
        keeper.add(new WindowRecord(SampleRuns.id(0), 0, first, ExcludedPart.none()));

        assertThat(all(keeper)).hasSize(1);
        assertThat(all(keeper).get(0).measured()).isEqualTo(first.plus(late));
    }

    @Test
    void endlessRunsAreBoundedAndLoseNothing() {
        int limit = 16;
        WindowKeeper keeper = new WindowKeeper(limit);
        SplittableRandom random = new SplittableRandom(SEED);
        List<WindowRecord> records = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            records.add(new WindowRecord(
                    SampleRuns.id(i), 0, SampleRuns.streamed(random, i, 3, 2e8, 2e7), ExcludedPart.none()));
        }
        Collections.shuffle(records.subList(900, 1_000), new Random(SEED));
        WindowSummary sum = WindowSummary.empty();
        for (WindowRecord record : records) {
            keeper.add(record);
            sum = sum.plus(record.delta());
            assertThat(all(keeper)).hasSizeLessThanOrEqualTo(limit);
        }

        List<RunWindow> kept = all(keeper);
        assertThat(kept).hasSizeBetween(limit / 2, limit);
        assertThat(kept.stream().map(RunWindow::measured).reduce(WindowSummary.empty(), WindowSummary::plus))
                .isEqualTo(sum);
        assertThat(kept.get(0).startEpochMillis()).isEqualTo(SampleRuns.START);
        assertThat(kept.get(kept.size() - 1).endEpochMillis())
                .isEqualTo(SampleRuns.START + 1_000 * SampleRuns.WINDOW_MILLIS);
        for (int i = 1; i < kept.size(); i++) {
            assertThat(kept.get(i).startEpochMillis()).isEqualTo(kept.get(i - 1).endEpochMillis());
        }
    }

    @Test
    void coverageOfMergedWindowsComesFromTheirLoad() {
        WindowKeeper keeper = new WindowKeeper(2);
        WindowSummary healthy = SampleRuns.streamed(new SplittableRandom(SEED), 0, 90, 2e8, 2e7);
        ExcludedPart sick = new ExcludedPart(
                new RequestCounts(0, Map.of(), 0, 0, 0),
                3 * healthy.offered(),
                Map.of("p", Set.of(Sickness.CPU_SATURATED)));
        keeper.add(new WindowRecord(SampleRuns.id(0), 0, healthy, sick));

        assertThat(all(keeper).get(0).coverage()).isEqualTo(0.25);

        keeper.add(new WindowRecord(SampleRuns.id(1), 0, healthy, ExcludedPart.none()));
        keeper.add(new WindowRecord(SampleRuns.id(2), 0, healthy, ExcludedPart.none()));

        assertThat(WindowKeeper.merged(all(keeper), 1)).singleElement().satisfies(window -> {
            assertThat(window.coverage()).isEqualTo(0.5);
            assertThat(window.lengthMillis()).isEqualTo(3 * SampleRuns.WINDOW_MILLIS);
        });
    }

    @Test
    void windowsThatTheLoadDidNotFillArePartial() {
        WindowKeeper keeper = new WindowKeeper(10);
        for (int i = 0; i < 3; i++) {
            keeper.add(new WindowRecord(
                    SampleRuns.id(i),
                    0,
                    SampleRuns.streamed(new SplittableRandom(SEED), i, 3, 2e8, 2e7),
                    ExcludedPart.none()));
        }

        assertThat(keeper.windows(SampleRuns.START + 1, SampleRuns.START + 3 * SampleRuns.WINDOW_MILLIS - 1))
                .extracting(RunWindow::partial)
                .containsExactly(true, false, true);
        assertThat(keeper.windows(SampleRuns.START, SampleRuns.START + 3 * SampleRuns.WINDOW_MILLIS))
                .extracting(RunWindow::partial)
                .containsExactly(false, false, false);
    }

    @Test
    void mergedNeighboursWithAGapBetweenThemArePartial() {
        WindowKeeper keeper = new WindowKeeper(2);
        for (int i : new int[] {0, 1, 2, 3, 4, 6, 7}) {
            keeper.add(new WindowRecord(SampleRuns.id(i), 0, WindowSummary.empty(), ExcludedPart.none()));
        }
        keeper.add(new WindowRecord(SampleRuns.id(6), 1, WindowSummary.empty(), ExcludedPart.none()));

        assertThat(all(keeper)).extracting(RunWindow::partial).containsExactly(false, true);
        assertThat(WindowKeeper.merged(all(keeper), 1))
                .extracting(RunWindow::partial)
                .containsExactly(true);

        keeper.add(new WindowRecord(SampleRuns.id(5), 0, WindowSummary.empty(), ExcludedPart.none()));
        assertThat(all(keeper)).extracting(RunWindow::partial).containsExactly(false, false);
    }

    @Test
    void windowsAtAGapArePartial() {
        WindowKeeper keeper = new WindowKeeper(8);
        for (int i : new int[] {0, 1, 3, 4}) {
            keeper.add(new WindowRecord(SampleRuns.id(i), 0, WindowSummary.empty(), ExcludedPart.none()));
        }

        assertThat(all(keeper)).extracting(RunWindow::partial).containsExactly(false, true, true, false);
        assertThat(WindowKeeper.merged(all(keeper), 1))
                .extracting(RunWindow::partial)
                .containsExactly(true);
    }

    /** Behind the end nobody measures: that nothing came of a time there makes no window of the load one of a part. */
    @Test
    void whatLiesBehindTheEndOfTheLoadIsPartialAndMakesNothingElseSo() {
        WindowKeeper keeper = new WindowKeeper(20);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 3; i++) {
            keeper.add(new WindowRecord(
                    SampleRuns.id(i), 0, SampleRuns.streamed(random, i, 3, 2e8, 2e7), ExcludedPart.none()));
        }
        for (int i : new int[] {4, 6}) {
            keeper.add(new WindowRecord(
                    SampleRuns.id(i), 0, SampleRuns.afterLoad(random, i, Map.of()), ExcludedPart.none()));
        }
        keeper.add(new WindowRecord(
                SampleRuns.id(5),
                0,
                WindowSummary.empty(),
                new ExcludedPart(RequestCounts.none(), 0, Map.of("p", Set.of(Sickness.CPU_SATURATED)))));

        List<RunWindow> windows = keeper.windows(SampleRuns.START, SampleRuns.START + 3 * SampleRuns.WINDOW_MILLIS);
        assertThat(windows).extracting(RunWindow::partial).containsExactly(false, false, false, true, true);
        assertThat(windows)
                .as("one in which nothing ended is none, however sick somebody was")
                .allMatch(RunWindow::canBeJudged);
    }

    /** A run file that became too large tells the numbers that the other documents of the run tell. */
    @Test
    void fewerWindowsTellTheSameNumbers() {
        RunResult run = SampleRuns.regression().result();
        List<RunWindow> all = run.windows();
        assertThat(run.withWindows(all)).as("everything else stays").isEqualTo(run);
        assertThat(all).extracting(RunWindow::canBeJudged).contains(true, false);
        for (int limit : new int[] {all.size() / 2, all.size() / 4, 8}) {
            List<RunWindow> fewer = WindowKeeper.merged(all, limit);
            assertThat(fewer).hasSizeLessThanOrEqualTo(limit);
            RunFigures before = RunFigures.of(run);
            RunFigures after = RunFigures.of(run.withWindows(fewer));
            assertThat(after.judged()).as("judged, %d windows", limit).isEqualTo(before.judged());
            assertThat(after.measured()).isEqualTo(before.measured());
            assertThat(after.rates().orElseThrow().completedPerSecond())
                    .as("rate, %d windows", limit)
                    .isEqualTo(before.rates().orElseThrow().completedPerSecond());
        }
    }

    @Test
    void whereNoTwoNeighboursAreAlikeTheyAreMergedAllTheSame() {
        List<RunWindow> alternating = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            alternating.add(new RunWindow(
                    SampleRuns.START + i * SampleRuns.WINDOW_MILLIS,
                    SampleRuns.WINDOW_MILLIS,
                    WindowSummary.empty(),
                    ExcludedPart.none(),
                    i % 2,
                    false));
        }
        assertThat(WindowKeeper.merged(alternating, 7)).hasSizeLessThanOrEqualTo(7);
    }

    @Test
    void nothingIsNothing() {
        assertThat(all(new WindowKeeper(2))).isEmpty();
        assertThat(WindowKeeper.merged(List.of(), 1)).isEmpty();
        assertThatThrownBy(() -> new WindowKeeper(1)).hasMessageContaining("below 2");
    }

    private static List<RunWindow> all(WindowKeeper keeper) {
        return keeper.windows(0, Long.MAX_VALUE);
    }
}
