package dev.plumbline.target.lockstep;

/**
 * The GPU's memory and how the engine's allocator treats it.
 *
 * @param totalBytes of the GPU, 1 MiB to 16 TiB
 * @param weightsBytes taken from the start to the end, at most {@code totalBytes}
 * @param kvBytesPerToken of the KV cache; not negative, at most 1 GiB
 * @param chunkBytes what the allocator takes at once, 1 to 16 GiB
 * @param keptShare share of what was once taken at the peak and is no longer needed that never goes back: 0 gives all back,
 *     1 nothing
 * @param leakBytesPerRequest lost for ever with every request that ends; not negative, at most 16 TiB
 * @param diesWhenExceeded whether the whole engine dies when memory runs out, and not only the request that asked for it
 */
public record MemorySettings(
        long totalBytes,
        long weightsBytes,
        long kvBytesPerToken,
        long chunkBytes,
        double keptShare,
        long leakBytesPerRequest,
        boolean diesWhenExceeded) {

    private static final long TEBI = 1L << 40;

    /** @throws IllegalArgumentException when a component is out of its range */
    public MemorySettings {
        Bounds.check("gpu memory in bytes", totalBytes, 1L << 20, 16 * TEBI);
        Bounds.check("weights in bytes", weightsBytes, 0, totalBytes);
        Bounds.check("kvBytesPerToken", kvBytesPerToken, 0, 1L << 30);
        Bounds.check("chunk in bytes", chunkBytes, 1, 1L << 34);
        Bounds.check("keptShare", keptShare, 0, 1);
        Bounds.check("leakBytesPerRequest", leakBytesPerRequest, 0, 16 * TEBI);
    }
}
