package dev.plumbline.windowing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.windowing.SequenceTracker.Range;
import dev.plumbline.windowing.SequenceTracker.Seen;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceTrackerTest {

    private final SequenceTracker tracker = new SequenceTracker(3);

    @Test
    void takesEachSequenceOnce() {
        assertThat(tracker.accept(1)).isEqualTo(Seen.NEW);
        assertThat(tracker.accept(2)).isEqualTo(Seen.NEW);
        assertThat(tracker.accept(1)).isEqualTo(Seen.DUPLICATE);
        assertThat(tracker.accept(2)).isEqualTo(Seen.DUPLICATE);
        assertThat(tracker.missing()).isEmpty();
    }

    @Test
    void takesWhatComesOutOfOrder() {
        tracker.accept(5);

        assertThat(tracker.missing()).containsExactly(new Range(1, 4));
        assertThat(tracker.accept(3)).isEqualTo(Seen.NEW);
        assertThat(tracker.missing()).containsExactly(new Range(1, 2), new Range(4, 4));
        assertThat(tracker.accept(3)).isEqualTo(Seen.DUPLICATE);
        assertThat(tracker.accept(4)).isEqualTo(Seen.NEW);
        assertThat(tracker.missing()).containsExactly(new Range(1, 2));
    }

    @Test
    void doesNotWaitForWhatIsLost() {
        tracker.accept(1);
        tracker.accept(4);
        tracker.accept(9);

        tracker.lost(2, 7);

        assertThat(tracker.missing()).containsExactly(new Range(8, 8));
        assertThat(tracker.accept(4)).isEqualTo(Seen.DUPLICATE);
        assertThat(tracker.accept(6)).isEqualTo(Seen.DUPLICATE);
    }

    @Test
    void keepsBothEndsOfARangeWhoseMiddleIsLost() {
        tracker.accept(10);

        tracker.lost(4, 6);

        assertThat(tracker.missing()).containsExactly(new Range(1, 3), new Range(7, 9));
    }

    @Test
    void namesLossesAboveTheHighest() {
        tracker.accept(1);

        tracker.lost(3, 4);

        assertThat(tracker.missing()).containsExactly(new Range(2, 2));
        assertThat(tracker.accept(5)).isEqualTo(Seen.NEW);
        assertThat(tracker.highest()).isEqualTo(5);
    }

    @Test
    void doesNotGuessAtARangeThatItForgot() {
        tracker.accept(2);
        tracker.accept(4);
        tracker.accept(6);
        assertThat(tracker.overflows()).isZero();

        tracker.accept(8);

        assertThat(tracker.overflows()).isEqualTo(1);
        assertThat(tracker.accept(1)).isEqualTo(Seen.FORGOTTEN);
        assertThat(tracker.accept(3)).isEqualTo(Seen.NEW);
        assertThat(tracker.accept(2)).isEqualTo(Seen.DUPLICATE);
    }

    @Test
    void refusesSequencesThatCannotBe() {
        assertThatThrownBy(() -> tracker.accept(0)).hasMessageContaining("sequence 0");
        assertThatThrownBy(() -> tracker.lost(3, 2)).hasMessageContaining("3..2");
        assertThatThrownBy(() -> new SequenceTracker(0)).hasMessageContaining("below 1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithASetInAnyOrderAndAcrossSnapshots(long seed) {
        Random random = new Random(seed);
        SequenceTracker tested = new SequenceTracker(1_000);
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            long sequence = 1L + random.nextInt(400);
            if (random.nextInt(20) == 0) {
                long last = sequence + random.nextInt(10);
                tested.lost(sequence, last);
                for (long lost = sequence; lost <= last; lost++) {
                    seen.add(lost);
                }
            } else {
                assertThat(tested.accept(sequence))
                        .as("seed %d, step %d, sequence %d", seed, i, sequence)
                        .isEqualTo(seen.add(sequence) ? Seen.NEW : Seen.DUPLICATE);
            }
            if (random.nextInt(50) == 0) {
                tested = SequenceTracker.restored(tested.snapshot(), 1_000);
            }
        }
    }

    @Test
    void doesNotTurnOverAtTheLastNumberThereIs() {
        SequenceTracker tracker = new SequenceTracker(10);
        tracker.accept(5);

        tracker.lost(1, Long.MAX_VALUE);

        assertThat(tracker.missing()).isEmpty();
        assertThat(tracker.highest()).isEqualTo(Long.MAX_VALUE);
    }
}
