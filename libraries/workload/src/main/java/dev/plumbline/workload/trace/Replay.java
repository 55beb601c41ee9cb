package dev.plumbline.workload.trace;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How a trace is asked again. Pure: times are offsets from the start of the replay.
 *
 * @param trace what is asked
 * @param mode what decides when
 * @param speed so many times as fast as it was, {@value #SLOWEST} to {@value #FASTEST}: all pauses are divided by it
 * @param longestGapNanos no pause of the replay is longer; empty = as long as they were
 */
public record Replay(Trace trace, Mode mode, double speed, OptionalLong longestGapNanos) {

    /** Least and greatest speed. */
    public static final double SLOWEST = 0.001;

    public static final double FASTEST = 10_000;

    /** What decides when a row is asked. */
    public enum Mode {
        /** Its time, whatever becomes of earlier ones. */
        OPEN,
        /** The end of the turn before it, and the pause after that; sessions begin one after the other, so many at a time. */
        SESSION
    }

    public Replay {
        Objects.requireNonNull(trace, "trace");
        Objects.requireNonNull(mode, "mode");
        if (!(speed >= SLOWEST && speed <= FASTEST)) {
            throw new IllegalArgumentException(
                    "speed is " + speed + ", allowed is " + SLOWEST + " to " + (long) FASTEST);
        }
        if (longestGapNanos.orElse(1) < 1) {
            throw new IllegalArgumentException("idle-gap-cap is 0, allowed is 1 ns or more");
        }
    }

    /** As it was. */
    public static Replay open(Trace trace) {
        return new Replay(trace, Mode.OPEN, 1, OptionalLong.empty());
    }

    /** When each row is due, in the order of the rows, never falling; for a replay by time. */
    public long[] dueNanos() {
        List<TraceRow> rows = trace.rows();
        long[] due = new long[rows.size()];
        long before = 0;
        // Exact sums of what was, scaled once: roundings do not add up.
        long shift = 0;
        long last = 0;
        for (int row = 0; row < due.length; row++) {
            long at = rows.get(row).atNanos().orElse(before);
            long gap = Math.max(0, at - before);
            long longest = longestGapOfTrace();
            if (gap > longest) {
                shift += gap - longest;
            }
            before = Math.max(before, at);
            last = Math.max(last, scaled(before - shift));
            due[row] = last;
        }
        return due;
    }

    /** The pause before a turn, after the end of the one before it; for a replay by session. */
    long pauseNanos(TraceRow before, TraceRow turn) {
        long pause = turn.pauseNanos()
                .orElseGet(() -> turn.atNanos().isPresent() && before.atNanos().isPresent()
                        ? turn.atNanos().getAsLong()
                                - before.atNanos().getAsLong()
                                - before.tookNanos().orElse(0)
                        : 0);
        return scaled(Math.min(Math.max(0, pause), longestGapOfTrace()));
    }

    /** Rows of each class that is measured apart, in the order in which classes are met; none where all of it is one series. */
    public Map<String, Integer> classes() {
        Map<String, Integer> rows = new LinkedHashMap<>();
        if (mode == Mode.OPEN) {
            trace.rows().forEach(row -> row.requestClass().ifPresent(name -> rows.merge(name, 1, Integer::sum)));
        } else {
            trace.sessions()
                    .forEach(turns ->
                            classOf(turns.getFirst()).ifPresent(name -> rows.merge(name, turns.size(), Integer::sum)));
        }
        return rows.size() < 2 ? Map.of() : Collections.unmodifiableMap(rows);
    }

    /** As the class of a row is told; of a session that of its first. */
    Optional<String> classOf(int row) {
        return trace.rows().get(row).requestClass();
    }

    /** How long a replay by time lasts until its last row is due. */
    public long spanNanos() {
        long[] due = dueNanos();
        return due[due.length - 1];
    }

    /** What must match for two replays to be compared. */
    public Map<String, String> conditions() {
        Map<String, String> conditions = new TreeMap<>();
        conditions.put("trace", trace.digest());
        conditions.put("traceMode", mode.name());
        conditions.put("traceSpeed", Figures.text(speed));
        longestGapNanos.ifPresent(nanos -> conditions.put("traceIdleGapCap", nanos + "ns"));
        return conditions;
    }

    private long longestGapOfTrace() {
        return longestGapNanos.isEmpty() ? Long.MAX_VALUE : (long) Math.min(4e18, longestGapNanos.getAsLong() * speed);
    }

    private long scaled(long nanos) {
        return speed == 1.0 ? nanos : Math.round(nanos / speed);
    }
}
