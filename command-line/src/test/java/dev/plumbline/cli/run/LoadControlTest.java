package dev.plumbline.cli.run;

import static dev.plumbline.cli.run.RunRecords.PRODUCER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.time.EpochClock;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.judgement.result.RunEnding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class LoadControlTest {

    private static final long BEGIN = 1_000_000;

    private final ScriptedPipe pipe = new ScriptedPipe(BEGIN);
    private EpochClock wall = pipe;
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
    private final FakeProducer producer = new FakeProducer();
    private final FakeSession session = new FakeSession();

    private final class FakeProducer implements LoadControl.Producer {
        private LongFunction<Status> tells = now -> running();
        private int asked;
        private boolean ended;

        @Override
        public Status status() {
            asked++;
            return tells.apply(pipe.epochMillis());
        }

        @Override
        public void end() {
            ended = true;
        }
    }

    private final class FakeSession implements LoadControl.Session {
        private final List<Long> shownAtEpochMillis = new ArrayList<>();
        private int ticks;
        private long interruptedAtEpochMillis = Long.MAX_VALUE;
        private Optional<String> lostPart = Optional.empty();
        private Optional<String> unwritten = Optional.empty();
        private boolean producerAway;
        private boolean brokerAway;

        @Override
        public boolean isProducerAway() {
            return producerAway;
        }

        @Override
        public boolean isBrokerAway() {
            return brokerAway;
        }

        @Override
        public Optional<String> lostPart() {
            return lostPart;
        }

        @Override
        public Optional<String> unwritten() {
            return unwritten;
        }

        @Override
        public boolean isInterrupted() {
            return pipe.epochMillis() >= interruptedAtEpochMillis;
        }

        @Override
        public void show(long nowEpochMillis) {
            shownAtEpochMillis.add(nowEpochMillis);
        }

        @Override
        public void tick() {
            ticks++;
        }
    }

    private static Status running() {
        return RunRecords.status(State.RUNNING, 5, BEGIN);
    }

    private static Status stopped(Optional<String> limit) {
        return told(State.STOPPED, Map.of(), OptionalLong.empty(), limit);
    }

    private static Status told(
            State state, Map<FailureKind, Long> failed, OptionalLong breakerOpenSince, Optional<String> limit) {
        return told(state, failed, breakerOpenSince, false, limit);
    }

    private static Status told(
            State state,
            Map<FailureKind, Long> failed,
            OptionalLong breakerOpenSince,
            boolean toldToEnd,
            Optional<String> limit) {
        return new Status(
                state,
                1,
                0,
                0,
                0,
                0,
                failed,
                0,
                0,
                Map.of(),
                0,
                0,
                0,
                OptionalLong.of(BEGIN),
                OptionalLong.empty(),
                breakerOpenSince,
                toldToEnd,
                limit,
                Optional.empty(),
                Optional.empty());
    }

    /** Kafka lives: a heartbeat each second. */
    private void heartbeats(int seconds) {
        for (int i = 1; i <= seconds; i++) {
            long at = BEGIN + i * 1_000L;
            pipe.at(at, listener -> listener.event(ScriptedPipe.BYTES, RunRecords.heartbeat(PRODUCER, at)));
        }
    }

    private LoadControl control(Optional<Duration> giveUp) {
        return control(giveUp, LoadControl.SILENCE);
    }

    private LoadControl control(Optional<Duration> giveUp, Duration silence) {
        return new LoadControl(
                producer,
                new RunFeed(pipe, pipe.into(progress)),
                progress,
                session,
                new LoadControl.Limits(
                        giveUp,
                        silence,
                        new OwnLimits(OptionalLong.of(400), OptionalLong.empty()),
                        "http://127.0.0.1:8000",
                        "127.0.0.1:9092"),
                wall,
                pipe);
    }

    private RunEnding follow() throws InterruptedException {
        return control(Optional.of(Duration.ofSeconds(30))).follow();
    }

    @Test
    void aLoadThatStopsByItselfIsCompleted() throws InterruptedException {
        heartbeats(10);
        producer.tells = now -> now < BEGIN + 5_000 ? running() : stopped(Optional.empty());

        assertThat(follow()).isEqualTo(new RunEnding.Completed());
        assertThat(pipe.epochMillis()).isBetween(BEGIN + 5_000, BEGIN + 5_300);
    }

    @Test
    void aLoadThatSomebodyElseEndsIsNotCompleted() throws InterruptedException {
        producer.tells = now -> told(State.STOPPED, Map.of(), OptionalLong.empty(), true, Optional.empty());

        assertThat(follow())
                .isInstanceOfSatisfying(
                        RunEnding.Broken.class,
                        broken -> assertThat(broken.detail()).contains("told to end by somebody else"));
    }

    @Test
    void aLimitIsNamedByItsFlag() throws InterruptedException {
        producer.tells = now -> stopped(Optional.of("MAX_TOKENS_TOTAL"));

        assertThat(follow()).isEqualTo(new RunEnding.LimitReached("max-tokens-total", "reached --max-tokens-total"));
    }

    @Test
    void statusAndFilesAreLookedAfterAtTheirOwnPace() throws InterruptedException {
        heartbeats(10);
        session.interruptedAtEpochMillis = BEGIN + 10_000;

        assertThat(follow()).isEqualTo(new RunEnding.Interrupted());
        assertThat(producer.asked).isEqualTo(40);
        assertThat(session.shownAtEpochMillis).hasSize(40);
        assertThat(session.ticks).isEqualTo(10);
    }

    @Test
    void aLostPartComesBeforeEverythingElse() throws InterruptedException {
        session.lostPart = Optional.of("the broker ended unexpectedly");
        session.unwritten = Optional.of("the disk is full");
        session.interruptedAtEpochMillis = BEGIN;
        pipe.breakAt(BEGIN);

        assertThat(follow()).isEqualTo(new RunEnding.Broken("the broker ended unexpectedly"));
        assertThat(producer.asked).isZero();
    }

    @Test
    void aPipeThatCannotBeReadEndsTheLoadAndKeepsWhatWasMeasured() throws InterruptedException {
        heartbeats(1);
        pipe.breakAt(BEGIN + 2_000);

        assertThat(follow())
                .isEqualTo(new RunEnding.Broken(
                        "Kafka does not let its topics be read any more; what was measured before is kept"));
    }

    @Test
    void aFullDiskEndsTheLoad() throws InterruptedException {
        session.unwritten = Optional.of("the disk is full");

        assertThat(follow()).isEqualTo(new RunEnding.Broken("the disk is full"));
    }

    @Test
    void aProducerThatDoesNotAnswerEndsTheLoad() throws InterruptedException {
        producer.tells = now -> {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "the producer does not answer");
        };

        assertThat(follow()).isEqualTo(new RunEnding.Broken("the producer does not answer"));
        assertThat(pipe.epochMillis()).isGreaterThanOrEqualTo(BEGIN + LoadControl.CAUSE_WITHIN_MILLIS);
    }

    @Test
    void aProducerThatDoesNotAnswerBecauseItEndedIsNamedByItsEnd() throws InterruptedException {
        producer.tells = now -> {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "the producer does not answer");
        };
        pipe.at(BEGIN + 1_000, listener -> session.lostPart = Optional.of("the producer ended unexpectedly"));

        assertThat(follow()).isEqualTo(new RunEnding.Broken("the producer ended unexpectedly"));
    }

    @Test
    void aTargetThatFailsEveryTryIsGivenUp() throws InterruptedException {
        heartbeats(60);
        producer.tells = now -> told(
                State.RUNNING,
                Map.of(FailureKind.HTTP_5XX, 9L),
                now < BEGIN + 5_000 ? OptionalLong.empty() : OptionalLong.of(BEGIN + 5_000),
                Optional.empty());

        assertThat(follow())
                .isEqualTo(new RunEnding.Broken("http://127.0.0.1:8000 has failed every try for 30 s (HTTP_5XX 9):"
                        + " look at the server's log; what was measured before is kept"));
        assertThat(pipe.epochMillis()).isBetween(BEGIN + 35_001, BEGIN + 35_300);
    }

    @Test
    void aTargetThatFailsInTheWarmUpIsGivenUpInWords() throws InterruptedException {
        heartbeats(60);
        producer.tells = now -> told(State.RUNNING, Map.of(), OptionalLong.of(BEGIN), Optional.empty());

        assertThat(follow())
                .isEqualTo(
                        new RunEnding.Broken(
                                "http://127.0.0.1:8000 has failed every try for 30 s, all in the warm-up"
                                        + " (producer.log quotes the first): look at the server's log; what was measured before is kept"));
    }

    @Test
    void whatThisMachineHasTooLittleOfEndsTheLoadAndIsNamed() throws InterruptedException {
        heartbeats(60);
        producer.tells = now -> now < BEGIN + 5_000 ? running() : shortOf(State.RUNNING, OwnLimit.OPEN_FILES);

        assertThat(follow())
                .isEqualTo(
                        new RunEnding.Broken(
                                "this machine, not http://127.0.0.1:8000, had too little of something for 7"
                                        + " requests: too many"
                                        + " open files (a process may have 400 here): raise it with 'ulimit -n 1194', or ask for less"
                                        + " with --concurrency or --max-in-flight; nothing is judged, what was measured before is kept"));
        assertThat(pipe.epochMillis()).isBetween(BEGIN + 5_000, BEGIN + 5_300);
    }

    @Test
    void alsoWhenTheLoadWasOverBeforeAnybodyAsked() throws InterruptedException {
        producer.tells = now -> shortOf(State.STOPPED, OwnLimit.PORTS);

        assertThat(follow())
                .isInstanceOfSatisfying(
                        RunEnding.Broken.class,
                        broken -> assertThat(broken.detail())
                                .contains("sysctl -w net.ipv4.ip_local_port_range", "no --no-keep-alive"));
    }

    private static Status shortOf(State state, OwnLimit limit) {
        return new Status(
                state,
                1,
                0,
                0,
                170,
                0,
                Map.of(),
                0,
                7,
                Map.of(limit, 7L),
                0,
                0,
                0,
                OptionalLong.of(BEGIN),
                OptionalLong.empty(),
                OptionalLong.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void anEndlessLoadIsNotGivenUp() throws InterruptedException {
        heartbeats(60);
        producer.tells = now -> told(State.RUNNING, Map.of(), OptionalLong.of(BEGIN), Optional.empty());
        session.interruptedAtEpochMillis = BEGIN + 60_000;

        assertThat(control(Optional.empty()).follow()).isEqualTo(new RunEnding.Interrupted());
    }

    @Test
    void silenceEndsTheLoadAndIsCountedFromItsBeginning() throws InterruptedException {
        assertThat(follow())
                .isEqualTo(new RunEnding.Broken("Kafka at 127.0.0.1:9092 has not let anything through for 20 s:"
                        + " look at its log; what was measured before is kept"));
        assertThat(pipe.epochMillis()).isBetween(BEGIN + 20_001, BEGIN + 20_300);
    }

    @Test
    void aHeartbeatBreaksTheSilenceAndAnothersDoesNot() throws InterruptedException {
        heartbeats(1);
        pipe.at(
                BEGIN + 15_000,
                listener -> listener.event(ScriptedPipe.BYTES, RunRecords.heartbeat("another", BEGIN + 15_000)));

        assertThat(follow()).isInstanceOf(RunEnding.Broken.class);
        assertThat(pipe.epochMillis()).isBetween(BEGIN + 21_001, BEGIN + 21_300);
    }

    @Test
    void aClusterThatRestartsDoesNotEndAnEndlessLoad() throws InterruptedException {
        heartbeats(10);
        pipe.at(
                BEGIN + 130_000,
                listener -> listener.event(ScriptedPipe.BYTES, RunRecords.heartbeat(PRODUCER, BEGIN + 130_000)));
        session.interruptedAtEpochMillis = BEGIN + 200_000;

        assertThat(control(Optional.empty(), LoadControl.SILENCE_OF_ENDLESS).follow())
                .isEqualTo(new RunEnding.Interrupted());
    }

    @Test
    void aWallClockThatIsSetEndsNothing() throws InterruptedException {
        heartbeats(60);
        // An hour forward after ten seconds, as after a sleep or a correction.
        wall = () -> pipe.epochMillis() + (pipe.epochMillis() < BEGIN + 10_000 ? 0 : 3_600_000);
        producer.tells = now -> now < BEGIN + 40_000
                ? told(
                        State.RUNNING,
                        Map.of(),
                        now < BEGIN + 20_000 ? OptionalLong.empty() : OptionalLong.of(BEGIN),
                        Optional.empty())
                : stopped(Optional.empty());

        assertThat(follow()).isEqualTo(new RunEnding.Completed());
    }

    @Test
    void aProducerThatIsBeingStartedAgainIsNotAskedAndTheLoadGoesOn() throws InterruptedException {
        heartbeats(5);
        pipe.at(BEGIN + 5_000, listener -> session.producerAway = true);
        pipe.at(BEGIN + 65_000, listener -> session.producerAway = false);
        producer.tells = now -> {
            assertThat(session.producerAway).isFalse();
            return now < BEGIN + 70_000 ? running() : stopped(Optional.empty());
        };

        assertThat(follow()).isEqualTo(new RunEnding.Completed());
        assertThat(pipe.epochMillis()).isBetween(BEGIN + 70_000, BEGIN + 70_300);
        assertThat(session.shownAtEpochMillis.size())
                .as("what is shown goes on, too")
                .isGreaterThan(270);
    }

    @Test
    void aProducerThatDoesNotAnswerBecauseItIsBeingStartedAgainEndsNothing() throws InterruptedException {
        pipe.at(BEGIN + 6_000, listener -> session.producerAway = true);
        pipe.at(BEGIN + 9_000, listener -> session.producerAway = false);
        producer.tells = now -> {
            if (now >= BEGIN + 5_000 && now < BEGIN + 9_000) {
                throw new StackFailure(ExitCode.INFRASTRUCTURE, "the producer does not answer");
            }
            return now < BEGIN + 20_000 ? running() : stopped(Optional.empty());
        };

        assertThat(follow()).isEqualTo(new RunEnding.Completed());
    }

    @Test
    void silenceIsNotCountedWhileTheBrokerIsBeingStartedAgain() throws InterruptedException {
        pipe.at(BEGIN + 1_000, listener -> session.brokerAway = true);
        pipe.at(BEGIN + 120_000, listener -> session.brokerAway = false);

        assertThat(follow()).isInstanceOf(RunEnding.Broken.class);
        assertThat(pipe.epochMillis()).isBetween(BEGIN + 140_000, BEGIN + 140_300);
    }

    @Test
    void aPartThatIsGivenUpEndsTheLoadAsBefore() throws InterruptedException {
        heartbeats(5);
        pipe.at(BEGIN + 5_000, listener -> session.producerAway = true);
        pipe.at(BEGIN + 8_000, listener -> session.lostPart = Optional.of("the producer is given up"));

        assertThat(follow()).isEqualTo(new RunEnding.Broken("the producer is given up"));
    }

    @Test
    void aLoadThatHasEndedIsNotEndedAgain() throws InterruptedException {
        progress.status(stopped(Optional.empty()));

        assertThat(control(Optional.empty()).end()).isEmpty();
        assertThat(producer.ended).isFalse();
    }

    @Test
    void anEndIsWaitedFor() throws InterruptedException {
        producer.tells = now -> now < BEGIN + 3_000 ? running() : stopped(Optional.empty());

        assertThat(control(Optional.empty()).end()).isEmpty();
        assertThat(producer.ended).isTrue();
        assertThat(pipe.epochMillis()).isEqualTo(BEGIN + 3_000);
    }

    @Test
    void anEndThatNeverComesIsWaitedForSoLongOnly() throws InterruptedException {
        assertThat(control(Optional.empty()).end()).isEmpty();
        assertThat(pipe.epochMillis()).isEqualTo(BEGIN + LoadControl.STOP_WITHIN_MILLIS);
    }

    @Test
    void aProducerThatIsGoneCannotBeEndedAndThatIsSaid() throws InterruptedException {
        producer.tells = now -> {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "the producer does not answer");
        };

        assertThat(control(Optional.empty()).end()).hasValue("the producer does not answer");
    }
}
