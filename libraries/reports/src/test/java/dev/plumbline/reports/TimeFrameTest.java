package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TimeFrameTest {

    /** A run that begins 5.4 s into its first window. */
    private static RunResult run() {
        RunResult sample = SampleRuns.regression().result();
        RunWindow window = sample.windows().get(0);
        long start = window.startEpochMillis();
        List<RunWindow> windows = List.of(
                new RunWindow(start, 10_000, window.measured(), window.excluded(), 1, true),
                new RunWindow(start + 10_000, 10_000, window.measured(), window.excluded(), 1, false));
        RunIdentity identity = sample.identity();
        return new RunResult(
                new RunIdentity(
                        identity.runId(), identity.series(), identity.url(), start + 5_400, start + 20_000, 10_000),
                sample.plan(),
                sample.environment(),
                sample.ending(),
                sample.totals(),
                windows,
                List.of());
    }

    @Test
    void itEndsWithTheLoadAndNotWithTheLastRequest() {
        RunResult run = SampleRuns.drained().result();
        TimeFrame frame = TimeFrame.of(run);
        assertThat(frame.untilEpochMillis()).isEqualTo(SampleRuns.START + 50_000);
        assertThat(frame.shades()).isEmpty();
    }

    /** The series ended with its last window, half a minute behind the end of the load. */
    @Test
    void anAlertThatDidNotResolveIsMarkedWhereThePictureEnds() {
        RunResult run = SampleRuns.drained().result();
        AlertRecord open = new AlertRecord(
                "a",
                run.identity().series(),
                AlertRecord.Transition.ENDED,
                SampleRuns.START + 80_000,
                SampleRuns.START + 20_000,
                new AlertRecord.Reasons("b", List.of(), List.of(), OptionalLong.empty()),
                "slower");
        RunResult alarmed = new RunResult(
                run.identity(),
                run.plan(),
                run.environment(),
                run.ending(),
                run.totals(),
                run.windows(),
                List.of(open));
        TimeFrame frame = TimeFrame.of(alarmed);
        assertThat(frame.marks())
                .singleElement()
                .satisfies(mark -> assertThat(frame.holds(mark.atEpochMillis())).isTrue());
    }

    @Test
    void noTimeIsBeforeTheStartOfTheRun() {
        TimeFrame frame = TimeFrame.of(run());
        assertThat(frame.fromEpochMillis()).isEqualTo(frame.startEpochMillis());
        assertThat(frame.ticks().get(0)).isEqualTo(frame.startEpochMillis());
        assertThat(frame.ticks().stream().map(frame::elapsed)).contains("0:00").noneMatch(tick -> tick.startsWith("-"));
        assertThat(frame.elapsed(frame.startEpochMillis() - 5_400)).isEqualTo("0:00");
    }
}
