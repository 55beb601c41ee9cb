package dev.plumbline.producer.schedule;

/**
 * So many slots from a moment on. Those that are too many end with their request.
 *
 * @param atNanos when, from the begin of the shape
 * @param slots how many there are then, 0 or more
 * @param overNanos over how long those begin that are added
 * @param seed of when each of them does
 */
public record SlotChange(long atNanos, int slots, long overNanos, long seed) {
    public SlotChange {
        if (slots < 0 || overNanos < 0) {
            throw new IllegalArgumentException(slots + " slots over " + overNanos + " ns");
        }
    }

    /** One walker's part of it. */
    public SlotChange share(int index, int count) {
        return new SlotChange(atNanos, SlotTimes.share(slots, index, count), overNanos, seed + index);
    }

    /** When those begin that are added to so many, from the begin of the shape. */
    public FireTimes begins(int have) {
        FireTimes spread = FireTimes.spread(Math.max(1, slots - have), overNanos, seed);
        return () -> atNanos + spread.nextDueNanos();
    }
}
