package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.dispatch.RunLimits;
import dev.plumbline.producer.schedule.FireTimes;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        assertThat(IntStream.range(0, 4).mapToObj(shares::plan))
                .containsExactly(
                        new LoadPlan.Closed(3, 20_000_000),
                        new LoadPlan.Closed(3, 20_000_000),
                        new LoadPlan.Closed(2, 20_000_000),
                        new LoadPlan.Closed(2, 20_000_000));
        assertThat(shares.slotsPerLoop()).isEqualTo(3);
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
            assertThat(plan.firstOrdinal()).isEqualTo(i);
            assertThat(plan.ordinalStep()).isEqualTo(3);
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

    @Test
    void theWarmUpHasNoMoreInFlightThanTheLoad() {
        assertThat(((LoadPlan.Closed) shares("c8", 1, Map.of()).warmup(4)).slots())
                .isEqualTo(4);
        assertThat(((LoadPlan.Closed) shares("c2", 1, Map.of()).warmup(4)).slots())
                .isEqualTo(2);
    }

    @Test
    void theWarmUpIsNoPartOfTheDuration() {
        RunLimits limits = shares(
                        "c1",
                        1,
                        Map.of(
                                "plumbline.load.warmup-duration", "3s",
                                "plumbline.load.duration", "10s",
                                "plumbline.load.request-count", "7"))
                .limits(5);
        assertThat(limits.startNanos()).isEqualTo(5);
        assertThat(limits.measuredFromNanos()).isEqualTo(5 + 3 * SECOND);
        assertThat(limits.endNanos()).hasValue(5 + 13 * SECOND);
        assertThat(limits.requestCount()).hasValue(7);
        assertThat(shares("c1", 1, Map.of()).limits(5).endNanos()).isEqualTo(OptionalLong.empty());
    }

    @Test
    void withoutLoopsThereIsNothingToDivideAmong() {
        assertThatThrownBy(() -> shares("c1", 0, Map.of())).hasMessage("loops 0");
    }
}
