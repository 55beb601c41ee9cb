package dev.plumbline.target;

/**
 * How much the target takes on.
 *
 * @param slots requests that are worked on at one time, 1 to 100000
 * @param queueLimit requests that may wait for a slot, 0 to 1000000; one more is refused
 * @param overloadStatus HTTP status of that refusal: 503 as vLLM, or 429
 * @param maxModelLengthTokens most prompt and output tokens of one request together, 2 to 10000000
 * @param maxBodyBytes largest request body, 1 to 268435456
 */
public record CapacitySettings(
        int slots, int queueLimit, int overloadStatus, int maxModelLengthTokens, int maxBodyBytes) {

    /** 16 slots, 1024 waiting, 503, 32768 tokens, 1 MiB. */
    public static final CapacitySettings DEFAULT = new CapacitySettings(16, 1024, 503, 32_768, 1 << 20);

    /** @throws IllegalArgumentException when a component is out of its range */
    public CapacitySettings {
        Require.within("slots", slots, 1, 100_000);
        Require.within("queueLimit", queueLimit, 0, 1_000_000);
        Require.within("maxModelLengthTokens", maxModelLengthTokens, 2, 10_000_000);
        Require.within("maxBodyBytes", maxBodyBytes, 1, 1 << 28);
        if (overloadStatus != 503 && overloadStatus != 429) {
            throw new IllegalArgumentException("overloadStatus must be 503 or 429, got " + overloadStatus);
        }
    }
}
