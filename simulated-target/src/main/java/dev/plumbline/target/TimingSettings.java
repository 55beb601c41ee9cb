package dev.plumbline.target;

import java.util.Objects;

/**
 * How long the simulated work takes, before any regression.
 *
 * @param prefillNanos part of a prefill that every prompt costs; not negative
 * @param prefillNanosPerPromptToken part of a prefill per prompt token; not negative
 * @param decodeNanosPerToken mean interval between output tokens; not negative
 * @param jitterSigma sigma of the lognormal factor (mean 1) on the prefill and on every decode interval; 0 to 2, 0 is
 *     exact
 * @param cold how much longer the first prefills take
 */
public record TimingSettings(
        long prefillNanos,
        long prefillNanosPerPromptToken,
        long decodeNanosPerToken,
        double jitterSigma,
        ColdStart cold) {

    /** 60 ms prefill plus 20 µs per prompt token, 6 ms per output token, sigma 0.08. */
    public static final TimingSettings DEFAULT = new TimingSettings(60_000_000, 20_000, 6_000_000, 0.08);

    /** @throws IllegalArgumentException when a component is out of its range */
    public TimingSettings {
        Require.within("prefillNanos", prefillNanos, 0, Require.HOUR_NANOS);
        Require.within("prefillNanosPerPromptToken", prefillNanosPerPromptToken, 0, 1_000_000_000L);
        Require.within("decodeNanosPerToken", decodeNanosPerToken, 0, Require.HOUR_NANOS);
        Require.within("jitterSigma", jitterSigma, 0, 2);
        Objects.requireNonNull(cold, "cold");
    }

    /** Warm from the start. */
    public TimingSettings(
            long prefillNanos, long prefillNanosPerPromptToken, long decodeNanosPerToken, double jitterSigma) {
        this(prefillNanos, prefillNanosPerPromptToken, decodeNanosPerToken, jitterSigma, ColdStart.NONE);
    }

    /** This, with a cold start. */
    public TimingSettings with(ColdStart changed) {
        return new TimingSettings(prefillNanos, prefillNanosPerPromptToken, decodeNanosPerToken, jitterSigma, changed);
    }
}
