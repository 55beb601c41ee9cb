package dev.plumbline.telemetry.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.telemetry.SamplerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReadingRingTest {

    private static Reading<SamplerState> reading(long atNanos) {
        return new Reading<>(atNanos, List.of(), new TreeMap<>());
    }

    @Test
    void anEmptyRingHasNothingNear() {
        assertThat(new ReadingRing<SamplerState>(3).nearest(5)).isEmpty();
        assertThat(new ReadingRing<SamplerState>(3).newest()).isEmpty();
    }

    @Test
    void theNearestIsFoundOnBothSidesAndTheEarlierOneWinsATie() {
        ReadingRing<SamplerState> ring = new ReadingRing<>(10);
        ring.add(reading(100));
        ring.add(reading(200));
        for (long[] pair : new long[][] {{0, 100}, {100, 100}, {149, 100}, {150, 100}, {151, 200}, {999, 200}}) {
            assertThat(ring.nearest(pair[0]).orElseThrow().atNanos())
                    .as("at " + pair[0])
                    .isEqualTo(pair[1]);
        }
    }

    @Test
    void theOldestMakesRoomAndWhatIsNotLaterIsLeftOut() {
        ReadingRing<SamplerState> ring = new ReadingRing<>(3);
        for (long at = 1; at <= 7; at++) {
            assertThat(ring.add(reading(at))).isTrue();
        }
        assertThat(ring.add(reading(7))).isFalse();
        assertThat(ring.add(reading(6))).isFalse();
        assertThat(ring.size()).isEqualTo(3);
        assertThat(ring.nearest(0).orElseThrow().atNanos()).isEqualTo(5);
        assertThat(ring.newest().orElseThrow().atNanos()).isEqualTo(7);
    }

    @Test
    void agreesWithASearchThroughEverything() {
        Random random = new Random(42);
        for (int round = 0; round < 200; round++) {
            int capacity = 1 + random.nextInt(20);
            ReadingRing<SamplerState> ring = new ReadingRing<>(capacity);
            List<Long> kept = new ArrayList<>();
            long at = 0;
            for (int i = 0; i < 50; i++) {
                at += 1 + random.nextInt(100);
                ring.add(reading(at));
                kept.add(at);
            }
            List<Long> last = kept.subList(kept.size() - capacity, kept.size());
            for (int i = 0; i < 50; i++) {
                long moment = random.nextLong(at + 200) - 100;
                long expected = last.stream()
                        .min((a, b) -> Long.compare(Math.abs(a - moment), Math.abs(b - moment)))
                        .orElseThrow();
                assertThat(ring.nearest(moment).orElseThrow().atNanos())
                        .as("seed 42, round %d, moment %d", round, moment)
                        .isEqualTo(expected);
            }
        }
    }
}
