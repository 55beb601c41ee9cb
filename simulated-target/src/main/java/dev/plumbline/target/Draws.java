package dev.plumbline.target;

import java.util.SplittableRandom;

/**
 * All chance of one request, from a key of its own: what one draw is used for never shifts another.
 *
 * <p>A lognormal factor is {@code exp(sigma·Z − sigma²/2)}, whose mean is 1 for every sigma.
 */
final class Draws {

    private final int outputTokens;
    private final double prefillJitter;
    private final double errorShare;
    private final double streamErrorShare;
    private final double streamErrorPlace;
    private final double emptyShare;
    private final double stallShare;
    private final double stallPlace;
    private final SplittableRandom decode;
    private final double jitterSigma;

    Draws(long key, TimingSettings timing, OutputSettings output) {
        SplittableRandom random = new SplittableRandom(key);
        this.jitterSigma = timing.jitterSigma();
        double drawnTokens = output.meanTokens() * lognormal(random, output.tokensSigma());
        this.outputTokens = (int) Math.max(1, Math.min(1_000_000, Math.rint(drawnTokens)));
        this.prefillJitter = lognormal(random, jitterSigma);
        this.errorShare = random.nextDouble();
        this.streamErrorShare = random.nextDouble();
        this.streamErrorPlace = random.nextDouble();
        this.emptyShare = random.nextDouble();
        this.stallShare = random.nextDouble();
        this.stallPlace = random.nextDouble();
        this.decode = random.split();
    }

    /** The key of a request that names itself. */
    static long keyOf(long seed, String requestId) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < requestId.length(); i++) {
            hash = (hash ^ requestId.charAt(i)) * 0x100000001b3L;
        }
        return mix(seed ^ mix(hash));
    }

    /** The key of a request that does not. */
    static long keyOf(long seed, long ordinal) {
        return mix(seed ^ mix(ordinal + 0x9e3779b97f4a7c15L));
    }

    /** The finalizer of SplitMix64: neighbouring inputs have unrelated outputs. */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** A factor whose mean is 1. */
    static double lognormal(SplittableRandom random, double sigma) {
        return Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
    }

    /** Tokens the model would say if nothing limited it, at least 1. */
    int outputTokens() {
        return outputTokens;
    }

    double prefillJitter() {
        return prefillJitter;
    }

    /** The factor on the next decode interval; a new one with every call. */
    double nextDecodeJitter() {
        return lognormal(decode, jitterSigma);
    }

    boolean fails(Regressions now) {
        return errorShare < now.errorShare();
    }

    boolean failsInStream(Regressions now) {
        return streamErrorShare < now.streamErrorShare();
    }

    /** After how many of {@code tokens} the stream fails: 1 to tokens − 1, or 0 when there is but one. */
    int streamErrorAfter(int tokens) {
        return tokens < 2 ? 0 : 1 + (int) (streamErrorPlace * (tokens - 1));
    }

    boolean isEmpty(Regressions now) {
        return emptyShare < now.emptyShare();
    }

    boolean stalls(Regressions now) {
        return stallShare < now.stallShare();
    }

    /** Before which token, counted from 0, the stall lies: 1 to tokens − 1; {@code tokens} when there is but one. */
    int stallBefore(int tokens) {
        return tokens < 2 ? tokens : 1 + (int) (stallPlace * (tokens - 1));
    }
}
