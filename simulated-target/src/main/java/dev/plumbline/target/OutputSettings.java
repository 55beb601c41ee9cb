package dev.plumbline.target;

/**
 * What the simulated model says.
 *
 * @param meanTokens mean of the drawn output length in tokens, 1 to 100000
 * @param tokensSigma sigma of the lognormal output length, 0 to 2; 0 is always the mean
 * @param tokensPerChunk tokens that leave in one chunk, 1 to 64; the chunk leaves when its last token is due
 * @param roleChunkEarly whether the role-only chunk leaves when the request is accepted, instead of at the end of its
 *     prefill as vLLM does
 */
public record OutputSettings(int meanTokens, double tokensSigma, int tokensPerChunk, boolean roleChunkEarly) {

    /** 32 tokens with sigma 0.25, one per chunk, the role chunk as vLLM. */
    public static final OutputSettings DEFAULT = new OutputSettings(32, 0.25, 1, false);

    /** @throws IllegalArgumentException when a component is out of its range */
    public OutputSettings {
        Require.within("meanTokens", meanTokens, 1, 100_000);
        Require.within("tokensSigma", tokensSigma, 0, 2);
        Require.within("tokensPerChunk", tokensPerChunk, 1, 64);
    }
}
