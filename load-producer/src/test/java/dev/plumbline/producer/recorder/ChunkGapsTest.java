package dev.plumbline.producer.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.distribution.HistogramAccumulator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkGapsTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, ChunkGaps.MOST - 1, ChunkGaps.MOST, ChunkGaps.MOST + 1, 3 * ChunkGaps.MOST + 7})
    void areTheSameHistogramAsOneByOneHoweverMany(int count) {
        Random random = new Random(count);
        ChunkGaps gaps = new ChunkGaps();
        HistogramAccumulator oneByOne = new HistogramAccumulator();
        for (int i = 0; i < count; i++) {
            // Coalesced, a few microseconds, a step of the engine, and now and then beyond all buckets.
            long gap = switch (random.nextInt(8)) {
                case 0 -> 0;
                case 1 -> random.nextInt(5_000);
                case 2 -> 3_600_000_000_001L;
                default -> 10_000_000 + random.nextInt(100_000);
            };
            gaps.record(gap);
            oneByOne.record(gap);
        }
        assertThat(gaps.toHistogram()).isEqualTo(oneByOne.toHistogram());
        assertThat(gaps.toHistogram()).as("asked again").isEqualTo(oneByOne.toHistogram());
    }

    @Test
    void stampsThatGoBackAreRefused() {
        assertThatThrownBy(() -> new ChunkGaps().record(-1)).hasMessageContaining("a gap of -1 ns");
    }
}
