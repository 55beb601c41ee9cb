package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.util.List;
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
    void noTimeIsBeforeTheStartOfTheRun() {
        TimeFrame frame = TimeFrame.of(run());
        assertThat(frame.fromEpochMillis()).isEqualTo(frame.startEpochMillis());
        assertThat(frame.ticks().get(0)).isEqualTo(frame.startEpochMillis());
        assertThat(frame.ticks().stream().map(frame::elapsed)).contains("0:00").noneMatch(tick -> tick.startsWith("-"));
        assertThat(frame.elapsed(frame.startEpochMillis() - 5_400)).isEqualTo("0:00");
    }
}
