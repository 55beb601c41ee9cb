package dev.plumbline.producer.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitsTest {

    private final Waits waits = new Waits(10);

    @Test
    void eachTickThatWasDueMeanwhileWaited() {
        assertThat(waits.add(100, Long.MAX_VALUE, 145)).isEqualTo(150);
        assertThat(kept()).containsExactly(45L, 35L, 25L, 15L, 5L);
        assertThat(waits.longestNanos()).isEqualTo(45);
        assertThat(waits.shareOfEach(1_000) * waits.kept()).isCloseTo(0.05, within(1e-12));
    }

    @Test
    void whatWasDueLaterCountsElsewhere() {
        assertThat(waits.add(100, 120, 145)).isEqualTo(120);
        assertThat(kept()).containsExactly(45L, 35L);
        waits.clear();
        assertThat(waits.add(120, 145, 145)).isEqualTo(150);
        assertThat(kept()).containsExactly(25L, 15L, 5L);
    }

    @Test
    void aTickOnTimeOrEarlyWaitedForNothing() {
        assertThat(waits.add(100, Long.MAX_VALUE, 100)).isEqualTo(100);
        assertThat(waits.add(100, Long.MAX_VALUE, 93)).isEqualTo(100);
        assertThat(kept()).isEmpty();
        assertThat(waits.longestNanos()).isZero();
        assertThat(waits.shareOfEach(1_000)).isZero();
    }

    @Test
    void ofALongTimeTheLongestAreKeptAndAllAreCounted() {
        waits.add(0, Long.MAX_VALUE, 10 * 2_048);
        assertThat(waits.kept()).isEqualTo(Waits.MOST);
        assertThat(waits.nanos(0)).isEqualTo(20_480);
        assertThat(waits.shareOfEach(40_960) * waits.kept()).isCloseTo(0.5, within(1e-12));
        assertThat(waits.shareOfEach(1) * waits.kept())
                .as("never more than all")
                .isCloseTo(1, within(1e-12));
    }

    private List<Long> kept() {
        List<Long> kept = new ArrayList<>();
        for (int i = 0; i < waits.kept(); i++) {
            kept.add(waits.nanos(i));
        }
        return kept;
    }
}
