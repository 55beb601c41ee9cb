package dev.plumbline.producer.selfcheck;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The largest delay of an event loop since a moment, for moments of the last while. One that is followed by a larger one is never
 * asked for and is forgotten at once, so few are kept.
 *
 * <p>One thread.
 */
final class RecentDelays {

    /** Far more than a load of any length leaves; over it the oldest goes. */
    private static final int MOST = 1_024;

    private record Delay(long atNanos, long nanos) {}

    /** Later and smaller from the first to the last. */
    private final ArrayDeque<Delay> delays = new ArrayDeque<>();

    /** Stamps never decrease. */
    void add(long atNanos, long delayNanos) {
        if (delayNanos <= 0) {
            return;
        }
        while (!delays.isEmpty() && delays.getLast().nanos() <= delayNanos) {
            delays.removeLast();
        }
        delays.addLast(new Delay(atNanos, delayNanos));
        if (delays.size() > MOST) {
            delays.removeFirst();
        }
    }

    /** The largest that was seen at or after a stamp; 0 when there was none. */
    long largestSince(long nanos) {
        for (Iterator<Delay> each = delays.iterator(); each.hasNext(); ) {
            Delay delay = each.next();
            if (delay.atNanos() >= nanos) {
                return delay.nanos();
            }
        }
        return 0;
    }
}
