package dev.plumbline.detector.exposition;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.ArrayList;
import java.util.List;

/** Our distribution as a Prometheus histogram, classic and native at once. */
final class LatencyPoints {

    /** Bounds of the classic buckets lie on our own, so that no value is guessed into one: two for each doubling. */
    private static final int STEP = 32;

    private static final int FIRST = Math.ceilDiv(Buckets.indexOf(500_000), STEP) * STEP;
    private static final int LAST = Math.ceilDiv(Buckets.indexOf(120_000_000_000L), STEP) * STEP;

    private LatencyPoints() {}

    static HistogramDataPointSnapshot of(Histogram histogram, Labels labels, long sinceEpochMillis) {
        List<Integer> indices = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        int bounds = (LAST - FIRST) / STEP + 1;
        double[] upper = new double[bounds + 1];
        long[] classic = new long[bounds + 1];
        for (int i = 0; i < bounds; i++) {
            upper[i] = Buckets.upperBoundSeconds(FIRST + i * STEP);
        }
        upper[bounds] = Double.POSITIVE_INFINITY;
        classic[0] += histogram.belowCount();
        classic[bounds] += histogram.aboveCount();
        histogram.forEachBucket((index, count) -> {
            indices.add(index);
            counts.add(count);
            int slot = index <= FIRST ? 0 : Math.min(bounds, Math.ceilDiv(index - FIRST, STEP));
            classic[slot] += count;
        });
        if (histogram.aboveCount() > 0) {
            indices.add(Buckets.HIGHEST_INDEX + 1);
            counts.add(histogram.aboveCount());
        }
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(upper, classic),
                Buckets.SCHEMA,
                histogram.belowCount(),
                Math.nextDown(Buckets.LOWEST_NANOS / 1e9),
                NativeHistogramBuckets.of(indices, counts),
                NativeHistogramBuckets.EMPTY,
                histogram.sumNanos() / 1e9,
                labels,
                Exemplars.EMPTY,
                sinceEpochMillis);
    }
}
