package dev.plumbline.target.lockstep;

/**
 * The KV cache.
 *
 * @param blocks that there are, 1 to 100000000
 * @param blockTokens tokens that one holds, 1 to 1024
 * @param prefixCache whether the full blocks of a prompt are found again by later prompts that begin the same
 */
public record KvSettings(int blocks, int blockTokens, boolean prefixCache) {

    /** @throws IllegalArgumentException when a component is out of its range */
    public KvSettings {
        Bounds.check("kv blocks", blocks, 1, 100_000_000);
        Bounds.check("kv blockTokens", blockTokens, 1, 1024);
    }

    /** Blocks that {@code tokens} need. */
    int blocksOf(int tokens) {
        return (tokens + blockTokens - 1) / blockTokens;
    }

    /** Tokens that fit at one time. */
    public long tokens() {
        return (long) blocks * blockTokens;
    }
}
