package dev.plumbline.target.lockstep;

import java.util.Arrays;

/**
 * The names of the full blocks of one prompt, in order. A name stands for the block and all before it: two prompts have the
 * name of block <i>k</i> in common when they are equal up to its end (or by an accident of 64 bits). Immutable.
 */
public final class BlockHashes {

    /** Of a prompt that no cache knows. */
    public static final BlockHashes NONE = new BlockHashes(new long[0]);

    private final long[] names;

    private BlockHashes(long[] names) {
        this.names = names;
    }

    /** How many full blocks there are. */
    public int count() {
        return names.length;
    }

    long name(int block) {
        return names[block];
    }

    /** Takes a prompt in, unit by unit, and closes a block every {@code unitsPerBlock}. Not thread safe. */
    public static final class Builder {
        private final int unitsPerBlock;
        private long[] names = new long[16];
        private int count;
        private int units;
        private long chain = 0x6a09e667f3bcc909L;

        /** @param unitsPerBlock characters or token ids in a block, at least 1 */
        public Builder(int unitsPerBlock) {
            this.unitsPerBlock = Math.max(1, unitsPerBlock);
        }

        /** The next unit of the prompt. */
        public Builder unit(long value) {
            chain = mix(chain ^ value) + 0x9e3779b97f4a7c15L;
            if (++units == unitsPerBlock) {
                units = 0;
                if (count == names.length) {
                    names = Arrays.copyOf(names, 2 * count);
                }
                names[count++] = chain;
            }
            return this;
        }

        /** Every character of {@code text} as a unit. */
        public Builder text(String text) {
            for (int i = 0; i < text.length(); i++) {
                unit(text.charAt(i));
            }
            return this;
        }

        /** Something that takes no room and makes what follows another prompt: a role. */
        public Builder mark(String mark) {
            chain = mix(chain ^ mark.hashCode() ^ 0x3c6ef372fe94f82bL);
            return this;
        }

        /** What was taken in; a last block that is not full has no name. */
        public BlockHashes build() {
            return new BlockHashes(Arrays.copyOf(names, count));
        }

        /** The finalizer of SplitMix64. */
        private static long mix(long value) {
            long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
            z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
            return z ^ (z >>> 31);
        }
    }
}
