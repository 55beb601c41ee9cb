package dev.plumbline.producer.dispatch;

/**
 * How many tokens a chunk of an answer stands for, while it streams and nobody has counted yet: as many as in the last answers of
 * which the server told. Without it all tokens but one a chunk would seem to have come with the last one, and a rate over seconds
 * would show ends of answers and not work.
 *
 * <p>One thread.
 */
final class TokensPerChunk {

    /** Answers that are remembered. */
    private static final int MEMORY = 64;

    private final long[] tokens = new long[MEMORY];
    private final long[] chunks = new long[MEMORY];
    private int next;
    private long tokenSum;
    private long chunkSum;
    private double owed;

    /** An answer had so many tokens in so many chunks. */
    void learn(long counted, long inChunks) {
        if (counted < 1 || inChunks < 1) {
            return;
        }
        tokenSum += counted - tokens[next];
        chunkSum += inChunks - chunks[next];
        tokens[next] = counted;
        chunks[next] = inChunks;
        next = (next + 1) % MEMORY;
    }

    /** Whole tokens to count for the next chunk; over many chunks they come to the mean. One before anything is known. */
    long ofNextChunk() {
        if (chunkSum == 0) {
            return 1;
        }
        owed += (double) tokenSum / chunkSum;
        long whole = (long) owed;
        owed -= whole;
        return whole;
    }
}
