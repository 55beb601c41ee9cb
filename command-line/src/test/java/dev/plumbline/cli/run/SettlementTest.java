package dev.plumbline.cli.run;

import static dev.plumbline.cli.run.RunRecords.PRODUCER;
import static dev.plumbline.cli.run.ScriptedPipe.BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.judgement.result.Outage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SettlementTest {

    private static final long START = 1_000_000;
    private static final long END = START + 8_000;
    private static final long WINDOW_END = START + 10_000;

    private final ScriptedPipe pipe = new ScriptedPipe(END);
    private final RunProgress progress = new RunProgress(
            new RunProgress.Facts(
                    "r1",
                    PRODUCER,
                    Requests.SERIES,
                    "http://127.0.0.1:8000",
                    RunRecords.WINDOW_MILLIS,
                    Map.of(),
                    new Environment(Map.of(), Map.of())),
            Optional.empty(),
            new Prices(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty()));
    private final Settlement settlement = settlement(true);

    private Settlement settlement(boolean isOnThisMachine) {
        return new Settlement(
                new RunFeed(pipe, pipe.into(progress)),
                progress,
                Duration.ofMillis(RunRecords.WINDOW_MILLIS),
                pipe,
                isOnThisMachine);
    }

    @BeforeEach
    void twoEventsAreAcknowledged() {
        progress.status(RunRecords.status(State.STOPPED, 2, START));
    }

    private void eventAt(long epochMillis) {
        pipe.at(epochMillis, listener -> listener.event(BYTES, Requests.streamed(END, 50, 6)));
    }

    private void windowAt(long epochMillis, long completed) {
        pipe.at(
                epochMillis,
                listener -> listener.window(BYTES, RunRecords.window(Requests.SERIES, WINDOW_END, completed)));
    }

    private void verdictAt(long epochMillis) {
        pipe.at(epochMillis, listener -> listener.verdict(RunRecords.verdict(Requests.SERIES, WINDOW_END)));
    }

    @Test
    void windowsBehindTheEndOfTheLoadAreWaitedForWhereRequestsEndedInThem() {
        progress.status(RunRecords.stopped(2, START, END));
        eventAt(END + 100);
        eventAt(END + 200);
        windowAt(END + 3_000, 1);
        pipe.at(END + 6_000, listener -> listener.window(BYTES, RunRecords.windowAfterLoad(WINDOW_END + 20_000, 1)));
        pipe.at(END + 6_500, listener -> listener.verdict(RunRecords.verdict(Requests.SERIES, WINDOW_END + 20_000)));

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + 6_500);
    }

    @Test
    void itIsOverOnceAllIsCountedAndJudged() {
        eventAt(END + 100);
        eventAt(END + 200);
        windowAt(END + 3_000, 2);
        verdictAt(END + 3_500);

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + 3_500);
        assertThat(settlement.remarks(0)).isEmpty();
    }

    @Test
    void theWindowsInWhichNothingWasDueAnyMoreAreWaitedFor() {
        progress.status(RunRecords.stopped(2, START, WINDOW_END + 5_000));
        eventAt(END + 100);
        eventAt(END + 200);
        windowAt(END + 3_000, 2);
        verdictAt(END + 3_100);
        pipe.at(
                END + 3_800,
                listener -> listener.window(
                        BYTES, RunRecords.window(Requests.SERIES, WINDOW_END + RunRecords.WINDOW_MILLIS, 0)));
        pipe.at(
                END + 3_900,
                listener ->
                        listener.verdict(RunRecords.verdict(Requests.SERIES, WINDOW_END + RunRecords.WINDOW_MILLIS)));

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + 3_900);
    }

    @Test
    void noWindowIsWaitedForWhereNothingWasMeasured() {
        progress.status(RunRecords.stopped(0, START, START));

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END);
    }

    @Test
    void nothingIsWaitedForWhereNothingIsMissing() {
        progress.status(RunRecords.status(State.STOPPED, 0, START));

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END);
    }

    @Test
    void aVerdictThatDoesNotComeIsWaitedForShortlyOnly() {
        eventAt(END + 100);
        eventAt(END + 200);
        windowAt(END + 3_000, 2);

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + 3_000 + Settlement.VERDICT_MILLIS);
    }

    @Test
    void aWindowThatDoesNotComeIsWaitedForUntilItMustHaveCome() {
        eventAt(END + 100);
        eventAt(END + 200);

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + RunRecords.WINDOW_MILLIS + Settlement.SETTLE_MILLIS);
        assertThat(settlement.remarks(0))
                .containsExactly("0 events are in the windows, Kafka acknowledged 2:"
                        + " the rest had not been counted when the wait was over");
    }

    @Test
    void onAClusterOfSomebodyElseANodeMayBeMissedMeanwhile() {
        eventAt(END + 100);
        eventAt(END + 200);
        windowAt(END + RunRecords.WINDOW_MILLIS + Settlement.SETTLE_MILLIS + 1_000, 2);

        settlement(false).await(false);

        assertThat(settlement.remarks(0)).isEmpty();
    }

    @Test
    void theVerdictIsNotWaitedForBeyondTheWaitForTheWindow() {
        eventAt(END + 100);
        eventAt(END + 200);
        windowAt(END + 21_900, 2);

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + RunRecords.WINDOW_MILLIS + Settlement.SETTLE_MILLIS);
    }

    @Test
    void withAPartLostOnlyWhatIsOnItsWayIsWaitedFor() {
        settlement.await(true);

        assertThat(pipe.epochMillis()).isEqualTo(END + Settlement.LOST_MILLIS);
    }

    @Test
    void afterAnOutageTheRestIsWaitedForUntilItsSuccessorCanHaveCaughtUp() {
        progress.outage(new Outage("aggregator", END - 2_000, OptionalInt.of(137), 1, OptionalLong.of(1_500), ""));
        eventAt(END + 100);
        eventAt(END + 200);
        windowAt(END + 40_000, 2);
        verdictAt(END + 50_000);

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + 50_000);
        assertThat(settlement.remarks(0)).isEmpty();
    }

    @Test
    void aPartThatIsLostDuringTheWaitMakesItLonger() {
        eventAt(END + 100);
        eventAt(END + 200);
        pipe.at(
                END + 1_000,
                listener -> progress.outage(
                        new Outage("broker", END + 1_000, OptionalInt.of(137), 0, OptionalLong.empty(), "")));
        windowAt(END + 60_000, 2);
        verdictAt(END + 60_500);

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + 60_500);
    }

    @Test
    void aPipeThatCannotBeReadIsNotWaitedFor() {
        pipe.breakAt(END + 500);

        settlement.await(false);

        assertThat(pipe.epochMillis()).isEqualTo(END + 500);
    }

    @Test
    void moreThanWasAcknowledgedIsSomebodyElses() {
        eventAt(END + 100);
        eventAt(END + 100);
        windowAt(END + 200, 3);
        verdictAt(END + 200);

        settlement.await(false);

        assertThat(settlement.remarks(4))
                .containsExactly(
                        "4 records could not be read and were left out",
                        "3 events are in the windows, Kafka acknowledged 2: somebody else measures the same series");
    }
}
