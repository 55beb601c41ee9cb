package dev.plumbline.workload;

import java.util.Objects;

/**
 * Numbers that have nothing to do with each other although what they are made of is near: seeds of random sequences.
 *
 * <p>The seed that a person chooses decides shapes: how long prompts are, and their words behind the beginning. The salt of a start
 * decides what must not repeat: the first words, so that no prefix cache answers for the run before, and the arrivals, so that
 * producers that share a seed do not send together.
 */
public final class Salt {

    private Salt() {}

    /** The salt of one start of one producer. */
    public static long ofStart(String producerId, long epoch) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < producerId.length(); i++) {
            hash = (hash ^ producerId.charAt(i)) * 0x100000001b3L;
        }
        return mixed(hash, epoch);
    }

    /** One number out of two. Neighbours of either give unrelated numbers. */
    public static long mixed(long a, long b) {
        return finalized(finalized(a + 0x9e3779b97f4a7c15L) ^ b);
    }

    /** One number out of one and a purpose. */
    public static long mixed(long a, String purpose) {
        return mixed(a, Objects.requireNonNull(purpose).hashCode());
    }

    /** The finalizer of SplitMix64. Its gamma alone would not do: SplittableRandom adds just that to go on. */
    private static long finalized(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
