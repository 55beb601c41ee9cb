package dev.plumbline.target.lockstep;

import java.util.Objects;

/**
 * An engine that works in steps.
 *
 * @param cost of a step
 * @param maxRunning sequences that run at one time (vLLM's max_num_seqs), 1 to 100000
 * @param tokensPerStep most tokens that a step works on, prompts and outputs together (vLLM's max_num_batched_tokens); at
 *     least {@code maxRunning}, at most 10000000
 * @param kv the KV cache
 * @param memory the GPU's memory
 */
public record LockstepSettings(StepCost cost, int maxRunning, int tokensPerStep, KvSettings kv, MemorySettings memory) {

    private static final long MEBI = 1L << 20;
    private static final long GIBI = 1L << 30;

    /**
     * Steps of 8 ms, 0.1 ms per sequence and 20 µs per prompt token: 80 sequences are the knee, 10000 tokens per second the
     * ceiling. 256 sequences, 2048 tokens per step, 16384 blocks of 16 tokens with a prefix cache. 80 GiB with weights of
     * 16 GiB and 128 KiB per token, chunks of 64 MiB of which a quarter stays, no leak.
     */
    public static final LockstepSettings DEFAULT = new LockstepSettings(
            new StepCost(8_000_000, 100_000, 20_000),
            256,
            2048,
            new KvSettings(16_384, 16, true),
            new MemorySettings(80 * GIBI, 16 * GIBI, 1L << 17, 64 * MEBI, 0.25, 0, false));

    /** @throws IllegalArgumentException when a component is out of its range */
    public LockstepSettings {
        Objects.requireNonNull(cost, "cost");
        Objects.requireNonNull(kv, "kv");
        Objects.requireNonNull(memory, "memory");
        Bounds.check("maxRunning", maxRunning, 1, 100_000);
        Bounds.check("tokensPerStep", tokensPerStep, maxRunning, 10_000_000);
    }
}
