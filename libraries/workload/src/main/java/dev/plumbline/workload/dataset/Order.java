package dev.plumbline.workload.dataset;

import dev.plumbline.workload.Salt;

/** In which order the conversations of a dataset are asked; each time all of them once before any is asked again. */
public enum Order {
    /** As they stand in the file. */
    FILE,
    /** Shuffled by a seed, anew each time. */
    SHUFFLED;

    private static final int ROUNDS = 4;

    /** Which of so many is asked with this ordinal. */
    int index(long ordinal, int count, long seed) {
        int position = (int) (ordinal % count);
        return switch (this) {
            case FILE -> position;
            case SHUFFLED -> permuted(position, count, Salt.mixed(seed, ordinal / count));
        };
    }

    /**
     * Where a position goes in a permutation that is decided by its key and held nowhere: a Feistel network over the smallest even
     * number of bits that holds all positions, walked until it lands on one of them. M. Luby, C. Rackoff, How to construct
     * pseudorandom permutations from pseudorandom functions, SIAM J. Comput. 17 (1988); J. Black, P. Rogaway, Ciphers with
     * arbitrary finite domains, CT-RSA 2002.
     */
    private static int permuted(int position, int count, long key) {
        int halfBits = Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(count - 1) + 1) / 2);
        long half = (1L << halfBits) - 1;
        long at = position;
        do {
            long left = at >>> halfBits;
            long right = at & half;
            for (int round = 0; round < ROUNDS; round++) {
                long mixed = left ^ (Salt.mixed(Salt.mixed(key, round), right) & half);
                left = right;
                right = mixed;
            }
            at = (left << halfBits) | right;
        } while (at >= count);
        return (int) at;
    }
}
