package dev.plumbline.producer.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.activity.ActivityLedger;
import dev.plumbline.producer.time.ManualClock;
import java.util.Map;
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

        @Override
        public long usedNanos() {
            return usedNanos;
        }

        @Override
        public int cores() {
            return 2;
        }
    }

    private final ManualClock clock = new ManualClock(5_000);
    private final ManualCpu cpu = new ManualCpu();
    private final ActivityLedger ledger = new ActivityLedger(clock, SERIES, 0);
    private final SelfCheck check =
            new SelfCheck(clock, ledger, new Budgets(10 * MILLI, 10 * MILLI, 50 * MILLI, 0.95), cpu, 0);

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
