package dev.plumbline.producer.time;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The anchors of a producer: the first is read at its start, and another one begins when the machine's wall clock turns out to
 * be somewhere else than the stamps say, because it was set, or because the machine slept, when stamps stand still.
 *
 * <p>A stamp is placed by the anchor that held at it and by no later one, so that whoever asks again gets the same answer. For
 * that a new anchor holds from a moment that is still to come when it is made.
 *
 * <p><b>What does not count.</b> A single look may be wrong: a thread that was not scheduled between two readings sees the
 * machine's clock ahead. A reading that took longer than {@value #LONGEST_READING_MILLIS} ms is none, and it takes two in a row
 * that agree. Less than {@value #LARGEST_OFFSET_MILLIS} ms is what time servers correct all day; stamps follow that by
 * themselves where it is slewed.
 *
 * <p>Pure: who looks brings the readings. Safe for any thread. The last {@value #MOST} are kept; older stamps are placed by the
 * oldest of them.
 */
public final class Anchors {

    /** Between a correction that time servers make all day, and one that moves requests into other windows. */
    static final long LARGEST_OFFSET_MILLIS = 500;

    /** Two looks that are apart by less see the same clock. */
    static final long AGREEING_MILLIS = 100;

    /** Between two looks. */
    static final long LOOK_INTERVAL_MILLIS = 250;

    static final long LONGEST_READING_MILLIS = 20;

    /** How far ahead a new anchor begins: longer than it takes until every thread sees it. */
    static final long AHEAD_MILLIS = 250;

    static final int MOST = 64;

    /**
     * An epoch that lies further in the future than this is not waited for by the next one: an aggregator refuses what is of
     * it, and would refuse what is of a still later one. The aggregator's own bound, by default.
     */
    static final long FUTURE_MILLIS = 300_000;

    private volatile List<Anchor> anchors;
    private volatile long nextLookNanos = Long.MIN_VALUE;
    private final AtomicLong made = new AtomicLong();
    private Optional<Long> suspectedMillis = Optional.empty();

    /** @param zeroEpochMillis wall clock at stamp 0, in milliseconds since the Unix epoch */
    public Anchors(long zeroEpochMillis) {
        anchors = List.of(Anchor.first(zeroEpochMillis));
    }

    /** The one that holds at a stamp. */
    public Anchor at(long nanos) {
        List<Anchor> known = anchors;
        for (int i = known.size() - 1; i > 0; i--) {
            if (nanos >= known.get(i).fromNanos()) {
                return known.get(i);
            }
        }
        return known.getFirst();
    }

    /** How many were made after the first. */
    public long made() {
        return made.get();
    }

    /** Whether it is time for a look; cheap. */
    public boolean isDue(long nanos) {
        return nanos >= nextLookNanos;
    }

    /**
     * A look at the machine's clock.
     *
     * @param beforeNanos stamp right before the clock was read
     * @param wallEpochMillis what it showed
     * @param afterNanos stamp right after
     * @return the new anchor, where there is one from now on
     */
    public synchronized Optional<Anchor> look(long beforeNanos, long wallEpochMillis, long afterNanos) {
        if (!isDue(beforeNanos)) {
            return Optional.empty();
        }
        nextLookNanos = afterNanos + LOOK_INTERVAL_MILLIS * ProducerClock.NANOS_PER_MILLI;
        if (afterNanos - beforeNanos > LONGEST_READING_MILLIS * ProducerClock.NANOS_PER_MILLI) {
            return Optional.empty();
        }
        long offMillis = wallEpochMillis - anchors.getLast().epochMillisAt(afterNanos);
        Optional<Long> before = suspectedMillis;
        suspectedMillis = Math.abs(offMillis) > LARGEST_OFFSET_MILLIS ? Optional.of(offMillis) : Optional.empty();
        if (suspectedMillis.isEmpty() || before.isEmpty() || Math.abs(offMillis - before.get()) > AGREEING_MILLIS) {
            return Optional.empty();
        }
        suspectedMillis = Optional.empty();
        return Optional.of(begin(offMillis, afterNanos + AHEAD_MILLIS * ProducerClock.NANOS_PER_MILLI));
    }

    private Anchor begin(long movedMillis, long fromNanos) {
        Anchor last = anchors.getLast();
        long zeroEpochMillis = last.zeroEpochMillis() + movedMillis;
        long fromEpochMillis = zeroEpochMillis + Math.floorDiv(fromNanos, ProducerClock.NANOS_PER_MILLI);
        Anchor next = new Anchor(
                epochAfter(last.epoch(), fromEpochMillis),
                fromNanos,
                Long.MAX_VALUE,
                zeroEpochMillis,
                Math.max(last.toldToEpochMillis(), last.epochMillisAt(fromNanos)),
                movedMillis);
        List<Anchor> known = new ArrayList<>(anchors);
        known.set(known.size() - 1, last.until(fromNanos));
        known.add(next);
        if (known.size() > MOST) {
            known.removeFirst();
        }
        anchors = List.copyOf(known);
        made.incrementAndGet();
        // Nothing is to be seen before it holds.
        nextLookNanos = fromNanos;
        return next;
    }

    private static long epochAfter(long last, long nowEpochMillis) {
        return last - nowEpochMillis > FUTURE_MILLIS ? nowEpochMillis : Math.max(last + 1, nowEpochMillis);
    }
}
