package dev.plumbline.cli.run;

import static dev.plumbline.cli.run.RunRecords.OTHER_SERIES;
import static dev.plumbline.cli.run.RunRecords.PRODUCER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.RequestIds;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.result.SeriesResult;
import dev.plumbline.judgement.result.TokenCounting;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.WholeRunJudge;
import dev.plumbline.reports.RunFigures;
import dev.plumbline.reports.RunRates;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RunProgressTest {

    private static final long START = 100_000;
    private static final long NOW = 140_000;
    private static final Prices FREE =
            new Prices(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());
    private static final RunProgress.Facts FACTS = new RunProgress.Facts(
            "r1",
            PRODUCER,
            Requests.SERIES,
            "http://127.0.0.1:8000",
            RunRecords.WINDOW_MILLIS,
            Map.of("concurrency", "4"),
            new Environment(Map.of("image", "x"), Map.of("gpu", "none")));

    private final RunProgress progress = new RunProgress(FACTS, Optional.empty(), FREE);

    private RunResult result() {
        return progress.result(new RunEnding.Completed(), NOW);
    }

    @Test
    void withoutARecordItIsEmptyAndBeginsNow() {
        RunResult result = result();

        assertThat(progress.hasStart()).isFalse();
        assertThat(progress.isCounted()).isTrue();
        assertThat(progress.isJudged()).isTrue();
        assertThat(result.identity().startEpochMillis()).isEqualTo(NOW);
        assertThat(result.identity().endEpochMillis()).isEqualTo(NOW);
        assertThat(result.windows()).isEmpty();
        assertThat(result.alerts()).isEmpty();
        assertThat(result.openIncident()).isEmpty();
        assertThat(result.totals().goodput()).isEmpty();
        assertThat(result.totals().cost()).isEmpty();
        assertThat(result.plan()).isEqualTo(FACTS.plan());
        assertThat(result.environment()).isEqualTo(FACTS.environment());
    }

    @Test
    void aStartThatLiesAheadIsNoStartOfTheResult() {
        progress.status(RunRecords.status(State.WARMING, 0, NOW + 5_000));

        assertThat(progress.hasStart()).isTrue();
        assertThat(result().identity().startEpochMillis()).isEqualTo(NOW);
    }

    @Test
    void aStatusWithoutAStartKeepsTheOneThatIsKnown() {
        progress.status(RunRecords.status(State.RUNNING, 3, START));
        progress.status(ProducerControl.Status.STARTING);

        assertThat(result().identity().startEpochMillis()).isEqualTo(START);
    }

    @Test
    void onlyEventsOfItsProducerAreItsOwn() {
        RequestEvent event = Requests.streamed(START + 2_000, 50, 6);

        assertThat(progress.event(event, NOW)).isTrue();
        assertThat(progress.event(RunRecords.of("another", event), NOW + 1)).isFalse();
        assertThat(progress.event(RunRecords.heartbeat("another", NOW), NOW + 2))
                .isFalse();
        assertThat(progress.lastHeardElapsedMillis()).isEqualTo(NOW);
        assertThat(progress.event(RunRecords.heartbeat(PRODUCER, NOW), NOW + 3)).isTrue();
        assertThat(progress.lastHeardElapsedMillis()).isEqualTo(NOW + 3);
    }

    @Test
    void anExpulsionIsHeardOfButIsNoSignOfLife() {
        progress.listening(START);

        assertThat(progress.event(expelled(PRODUCER), NOW)).isTrue();
        assertThat(progress.event(expelled("another"), NOW)).isFalse();
        assertThat(progress.lastHeardElapsedMillis()).isEqualTo(START);
    }

    private static ProducerExpelled expelled(String producerId) {
        return new ProducerExpelled(producerId, 1, Requests.SERIES.group(), START, 9_000);
    }

    @Test
    void windowsVerdictsAndAlertsFromBeforeTheStartOrOfAnotherSeriesAreLeftOut() {
        assertThat(progress.window(RunRecords.window(Requests.SERIES, START, 1)))
                .as("no start is known")
                .isFalse();
        progress.status(RunRecords.status(State.RUNNING, 5, START));

        assertThat(progress.window(RunRecords.window(Requests.SERIES, START, 1)))
                .isFalse();
        assertThat(progress.window(RunRecords.window(OTHER_SERIES, START + 10_000, 1)))
                .isFalse();
        assertThat(progress.window(RunRecords.window(Requests.SERIES, START + 10_000, 3)))
                .isTrue();
        assertThat(progress.verdict(RunRecords.verdict(Requests.SERIES, START))).isFalse();
        assertThat(progress.verdict(RunRecords.verdict(OTHER_SERIES, START + 10_000)))
                .isFalse();
        assertThat(progress.verdict(RunRecords.verdict(Requests.SERIES, START + 10_000)))
                .isTrue();
        assertThat(progress.alert(RunRecords.alert(Requests.SERIES, START))).isFalse();
        assertThat(progress.alert(RunRecords.alert(OTHER_SERIES, START + 10_000)))
                .isFalse();
        assertThat(progress.alert(RunRecords.alert(Requests.SERIES, START + 10_000)))
                .isTrue();

        RunResult result = result();
        assertThat(result.windows()).hasSize(1);
        assertThat(result.totals().countedEvents()).isEqualTo(3);
        assertThat(result.detectorWindows()).isEqualTo(1);
        assertThat(result.alerts()).hasSize(1);
    }

    @Test
    void correctionsAddUp() {
        progress.status(RunRecords.status(State.RUNNING, 5, START));
        progress.window(RunRecords.window(Requests.SERIES, START + 10_000, 3));
        progress.window(RunRecords.window(Requests.SERIES, START + 10_000, 2));

        assertThat(result().windows())
                .singleElement()
                .extracting(window -> window.measured().requests().completed())
                .isEqualTo(5L);
    }

    @Test
    void theRunEndsWithItsLastRequestAndALaterWindowIsPartial() {
        progress.status(RunRecords.status(State.STOPPED, 1, START));
        progress.event(Requests.streamed(START + 14_000, 50, 6), NOW);
        progress.event(Requests.streamed(START + 12_000, 50, 6), NOW);
        progress.window(RunRecords.window(Requests.SERIES, START + 10_000, 1));
        progress.window(RunRecords.window(Requests.SERIES, START + 20_000, 1));

        RunResult result = result();
        assertThat(result.identity().endEpochMillis()).isEqualTo(START + 14_000);
        assertThat(result.windows()).extracting(RunWindow::partial).containsExactly(false, true);
    }

    @Test
    void aRunLastsAsLongAsItWasMeasuredAlsoWhereNothingWasDue() {
        progress.status(RunRecords.stopped(1, START, START + 30_000));
        progress.event(Requests.streamed(START + 4_000, 50, 6), NOW);
        progress.window(RunRecords.window(Requests.SERIES, START + 10_000, 1));
        assertThat(progress.isCounted()).as("the rest may still come").isFalse();
        progress.window(RunRecords.window(Requests.SERIES, START + 20_000, 0));
        progress.window(RunRecords.window(Requests.SERIES, START + 30_000, 0));
        assertThat(progress.isCounted()).isTrue();

        RunResult result = result();
        assertThat(result.identity().durationSeconds()).isEqualTo(30);
        assertThat(result.windows()).extracting(RunWindow::partial).containsExactly(false, false, false);
        assertThat(RunRates.of(result).orElseThrow().completedPerSecond())
                .as("one request in 30 s")
                .isCloseTo(1 / 30.0, within(1e-9));
    }

    @Test
    void whatEndedBehindTheEndOfTheLoadIsWaitedForAndOfTheRun() {
        progress.status(RunRecords.stopped(3, START, START + 20_000));
        progress.event(Requests.streamed(START + 4_000, 50, 6), NOW);
        progress.event(Requests.streamed(START + 14_000, 50, 6), NOW);
        progress.event(Requests.streamed(START + 27_000, 50, 6), NOW);
        progress.window(RunRecords.window(Requests.SERIES, START + 10_000, 1));
        progress.window(RunRecords.window(Requests.SERIES, START + 20_000, 1));
        assertThat(progress.isCounted()).as("one is behind the end").isFalse();
        progress.window(RunRecords.windowAfterLoad(START + 30_000, 1));
        assertThat(progress.isCounted()).isTrue();

        RunResult result = result();
        assertThat(result.identity().durationSeconds()).isEqualTo(20);
        assertThat(result.windows()).extracting(RunWindow::partial).containsExactly(false, false, true);
        assertThat(result.windows()).extracting(result::liesAfterLoad).containsExactly(false, false, true);
        assertThat(RunFigures.of(result).requests().completed()).isEqualTo(3);
        assertThat(RunRates.of(result).orElseThrow().completedPerSecond()).isCloseTo(2 / 20.0, within(1e-9));
    }

    @Test
    void allIsCountedOnceEveryAcknowledgedEventWasReadAndIsInAWindow() {
        progress.status(RunRecords.status(State.STOPPED, 2, START));
        progress.event(Requests.streamed(START + 1_000, 50, 6), NOW);
        progress.window(RunRecords.window(Requests.SERIES, START + 10_000, 2));
        assertThat(progress.isCounted()).as("one event was not read").isFalse();

        progress.event(Requests.streamed(START + 2_000, 50, 6), NOW);
        assertThat(progress.isCounted()).isTrue();

        progress.status(RunRecords.status(State.STOPPED, 3, START));
        progress.event(Requests.streamed(START + 3_000, 50, 6), NOW);
        assertThat(progress.isCounted()).as("one event is in no window").isFalse();
    }

    @Test
    void allIsJudgedOnceTheNewestWindowIs() {
        progress.status(RunRecords.status(State.STOPPED, 2, START));
        progress.window(RunRecords.window(Requests.SERIES, START + 10_000, 1));
        progress.window(RunRecords.window(Requests.SERIES, START + 20_000, 1));
        progress.verdict(RunRecords.verdict(Requests.SERIES, START + 10_000));
        assertThat(progress.isJudged()).isFalse();

        progress.verdict(RunRecords.verdict(Requests.SERIES, START + 20_000));
        assertThat(progress.isJudged()).isTrue();
    }

    @Test
    void goodputCountsWhatMetItsGoalsAndNotWhatWasCancelled() {
        RunProgress withGoals = new RunProgress(FACTS, Optional.of(Goals.parse("ttft:60")), FREE);
        RequestEvent good = Requests.streamed(START + 1_000, 50, 6);
        withGoals.event(good, NOW);
        withGoals.event(Requests.streamed(START + 1_000, 70, 6), NOW);
        withGoals.event(Requests.with(good, failed()), NOW);
        withGoals.event(Requests.with(good, new Outcome.Cancelled()), NOW);

        assertThat(withGoals.result(new RunEnding.Completed(), NOW).totals().goodput())
                .hasValue(new RunTotals.Goodput("ttft:60", 1, 3));
    }

    private static Outcome failed() {
        return new Outcome.Failed(
                FailureKind.HTTP_5XX, OptionalLong.of(500), OptionalLong.empty(), Optional.of("out of memory"));
    }

    @Test
    void causesAndUnvouchedLatenciesComeFromTheEvents() {
        progress.status(RunRecords.status(State.STOPPED, 2, START));
        RequestEvent completed = Requests.streamed(START + 1_000, 50, 6);
        progress.event(completed, NOW);
        progress.event(Requests.with(completed, failed()), NOW);

        assertThat(result().totals().heard().orElseThrow().unvouched())
                .as("there is no window that nobody vouches for")
                .isEmpty();

        progress.window(RunRecords.excludedWindow(START + 10_000, 2));

        RunTotals.Heard heard = result().totals().heard().orElseThrow();
        assertThat(heard.causes())
                .containsExactly(new RunTotals.Cause(FailureKind.HTTP_5XX, 1, Optional.of("out of memory")));
        assertThat(heard.unvouched().get(LatencyMetric.TTFT)).isNotNull();
        assertThat(heard.unvouched().get(LatencyMetric.TTFT).count()).isEqualTo(1);
    }

    @Test
    void whoCountedTheTokensComesFromTheCompletedEvents() {
        RequestEvent completed = Requests.streamed(START + 1_000, 50, 6);
        RequestEvent chunks = Requests.countedInChunks(completed, Optional.of("0 output tokens beside 11 chunks"));
        progress.event(completed, NOW);
        progress.event(chunks, NOW);
        progress.event(Requests.with(chunks, failed()), NOW);

        assertThat(result().totals().counting().orElseThrow())
                .isEqualTo(new TokenCounting(
                        Map.of(TokenSource.SERVER_USAGE, 1L, TokenSource.CHUNKS, 1L),
                        0,
                        Optional.of("0 output tokens beside 11 chunks")));
        assertThat(result().totals().outputUnit()).isEqualTo("tokens");
    }

    @Test
    void costIsThatOfTheTokensThatWereCounted() {
        RunProgress priced = new RunProgress(
                FACTS,
                Optional.empty(),
                new Prices(OptionalDouble.of(1), OptionalDouble.of(2), OptionalDouble.empty()));
        priced.event(Requests.streamed(START + 1_000, 50, 6), NOW);
        priced.event(Requests.streamed(START + 1_000, 50, 6), NOW);

        // Eleven output tokens each, prompt tokens that nobody counted.
        assertThat(priced.result(new RunEnding.Completed(), NOW).totals().cost().orElseThrow())
                .isCloseTo(2 * 11 * 2 / 1_000.0, within(1e-12));
    }

    @Test
    void gpusCostTheTimeThatWasMeasured() {
        SpendOptions spend = new SpendOptions();
        spend.pricePerGpuHour = 1.8;
        assertThat(Prices.of(spend, Map.of()).gpusPerHour()).hasValue(1.8);
        assertThat(Prices.of(spend, Map.of("gpuCount", "unknown")).gpusPerHour())
                .hasValue(1.8);
        Prices prices = Prices.of(spend, Map.of("gpuCount", "4"));
        assertThat(prices.gpusPerHour()).hasValue(7.2);
        spend.gpus = 2L;
        assertThat(Prices.of(spend, Map.of("gpuCount", "4")).gpusPerHour()).hasValue(3.6);

        // Whatever the tokens were.
        assertThat(prices.cost(3, 60).orElseThrow()).isCloseTo(0.12, within(1e-12));
        assertThat(prices.cost(3, 0)).isEmpty();
        assertThat(FREE.cost(3, 60)).isEmpty();
    }

    @Test
    void whatAProducerThatDiedHadAcknowledgedIsWhatKafkaHasOfIt() {
        progress.status(RunRecords.status(1, State.RUNNING, 2, START));
        for (int i = 0; i < 2; i++) {
            progress.event(RunRecords.ofEpoch(1, Requests.streamed(START + 1_000, 50, 6)), NOW);
        }
        progress.producerEnded();
        // It had sent two more since it was last asked.
        progress.event(RunRecords.ofEpoch(1, Requests.streamed(START + 1_500, 50, 6)), NOW);
        progress.event(RunRecords.ofEpoch(1, Requests.streamed(START + 1_500, 50, 6)), NOW);
        assertThat(progress.acknowledged()).isEqualTo(4);

        progress.status(RunRecords.status(7, State.RUNNING, 3, START + 30_000));
        progress.event(RunRecords.ofEpoch(7, Requests.streamed(START + 31_000, 50, 6)), NOW);
        assertThat(progress.acknowledged()).isEqualTo(7);
        assertThat(progress.status().due()).as("three and four").isEqualTo(7);

        progress.producerEnded();
        progress.status(RunRecords.status(9, State.STOPPED, 1, START + 60_000));
        progress.event(RunRecords.ofEpoch(7, Requests.streamed(START + 32_000, 50, 6)), NOW);
        progress.event(RunRecords.ofEpoch(7, Requests.streamed(START + 33_000, 50, 6)), NOW);
        RunTotals totals = result().totals();
        assertThat(totals.acknowledgedEvents()).as("four, three, one").isEqualTo(8);
        assertThat(totals.lostEvents()).isEqualTo(3);
        assertThat(result().identity().startEpochMillis())
                .as("measured from the first on")
                .isEqualTo(START);
    }

    @Test
    void aProducerThatDiesInItsWarmUpLeavesTheBeginningToItsSuccessor() {
        progress.status(new ProducerControl.Status(
                State.RUNNING,
                1,
                0,
                0,
                0,
                0,
                Map.of(),
                0,
                0,
                Map.of(),
                0,
                0,
                5,
                OptionalLong.of(START + 10_000),
                OptionalLong.empty(),
                OptionalLong.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
        assertThat(progress.hasMeasured()).isFalse();

        progress.producerEnded();
        assertThat(progress.hasStart()).isFalse();

        progress.status(RunRecords.status(2, State.RUNNING, 1, START + 20_000));
        assertThat(result().identity().startEpochMillis()).isEqualTo(START + 20_000);
    }

    @Test
    void anOutageIsKeptOnceAndAsManyAreKeptAsAreRead() {
        Outage began = new Outage("broker", START, OptionalInt.of(137), 0, OptionalLong.empty(), "");
        Outage over = new Outage("broker", START, OptionalInt.of(137), 1, OptionalLong.of(9_000), "");
        progress.outage(began);
        progress.outage(over);
        assertThat(result().outages()).containsExactly(over);

        for (int i = 0; i < RunProgress.MOST_OUTAGES + 5; i++) {
            progress.outage(new Outage("detector", START + i, OptionalInt.of(4), 0, OptionalLong.empty(), ""));
        }
        assertThat(result().outages()).hasSize(RunProgress.MOST_OUTAGES);
    }

    @Test
    void ofAlertsAsManyAreKeptAsAreRead() {
        progress.status(RunRecords.status(State.RUNNING, 0, START));
        for (int i = 0; i < RunProgress.MOST_ALERTS + 5; i++) {
            assertThat(progress.alert(RunRecords.alert(Requests.SERIES, START + 1 + i)))
                    .isTrue();
        }

        assertThat(result().alerts()).hasSize(RunProgress.MOST_ALERTS);
    }

    private static final RunSeries CLASSES = RunSeries.ofClasses(Requests.SERIES, List.of("chat", "rag", "code"));

    private static RequestEvent of(Series series, RequestEvent event) {
        return new RequestEvent(
                event.origin(),
                series,
                event.attempt(),
                event.endEpochMillis(),
                event.stamps(),
                event.response(),
                event.outcome(),
                event.surroundings());
    }

    @Test
    void eachSeriesOfSeveralIsAddedUpApartAndAllOfThemTogether() {
        Series chat = CLASSES.parts().get(0);
        Series rag = CLASSES.parts().get(1);
        RunProgress several = new RunProgress(
                new RunProgress.Facts(
                        "r1",
                        PRODUCER,
                        CLASSES,
                        "http://127.0.0.1:8000",
                        RunRecords.WINDOW_MILLIS,
                        Map.of(),
                        new Environment(Map.of(), Map.of())),
                Optional.of(Goals.parse("ttft:100")),
                FREE);
        several.status(RunRecords.stopped(5, START, START + 20_000));
        for (int i = 0; i < 3; i++) {
            assertThat(several.event(of(chat, Requests.streamed(START + 2_000, 50, 6)), NOW))
                    .isTrue();
        }
        several.event(of(rag, Requests.streamed(START + 3_000, 400, 6)), NOW);
        several.event(
                of(
                        rag,
                        Requests.with(
                                Requests.streamed(START + 4_000, 400, 6),
                                Outcome.Failed.of(FailureKind.HTTP_5XX, "500"))),
                NOW);
        assertThat(several.isCounted()).as("no window came").isFalse();
        assertThat(several.window(RunRecords.window(chat, START + 10_000, 3))).isTrue();
        assertThat(several.window(RunRecords.window(rag, START + 10_000, 2))).isTrue();
        assertThat(several.window(RunRecords.window(chat, START + 20_000, 0))).isTrue();
        assertThat(several.isCounted()).as("rag is told to 10 s only").isFalse();
        assertThat(several.window(RunRecords.window(rag, START + 20_000, 0))).isTrue();
        assertThat(several.isCounted())
                .as("of code nothing comes, and nothing is waited for")
                .isTrue();
        assertThat(several.window(RunRecords.window(Requests.SERIES, START + 20_000, 9)))
                .as("the run's own name is no series of it")
                .isFalse();
        assertThat(several.isJudged()).isFalse();
        several.verdict(RunRecords.verdict(chat, START + 20_000));
        assertThat(several.isJudged()).isFalse();
        several.verdict(RunRecords.verdict(rag, START + 20_000));
        assertThat(several.isJudged()).isTrue();
        several.alert(RunRecords.alert(rag, START + 5_000));

        RunResult result = several.result(new RunEnding.Completed(), NOW);

        assertThat(result.identity().series()).isEqualTo(Requests.SERIES);
        assertThat(result.series()).extracting(SeriesResult::name).containsExactly("chat", "rag", "code");
        assertThat(RunFigures.of(result).requests().completed()).isEqualTo(5);
        assertThat(result.windows()).hasSize(2);
        RunResult first = result.parts().get(0);
        RunResult second = result.parts().get(1);
        assertThat(RunFigures.of(first).requests().completed()).isEqualTo(3);
        assertThat(first.totals().acknowledgedEvents()).isEqualTo(3);
        assertThat(first.totals().countedEvents()).isEqualTo(3);
        assertThat(first.totals().goodput()).hasValue(new RunTotals.Goodput("ttft:100", 3, 3));
        assertThat(first.alerts()).isEmpty();
        assertThat(first.detectorWindows()).isEqualTo(1);
        assertThat(second.totals().goodput()).hasValue(new RunTotals.Goodput("ttft:100", 0, 2));
        assertThat(second.totals().heard().orElseThrow().causes())
                .extracting(RunTotals.Cause::kind)
                .containsExactly(FailureKind.HTTP_5XX);
        assertThat(second.alerts()).hasSize(1);
        assertThat(result.parts().get(2).windows()).isEmpty();
        assertThat(result.totals().goodput()).hasValue(new RunTotals.Goodput("ttft:100", 3, 5));
        assertThat(result.alerts()).hasSize(1);
        assertThat(result.detectorWindows()).isEqualTo(2);
    }

    @Test
    void aMeasuredLoadIsKnownBySessionsAndBegin() {
        progress.producerEnded();
        assertThat(progress.takeovers()).as("it had not begun").isZero();
        assertThat(progress.standing()).isEmpty();
        progress.status(RunRecords.status(State.RUNNING, 3, START));
        assertThat(progress.standing()).contains(new LoadStanding(OptionalLong.of(START), 0, OptionalDouble.empty()));
        progress.event(session(7, 1), NOW);
        progress.event(session(4, 3), NOW);
        progress.producerEnded();
        assertThat(progress.takeovers()).isEqualTo(1);
        assertThat(progress.standing())
                .as("the session after the last that was acknowledged")
                .contains(new LoadStanding(OptionalLong.of(START), 8, OptionalDouble.empty()));
    }

    /** A request of the run's producer, of that session of its own. */
    private static RequestEvent session(long ordinal, int turn) {
        RequestEvent event = RunRecords.of(PRODUCER, Requests.streamed(START + 1_000 + ordinal, 50, 6));
        Origin origin = event.origin();
        return new RequestEvent(
                origin,
                event.series(),
                Attempt.first(RequestIds.prefix(origin.producerId(), origin.epoch()) + "-" + ordinal
                        + (turn == 1 ? "" : "t" + turn)),
                event.endEpochMillis(),
                event.stamps(),
                event.response(),
                event.outcome(),
                event.surroundings());
    }

    private static RunProgress sharing() {
        return sharing(true);
    }

    private static RunProgress sharing(boolean isKafkaShared) {
        RunProgress progress = new RunProgress(
                new RunProgress.Facts(
                        "r1",
                        "run-b.2of3",
                        Requests.SERIES,
                        "http://127.0.0.1:8000",
                        RunRecords.WINDOW_MILLIS,
                        Map.of(),
                        new Environment(Map.of(), Map.of())),
                Optional.empty(),
                FREE);
        if (isKafkaShared) {
            progress.hearsPartners();
        }
        return progress;
    }

    private static void events(RunProgress of, String producerId, long endEpochMillis, int count) {
        for (int i = 0; i < count; i++) {
            of.event(RunRecords.of(producerId, Requests.streamed(endEpochMillis, 50, 6)), NOW);
        }
    }

    @Test
    void whoSharesALoadCountsItsOwnEventsInWindowsOfAll() {
        RunProgress shared = sharing();
        shared.status(RunRecords.stopped(5, START, START + 20_000));
        shared.event(RunRecords.heartbeat("run-b.2of3", START - 15_000), NOW);
        events(shared, "run-b.2of3", START + 2_000, 3);
        events(shared, "run-a.1of3", START + 2_000, 4);
        shared.window(RunRecords.window(Requests.SERIES, START + 10_000, 9));
        assertThat(shared.isCounted()).as("two of the window are nobody's yet").isFalse();
        events(shared, "run-c.3of3", START + 4_000, 2);
        events(shared, "run-b.2of3", START + 12_000, 2);
        events(shared, "run-c.3of3", START + 12_000, 5);
        assertThat(shared.isCounted()).isFalse();
        shared.window(RunRecords.window(Requests.SERIES, START + 20_000, 7));
        assertThat(shared.isCounted()).isTrue();
        assertThat(shared.countedEvents()).isEqualTo(5);

        shared.window(RunRecords.window(Requests.SERIES, START + 30_000, 40));
        assertThat(shared.countedEvents())
                .as("partners go on when this one is over")
                .isEqualTo(5);
        RunResult result = shared.result(new RunEnding.Completed(), NOW);
        assertThat(result.totals().countedEvents()).isEqualTo(result.totals().acknowledgedEvents());
        assertThat(RunFigures.of(result).requests().completed())
                .as("the load of all")
                .isEqualTo(16);
        assertThat(shared.strangers()).isEmpty();
        assertThat(shared.share())
                .contains("2 of 3, 3 of 3 parts were heard, and the windows hold all of these: run-a.1of3, run-c.3of3");
        assertThat(result.totals().heard().orElseThrow().absentShares()).isEmpty();
    }

    @Test
    void aStrangerIsToldApartFromThosePartners() {
        RunProgress shared = sharing();
        shared.status(RunRecords.stopped(3, START, START + 10_000));
        shared.event(RunRecords.heartbeat("run-b.2of3", START - 15_000), NOW);
        events(shared, "run-b.2of3", START + 2_000, 3);
        events(shared, "run-a.1of3", START + 2_000, 4);
        for (String stranger : List.of("run-x", "run-y.2of3", "run-z.1of2", "run-w.1of3")) {
            events(shared, stranger, START + 3_000, 1);
        }
        shared.window(RunRecords.window(Requests.SERIES, START + 10_000, 11));
        assertThat(shared.isCounted()).isFalse();
        assertThat(shared.countedEvents()).isEqualTo(3 + 4);
        assertThat(shared.strangers()).containsExactly("run-x", "run-y.2of3", "run-z.1of2", "run-w.1of3");
        assertThat(shared.share().orElseThrow())
                .startsWith("2 of 3, 2 of 3 parts were heard")
                .endsWith("; not 3/3, so the load was not whole");
    }

    @Test
    void aLoadOfWhichPartsAreMissingIsNoneToJudgeBy() {
        RunProgress shared = sharing();
        shared.status(RunRecords.stopped(3, START, START + 10_000));
        shared.event(RunRecords.heartbeat("run-b.2of3", START - 15_000), NOW);
        events(shared, "run-b.2of3", START + 2_000, 3);
        shared.window(RunRecords.window(Requests.SERIES, START + 10_000, 3));
        RunVerdict verdict = judged(shared);
        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.headline())
                .startsWith("cannot tell: the load was not whole: nobody was heard to offer 1/3, 3/3 of it");

        events(shared, "run-a.1of3", START + 12_000, 1);
        events(shared, "run-c.3of3", START + 12_000, 1);
        assertThat(judged(shared).decision()).isEqualTo(Decision.NOT_JUDGED);
    }

    @Test
    void whoHasAKafkaOfItsOwnCannotHearOthers() {
        RunProgress alone = sharing(false);
        alone.status(RunRecords.stopped(3, START, START + 10_000));
        events(alone, "run-b.2of3", START + 2_000, 3);
        alone.window(RunRecords.window(Requests.SERIES, START + 10_000, 3));
        assertThat(alone.share().orElseThrow()).contains("whether the others ran is not known");
        assertThat(judged(alone).decision()).isEqualTo(Decision.NOT_JUDGED);
    }

    private static RunVerdict judged(RunProgress progress) {
        return WholeRunJudge.judge(
                progress.result(new RunEnding.Completed(), NOW),
                List.of(),
                List.of(),
                JudgementSettings.defaults(),
                Optional.empty());
    }

    @Test
    void ofAWindowThatBeganBeforeARunListenedPartnersAreTakenAtTheirWord() {
        RunProgress shared = sharing();
        shared.status(RunRecords.stopped(2, START, START + 10_000));
        shared.event(RunRecords.heartbeat("run-b.2of3", START + 1_000), NOW);
        events(shared, "run-b.2of3", START + 2_000, 2);
        shared.window(RunRecords.window(Requests.SERIES, START + 10_000, 9));
        assertThat(shared.isCounted()).isTrue();
    }

    @Test
    void aRunOfOneSeriesHasNoParts() {
        assertThat(result().series()).isEmpty();
        assertThat(result().parts()).containsExactly(result());
    }
}
