package dev.plumbline.windowing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatermarksTest {

    private final Watermarks watermarks = new Watermarks();

    @Test
    void hasNoSmallestWhenNobodyHolds() {
        assertThat(watermarks.smallestEpochMillis()).isEmpty();
    }

    @Test
    void countsEqualOnesAsOftenAsTheyAreHeld() {
        watermarks.add(5);
        watermarks.add(5);
        watermarks.add(9);

        watermarks.remove(5);
        assertThat(watermarks.smallestEpochMillis()).hasValue(5);
        watermarks.remove(5);
        assertThat(watermarks.smallestEpochMillis()).hasValue(9);
    }

    @Test
    void refusesToTakeAwayWhatNobodyHolds() {
        watermarks.add(5);

        assertThatThrownBy(() -> watermarks.remove(6)).hasMessage("nobody is at watermark 6");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isTheMinimumOfAllAtEveryStep(long seed) {
        Random random = new Random(seed);
        List<Long> held = new ArrayList<>();
        for (int step = 0; step < 2_000; step++) {
            if (held.isEmpty() || random.nextInt(5) > 1) {
                long watermark = random.nextInt(50);
                held.add(watermark);
                watermarks.add(watermark);
            } else {
                watermarks.remove(held.remove(random.nextInt(held.size())));
            }
            OptionalLong smallest = held.stream().mapToLong(Long::longValue).min();
            assertThat(watermarks.smallestEpochMillis())
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(smallest);
        }
    }
}
