package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.group;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.window.Partial;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionIntakeTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final IntakeLimits LIMITS = new IntakeLimits(10_000, 2_000, 10_000, 1_000, 300_000, 5, 3, 6);

    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private final PartitionIntake intake = intake(new Placement(0, 1, 1));
    private final TestEvents producer = new TestEvents("p1", 1);

    private PartitionIntake intake(Placement placement) {
        return new PartitionIntake(placement, LIMITS, (tally, times) -> tallies.merge(tally, times, Long::sum), T0);
    }

    @Test
    void callsItselfIdleAfterAQuietSecondAndOnlyOnce() {
        intake.tick(T0 + 999, true);
        assertThat(intake.drain()).isEmpty();
        intake.tick(T0 + 1_000, true);
        assertThat(intake.drain()).containsExactly(new Partial.SourceIdle(0));
        intake.tick(T0 + 2_000, true);
        assertThat(intake.drain()).isEmpty();
    }

    @Test
    void isNotIdleBeforeItHasReadWhatIsThere() {
        intake.tick(T0 + 60_000, false);
        assertThat(intake.drain()).isEmpty();
    }

    @Test
    void holdsAgainWhenSomebodyWroteWhileNobodyRead() {
        intake.tick(T0 + 1_000, true);
        intake.drain();
        PartitionIntake restarted = intake(new Placement(0, 1, 1));
        intake.drainChanges((key, change) -> restarted.restore(change.orElseThrow(), T0 + 5_000));

        restarted.tick(T0 + 5_000, false);
        assertThat(restarted.drain()).containsExactly(new Partial.SourceClosed(0, 0));
        restarted.tick(T0 + 6_000, true);
        assertThat(restarted.drain()).containsExactly(new Partial.SourceIdle(0));
    }

    @Test
    void expelsNobodyWhileReadingIsStuck() {
        intake.accept(producer.heartbeat(T0), T0, T0);

        assertThat(intake.tick(T0 + 60_000, false)).isEmpty();
        assertThat(intake.tick(T0 + 60_000, true)).hasSize(1);
    }

    @Test
    void isNotIdleWhileRecordsFlowThatNobodyCanRead() {
        intake.undecodable(T0 + 900);
        intake.tick(T0 + 1_000, true);
        assertThat(intake.drain()).isEmpty();
    }

    @Test
    void saysAtOnceThatItHoldsAgain() {
        intake.tick(T0 + 1_000, true);
        intake.drain();

        intake.accept(producer.completed(STABLE, T0 + 5_000, 1), T0 + 5_000, T0 + 5_000);

        assertThat(intake.drain()).containsExactly(new Partial.SourceClosed(0, 0));
        intake.tick(T0 + 9_000, true);
        assertThat(intake.drain()).isEmpty();
    }

    @Test
    void tellsEverybodyAlsoWhenItHasNothing() {
        intake.accept(producer.heartbeat(T0 + 25_000), T0, T0);

        assertThat(intake.drain())
                .containsExactly(new Partial.SourceClosed(0, 0), new Partial.SourceClosed(0, T0 + 20_000));
    }

    @Test
    void emitsWhatComesWhileNobodyIsLive() {
        intake.accept(producer.leaving(T0), T0, T0);
        intake.drain();
        intake.accept(producer.completed(STABLE, T0 + 1, 1), T0, T0);
        intake.tick(T0 + 999, true);
        assertThat(intake.drain()).isEmpty();

        intake.tick(T0 + 1_000, true);

        assertThat(intake.drain()).hasSize(2).first().isInstanceOf(Partial.WindowPart.class);
    }

    @Test
    void refusesAGroupOfAnotherPartition() {
        int home = GroupPartitioner.partitionOf(GROUP, 0, 8);
        PartitionIntake elsewhere = intake(new Placement((home + 1) % 8, 8, 1));
        PartitionIntake atHome = intake(new Placement(home, 8, 1));

        RequestEvent event = producer.completed(STABLE, T0, 1);
        Heartbeat heartbeat = producer.heartbeat(T0);
        ProducerExpelled expelled = new ProducerExpelled("p1", 1, GROUP, 0, 0);

        assertThat(elsewhere.accept(event, T0, T0)).isInstanceOf(Admission.Refused.class);
        assertThat(elsewhere.accept(heartbeat, T0, T0)).isInstanceOf(Admission.Refused.class);
        assertThat(elsewhere.accept(expelled, T0, T0)).isInstanceOf(Admission.Refused.class);
        assertThat(tallies.get(Tally.REFUSED_WRONG_PARTITION)).isEqualTo(3);
        assertThat(elsewhere.liveCount()).isZero();
        assertThat(atHome.accept(event, T0, T0)).isInstanceOf(Admission.Taken.class);
    }

    @Test
    void takesAShardedGroupInEachOfItsPartitions() {
        int second = GroupPartitioner.partitionOf(GROUP, 1, 8);

        assertThat(new Placement(second, 8, 2).holds(GROUP)).isTrue();
        assertThat(new Placement(second, 8, 1).holds(GROUP))
                .isEqualTo(second == GroupPartitioner.partitionOf(GROUP, 0, 8));
    }

    @Test
    void refusesAnEpochThatIsNoLongerRemembered() {
        for (int epoch = 2; epoch <= 6; epoch++) {
            assertThat(intake.accept(new TestEvents("p1", epoch).completed(STABLE, T0, 1), T0, T0))
                    .isInstanceOf(Admission.Taken.class);
        }
        assertThat(intake.accept(new TestEvents("p1", 2).completed(STABLE, T0, 1), T0, T0))
                .isInstanceOf(Admission.Refused.class);
        assertThat(intake.accept(new TestEvents("p1", 1).completed(STABLE, T0, 1), T0, T0))
                .isInstanceOf(Admission.Refused.class);
        assertThat(intake.accept(new TestEvents("p1", 3).completed(STABLE, T0, 1), T0, T0))
                .isInstanceOf(Admission.Duplicate.class);
        assertThat(tallies.get(Tally.REFUSED_FORGOTTEN)).isEqualTo(2);
    }

    @Test
    void doesNotLetAnOldEpochHoldOrMoveTheWatermark() {
        intake.accept(new TestEvents("p1", 5).heartbeat(T0 + 5_000), T0, T0);
        TestEvents old = new TestEvents("p1", 4);
        intake.accept(old.completed(STABLE, T0, 1), T0, T0);
        intake.accept(old.heartbeat(T0 + 50_000, offered(T0, 1)), T0, T0);

        assertThat(intake.watermarkEpochMillis()).isEqualTo(OptionalLong.of(T0 + 5_000));
        assertThat(intake.openWindows()).isEqualTo(1);
    }

    @Test
    void refusesProducersAboveTheLimitAndForgetsThoseThatLeft() {
        for (int i = 0; i < 3; i++) {
            intake.accept(new TestEvents("p" + i, 1).leaving(T0), T0, T0);
        }
        TestEvents fourth = new TestEvents("p4", 1);
        assertThat(intake.accept(fourth.heartbeat(T0), T0, T0)).isInstanceOf(Admission.Refused.class);

        intake.accept(new TestEvents("p1", 2).heartbeat(T0 + HOUR + 1), T0 + HOUR + 1, T0);
        intake.tick(T0, true);

        assertThat(intake.accept(fourth.heartbeat(T0), T0 + HOUR, T0)).isInstanceOf(Admission.Taken.class);
        assertThat(tallies.get(Tally.REFUSED_PRODUCER_LIMIT)).isEqualTo(1);
    }

    @Test
    void refusesWhatWouldNeedOneAccumulatorTooMany() {
        for (int i = 0; i < 6; i++) {
            intake.accept(producer.completed(STABLE, T0 + i * 10_000, 1), T0, T0);
        }
        assertThat(intake.accept(producer.completed(STABLE, T0 + 60_000, 1), T0, T0))
                .isInstanceOf(Admission.Refused.class);
        assertThat(tallies.get(Tally.REFUSED_OPEN_LIMIT)).isEqualTo(1);
        assertThat(intake.accept(producer.completed(STABLE, T0 + 50_000, 1), T0, T0))
                .isInstanceOf(Admission.Taken.class);
    }

    @Test
    void leavesOutActivityThatCannotBe() {
        intake.accept(
                producer.heartbeat(
                        T0,
                        new Activity(" ", T0, 1, 1, 1, Set.of()),
                        offered(T0 + 301_000, 1),
                        new Activity("stable", T0, 2_000_000_000L, 1, 1, Set.of()),
                        new Activity("stable", T0, 1, 1, Long.MIN_VALUE, Set.of()),
                        offered(T0, 7)),
                T0,
                T0);

        assertThat(tallies.get(Tally.ACTIVITY_REFUSED)).isEqualTo(4);
        assertThat(intake.openWindows()).isEqualTo(1);
    }

    @Test
    void refusesDurationsThatTurnOver() {
        RequestEvent good = producer.completed(STABLE, T0, 1);
        Stamps endless = new Stamps(
                Long.MIN_VALUE,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.of(Long.MAX_VALUE),
                Long.MAX_VALUE);
        RequestEvent bad = new RequestEvent(
                producer.next(),
                STABLE,
                good.attempt(),
                T0,
                endless,
                Response.nothing(true),
                good.outcome(),
                good.surroundings());

        assertThat(intake.accept(bad, T0, T0)).isInstanceOf(Admission.Refused.class);
        assertThat(tallies.get(Tally.REFUSED_IMPLAUSIBLE)).isEqualTo(1);
    }

    @Test
    void doesNotLetAHeartbeatLoseWhatIsYetToCome() {
        intake.accept(
                new Heartbeat(
                        new Origin("p1", 1, 3),
                        GROUP,
                        T0,
                        List.of(),
                        List.of(new Heartbeat.LostSequences(1, Long.MAX_VALUE, 9)),
                        false),
                T0,
                T0);

        assertThat(tallies.get(Tally.EVENTS_LOST)).isEqualTo(9);
        assertThat(intake.accept(producer.completed(new Origin("p1", 1, 4), STABLE, T0, 1), T0, T0))
                .isInstanceOf(Admission.Taken.class);
        assertThat(intake.accept(producer.completed(new Origin("p1", 1, 2), STABLE, T0, 1), T0, T0))
                .isInstanceOf(Admission.Duplicate.class);
    }

    @Test
    void expelsNobodyWhileOldRecordsAreWorkedOff() {
        TestEvents other = new TestEvents("p2", 1);
        intake.accept(producer.heartbeat(T0), T0, T0);
        // The other one's backlog takes a minute of wall clock and is one second long.
        for (int i = 0; i < 60; i++) {
            intake.accept(other.completed(STABLE, T0, 1), T0 + 1_000, T0 + i * 1_000);
            assertThat(intake.tick(T0 + i * 1_000, true)).isEmpty();
        }
    }

    @Test
    void expelsAProducerThatNeverSentAHeartbeatAndAsksOnlyNowAndThen() {
        for (int second = 0; second <= 9; second++) {
            long now = T0 + second * 1_000;
            intake.accept(producer.completed(STABLE, now, 1), now, now);
            assertThat(intake.tick(now, true)).isEmpty();
        }
        intake.accept(producer.completed(STABLE, T0, 1), T0 + 10_000, T0 + 10_000);
        assertThat(intake.tick(T0 + 10_000, true)).containsExactly(new ProducerExpelled("p1", 1, GROUP, 0, 10_000));
        assertThat(intake.tick(T0 + 11_000, true)).isEmpty();
        assertThat(intake.tick(T0 + 20_000, true)).hasSize(1);
    }

    @Test
    void keepsTheHoldsOfOneProducerInTwoGroupsApart() {
        intake.accept(producer.heartbeat(GROUP, T0 + 12_000), T0, T0);
        intake.accept(producer.heartbeat(group("other"), T0 + 5_000), T0, T0);
        assertThat(intake.liveCount()).isEqualTo(2);

        intake.accept(producer.leaving(group("other"), T0 + 5_000), T0, T0);

        assertThat(intake.watermarkEpochMillis()).isEqualTo(OptionalLong.of(T0 + 12_000));
    }
}
