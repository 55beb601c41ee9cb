package dev.plumbline.producer.activity;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.producer.time.ProducerClock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one event loop did, by slot of wall-clock time, since it last told: requests that fell due, the exact integral of
 * requests in flight over time, tokens that streamed, and sickness.
 *
 * <p>Every slot of the measured span is told, also when nothing happened in it: that nothing was due is knowledge, and a
 * slot that nobody tells is not known at all. Outside of the span only what happened is told, and no sickness.
 *
 * <p>One thread writes. Memory: one entry per slot since the last {@link #drain}, at most {@value #MAX_SLOTS}.
 */
public final class ActivityLedger {

    /** Longest time without a drain that is kept apart by slot; older slots are discarded and counted. */
    static final int MAX_SLOTS = 3_600;

    private static final class Slot {
        private long offered;
        private long inFlightNanos;
        private long outputTokens;
        private final Set<Activity.Sickness> sickness = EnumSet.noneOf(Activity.Sickness.class);
    }

    private final ProducerClock clock;
    private final String variant;
    private final TreeMap<Long, Slot> slots = new TreeMap<>();
    private long inFlight;
    private long integratedUntilNanos;
    private final LongAdder discardedSlots = new LongAdder();

    /** The measured span, both ends included; later than any stamp while nothing is measured. */
    private long firstMeasuredNanos = Long.MAX_VALUE;

    private long lastMeasuredNanos = Long.MAX_VALUE;

    /** Of the slots of the measured span, the first that was not told. */
    private long untoldEpochMillis;

    /** @param startNanos from when on time in flight is integrated */
    public ActivityLedger(ProducerClock clock, String variant, long startNanos) {
        this.clock = clock;
        this.variant = variant;
        this.integratedUntilNanos = startNanos;
    }

    /** The start of the slot in which a stamp lies, in milliseconds since the Unix epoch. */
    public static long slotStartEpochMillis(ProducerClock clock, long atNanos) {
        long epochMillis = clock.epochMillisAt(atNanos);
        return epochMillis - Math.floorMod(epochMillis, Activity.SLOT_MILLIS);
    }

    /** When the measured span begins, which may lie ahead; it goes on until {@link #measuredUntil} says otherwise. */
    public void measuredFrom(long atNanos) {
        firstMeasuredNanos = atNanos;
        lastMeasuredNanos = Long.MAX_VALUE;
        untoldEpochMillis = slotStartEpochMillis(clock, atNanos);
    }

    /** The measured span is over; the stamp is the first that is not measured. */
    public void measuredUntil(long atNanos) {
        lastMeasuredNanos = atNanos - 1;
    }

    /** A request fell due. */
    public void offered(long dueNanos) {
        slot(dueNanos).offered++;
    }

    /** A request went into flight; stamps of enter and leave never decrease. */
    public void entered(long atNanos) {
        integrate(atNanos);
        inFlight++;
    }

    /** A request ended that had entered. */
    public void left(long atNanos) {
        integrate(atNanos);
        inFlight--;
    }

    /** Requests in flight. */
    public long inFlight() {
        return inFlight;
    }

    /** Output tokens streamed in; negative corrects an earlier count. */
    public void tokens(long atNanos, long count) {
        if (count != 0) {
            slot(atNanos).outputTokens += count;
        }
    }

    /**
     * The producer does not vouch for the slots from one stamp to another, both included. Where nothing is measured there
     * is nothing to vouch for.
     */
    public void sick(long fromNanos, long toNanos, Activity.Sickness sickness) {
        long last = slotStartEpochMillis(clock, toNanos);
        long first = Math.max(
                slotStartEpochMillis(clock, Math.min(fromNanos, toNanos)),
                last - (MAX_SLOTS - 1) * Activity.SLOT_MILLIS);
        for (long start = first; start <= last; start += Activity.SLOT_MILLIS) {
            if (isMeasured(start) || slots.containsKey(start)) {
                slotAt(start).sickness.add(sickness);
            }
        }
    }

    /** Slots that were discarded because nobody drained for too long: of these nothing is known. Any thread. */
    public long discardedSlots() {
        return discardedSlots.sum();
    }

    /** Everything until the stamp that was not told before, in order of time; it counts as told from now on. */
    public List<Activity> drain(long atNanos) {
        integrate(atNanos);
        reach(atNanos);
        List<Activity> told = new ArrayList<>(slots.size());
        slots.forEach((start, slot) -> told.add(
                new Activity(variant, start, slot.offered, slot.inFlightNanos, slot.outputTokens, slot.sickness)));
        slots.clear();
        return told;
    }

    /** Takes back what {@link #drain} gave, because it could not be told. */
    public void putBack(List<Activity> untold) {
        for (Activity activity : untold) {
            Slot slot = slotAt(activity.slotStartEpochMillis());
            slot.offered += activity.offered();
            slot.inFlightNanos += activity.inFlightNanos();
            slot.outputTokens += activity.outputTokens();
            slot.sickness.addAll(activity.sickness());
        }
    }

    /** There is an entry for each slot of the measured span that has begun by now, once. */
    private void reach(long atNanos) {
        long reachedNanos = Math.min(atNanos, lastMeasuredNanos);
        if (reachedNanos < firstMeasuredNanos) {
            return;
        }
        long last = slotStartEpochMillis(clock, reachedNanos);
        long first = Math.max(untoldEpochMillis, last - (MAX_SLOTS - 1) * Activity.SLOT_MILLIS);
        discardedSlots.add((first - untoldEpochMillis) / Activity.SLOT_MILLIS);
        for (long start = first; start <= last; start += Activity.SLOT_MILLIS) {
            slotAt(start);
        }
        untoldEpochMillis = last + Activity.SLOT_MILLIS;
    }

    private boolean isMeasured(long slotStartEpochMillis) {
        return lastMeasuredNanos >= firstMeasuredNanos
                && clock.nanosAt(slotStartEpochMillis + Activity.SLOT_MILLIS) > firstMeasuredNanos
                && clock.nanosAt(slotStartEpochMillis) <= lastMeasuredNanos;
    }

    private void integrate(long atNanos) {
        if (inFlight > 0) {
            while (integratedUntilNanos < atNanos) {
                long slotStart = slotStartEpochMillis(clock, integratedUntilNanos);
                long until = Math.min(atNanos, clock.nanosAt(slotStart + Activity.SLOT_MILLIS));
                slotAt(slotStart).inFlightNanos += inFlight * (until - integratedUntilNanos);
                integratedUntilNanos = until;
            }
        }
        integratedUntilNanos = Math.max(integratedUntilNanos, atNanos);
    }

    private Slot slot(long atNanos) {
        return slotAt(slotStartEpochMillis(clock, atNanos));
    }

    private Slot slotAt(long startEpochMillis) {
        Slot slot = slots.computeIfAbsent(startEpochMillis, unused -> new Slot());
        if (slots.size() > MAX_SLOTS) {
            slots.pollFirstEntry();
            discardedSlots.increment();
        }
        return slot;
    }
}
