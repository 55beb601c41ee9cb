package dev.plumbline.workload.trace;

import java.util.Arrays;

/**
 * The blocks that a prompt is made of, from its beginning. Two prompts whose first ids are equal had the same text there.
 *
 * <p>An id may name the content of a block or everything up to its end: only leading ids are compared, so both mean the same here.
 */
public final class Blocks {

    /** A prompt of which nobody knows the blocks. */
    public static final Blocks NONE = new Blocks(new long[0]);

    private final long[] ids;

    private Blocks(long[] ids) {
        this.ids = ids;
    }

    /** These ids, in order. */
    public static Blocks of(long... ids) {
        return ids.length == 0 ? NONE : new Blocks(ids.clone());
    }

    /** How many there are. */
    public int size() {
        return ids.length;
    }

    /** The id of one of them, from 0. */
    public long id(int index) {
        return ids[index];
    }

    /** Whether this begins with all of another. */
    boolean beginsWith(Blocks other) {
        return ids.length >= other.ids.length
                && Arrays.equals(ids, 0, other.ids.length, other.ids, 0, other.ids.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Blocks blocks && Arrays.equals(ids, blocks.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return Arrays.toString(ids);
    }
}
