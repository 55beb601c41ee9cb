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
