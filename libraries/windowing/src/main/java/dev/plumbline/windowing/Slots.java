package dev.plumbline.windowing;

import java.util.BitSet;

/**
 * Numbers for pieces of state that come and go, each used by one piece at a time and used again soon. A store whose keys
 * are such numbers has no more keys than there ever were pieces at once, so its log stays short whatever its age: with a
 * key per window, every closed window would leave a tombstone that a restore reads.
 *
 * <p>One thread at a time. Bounded by the pieces in use at once.
 */
final class Slots {

    private final BitSet used = new BitSet();

    /** The smallest number that is free, 0 or more; taken from now on. */
    int take() {
        int slot = used.nextClearBit(0);
        used.set(slot);
        return slot;
    }

    /**
     * Takes a certain number.
     *
     * @throws IllegalStateException if it is taken
     */
    void take(int slot) {
        if (used.get(slot)) {
            throw new IllegalStateException("two pieces of state have the slot " + slot);
        }
        used.set(slot);
    }

    /** Gives a number back. */
    void free(int slot) {
        used.clear(slot);
    }
}
