package dev.plumbline.workload.trace;

import dev.plumbline.workload.Salt;

/**
 * A prefix cache that forgets nothing, and has what a prompt holds as soon as it was asked: the most that a server can find of what
 * is asked of it. Only whole blocks are found. Not safe for several threads.
 */
final class InfiniteCache {

    private final int blockTokens;
    private long[] known = new long[1 << 10];
    private int size;

    InfiniteCache(int blockTokens) {
        this.blockTokens = blockTokens;
    }

    /** Tokens of a prompt's beginning that are there; the rest is from now on. */
    long ask(TraceRow row) {
        int whole = blockTokens == 0 ? 0 : Math.min(row.blocks().size(), row.promptTokens() / blockTokens);
        long chain = 1;
        long found = 0;
        boolean isHit = true;
        for (int block = 0; block < whole; block++) {
            chain = Salt.mixed(chain, row.blocks().id(block));
            if (add(chain == 0 ? 1 : chain)) {
                isHit = false;
            }
            found += isHit ? blockTokens : 0;
        }
        return found;
    }

    /** False when it was there. */
    private boolean add(long value) {
        int mask = known.length - 1;
        int at = (int) value & mask;
        while (known[at] != 0) {
            if (known[at] == value) {
                return false;
            }
            at = (at + 1) & mask;
        }
        known[at] = value;
        if (++size > known.length / 2) {
            grow();
        }
        return true;
    }

    private void grow() {
        long[] before = known;
        known = new long[before.length * 2];
        int mask = known.length - 1;
        for (long value : before) {
            if (value != 0) {
                int at = (int) value & mask;
                while (known[at] != 0) {
                    at = (at + 1) & mask;
                }
                known[at] = value;
            }
        }
    }
}
