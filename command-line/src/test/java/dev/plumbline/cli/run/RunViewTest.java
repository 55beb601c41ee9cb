package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.reports.Figures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunViewTest {

    private static final long START = 1_795_345_200_000L;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final RunView view = new RunView(
            new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), false, false),
            RunPlan.checked(
                    "id",
                    new LoadOptions(),
                    new SpendOptions(),
                    new JudgementOptions(),
                    new OutputOptions(),
                    new StackOptions(),
                    false),
            false);
    private final RecentRequests recent = new RecentRequests();

    private static WindowRecord sick(long endEpochMillis, Sickness sickness) {
        WindowRecord window = RunRecords.excludedWindow(endEpochMillis, 20);
        return new WindowRecord(
                window.id(),
                0,
                window.delta(),
                new ExcludedPart(window.excluded().requests(), 20, Map.of("p", Set.of(sickness))));
    }

    private String lastLine() {
        return out.toString(StandardCharsets.UTF_8).lines().reduce("", (before, line) -> line);
    }

    @Test
    void aSickGeneratorSaysSoAndShowsItsNumbersAsNotVouchedFor() {
        recent.measuredFrom(START);
        for (int second = 0; second < 10; second++) {
            recent.add(Requests.streamed(START + second * 1_000, 50, 5));
        }

        view.window(sick(START + 10_000, Sickness.DISPATCH_LAG), recent);
        assertThat(lastLine())
                .contains(
                        "(1.00 req/s",
                        "not vouched for: this machine is too busy, requests were taken up too late; 1 of 1 windows left out")
                .doesNotContain("0.00");

        view.window(RunRecords.window(Requests.SERIES, START + 20_000, 40), recent);
        assertThat(lastLine()).contains("4.00 req/s").doesNotContain("vouched");

        view.window(sick(START + 30_000, Sickness.CPU_SATURATED), recent);
        assertThat(lastLine()).contains("its processors were saturated; 2 of 3 windows left out");
    }

    @Test
    void aLineIsOverTheWindowsSinceTheLastOneAlsoThoseInWhichNothingWasDue() {
        recent.measuredFrom(START - 300);
        view.window(second(-1, 0), recent);
        assertThat(lastLine()).as("of a second that was measured in part").isEmpty();
        view.window(second(0, 1), recent);
        assertThat(lastLine()).contains("1.00 req/s");
        for (int second = 1; second <= 10; second++) {
            view.window(second(second, second == 4 ? 1 : 0), recent);
        }
        assertThat(lastLine()).startsWith("  " + Figures.clock(START + 1_000)).contains("0.10 req/s");
    }

    @Test
    void aWaitThatGoesOnIsToldOnceWhereLinesStay() {
        view.progress("nothing listens yet, waiting up to 60 s");
        view.progress("nothing listens yet, waiting up to 60 s");
        view.progress("starting broker and apps");
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("  nothing listens yet, waiting up to 60 s ...", "  starting broker and apps ...");
    }

    private static WindowRecord second(int index, long completed) {
        WindowRecord window = RunRecords.window(Requests.SERIES, START + 10_000, completed);
        return new WindowRecord(
                new WindowId(Requests.SERIES, START + index * 1_000L, 1_000), 0, window.delta(), ExcludedPart.none());
    }
}
