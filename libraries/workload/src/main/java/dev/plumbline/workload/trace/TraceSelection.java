package dev.plumbline.workload.trace;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Which part of a trace is meant.
 *
 * @param fromNanos rows earlier than this after the first are left out, 0 or more
 * @param durationNanos rows so much later than that are left out; empty = none are
 * @param mostRows so many of what is left, in the order of the file; empty = all
 */
public record TraceSelection(long fromNanos, OptionalLong durationNanos, OptionalInt mostRows) {

    /** All of it. */
    public static final TraceSelection ALL = new TraceSelection(0, OptionalLong.empty(), OptionalInt.empty());

    public TraceSelection {
        if (fromNanos < 0 || durationNanos.orElse(1) < 1 || mostRows.orElse(1) < 1) {
            throw new IllegalArgumentException(
                    "from " + fromNanos + ", duration " + durationNanos + ", rows " + mostRows);
        }
    }

    /** So many rows from the beginning. */
    public static TraceSelection rows(int most) {
        return new TraceSelection(0, OptionalLong.empty(), OptionalInt.of(most));
    }

    boolean has(long offsetNanos) {
        return offsetNanos >= fromNanos
                && (durationNanos.isEmpty() || offsetNanos - fromNanos < durationNanos.getAsLong());
    }
}
