package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.window.WindowRates;
import dev.plumbline.producer.emission.LoadSurroundings;
import dev.plumbline.producer.time.ManualClock;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class PricedSurroundingsTest {

    private final ManualClock clock = new ManualClock(10_000);
    private final LoadSurroundings priced = new PricedSurroundings(LoadSurroundings.UNSEEN, 7.2, clock);

    @Test
    void eachSecondHasThePriceOnceHoweverOftenItIsAsked() {
        assertThat(priced.drain("stable").keySet()).containsExactly(10_000L);
        clock.advanceMillis(400);
        assertThat(priced.drain("stable")).isEmpty();
        clock.advanceMillis(2_600);
        SortedMap<Long, Circumstances> told = priced.drain("stable");
        assertThat(told.keySet()).containsExactly(11_000L, 12_000L, 13_000L);
        assertThat(told.values())
                .allSatisfy(around ->
                        assertThat(around.mean(WindowRates.GPU_PRICE_GAUGE)).hasValue(7.2));
        // Each target has GPUs of its own.
        assertThat(priced.drain("canary").keySet()).containsExactly(13_000L);
    }

    @Test
    void ofALongPauseOnlyTheEndIsTold() {
        priced.drain("stable");
        clock.advanceMillis(3_600_000);
        assertThat(priced.drain("stable")).hasSize(61);
    }
}
