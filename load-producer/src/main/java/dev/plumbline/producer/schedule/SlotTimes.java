package dev.plumbline.producer.schedule;

import dev.plumbline.contract.series.LoadShape;
import java.util.Optional;

/**
 * How many slots a closed loop has from when on: changes in the order of time, without an end or with one. It knows no clock.
 *
 * <p>One thread at a time.
 */
public interface SlotTimes {

    /** The next change; empty: it stays as it is. */
    Optional<SlotChange> next();

    /** It stays as it is. */
    static SlotTimes none() {
        return Optional::empty;
    }

    /**
     * Those of a shape, whose levels are slots; levels between two whole numbers are rounded, half up.
     *
     * @param longestSpreadNanos slots that a jump adds begin over a tenth of the time for which its level holds, and no longer than
     *     this: begun together, answers of equal length would keep them in step
     * @param seed of when they begin
     */
    static SlotTimes of(LoadShape shape, long longestSpreadNanos, long seed) {
        return new SlotsOfShape(shape, longestSpreadNanos, seed);
    }

    /**
     * How many slots there are at a moment, and how that changes from there on.
     *
     * @param changes count from that moment
     */
    record Standing(int slots, SlotTimes changes) {}

    /**
     * What is left of changes from a moment on, which becomes their begin.
     *
     * @param slots at the begin of the changes
     * @param nanos 0 = at their begin, before the first of them
     */
    static Standing from(int slots, SlotTimes changes, long nanos) {
        int now = slots;
        Optional<SlotChange> next = changes.next();
        while (next.filter(change -> change.atNanos() < nanos).isPresent()) {
            now = next.get().slots();
            next = changes.next();
        }
        return new Standing(now, new SlotsLeft(next, changes, nanos));
    }

    /**
     * One walker's share of the slots. Where they cannot be divided evenly, the first walkers take one more.
     *
     * @param index of the walker, from 0
     * @param count of walkers
     */
    static SlotTimes share(SlotTimes whole, int index, int count) {
        return count == 1 ? whole : () -> whole.next().map(change -> change.share(index, count));
    }

    /** Slots of a level. */
    static int rounded(double level) {
        return (int) Math.floor(level + 0.5);
    }

    /** The part of one walker. */
    static int share(int slots, int index, int count) {
        return slots / count + (index < slots % count ? 1 : 0);
    }
}
