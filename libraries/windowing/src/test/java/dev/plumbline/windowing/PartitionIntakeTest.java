package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.group;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.Partial;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionIntakeTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final IntakeLimits LIMITS = new IntakeLimits(10_000, 2_000, 10_000, 60_000, 300_000, 5, 3, 1 << 20);

    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private final PartitionIntake intake = intake(new Placement(0, 1, 1));
    private final TestEvents producer = new TestEvents("p1", 1);
    private long offset;

    private PartitionIntake intake(Placement placement) {
        return new PartitionIntake(
                placement, LIMITS, group -> 0, (tally, times) -> tallies.merge(tally, times, Long::sum));
    }

    private Admission accept(Event event, long appendEpochMillis) {
        return accept(intake, event, appendEpochMillis);
    }

    private Admission accept(PartitionIntake into, Event event, long appendEpochMillis) {
        return into.accept(++offset, event, appendEpochMillis);
    }

    @Test
    void saysNothingOfAGroupThatNobodyIsIn() {
        intake.tick(T0 + 60_000, true);
        assertThat(intake.undecodable(0)).isTrue();
        assertThat(intake.undecodable(0)).as("read again").isFalse();
        assertThat(tallies).containsEntry(Tally.UNDECODABLE, 1L);
        assertThat(intake.drain()).isEmpty();
    }

    @Test
    void expelsNobodyWhileReadingIsStuck() {
        accept(producer.heartbeat(T0), T0);

        for (int second = 0; second <= 60; second++) {
            assertThat(intake.tick(T0 + second * 1_000, false)).isEmpty();
        }
        for (int second = 61; second <= 70; second++) {
            assertThat(intake.tick(T0 + second * 1_000, true)).isEmpty();
        }
        assertThat(intake.tick(T0 + 71_000, true)).hasSize(1);
    }

    @Test
    void saysAtOnceThatItHoldsAndThatNobodyIsLeft() {
        accept(producer.completed(STABLE, T0 + 5_000, 1), T0 + 5_000);
        assertThat(intake.drain()).first().isEqualTo(new Partial.GroupClosed(0, GROUP, 0));

        accept(producer.leaving(T0 + 6_000), T0 + 6_000);
        assertThat(intake.drain())
                .last()
                .isEqualTo(new Partial.GroupReleased(0, GROUP, T0 + 10_000, OptionalLong.of(T0 + 6_000)));
    }

    @Test
    void saysHowFarItIsAlsoWhenItHasNothing() {
        accept(producer.heartbeat(T0 + 25_000), T0);

        assertThat(intake.drain())
                .containsExactly(new Partial.GroupClosed(0, GROUP, 0), new Partial.GroupClosed(0, GROUP, T0 + 20_000));
    }

    @Test
    void closesByTheEventsWhereNobodySendsHeartbeats() {
        for (int second = 0; second <= 40; second++) {
            accept(producer.completed(STABLE, T0 + second * 1_000L, 1), T0 + second * 1_000L);
        }

        assertThat(intake.closedToEpochMillis(GROUP)).isEqualTo(T0 + 20_000);
    }

    @Test
    void refusesAGroupOfAnotherPartition() {
        int home = GroupPartitioner.partitionOf(GROUP, 0, 8);
        PartitionIntake elsewhere = intake(new Placement((home + 1) % 8, 8, 1));
        PartitionIntake atHome = intake(new Placement(home, 8, 1));

        RequestEvent event = producer.completed(STABLE, T0, 1);
        Heartbeat heartbeat = producer.heartbeat(T0);
        ProducerExpelled expelled = new ProducerExpelled("p1", 1, GROUP, 0, 0);

        assertThat(accept(elsewhere, event, T0)).isInstanceOf(Admission.Refused.class);
        assertThat(accept(elsewhere, heartbeat, T0)).isInstanceOf(Admission.Refused.class);
        assertThat(accept(elsewhere, expelled, T0)).isInstanceOf(Admission.Refused.class);
        assertThat(tallies.get(Tally.REFUSED_WRONG_PARTITION)).isEqualTo(3);
        assertThat(elsewhere.liveCount()).isZero();
        assertThat(accept(atHome, event, T0)).isInstanceOf(Admission.Taken.class);
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
            assertThat(accept(new TestEvents("p1", epoch).completed(STABLE, T0, 1), T0))
                    .isInstanceOf(Admission.Taken.class);
        }
        assertThat(accept(new TestEvents("p1", 2).completed(STABLE, T0, 1), T0)).isInstanceOf(Admission.Refused.class);
        assertThat(accept(new TestEvents("p1", 1).completed(STABLE, T0, 1), T0)).isInstanceOf(Admission.Refused.class);
        assertThat(accept(new TestEvents("p1", 3).completed(STABLE, T0, 1), T0))
                .isInstanceOf(Admission.Duplicate.class);
        assertThat(tallies.get(Tally.REFUSED_FORGOTTEN)).isEqualTo(2);
    }

    @Test
    void doesNotLetAnOldEpochMoveTheWatermark() {
        accept(new TestEvents("p1", 5).heartbeat(T0 + 5_000), T0);
        TestEvents old = new TestEvents("p1", 4);
        accept(old.completed(STABLE, T0, 1), T0);
        accept(old.heartbeat(T0 + 50_000, offered(T0, 1)), T0);

        assertThat(intake.closedToEpochMillis(GROUP)).isEqualTo(T0);
        assertThat(intake.openWindows()).isEqualTo(1);
    }

    @Test
    void refusesProducersAboveTheLimitAndForgetsThoseThatLeft() {
        for (int i = 0; i < 3; i++) {
            accept(new TestEvents("p" + i, 1).leaving(T0), T0);
        }
        TestEvents fourth = new TestEvents("p4", 1);
        assertThat(accept(fourth.heartbeat(T0), T0)).isInstanceOf(Admission.Refused.class);

        accept(new TestEvents("p1", 2).heartbeat(T0 + HOUR + 1), T0 + HOUR + 1);
        assertThat(accept(fourth.heartbeat(T0), T0 + HOUR)).isInstanceOf(Admission.Taken.class);
        assertThat(tallies.get(Tally.REFUSED_PRODUCER_LIMIT)).isEqualTo(1);
    }

    @Test
    void putsActivityToTheRequestsOfItsOwnConditions() {
        Series series = new Series(TestEvents.GROUP, "stable", Optional.of("0123456789abcdef"));
        accept(producer.completed(series, T0 + 1_000, 20), T0);
        accept(
                producer.heartbeat(
                        T0 + 1_000,
                        new Activity(
                                "stable",
                                series.conditions(),
                                T0,
                                5,
                                1,
                                1,
                                Set.of(),
                                Optional.empty(),
                                Optional.empty())),
                T0);

        assertThat(intake.openWindows()).isEqualTo(1);
    }

    @Test
    void leavesOutActivityThatCannotBe() {
        accept(
                producer.heartbeat(
                        T0,
                        new Activity(" ", T0, 1, 1, 1, Set.of()),
                        new Activity(
                                "stable",
                                Optional.of("H200"),
                                T0,
                                1,
                                1,
                                1,
                                Set.of(),
                                Optional.empty(),
                                Optional.empty()),
                        offered(T0 + 301_000, 1),
                        new Activity("stable", T0, 2_000_000_000L, 1, 1, Set.of()),
                        new Activity("stable", T0, 1, 1, Long.MIN_VALUE, Set.of()),
                        offered(T0, 7)),
                T0);

        assertThat(tallies.get(Tally.ACTIVITY_REFUSED)).isEqualTo(5);
        assertThat(intake.openWindows()).isEqualTo(1);
    }

    @Test
    void groupsOfOneProducerShareItsSequenceAndEachClosesByItsOwnWord() {
        ComparisonGroup other = group("other");
        accept(producer.completed(STABLE, T0 + 1_000, 1), T0);
        accept(producer.completed(new Series(other, "stable"), T0 + 1_000, 1), T0);
        long lost = producer.next().sequence();

        accept(producer.heartbeat(T0 + 25_000), T0 + 25_000);
        assertThat(intake.closedToEpochMillis(GROUP)).isEqualTo(T0 + 20_000);
        assertThat(intake.closedToEpochMillis(other)).isLessThanOrEqualTo(T0);

        Heartbeat naming = new Heartbeat(
                producer.next(),
                other,
                T0 + 25_000,
                List.of(),
                List.of(new Heartbeat.LostSequences(lost, lost, 1)),
                false);
        assertThat(accept(naming, T0 + 25_000)).isInstanceOf(Admission.Taken.class);
        assertThat(intake.closedToEpochMillis(other)).isEqualTo(T0 + 20_000);
        assertThat(tallies).containsEntry(Tally.EVENTS_LOST, 1L).doesNotContainKey(Tally.DUPLICATES);

        accept(producer.leaving(T0 + 26_000), T0 + 26_000);
        assertThat(intake.liveCount()).as("it goes on in the other group").isEqualTo(1);
        assertThat(accept(producer.completed(new Series(other, "stable"), T0 + 27_000, 1), T0 + 27_000))
                .isInstanceOf(Admission.Taken.class);
        assertThat(accept(producer.leaving(other, T0 + 28_000), T0 + 28_000)).isInstanceOf(Admission.Taken.class);
        assertThat(intake.liveCount()).isZero();
        assertThat(tallies).doesNotContainKey(Tally.DUPLICATES).doesNotContainKey(Tally.REFUSED_FORGOTTEN);
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

        assertThat(accept(bad, T0)).isInstanceOf(Admission.Refused.class);
        assertThat(tallies.get(Tally.REFUSED_IMPLAUSIBLE)).isEqualTo(1);
    }

    @Test
    void doesNotLetAHeartbeatLoseWhatIsYetToCome() {
        accept(
                new Heartbeat(
                        new Origin("p1", 1, 3),
                        GROUP,
                        T0,
                        List.of(),
                        List.of(new Heartbeat.LostSequences(1, Long.MAX_VALUE, 9)),
                        false),
                T0);

        assertThat(tallies.get(Tally.EVENTS_LOST)).isEqualTo(9);
        assertThat(accept(producer.completed(new Origin("p1", 1, 4), STABLE, T0, 1), T0))
                .isInstanceOf(Admission.Taken.class);
        assertThat(accept(producer.completed(new Origin("p1", 1, 2), STABLE, T0, 1), T0))
                .isInstanceOf(Admission.Duplicate.class);
    }

    @Test
    void expelsByTheLogAloneWhileOthersAreHeard() {
        TestEvents other = new TestEvents("p2", 1);
        accept(producer.heartbeat(T0), T0);
        for (int second = 1; second <= 9; second++) {
            accept(other.heartbeat(T0 + second * 1_000), T0 + second * 1_000);
        }
        assertThat(intake.liveCount()).isEqualTo(2);

        accept(other.heartbeat(T0 + 10_000), T0 + 10_000);

        assertThat(intake.liveCount()).isEqualTo(1);
        assertThat(tallies).containsEntry(Tally.PRODUCERS_EXPELLED, 1L);
    }

    @Test
    void asksForAnExpulsionWhenNobodyIsHeardAndOnlyNowAndThen() {
        accept(producer.heartbeat(T0), T0);
        List<ProducerExpelled> asked = new ArrayList<>();
        for (int second = 0; second <= 25; second++) {
            asked.addAll(intake.tick(T0 + second * 1_000, true));
        }
        assertThat(asked)
                .containsExactly(
                        new ProducerExpelled("p1", 1, GROUP, T0, 10_000),
                        new ProducerExpelled("p1", 1, GROUP, T0, 20_000));

        accept(asked.getFirst(), T0 + 10_100);

        assertThat(intake.liveCount()).isZero();
        assertThat(intake.drain())
                .last()
                .isEqualTo(new Partial.GroupReleased(0, GROUP, T0 - 10_000, OptionalLong.empty()));
    }

    @Test
    void takesAnExpulsionForVoidWhenTheProducerWasHeardSince() {
        accept(producer.heartbeat(T0), T0);
        accept(producer.heartbeat(T0), T0 + 10_000);

        accept(new ProducerExpelled("p1", 1, GROUP, T0, 10_000), T0 + 10_100);

        assertThat(intake.liveCount()).isEqualTo(1);
        assertThat(tallies).containsEntry(Tally.EXPULSIONS_VOID, 1L);
    }

    @Test
    void letsTwoProcessesOfOneNameHoldSideBySide() {
        TestEvents second = new TestEvents("p1", 2);
        accept(producer.heartbeat(T0), T0);
        accept(second.heartbeat(T0), T0);
        accept(producer.heartbeat(T0 + 1_000), T0 + 1_000);
        accept(second.heartbeat(T0 + 1_000), T0 + 1_000);

        assertThat(intake.liveCount()).isEqualTo(2);
    }

    @Test
    void goesOnAsItWasKeptWhateverTheOrderOfThePieces() {
        accept(producer.heartbeat(T0 + 13_000, offered(T0, 1)), T0 + 13_000);
        accept(producer.completed(STABLE, T0 + 14_000, 1), T0 + 14_000);
        accept(producer.completed(STABLE, T0 + 1_000, 1), T0 + 14_000);
        intake.drain();
        List<IntakeSnapshot> pieces = new ArrayList<>();
        intake.drainChanges((key, change) -> change.ifPresent(pieces::add));
        PartitionIntake restarted = intake(new Placement(0, 1, 1));
        pieces.reversed().forEach(restarted::restore);

        Heartbeat next = producer.heartbeat(T0 + 30_000);
        accept(intake, next, T0 + 30_000);
        accept(restarted, next, T0 + 30_000);

        assertThat(restarted.drain()).isEqualTo(intake.drain()).isNotEmpty();
        assertThat(restarted.openBytes()).isEqualTo(intake.openBytes());
    }

    @Test
    void usesTheKeysOfItsStateAgain() {
        Set<String> keys = new HashSet<>();
        for (int window = 0; window < 1_000; window++) {
            long now = T0 + window * 10_000L;
            accept(producer.completed(STABLE, now, 1), now);
            accept(producer.heartbeat(now), now);
            intake.drainChanges((key, change) -> keys.add(key));
        }
        assertThat(keys).hasSizeLessThan(10);
    }

    @Test
    void keepsTheHoldsOfOneProducerInTwoGroupsApart() {
        ComparisonGroup other = group("other");
        accept(producer.heartbeat(GROUP, T0 + 12_000), T0);
        accept(producer.heartbeat(other, T0 + 5_000), T0);
        assertThat(intake.liveCount()).isEqualTo(2);

        accept(producer.leaving(other, T0 + 5_000), T0);

        assertThat(intake.liveCount()).isEqualTo(1);
        assertThat(intake.closedToEpochMillis(GROUP)).isEqualTo(T0 + 10_000);
        assertThat(intake.closedToEpochMillis(other)).isEqualTo(T0);
    }
}
