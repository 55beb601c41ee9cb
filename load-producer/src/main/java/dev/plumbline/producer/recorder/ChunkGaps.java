package dev.plumbline.producer.recorder;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import java.util.Arrays;
import java.util.Optional;

/**
 * The gaps between the content chunks of one answer. A few hundred are kept as they are: coalesced chunks are microseconds apart
 * and others ten milliseconds, and an array of counts that reaches from one to the other takes seven times as much. All answers in
 * flight have theirs when the collector comes, and it copies them.
 *
 * <p>One thread. Memory: at most {@value #MOST} gaps, and what a {@link HistogramAccumulator} takes where there are more.
 */
final class ChunkGaps {

    static final int MOST = 256;

    private static final long[] NONE = new long[0];
    private static final int FIRST_ROOM = 16;

    private long[] nanos = NONE;
    private int count;
    private Optional<HistogramAccumulator> before = Optional.empty();

    /** @param gapNanos 0 or more */
    void record(long gapNanos) {
        if (gapNanos < 0) {
            throw new IllegalArgumentException("a gap of " + gapNanos + " ns: stamps do not come in their order");
        }
        if (count == MOST) {
            addTo(before.orElseGet(HistogramAccumulator::new));
            count = 0;
        }
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, Math.max(FIRST_ROOM, 2 * count));
        }
        nanos[count++] = gapNanos;
    }

    /** All of them. */
    Histogram toHistogram() {
        if (before.isEmpty()) {
            return Histogram.of(nanos, count);
        }
        addTo(before.get());
        count = 0;
        return before.get().toHistogram();
    }

    private void addTo(HistogramAccumulator accumulator) {
        accumulator.add(Histogram.of(nanos, count));
        before = Optional.of(accumulator);
    }
}
