package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.reports.Figures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunViewTest {

    private static final long START = 1_795_345_200_000L;
    private static final Status COMPLETED_SEVEN = new Status(
            State.RUNNING,
            1,
            7,
            7,
            0,
            7,
            Map.of(),
            0,
            0,
            Map.of(),
            7,
            0,
            0,
            OptionalLong.of(START),
            OptionalLong.empty(),
            OptionalLong.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final RunView view = new RunView(
            new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), false, false),
            RunPlan.checked("id", new RunOptions(), false),
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

        view.window(sick(START + 10_000, Sickness.DISPATCH_LAG), recent, OptionalLong.empty());
        assertThat(lastLine())
                .contains(
                        "(1.00 req/s",
                        "not vouched for: this machine is too busy, requests were taken up too late; 1 of 1 windows left out")
                .doesNotContain("0.00");

        view.window(RunRecords.window(Requests.SERIES, START + 20_000, 40), recent, OptionalLong.empty());
        assertThat(lastLine()).contains("4.00 req/s").doesNotContain("vouched");

        view.window(sick(START + 30_000, Sickness.CPU_SATURATED), recent, OptionalLong.empty());
        assertThat(lastLine()).contains("its processors were saturated; 2 of 3 windows left out");
    }

    @Test
    void aLineIsOverTheWindowsSinceTheLastOneAlsoThoseInWhichNothingWasDue() {
        recent.measuredFrom(START - 300);
        view.window(second(-1, 0), recent, OptionalLong.empty());
        assertThat(lastLine()).as("of a second that was measured in part").isEmpty();
        view.window(second(0, 1), recent, OptionalLong.empty());
        assertThat(lastLine()).contains("1.00 req/s");
        for (int second = 1; second <= 10; second++) {
            view.window(second(second, second == 4 ? 1 : 0), recent, OptionalLong.empty());
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

    @Test
    void whereLinesStaySomethingIsSaidEveryTenSecondsWhetherAWindowClosesOrNot() {
        view.loadBegins(START - 20_000);
        for (long now = START - 20_000; now <= START + 25_000; now += 250) {
            view.show(snapshot(now));
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines().skip(1))
                .containsExactly(
                        "  " + Figures.clock(START - 10_000) + "  warming up, measured in 10 s",
                        "  " + Figures.clock(START) + "  measuring, 00:00 of 01:00; 7 completed, none failed; no window"
                                + " is closed yet",
                        "  " + Figures.clock(START + 10_000) + "  measuring, 00:10 of 01:00; 7 completed, none failed;"
                                + " no window is closed yet",
                        "  " + Figures.clock(START + 20_000) + "  measuring, 00:20 of 01:00; 7 completed, none failed;"
                                + " no window is closed yet");
    }

    @Test
    void windowsThatCloseInTimeAreEnough() {
        recent.measuredFrom(START);
        view.loadBegins(START);
        for (int window = 1; window <= 4; window++) {
            for (long now = START + window * 10_000; now < START + window * 10_000 + 2_000; now += 250) {
                view.show(snapshot(now));
            }
            view.window(RunRecords.window(Requests.SERIES, START + window * 10_000, 40), recent, OptionalLong.empty());
            for (long now = START + window * 10_000 + 2_000; now < START + window * 10_000 + 10_000; now += 250) {
                view.show(snapshot(now));
            }
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("req/s")))
                .hasSize(4);
        assertThat(out.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("measuring")))
                .as("before the first window closed")
                .hasSizeLessThanOrEqualTo(1);
    }

    /** Requests are in it that ended when the load was over, and of that time nobody counts the rest. */
    @Test
    void aWindowInWhichTheLoadEndedHasNoRate() {
        recent.measuredFrom(START);
        OptionalLong end = OptionalLong.of(START + 14_000);
        view.window(RunRecords.window(Requests.SERIES, START + 10_000, 40), recent, end);
        assertThat(lastLine()).contains("4.00 req/s");
        view.window(RunRecords.window(Requests.SERIES, START + 20_000, 16), recent, end);
        assertThat(lastLine())
                .contains("end of the load: 16 completed, 0 failed")
                .doesNotContain("req/s");
    }

    @Test
    void windowsBehindTheEndAreCountsAndNoZeroes() {
        recent.measuredFrom(START);
        OptionalLong end = OptionalLong.of(START + 20_000);
        view.window(sick(START + 10_000, Sickness.DISPATCH_LAG), recent, end);
        view.window(RunRecords.window(Requests.SERIES, START + 20_000, 40), recent, end);
        view.window(RunRecords.windowAfterLoad(START + 30_000, 3), recent, end);
        assertThat(lastLine())
                .contains("end of the load: 3 completed, 0 failed")
                .doesNotContain("0.00", "vouched");
        view.window(RunRecords.windowAfterLoad(START + 40_000, 1), recent, OptionalLong.empty());
        assertThat(lastLine())
                .contains("end of the load: 1 completed, 0 failed")
                .doesNotContain("0.00", "vouched");
    }

    @Test
    void whoWaitsForTheLastRequestsSaysSoOnceAndThenEveryTenSeconds() {
        view.loadBegins(START);
        for (long now = START + 60_000; now <= START + 71_000; now += 250) {
            view.show(new RunView.Snapshot(
                    now, START, RunRecords.draining(7, 3, START, START + 60_000), recent, 0, List.of()));
        }
        String waiting = "load is over: waiting for 3 requests that are still under way (at most 30s)";
        assertThat(out.toString(StandardCharsets.UTF_8).lines().skip(1))
                .containsExactly(
                        "  " + Figures.clock(START + 60_000) + "  " + waiting,
                        "  " + Figures.clock(START + 70_000) + "  " + waiting);
    }

    @Test
    void onATerminalTheLastRatesStayWhileTheLastRequestsAreWaitedFor() {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        RunView live = new RunView(
                new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), true, false),
                RunPlan.checked("id", new RunOptions(), false),
                false);
        recent.measuredFrom(START);
        for (int second = 50; second < 60; second++) {
            recent.add(Requests.streamed(START + second * 1_000, 50, 5));
        }
        live.show(new RunView.Snapshot(
                START + 64_000, START, RunRecords.draining(7, 1, START, START + 60_000), recent, 0, List.of()));
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains("waiting for 1 request that is still under way", "1.00 req/s")
                .doesNotContain("0.60 req/s");
    }

    @Test
    void aWindowThatComesLateIsNotGivenTheNumbersOfAnotherTime() {
        recent.measuredFrom(START);
        for (int second = 0; second < 40; second++) {
            recent.add(Requests.streamed(START + second * 1_000, 50, 5));
        }
        view.window(sick(START + 10_000, Sickness.DISPATCH_LAG), recent, OptionalLong.empty());
        assertThat(lastLine()).contains("told too late").doesNotContain("req/s");
    }

    @Test
    void theEndOfARunIsNotSilentEither() {
        view.settling(new RunEnding.Completed());
        for (long now = START; now <= START + 25_000; now += 250) {
            view.counting(now);
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .hasSize(3)
                .last()
                .asString()
                .contains("still counting");
    }

    private RunView.Snapshot snapshot(long nowEpochMillis) {
        return new RunView.Snapshot(nowEpochMillis, START, COMPLETED_SEVEN, recent, 0, List.of());
    }

    private static WindowRecord second(int index, long completed) {
        WindowRecord window = RunRecords.window(Requests.SERIES, START + 10_000, completed);
        return new WindowRecord(
                new WindowId(Requests.SERIES, START + index * 1_000L, 1_000), 0, window.delta(), ExcludedPart.none());
    }

    @Test
    void ofSeveralSeriesTheStateOfTheWorstIsShownByItsName() {
        RunSeries two = RunSeries.ofClasses(Requests.SERIES, List.of("chat", "rag"));
        view.measures(two);
        recent.measuredFrom(START);
        view.verdict(RunRecords.verdict(two.parts().get(0), START + 10_000));
        VerdictRecord ok = RunRecords.verdict(two.parts().get(1), START + 10_000);
        view.verdict(new VerdictRecord(
                ok.window(),
                ok.source(),
                SeriesState.PENDING,
                ok.baselineId(),
                ok.learning(),
                ok.coverage(),
                ok.metrics(),
                ok.snapshot()));

        view.window(RunRecords.window(Requests.SERIES, START + 10_000, 40), recent, OptionalLong.empty());

        assertThat(lastLine()).contains("4.00 req/s").contains("  rag pending");
    }

    @Test
    void anAlertOfOneSeriesStandsWhileAnotherIsResolved() {
        RunSeries two = RunSeries.ofClasses(Requests.SERIES, List.of("chat", "rag"));
        view.measures(two);
        recent.measuredFrom(START);
        AlertRecord chat = RunRecords.alert(two.parts().get(0), START);
        AlertRecord rag = RunRecords.alert(two.parts().get(1), START);
        view.alert(chat);
        view.alert(rag);
        view.alert(new AlertRecord(
                "a", rag.series(), AlertRecord.Transition.RESOLVED, START, START, rag.evidence(), "resolved: fine"));

        view.window(RunRecords.window(Requests.SERIES, START + 10_000, 40), recent, OptionalLong.empty());

        assertThat(lastLine()).contains("ALERT");
    }
}
