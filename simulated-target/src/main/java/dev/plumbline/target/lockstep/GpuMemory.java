package dev.plumbline.target.lockstep;

/**
 * The memory that the engine has taken from the GPU.
 *
 * <p>{@code weights + leaked + kv + kept}, where {@code kv} is what the filled blocks need, rounded up to whole chunks, and
 * {@code kept} is {@code keptShare · (largest kv so far − kv)}, rounded down to whole chunks. More blocks never take less
 * memory. Not thread safe.
 */
final class GpuMemory {

    private final MemorySettings settings;
    private final int blockTokens;
    private long peakKvBytes;
    private long leakedBytes;
    private boolean gone;

    GpuMemory(MemorySettings settings, int blockTokens) {
        this.settings = settings;
        this.blockTokens = blockTokens;
    }

    /** Whether so many filled blocks can be had. */
    boolean fits(int blocks) {
        return bytes(blocks) <= settings.totalBytes();
    }

    /** Bytes taken with so many filled blocks. */
    long bytes(int blocks) {
        if (gone) {
            return 0;
        }
        long kvBytes = kvBytes(blocks);
        return settings.weightsBytes() + leakedBytes + kvBytes + keptBytes(kvBytes);
    }

    /** Remembers the largest. */
    void note(int blocks) {
        peakKvBytes = Math.max(peakKvBytes, kvBytes(blocks));
    }

    /** A request has ended. */
    void leak() {
        leakedBytes += settings.leakBytesPerRequest();
    }

    /** The engine has died, and everything goes back. */
    void release() {
        gone = true;
    }

    long kvBytes(int blocks) {
        long bytes = blocks * (long) blockTokens * settings.kvBytesPerToken();
        long chunks = (bytes + settings.chunkBytes() - 1) / settings.chunkBytes();
        return chunks * settings.chunkBytes();
    }

    private long keptBytes(long kvBytes) {
        double unused = Math.max(0, peakKvBytes - kvBytes);
        return (long) (settings.keptShare() * unused / settings.chunkBytes()) * settings.chunkBytes();
    }
}
