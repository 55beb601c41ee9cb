package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.producer.dispatch.Course;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.schedule.KolmogorovSmirnov;
import dev.plumbline.workload.Salt;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LoadSharesTest {

    private static final long SECOND = 1_000_000_000;

    private static LoadShares shares(String loadPoint, int loops, Map<String, String> settings) {
        return new LoadShares(
                LoadPoint.parse(loadPoint), ProducerConfig.of(settings).load(), 42, loops);
    }

    @Test
    void slotsOfAClosedLoopAreDividedAndTheFirstLoopsTakeWhatIsLeft() {
        LoadShares shares = shares("c10", 4, Map.of("plumbline.load.pause-after-failure", "20ms"));
        assertThat(IntStream.range(0, 4).mapToObj(i -> (LoadPlan.Closed) shares.plan(i)))
                .allMatch(plan -> plan.pauseAfterFailureNanos() == 20_000_000)
                .extracting(LoadPlan.Closed::slots)
                .containsExactly(3, 3, 2, 2);
        assertThat(shares.slotsPerLoop()).isEqualTo(3);
    }

    @Test
    void aLoadThatWasChangedByHandGoesOnAtThatLevel() {
        Map<String, String> level =
                Map.of("plumbline.load.goes-on.level", "40", "plumbline.load.arrival-pattern", "CONSTANT");
        FireTimes times =
                ((LoadPlan.Open) shares("s-adjustable20-constant", 1, level).plan(0)).fireTimes();
        assertThat(-times.nextDueNanos() + times.nextDueNanos()).isBetween(SECOND / 40 - 1, SECOND / 40 + 1);
        assertThat(((LoadPlan.Closed) shares("s-adjustable2-slots", 1, level).plan(0)).slots())
                .isEqualTo(40);
    }

    @Test
    void aLoopMayBeLeftWithoutSlots() {
        LoadShares shares = shares("c1", 2, Map.of());
        assertThat(((LoadPlan.Closed) shares.plan(0)).slots()).isEqualTo(1);
        assertThat(((LoadPlan.Closed) shares.plan(1)).slots()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theLoopsOfAnOpenLoadOfferAllOfItEachRequestOnce(ProducerConfig.ArrivalPattern pattern) {
        Map<String, String> settings = Map.of(
                "plumbline.load.arrival-pattern", pattern.name(),
                "plumbline.load.burstiness", "0.5",
                "plumbline.load.max-in-flight", "11");
        LoadShares shares = shares("r20", 3, settings);
        long[] together = new long[30];
        int cap = 0;
        for (int i = 0; i < 3; i++) {
            LoadPlan.Open plan = (LoadPlan.Open) shares.plan(i);
            assertThat(plan.maxInFlight()).isLessThanOrEqualTo(shares.slotsPerLoop());
            cap += plan.maxInFlight();
            for (int ordinal = i; ordinal < together.length; ordinal += 3) {
                together[ordinal] = plan.fireTimes().nextDueNanos();
            }
        }
        assertThat(cap).isEqualTo(11);
        FireTimes whole = ((LoadPlan.Open) shares("r20", 1, settings).plan(0)).fireTimes();
        assertThat(together)
                .containsExactly(LongStream.generate(whole::nextDueNanos)
                        .limit(together.length)
                        .toArray());
    }

    /**
     * The sum of ten replicas of one seed that begin in the same instant, as ten containers of one image do: a Poisson process again
     * (variance of the counts / mean = 1), and never bursts of ten.
     */
    @ParameterizedTest
    @CsvSource({"POISSON, 0.8, 1.2", "CONSTANT, 0, 2"})
    void replicasDoNotSendTogether(String pattern, double least, double most) {
        int[] counts = new int[3_000];
        for (int replica = 0; replica < 10; replica++) {
            long salt = Salt.mixed(Salt.ofStart("producer-" + replica, 1_795_345_200_000L), "arrivals");
            LoadShares shares = new LoadShares(
                    LoadPoint.parse("r5"),
                    ProducerConfig.of(Map.of("plumbline.load.arrival-pattern", pattern))
                            .load(),
                    salt,
                    1);
            FireTimes times = ((LoadPlan.Open) shares.plan(0)).fireTimes();
            // Slots of 100 ms, five requests of all ten expected in each.
            for (long due = times.nextDueNanos(); due / 100_000_000 < counts.length; due = times.nextDueNanos()) {
                counts[(int) (due / 100_000_000)]++;
            }
        }
        double mean = IntStream.of(counts).average().orElseThrow();
        double variance = IntStream.of(counts)
                .mapToDouble(count -> (count - mean) * (count - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(5, within(0.2));
        assertThat(variance / mean).isBetween(least, most);
    }

    /** Of ten replicas of each of a hundred starts, a millisecond apart: uniform over the gap, and so is what lies between two. */
    @Test
    void phasesOfConstantArrivalsAreUniform() {
        ProducerConfig.Load load = ProducerConfig.of(Map.of("plumbline.load.arrival-pattern", "CONSTANT"))
                .load();
        double[] phases = IntStream.range(0, 1_000)
                .mapToLong(i -> Salt.ofStart("producer-" + i % 10, 1_795_345_200_000L + i / 10))
                .mapToObj(salt -> new LoadShares(LoadPoint.parse("r1"), load, Salt.mixed(salt, "arrivals"), 1))
                .mapToDouble(
                        shares -> ((LoadPlan.Open) shares.plan(0)).fireTimes().nextDueNanos() / 1e9)
                .toArray();
        double[] between = IntStream.range(0, phases.length / 2)
                .mapToDouble(i -> (phases[2 * i + 1] - phases[2 * i] + 1) % 1)
                .toArray();

        assertThat(DoubleStream.of(phases).distinct().count()).isEqualTo(phases.length);
        for (double[] sample : new double[][] {phases, between}) {
            assertThat(KolmogorovSmirnov.distance(DoubleStream.of(sample), share -> share))
                    .isLessThan(KolmogorovSmirnov.allowed(sample.length));
        }
    }

    @Test
    void theWarmUpHasNoMoreInFlightThanTheLoad() {
        assertThat(((LoadPlan.Closed) shares("c8", 1, Map.of()).warmup(4)).slots())
                .isEqualTo(4);
        assertThat(((LoadPlan.Closed) shares("c2", 1, Map.of()).warmup(4)).slots())
                .isEqualTo(2);
    }

    @Test
    void theWarmUpIsNoPartOfTheDuration() {
        Course course = shares(
                        "c1",
                        1,
                        Map.of(
                                "plumbline.load.warmup-duration", "3s",
                                "plumbline.load.duration", "10s",
                                "plumbline.load.request-count", "7"))
                .course(5);
        assertThat(course.startNanos()).isEqualTo(5);
        assertThat(course.measuredFromNanos()).isEqualTo(5 + 3 * SECOND);
        assertThat(course.endNanos()).hasValue(5 + 13 * SECOND);
        assertThat(course.requestCount()).hasValue(7);
        assertThat(course.graceNanos()).isEqualTo(30 * SECOND);
        assertThat(shares("c1", 1, Map.of()).course(5).endNanos()).isEqualTo(OptionalLong.empty());
    }

    /** In step they would stay, where answers are of equal length. */
    @ParameterizedTest
    @CsvSource({"8s, , 4", "1m, , 10", "8s, 2s, 2", "8s, 0s, 0"})
    void slotsOfAClosedLoopDoNotBeginTogether(String warmup, String ramp, int overSeconds) {
        Map<String, String> settings = new HashMap<>(Map.of("plumbline.load.warmup-duration", warmup));
        Optional.ofNullable(ramp).ifPresent(stated -> settings.put("plumbline.load.ramp", stated));
        LoadShares shares = shares("c8", 2, settings);
        long[] begins = new long[8];
        for (int loop = 0; loop < 2; loop++) {
            FireTimes ofLoop = ((LoadPlan.Closed) shares.plan(loop)).begins();
            for (int slot = loop; slot < 8; slot += 2) {
                begins[slot] = ofLoop.nextDueNanos();
            }
        }
        long part = overSeconds * SECOND / 8;
        for (int slot = 0; slot < 8; slot++) {
            assertThat(begins[slot]).isBetween(slot * part, (slot + 1) * part);
        }
    }

    @Test
    void withoutLoopsThereIsNothingToDivideAmong() {
        assertThatThrownBy(() -> shares("c1", 0, Map.of())).hasMessage("loops 0");
    }
}
