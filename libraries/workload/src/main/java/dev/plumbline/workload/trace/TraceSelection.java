package dev.plumbline.workload.trace;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Which part of a trace is meant, and what in it is told apart.
 *
 * @param fromNanos rows earlier than this after the first are left out, 0 or more
 * @param durationNanos rows so much later than that are left out; empty = none are
 * @param mostRows so many of what is left, in the order of the file; empty = all
 * @param classField what says a row's class
 */
public record TraceSelection(long fromNanos, OptionalLong durationNanos, OptionalInt mostRows, ClassField classField) {

    /** All of it. */
    public static final TraceSelection ALL = new TraceSelection(0, OptionalLong.empty(), OptionalInt.empty());

    public TraceSelection {
        Objects.requireNonNull(classField, "classField");
        if (fromNanos < 0 || durationNanos.orElse(1) < 1 || mostRows.orElse(1) < 1) {
            throw new IllegalArgumentException(
                    "from " + fromNanos + ", duration " + durationNanos + ", rows " + mostRows);
        }
    }

    /** A part of it, in classes as the format has them. */
    public TraceSelection(long fromNanos, OptionalLong durationNanos, OptionalInt mostRows) {
        this(fromNanos, durationNanos, mostRows, new ClassField.Own());
    }

    /** All of it, in the classes that a field says. */
    public static TraceSelection by(ClassField field) {
        return new TraceSelection(0, OptionalLong.empty(), OptionalInt.empty(), field);
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
