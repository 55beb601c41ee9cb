package dev.plumbline.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.demo.DemoProgress.Stage;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.LearningProgress;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DemoProgressTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "s", LoadPoint.parse("c8"), "default"), "stable");
    private static final DemoPlan PLAN = new DemoPlan(8, 1.2, 60, 2, 0, 0, 1);

    private final DemoProgress progress = new DemoProgress(PLAN);

    @Test
    void aWindowThatTheLoadDidNotFillIsNotTheFirstFullOne() {
        progress.onWindow(window(0, 0, 3, 4_000_000_000L));
        assertThat(progress.stage()).isEqualTo(Stage.STARTING);
        progress.onWindow(window(1, 0, 0, 8_000_000_000L));
        assertThat(progress.stage()).isEqualTo(Stage.STARTING);
        progress.onWindow(window(2, 0, 30, 8_000_000_000L));
        assertThat(progress.stage()).isEqualTo(Stage.LEARNING);
        assertThat(progress.firstFullWindowEndEpochMillis()).hasValue(3_000);
    }

    @Test
    void theShiftIsDueOnlyAfterLearningAndTheQuietWindows() {
        learn();
        progress.onJudged(true, Optional.empty());
        assertThat(progress.isShiftDue()).isFalse();
        progress.onJudged(true, Optional.empty());
        progress.onJudged(true, Optional.empty());
        assertThat(progress.isShiftDue()).isTrue();
        progress.onShift(10_000);
        assertThat(progress.isShiftDue()).isFalse();
        assertThat(progress.stage()).isEqualTo(Stage.SHIFTED);
    }

    @Test
    void aWindowThatCouldNotBeJudgedIsNotTheEndOfLearning() {
        progress.onWindow(window(0, 0, 30, 8_000_000_000L));
        progress.onJudged(false, Optional.of(new LearningProgress(7, 60)));
        progress.onJudged(false, Optional.empty());
        assertThat(progress.stage()).isEqualTo(Stage.LEARNING);
        assertThat(progress.learnedWindows()).isEqualTo(7);
    }

    @Test
    void anAlertAfterTheShiftIsFoundAndKeepsItsNewestTransition() {
        learn();
        progress.onShift(10_000);
        progress.onAlert(alert(AlertRecord.Transition.FIRED, 25_000));
        assertThat(progress.stage()).isEqualTo(Stage.FOUND);
        progress.onAlert(alert(AlertRecord.Transition.EXTENDED, 26_000));
        assertThat(progress.alert().orElseThrow().atEpochMillis()).isEqualTo(26_000);
        progress.onAlert(alert(AlertRecord.Transition.RESOLVED, 90_000));
        progress.onAlert(alert(AlertRecord.Transition.ENDED, 91_000));
        assertThat(progress.alert().orElseThrow().atEpochMillis()).isEqualTo(26_000);
    }

    @Test
    void anAlertBeforeTheShiftIsAFalseAlarm() {
        learn();
        progress.onAlert(alert(AlertRecord.Transition.FIRED, 9_000));
        assertThat(progress.stage()).isEqualTo(Stage.FALSE_ALARM);
    }

    @Test
    void anAlertOfAWindowThatEndedBeforeTheShiftIsAFalseAlarmEvenWhenItComesLater() {
        learn();
        progress.onShift(10_000);
        progress.onAlert(alert(AlertRecord.Transition.FIRED, 10_000));
        assertThat(progress.stage()).isEqualTo(Stage.FALSE_ALARM);
    }

    @Test
    void correctionsCountEventsButNotWindows() {
        progress.onWindow(window(0, 0, 30, 8_000_000_000L));
        progress.onWindow(window(0, 1, 2, 0));
        assertThat(progress.countedEvents()).isEqualTo(32);
        assertThat(progress.windows()).isEqualTo(1);
    }

    @Test
    void aSettingOutsideItsRangeIsNamed() {
        assertThatThrownBy(() -> new DemoPlan(8, 1.2, 19, 2, 0, 0, 1))
                .hasMessageContaining("--baseline-windows")
                .hasMessageContaining("20..600");
    }

    @Test
    void everyBaselineThatMayBeAskedForCanBeLearnedInTheTimeForIt() {
        DemoPlan longest = new DemoPlan(8, 1.2, 600, 2, 0, 0, 1);
        assertThat(longest.learnedWithin()).isGreaterThan(DemoPlan.WINDOW.multipliedBy(2 * 600));
    }

    private void learn() {
        progress.onWindow(window(0, 0, 30, 8_000_000_000L));
        progress.onJudged(false, Optional.of(new LearningProgress(60, 60)));
        progress.onJudged(true, Optional.empty());
    }

    private static WindowRecord window(long second, int revision, long completed, long inFlightNanos) {
        WindowSummary summary = new WindowSummary(
                new RequestCounts(completed, Map.of(), 0, 0, 0),
                Map.of(),
                TokenTotals.none(),
                completed,
                inFlightNanos,
                Map.of());
        return new WindowRecord(new WindowId(SERIES, second * 1_000, 1_000), revision, summary, ExcludedPart.none());
    }

    private static AlertRecord alert(AlertRecord.Transition transition, long atEpochMillis) {
        return new AlertRecord(
                "a",
                SERIES,
                transition,
                atEpochMillis,
                atEpochMillis - 1_000,
                new AlertRecord.Reasons("b", List.of(), List.of(), OptionalLong.empty()),
                "summary");
    }
}
