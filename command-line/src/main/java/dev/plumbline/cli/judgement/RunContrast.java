package dev.plumbline.cli.judgement;

import dev.plumbline.statistics.Ratio;
import java.util.List;
import java.util.Locale;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * One metric of a run against the same of K earlier runs, on a logarithmic scale: by how much it is worse, and how well that
 * is known.
 *
 * <p>A run differs from its repetition by the noise inside of both, which their windows show, and by what changes from run
 * to run, which they cannot show. So the variance of a run is a prior, run noise squared plus the noise inside the
 * baselines, that counts as much as four degrees of freedom, updated by the scatter of the K baselines; where the judged
 * run is noisier inside than they are, the surplus is added. Student's t with 4 + K - 1 degrees of freedom pays for
 * not knowing the variance.
 *
 * <p>It has regressed when the effect is at least the threshold and its one-sided 99 % lower bound lies beyond 2 %; it is
 * fine when the one-sided 95 % upper bound lies below the threshold.
 */
final class RunContrast {

    private static final double FAIL_CERTAINTY = 0.99;
    private static final double PASS_CERTAINTY = 0.95;
    private static final double TWO_SIDED = 0.975;

    /** Standard normal quantile of a power of 80 %. */
    private static final double Z_POWER = 0.8416;

    /** From so many baselines on, their scatter says whether this environment can be judged at all. */
    private static final int BASELINES_THAT_SHOW_SCATTER = 5;

    private static final int WANTED_BASELINES = 5;
    private static final int MOST_BASELINES = 10;

    private final boolean higherIsWorse;
    private final JudgementSettings settings;
    private final int baselines;
    private final double difference;
    private final double meanBefore;
    private final double scatter;
    private final double runVariance;
    private final double withinVariance;
    private final double surplusVariance;

    /** How it came out. */
    enum Outcome {
        STEADY,
        REGRESSED,
        IMPROVED,
        UNKNOWN
    }

    RunContrast(boolean higherIsWorse, Reading.Known now, List<Reading.Known> before, JudgementSettings settings) {
        this.higherIsWorse = higherIsWorse;
        this.settings = settings;
        this.baselines = before.size();
        this.meanBefore = before.stream().mapToDouble(Reading.Known::log).average().orElseThrow();
        this.difference = now.log() - meanBefore;
        this.withinVariance =
                before.stream().mapToDouble(Reading.Known::logVariance).average().orElseThrow();
        this.surplusVariance = Math.max(0, now.logVariance() - withinVariance);
        double squares = before.stream()
                .mapToDouble(run -> (run.log() - meanBefore) * (run.log() - meanBefore))
                .sum();
        this.scatter = baselines < 2 ? 0 : Math.sqrt(squares / (baselines - 1));
        double prior = settings.runNoise() * settings.runNoise() + withinVariance;
        this.runVariance = (JudgementSettings.PRIOR_DEGREES * prior + squares) / degrees(baselines);
    }

    /** Geometric mean of the baselines. */
    double before() {
        return Math.exp(meanBefore);
    }

    /** Now / before with its 95 % interval. */
    Ratio ratio() {
        double half = t(TWO_SIDED, baselines) * error(baselines, 1);
        return new Ratio(Math.exp(difference), Math.exp(difference - half), Math.exp(difference + half));
    }

    Outcome outcome() {
        if (isUnstable()) {
            return Outcome.UNKNOWN;
        }
        double worse = worse();
        double error = error(baselines, 1);
        double margin = t(FAIL_CERTAINTY, baselines) * error;
        if (worse >= limit() && worse - margin > negligible()) {
            return Outcome.REGRESSED;
        }
        if (-worse >= towards(settings.thresholdEffect(), !higherIsWorse)
                && -worse - margin > towards(JudgementSettings.NEGLIGIBLE_EFFECT, !higherIsWorse)) {
            return Outcome.IMPROVED;
        }
        return worse + t(PASS_CERTAINTY, baselines) * error < limit() ? Outcome.STEADY : Outcome.UNKNOWN;
    }

    /** One line: how certain, or what would make it so. */
    String why() {
        double error = error(baselines, 1);
        return switch (outcome()) {
            case REGRESSED -> "worse by at least " + change(worse() - t(FAIL_CERTAINTY, baselines) * error) + " (99 %)";
            case STEADY ->
                "at most " + change(Math.max(0, worse() + t(PASS_CERTAINTY, baselines) * error))
                        + " (95 %); changes are seen from " + change(smallest(baselines, 1)) + " on";
            case IMPROVED -> "better by more than " + Numbers.percent(JudgementSettings.NEGLIGIBLE_EFFECT) + " (99 %)";
            case UNKNOWN -> isUnstable() ? unstable() : "could be anything up to "
                    + change(worse() + t(PASS_CERTAINTY, baselines) * error) + "; changes are seen from "
                    + change(smallest(baselines, 1)) + " on" + advice();
        };
    }

    private boolean isUnstable() {
        return baselines >= BASELINES_THAT_SHOW_SCATTER && scatter > Math.log1p(settings.thresholdEffect());
    }

    private String unstable() {
        return String.format(
                Locale.ROOT,
                "unstable: its %d baselines differ among themselves by ± %s; such runs cannot show %s",
                baselines,
                Numbers.percent(Math.expm1(scatter)),
                change(limit()));
    }

    /** The remedy that helps most, with what it would show. */
    private String advice() {
        int more = baselines < WANTED_BASELINES ? WANTED_BASELINES : MOST_BASELINES;
        double withMore = baselines < more ? smallest(more, 1) : Double.POSITIVE_INFINITY;
        double withLonger = smallest(baselines, 4);
        if (Math.min(withMore, withLonger) > 0.95 * smallest(baselines, 1)) {
            return "; it is too near to " + change(limit()) + " for more of the same to tell";
        }
        return withLonger < withMore
                ? "; runs four times as long: from " + change(withLonger)
                : "; " + more + " green runs as baseline: from " + change(withMore);
    }

    /** The smallest change for the worse that is found in 80 % of comparisons, with so many baselines and longer runs. */
    private double smallest(int runs, double longer) {
        double error = error(runs, longer);
        return Math.max(limit(), negligible() + t(FAIL_CERTAINTY, runs) * error) + Z_POWER * error;
    }

    /** Standard error of the difference; longer runs have less noise inside. */
    private double error(int runs, double longer) {
        double variance = runVariance - withinVariance * (1 - 1 / longer);
        double smallest = settings.runNoise() * settings.runNoise() / degrees(runs);
        double one = Math.max(smallest, variance);
        return Math.sqrt(one + surplusVariance / longer + one / runs);
    }

    private double worse() {
        return higherIsWorse ? difference : -difference;
    }

    private double limit() {
        return towards(settings.thresholdEffect(), higherIsWorse);
    }

    private double negligible() {
        return towards(JudgementSettings.NEGLIGIBLE_EFFECT, higherIsWorse);
    }

    /** A share of change as a distance of logarithms: 10 % up is 0.0953, 10 % down is 0.1054. */
    private static double towards(double share, boolean up) {
        return up ? Math.log1p(share) : -Math.log1p(-Math.min(0.99, share));
    }

    /** A distance for the worse as a signed change of the metric. */
    private String change(double worse) {
        return Numbers.change(higherIsWorse ? worse : -worse);
    }

    private static double degrees(int runs) {
        return JudgementSettings.PRIOR_DEGREES + runs - 1.0;
    }

    private static double t(double certainty, int runs) {
        return TDistribution.of(degrees(runs)).inverseCumulativeProbability(certainty);
    }
}
