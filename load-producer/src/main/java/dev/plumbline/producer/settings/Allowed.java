package dev.plumbline.producer.settings;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Refuses what a setting may not be, in words that begin as its key ends: {@code stall = 0 s is not allowed, expected 1 ms to 365
 * days}. Whoever read the setting only puts the section in front.
 *
 * <p>All of it throws {@link IllegalArgumentException} where the rule is not met.
 */
public final class Allowed {

    /** Longest span of time: further ahead than anybody waits. */
    private static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(365);

    private record Unit(String name, long nanos) {}

    private static final Unit DAYS = new Unit("days", TimeUnit.DAYS.toNanos(1));

    private static final List<Unit> UNITS = List.of(
            DAYS,
            new Unit("h", TimeUnit.HOURS.toNanos(1)),
            new Unit("min", TimeUnit.MINUTES.toNanos(1)),
            new Unit("s", TimeUnit.SECONDS.toNanos(1)),
            new Unit("ms", TimeUnit.MILLISECONDS.toNanos(1)),
            new Unit("µs", TimeUnit.MICROSECONDS.toNanos(1)));

    private Allowed() {}

    /** @param expected what is allowed, in words */
    public static void require(boolean isMet, String name, Object value, String expected) {
        if (!isMet) {
            throw new IllegalArgumentException(name + " = " + value + " is not allowed, expected " + expected);
        }
    }

    /** @param most {@link Long#MAX_VALUE} where there is no such limit */
    public static void number(String name, long value, long least, long most) {
        require(
                value >= least && value <= most,
                name,
                value,
                least + (most == Long.MAX_VALUE ? " or more" : " to " + most));
    }

    /** A span of time that is at most 365 days. */
    public static void span(String name, long nanos, long leastNanos) {
        span(name, nanos, leastNanos, LONGEST_NANOS);
    }

    /** A span of time, in nanoseconds. */
    public static void span(String name, long nanos, long leastNanos, long mostNanos) {
        require(
                nanos >= leastNanos && nanos <= mostNanos,
                name,
                text(nanos),
                text(leastNanos) + " to " + text(mostNanos) + ", for example 10s or 500ms");
    }

    /** In the largest unit in which it is a whole number; longer ones than are allowed anywhere in whole days. */
    static String text(long nanos) {
        if (nanos == 0) {
            return "0 s";
        }
        Unit unit = Math.abs(nanos) > LONGEST_NANOS
                ? DAYS
                : UNITS.stream()
                        .filter(each -> nanos % each.nanos == 0)
                        .findFirst()
                        .orElse(new Unit("ns", 1));
        return nanos / unit.nanos + " " + unit.name;
    }
}
