package dev.plumbline.detector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.NativeHistogramBucket;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyPointsTest {

    @Test
    void nativeBucketsAreThoseOfTheClientForTheSameValues() {
        Random random = new Random(4);
        long[] nanos = random.longs(2_000, 1_000_001, 60_000_000_001L).toArray();
        io.prometheus.metrics.core.metrics.Histogram reference = io.prometheus.metrics.core.metrics.Histogram.builder()
                .name("reference_seconds")
                .nativeOnly()
                .nativeInitialSchema(6)
                .nativeMaxNumberOfBuckets(0)
                .build();
        for (long value : nanos) {
            reference.observe(value / 1e9);
        }
        HistogramDataPointSnapshot ours = LatencyPoints.of(Histogram.of(nanos), Labels.EMPTY, 0);
        assertThat(buckets(ours))
                .isEqualTo(buckets(reference.collect().getDataPoints().getFirst()));
        assertThat(ours.getCount()).isEqualTo(2_000);
    }

    @Test
    void classicBucketsCountExactlyWhatLiesBelowTheirBounds() {
        Random random = new Random(5);
        long[] nanos = random.longs(2_000, 0, 200_000_000_000L).toArray();
        nanos[0] = 10;
        HistogramDataPointSnapshot ours = LatencyPoints.of(Histogram.of(nanos), Labels.EMPTY, 0);
        long cumulative = 0;
        for (int i = 0; i < ours.getClassicBuckets().size(); i++) {
            cumulative += ours.getClassicBuckets().getCount(i);
            double bound = ours.getClassicBuckets().getUpperBound(i);
            long expected = java.util.Arrays.stream(nanos)
                    .filter(value -> value / 1e9 <= bound)
                    .count();
            assertThat(cumulative).as("le " + bound).isEqualTo(expected);
        }
    }

    @Test
    void nothingIsAnEmptyHistogram() {
        HistogramDataPointSnapshot ours = LatencyPoints.of(Histogram.empty(), Labels.EMPTY, 0);
        assertThat(ours.getCount()).isZero();
        assertThat(ours.getSum()).isZero();
    }

    private static Map<Integer, Long> buckets(HistogramDataPointSnapshot point) {
        Map<Integer, Long> buckets = new HashMap<>();
        for (NativeHistogramBucket bucket : point.getNativeBucketsForPositiveValues()) {
            buckets.put(bucket.getBucketIndex(), bucket.getCount());
        }
        return buckets;
    }
}
