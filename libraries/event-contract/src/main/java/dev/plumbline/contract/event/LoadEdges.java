package dev.plumbline.contract.event;

import dev.plumbline.contract.distribution.Sums;

/**
 * How many measured loads began and ended in a span of time; each event loop of a producer counts by itself. Of two spans, or two
 * producers, the sum. Where one began or ended there was load for a part of the time only, so that rates mean nothing.
 *
 * <p>A load ends where nothing of it falls due any more. What is in flight then ends later, in time of which no load is told.
 *
 * @param began at the first stamp that is measured
 * @param ended at the last one
 */
public record LoadEdges(long began, long ended) {

    private static final LoadEdges NONE = new LoadEdges(0, 0);

    public LoadEdges {
        if (began < 0 || ended < 0) {
            throw new IllegalArgumentException(began + " loads began, " + ended + " ended");
        }
    }

    /** No load began or ended. */
    public static LoadEdges none() {
        return NONE;
    }

    /** Those of both. */
    public LoadEdges plus(LoadEdges other) {
        return new LoadEdges(Sums.saturated(began, other.began), Sums.saturated(ended, other.ended));
    }
}
