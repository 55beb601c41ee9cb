package dev.plumbline.judgement.run;

import dev.plumbline.contract.verdict.JudgedMetric;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How runs are compared.
 *
 * @param thresholdEffect the change that counts, as a share: 0.10; 0.01 to 1
 * @param runNoise prior standard deviation of one run against another beside the noise inside a run, as a share: 0.02; 0.001
 *     to 0.5. With more baseline runs their own scatter takes over
 * @param vary names of conditions that may differ
 * @param isVoid metrics that cannot be compared, with the reason in a clause: what whoever brought the runs knows to differ
 *     between them and the runs themselves do not show
 */
public record JudgementSettings(
        double thresholdEffect, double runNoise, Set<String> vary, Map<JudgedMetric, String> isVoid) {

    /** A change of so much is noise for sure: what a regression must exclude. */
    static final double NEGLIGIBLE_EFFECT = 0.02;

    /** The prior counts as much as so many degrees of freedom. */
    static final int PRIOR_DEGREES = 4;

    /**
     * The run noise of two that serve in the same seconds: what changes from day to day is the same for both, what is left is where
     * they run and how they are reached.
     */
    static final double NOISE_OF_SAME_SECONDS = 0.005;

    public JudgementSettings {
        vary = Set.copyOf(vary);
        EnumMap<JudgedMetric, String> reasons = new EnumMap<>(JudgedMetric.class);
        reasons.putAll(isVoid);
        isVoid = Collections.unmodifiableMap(reasons);
        if (!(thresholdEffect >= 0.01 && thresholdEffect <= 1)) {
            throw new IllegalArgumentException("threshold effect " + thresholdEffect + " is outside 0.01..1");
        }
        if (!(runNoise >= 0.001 && runNoise <= 0.5)) {
            throw new IllegalArgumentException("run noise " + runNoise + " is outside 0.001..0.5");
        }
    }

    /** Of runs of which nothing is known but what they show. */
    public JudgementSettings(double thresholdEffect, double runNoise, Set<String> vary) {
        this(thresholdEffect, runNoise, vary, Map.of());
    }

    /** The values above, and nothing may differ. */
    public static JudgementSettings defaults() {
        return new JudgementSettings(0.10, 0.02, Set.of());
    }

    /** The same for two that serve in the same seconds. */
    JudgementSettings ofSameSeconds() {
        return new JudgementSettings(thresholdEffect, NOISE_OF_SAME_SECONDS, vary, isVoid);
    }

    /** The same, but these conditions may differ. */
    public JudgementSettings varying(Set<String> conditions) {
        return new JudgementSettings(thresholdEffect, runNoise, conditions, isVoid);
    }

    /** The same, but these metrics cannot be compared. */
    public JudgementSettings without(Map<JudgedMetric, String> metrics) {
        return new JudgementSettings(thresholdEffect, runNoise, vary, metrics);
    }

    /** Why a metric cannot be compared, whatever the runs show; empty where it can. */
    Optional<String> voidBy(JudgedMetric metric) {
        return Optional.ofNullable(isVoid.get(metric));
    }
}
