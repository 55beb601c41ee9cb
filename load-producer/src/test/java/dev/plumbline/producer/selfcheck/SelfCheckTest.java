package dev.plumbline.producer.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.activity.ActivityLedger;
import dev.plumbline.producer.activity.Ledgers;
import dev.plumbline.producer.time.ManualClock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelfCheckTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    private static final long MILLI = 1_000_000;

    private static final class ManualCpu implements ProcessCpu {
        private long usedNanos;
        private long loopNanos;
        private int cores = 2;

        @Override
        public long usedNanos() {
            return usedNanos;
        }

        @Override
        public OptionalLong usedByThisThreadNanos() {
            return OptionalLong.of(loopNanos);
        }

        @Override
        public int cores() {
            return cores;
        }
    }

    private final ManualClock clock = new ManualClock(5_000);
    private final ManualCpu cpu = new ManualCpu();
    private final ActivityLedger ledger = new ActivityLedger(clock, SERIES, 0);
    private LostTime lost = lost(0, 0, 0, 0);
    private final SelfCheck check = check(0.1, 0.05);

    private SelfCheck check(double delayRatio, double lostTimeRatio) {
        return new SelfCheck(
                clock,
                ledger,
                new Budgets(10 * MILLI, 10 * MILLI, 50 * MILLI, delayRatio, 0.95, lostTimeRatio),
                cpu,
                () -> lost,
                0);
    }

    private static LostTime lost(long collectorMillis, long stolenMillis, long wantedMillis, long throttledMillis) {
        return new LostTime(
                OptionalLong.of(collectorMillis * MILLI),
                Optional.of(new LostTime.Stolen(stolenMillis * MILLI, wantedMillis * MILLI)),
                OptionalLong.of(throttledMillis * MILLI));
    }

    @BeforeEach
    void measure() {
        ledger.measuredFrom(0);
    }

    @Test
    void aWellProducerIsNotAccused() {
        take(1_000, 10);
        ticks(0, 2_000);
        assertThat(sickness()).isEmpty();
    }

    @Test
    void oneLateRequestInAHundredIsWithinTheNinetyNinthPercentileAndTwoAreNot() {
        take(99, 0);
        take(1, 11);
        ticks(0, 1_000);
        assertThat(sickness()).isEmpty();
        take(98, 0);
        take(2, 11);
        ticks(1_000, 2_000);
        assertThat(sickness()).isEqualTo(Map.of(6_000L, Set.of(Sickness.DISPATCH_LAG)));
    }

    @Test
    void howLateItsLoopWasIsToldTickByTick() {
        check.tick(10 * MILLI);
        check.tick(23 * MILLI);

        Histogram delays = ledger.drain(100 * MILLI)
                .get(0)
                .circumstances()
                .orElseThrow()
                .generatorDelay()
                .orElseThrow();
        assertThat(delays.count()).isEqualTo(2);
        assertThat(delays.minNanos()).hasValue(0);
        assertThat(delays.maxNanos()).hasValue(3 * MILLI);
    }

    @Test
    void theLargestDelayIsThatOfTheTimeThatIsAskedFor() {
        check.tick(30 * MILLI);
        check.tick(45 * MILLI);
        check.tick(57 * MILLI);

        assertThat(check.largestDelayNanos(0, 60 * MILLI)).isEqualTo(20 * MILLI);
        assertThat(check.largestDelayNanos(31 * MILLI, 60 * MILLI)).isEqualTo(5 * MILLI);
        assertThat(check.largestDelayNanos(46 * MILLI, 60 * MILLI)).isEqualTo(2 * MILLI);
        assertThat(check.largestDelayNanos(58 * MILLI, 60 * MILLI)).isZero();
        assertThat(check.largestDelayNanos(58 * MILLI, 75 * MILLI))
                .as("the next tick is overdue")
                .isEqualTo(8 * MILLI);
    }

    @Test
    void aSingleLateRequestIsItsOwnPercentile() {
        take(1, 11);
        ticks(0, 1_000);
        assertThat(sickness()).isEqualTo(Map.of(5_000L, Set.of(Sickness.DISPATCH_LAG)));
    }

    @Test
    void aTickThatComesTooLateMakesEverySlotSickThatItShouldHaveComeIn() {
        check.tick(10 * MILLI);
        check.tick((20 + 50) * MILLI);
        assertThat(sickness()).isEmpty();
        check.tick((80 + 1_900) * MILLI);
        assertThat(sickness())
                .isEqualTo(Map.of(
                        5_000L, Set.of(Sickness.EVENT_LOOP_STALLED), 6_000L, Set.of(Sickness.EVENT_LOOP_STALLED)));
        assertThat(check.accusations(Sickness.EVENT_LOOP_STALLED)).isEqualTo(1);
    }

    @Test
    void cpuCountsOverAllCores() {
        cpu.usedNanos += 1_890 * MILLI;
        ticks(0, 1_000);
        assertThat(sickness()).isEmpty();
        cpu.usedNanos += 1_910 * MILLI;
        ticks(1_000, 2_000);
        assertThat(sickness()).isEqualTo(Map.of(6_000L, Set.of(Sickness.CPU_SATURATED)));
    }

    @Test
    void aStallBelowTheBudgetIsTooLongBesideWhatIsMeasured() {
        answersTake(100);
        ticks(0, 1_000);
        ticksWithTwoStalls(1_000, 28);
        assertThat(sickness()).as("4 %% wait for more than 10 ms").isEmpty();
        ticksWithTwoStalls(2_000, 45);
        assertThat(sickness()).isEqualTo(Map.of(7_000L, Set.of(Sickness.EVENT_LOOP_STALLED)));
        assertThat(check.accusations(Sickness.EVENT_LOOP_STALLED)).isEqualTo(1);
        ticks(3_000, 4_000);
        assertThat(sickness()).as("over").isEmpty();
    }

    @Test
    void besideLongerAnswersTheSameStallIsShort() {
        answersTake(250);
        ticksWithTwoStalls(0, 45);
        assertThat(sickness()).isEmpty();
    }

    @Test
    void aboveOneAnyDelayIsAllowedBelowTheAbsoluteBudget() {
        SelfCheck lenient = check(1.1, 0.05);
        for (int i = 0; i < RecentAnswers.LEAST; i++) {
            lenient.answered(SERIES, -MILLI, 0);
        }
        for (long at = 60; at < 2_000; at += 60) {
            lenient.tick(at * MILLI);
        }
        assertThat(sickness()).isEmpty();
    }

    /** Half of what the loop drives answers in a tenth of the time: a stall that moves that much says nothing of the other half. */
    @Test
    void onlyTheSeriesIsAccusedWhoseLatenciesAreMoved() {
        Series other = new Series(SERIES.group(), "canary");
        Ledgers both = new Ledgers(clock, Set.of(SERIES, other), 0);
        both.measuredFrom(0);
        SelfCheck ofBoth = new SelfCheck(
                clock, both, new Budgets(10 * MILLI, 10 * MILLI, 50 * MILLI, 0.1, 0.95, 0.05), cpu, () -> lost, 0);
        for (int i = 0; i < RecentAnswers.KEPT; i++) {
            ofBoth.answered(SERIES, -100 * MILLI, 0);
            ofBoth.answered(other, -1_000 * MILLI, 0);
        }
        ticksWithTwoStalls(ofBoth, 0, 45);

        Map<Series, List<Activity>> told = both.drain(1_010 * MILLI);
        assertThat(told.get(SERIES).getFirst().sickness()).containsExactly(Sickness.EVENT_LOOP_STALLED);
        assertThat(told.get(other))
                .allSatisfy(slot -> assertThat(slot.sickness()).isEmpty());
        assertThat(ofBoth.accusations(Sickness.EVENT_LOOP_STALLED)).isEqualTo(1);
    }

    /** Else what they waited would be taken for what the target needs. */
    @Test
    void whatCameWhileTheLoopWasLateIsNoMeasure() {
        for (int i = 0; i < RecentAnswers.KEPT; i++) {
            check.answered(SERIES, -100 * MILLI, 0);
        }
        for (int i = 0; i < RecentAnswers.KEPT; i++) {
            check.answered(SERIES, -990 * MILLI, 11 * MILLI);
        }
        ticksWithTwoStalls(0, 45);
        assertThat(sickness()).isEqualTo(Map.of(5_000L, Set.of(Sickness.EVENT_LOOP_STALLED)));
    }

    @Test
    void aStallIsCountedWhereTicksWereDueInIt() {
        answersTake(100);
        ticks(0, 990);
        check.tick(1_049 * MILLI);
        for (long at = 1_059; at <= 1_950; at += 10) {
            check.tick(at * MILLI);
        }
        check.tick(1_999 * MILLI);
        check.tick(2_009 * MILLI);
        assertThat(sickness())
                .as("49 ms at the start of the second slot and 40 ms at its end")
                .isEqualTo(Map.of(6_000L, Set.of(Sickness.EVENT_LOOP_STALLED)));
    }

    @Test
    void oneOfSixteenCoresIsAllThatAnEventLoopCanUse() {
        cpu.cores = 16;
        ticks(0, 1_000);
        cpu.usedNanos += 940 * MILLI;
        cpu.loopNanos += 940 * MILLI;
        ticks(1_000, 2_000);
        assertThat(sickness()).isEmpty();
        cpu.usedNanos += 960 * MILLI;
        cpu.loopNanos += 960 * MILLI;
        ticks(2_000, 3_000);
        assertThat(sickness()).isEqualTo(Map.of(7_000L, Set.of(Sickness.EVENT_LOOP_SATURATED)));
        cpu.usedNanos += 15_300 * MILLI;
        ticks(3_000, 4_000);
        assertThat(sickness()).isEqualTo(Map.of(8_000L, Set.of(Sickness.CPU_SATURATED)));
        assertThat(check.loopCpuNanos()).hasValue(1_900 * MILLI);
    }

    @Test
    void garbageCollectionMustNotTakeMoreThanItsShareOfASlot() {
        lost = lost(49, 0, 0, 0);
        ticks(0, 1_000);
        assertThat(sickness()).isEmpty();
        lost = lost(49 + 51, 0, 0, 0);
        ticks(1_000, 2_000);
        assertThat(sickness()).isEqualTo(Map.of(6_000L, Set.of(Sickness.COLLECTOR_PAUSED)));
        ticks(2_000, 3_000);
        assertThat(sickness()).as("it rests").isEmpty();
    }

    @Test
    void norALimitOnCpuTime() {
        lost = lost(0, 0, 0, 49);
        ticks(0, 1_000);
        assertThat(sickness()).isEmpty();
        lost = lost(0, 0, 0, 49 + 51);
        ticks(1_000, 2_000);
        assertThat(sickness()).isEqualTo(Map.of(6_000L, Set.of(Sickness.CPU_THROTTLED)));
    }

    @Test
    void norAHypervisorOfASlotAndOfWhatAllProcessorsWanted() {
        lost = lost(0, 49, 500, 0);
        ticks(0, 1_000);
        assertThat(sickness()).as("little of a slot").isEmpty();
        lost = lost(0, 49 + 100, 500 + 3_000, 0);
        ticks(1_000, 2_000);
        assertThat(sickness()).as("little of what three busy processors wanted").isEmpty();
        lost = lost(0, 149 + 100, 3_500 + 1_900, 0);
        ticks(2_000, 3_000);
        assertThat(sickness()).isEqualTo(Map.of(7_000L, Set.of(Sickness.CPU_STOLEN)));
    }

    @Test
    void whatNobodyTellsAccusesNobody() {
        lost = lost(1_000, 10_000, 20_000, 1_000);
        ticks(0, 1_000);
        sickness();
        lost = LostTime.unknown();
        ticks(1_000, 2_000);
        lost = lost(9_000, 90_000, 90_000, 9_000);
        ticks(2_000, 3_000);
        assertThat(sickness()).isEmpty();
    }

    @Test
    void aShareOfOneAllowsAnyLoss() {
        SelfCheck lenient = check(0.1, 1);
        lost = lost(2_000, 2_000, 2_000, 2_000);
        for (long at = 10; at <= 1_000; at += 10) {
            lenient.tick(at * MILLI);
        }
        assertThat(sickness()).isEmpty();
    }

    private void answersTake(long millis) {
        for (int i = 0; i < RecentAnswers.KEPT; i++) {
            check.answered(SERIES, -millis * MILLI, 0);
        }
    }

    /** A second of ticks; two come too late by so much, and the next ones in time after them. */
    private void ticksWithTwoStalls(long fromMillis, long lateMillis) {
        ticksWithTwoStalls(check, fromMillis, lateMillis);
    }

    private static void ticksWithTwoStalls(SelfCheck check, long fromMillis, long lateMillis) {
        for (long half = fromMillis; half < fromMillis + 1_000; half += 500) {
            check.tick((half + 10 + lateMillis) * MILLI);
            for (long at = half + 10 + lateMillis + 10; at <= half + 500; at += 10) {
                check.tick(at * MILLI);
            }
            check.tick((half + 500) * MILLI);
        }
    }

    @Test
    void theOpenSlotIsJudgedAtTheEnd() {
        ticks(0, 500);
        take(1, 11);
        check.finish(505 * MILLI);
        assertThat(sickness()).isEqualTo(Map.of(5_000L, Set.of(Sickness.DISPATCH_LAG)));
    }

    private void take(int count, long lateMillis) {
        for (int i = 0; i < count; i++) {
            check.taken(0, lateMillis * MILLI);
        }
    }

    private void ticks(long fromMillis, long toMillis) {
        for (long at = fromMillis + 10; at <= toMillis; at += 10) {
            check.tick(at * MILLI);
        }
    }

    private Map<Long, Set<Sickness>> sickness() {
        return ledger.drain(0).stream()
                .filter(activity -> !activity.sickness().isEmpty())
                .collect(Collectors.toMap(Activity::slotStartEpochMillis, Activity::sickness));
    }

    @Test
    void itGoesOnJudgingSlotsWhenTheClockWasSetBack() {
        ticks(0, 1_000);
        clock.moveTo(1_000 * MILLI);
        clock.setWall(-60_000);
        clock.lookTwice();
        long from = clock.nanos() / MILLI;
        ticks(1_000, from);
        take(1, 11);
        ticks(from, from + 1_000);
        assertThat(check.accusations(Sickness.DISPATCH_LAG)).isEqualTo(1);
    }
}
