package dev.plumbline.judgement.run;

import dev.plumbline.judgement.statistics.Ratio;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * One metric of a run against the same of K earlier runs, on a logarithmic scale: by how much it is worse, and how well that
 * is known.
 *
 * <p>A run differs from its repetition by the noise inside of both, which their windows show, and by what changes from run
 * to run, which they cannot show. So the variance of a run is a prior, run noise squared plus the noise inside the
 * baselines, that counts as much as four degrees of freedom, updated by the scatter of the K baselines; where the judged
 * run is noisier inside than they are, the surplus is added. Student's t pays for not knowing what changes from run to run: it
 * has 4 + K - 1 degrees of freedom, more where the noise inside, which is known far better, has the larger part (Welch and
 * Satterthwaite 1946).
 *
 * <p>It has regressed when the effect is at least the threshold and its one-sided 99 % lower bound lies beyond 2 %; it is
 * fine when the one-sided 95 % upper bound lies below the threshold. In a run of several series the former is asked at a higher
 * certainty ({@link Multiplicity}).
 */
final class RunContrast {

    /** Of a run of one series; where there are several it is higher, see {@link Multiplicity}. */
    static final double FAIL_CERTAINTY = 1 - Multiplicity.MOST_PER_TEST;

    private static final double PASS_CERTAINTY = 0.95;
    private static final double TWO_SIDED = 0.975;

    /** Standard normal quantile of a power of 80 %. */
    private static final double Z_POWER = 0.8416;

    /** From so many baselines on, their scatter says whether this environment can be judged at all. */
    private static final int BASELINES_THAT_SHOW_SCATTER = 5;

    private static final int WANTED_BASELINES = 5;
    private static final int MOST_BASELINES = 10;

    /** Between these a run's length is sought, as multiples of the baselines'. */
    private static final double SHORTEST = 1e-3;

    private static final double LONGEST = 1e3;

    /** From here on Student's t is the normal distribution. */
    private static final double MOST_DEGREES = 1_000;

    private final boolean higherIsWorse;
    private final JudgementSettings settings;
    private final Opponent opponent;
    private final double failCertainty;
    private final int baselines;
    private final double difference;
    private final double meanBefore;
    private final double scatter;
    private final double betweenPart;
    private final double insidePart;
    private final double surplusVariance;
    private final Noise noise;

    /** How it came out. */
    enum Outcome {
        STEADY,
        REGRESSED,
        IMPROVED,
        UNKNOWN
    }

    RunContrast(boolean higherIsWorse, Reading.Known now, List<Reading.Known> before, JudgementSettings settings) {
        this(higherIsWorse, now, before, settings, Opponent.EARLIER_RUNS, FAIL_CERTAINTY);
    }

    /** @param failCertainty from which on it is called worse, or better */
    RunContrast(
            boolean higherIsWorse,
            Reading.Known now,
            List<Reading.Known> before,
            JudgementSettings settings,
            Opponent opponent,
            double failCertainty) {
        this.higherIsWorse = higherIsWorse;
        this.settings = settings;
        this.opponent = opponent;
        this.failCertainty = failCertainty;
        this.baselines = before.size();
        this.meanBefore =
                before.stream().mapToDouble(Reading.Known::log).average().orElseThrow();
        this.difference = now.log() - meanBefore;
        double withinVariance = before.stream()
                .mapToDouble(Reading.Known::logVariance)
                .average()
                .orElseThrow();
        this.surplusVariance = Math.max(0, now.logVariance() - withinVariance);
        double squares = before.stream()
                .mapToDouble(run -> (run.log() - meanBefore) * (run.log() - meanBefore))
                .sum();
        this.scatter = baselines < 2 ? 0 : Math.sqrt(squares / (baselines - 1));
        double degrees = JudgementSettings.PRIOR_DEGREES + baselines - 1.0;
        double prior = JudgementSettings.PRIOR_DEGREES / degrees;
        this.insidePart = prior * withinVariance;
        this.betweenPart = prior * settings.runNoise() * settings.runNoise() + squares / degrees;
        this.noise = noise(baselines, 1);
    }

    /**
     * By how much longer than the baselines a run has to be that differs from them by nothing, to be called fine in 80 % of
     * comparisons; the baselines are not longer for that.
     *
     * @return empty where no length is enough: such runs differ too much from one another
     */
    static OptionalDouble longerToTell(boolean higherIsWorse, List<Reading.Known> before, JudgementSettings settings) {
        Reading.Known like = new Reading.Known(
                Math.exp(before.stream()
                        .mapToDouble(Reading.Known::log)
                        .average()
                        .orElseThrow()),
                0);
        RunContrast contrast = new RunContrast(higherIsWorse, like, before, settings);
        if (contrast.isUnstable() || !contrast.tells(LONGEST)) {
            return OptionalDouble.empty();
        }
        double low = SHORTEST;
        double high = LONGEST;
        while (high / low > 1.01) {
            double middle = Math.sqrt(low * high);
            if (contrast.tells(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return OptionalDouble.of(high);
    }

    private boolean tells(double longer) {
        Noise then = new Noise(
                betweenPart * (1 + 1.0 / baselines),
                insidePart * (1 / longer + 1.0 / baselines),
                JudgementSettings.PRIOR_DEGREES + baselines - 1.0);
        return then.margin(PASS_CERTAINTY) + Z_POWER * then.error() < limit();
    }

    /** Now / before with its 95 % interval. */
    Ratio ratio() {
        double half = noise.margin(TWO_SIDED);
        return new Ratio(Math.exp(difference), Math.exp(difference - half), Math.exp(difference + half));
    }

    Outcome outcome() {
        if (isUnstable()) {
            return Outcome.UNKNOWN;
        }
        double worse = worse();
        double margin = noise.margin(failCertainty);
        if (worse >= limit() && worse - margin > negligible()) {
            return Outcome.REGRESSED;
        }
        if (-worse >= towards(settings.thresholdEffect(), !higherIsWorse)
                && -worse - margin > towards(JudgementSettings.NEGLIGIBLE_EFFECT, !higherIsWorse)) {
            return Outcome.IMPROVED;
        }
        return worse + noise.margin(PASS_CERTAINTY) < limit() ? Outcome.STEADY : Outcome.UNKNOWN;
    }

    /** How likely it would look so bad or worse if it were worse by no more than noise; 1 where the effect is too small to count. */
    double chance() {
        return isUnstable() || worse() < limit() ? 1 : noise.chanceBeyond(worse() - negligible());
    }

    /** One line: how certain, or what would make it so. */
    String why() {
        String certainty = " (" + Numbers.certainty(failCertainty) + ")";
        return switch (outcome()) {
            case REGRESSED -> "worse by at least " + change(worse() - noise.margin(failCertainty)) + certainty;
            case STEADY ->
                "at most " + change(Math.max(0, worse() + noise.margin(PASS_CERTAINTY)))
                        + " (95 %); changes are seen from " + change(smallest(baselines, 1)) + " on";
            case IMPROVED -> "better by more than " + Numbers.percent(JudgementSettings.NEGLIGIBLE_EFFECT) + certainty;
            case UNKNOWN ->
                isUnstable()
                        ? unstable()
                        : "could be anything up to "
                                + change(worse() + noise.margin(PASS_CERTAINTY)) + "; changes are seen from "
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
        boolean canBeMore = !opponent.isServedBeside() && baselines < more;
        double withMore = canBeMore ? smallest(more, 1) : Double.POSITIVE_INFINITY;
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
        Noise then = noise(runs, longer);
        return Math.max(limit(), negligible() + then.margin(failCertainty)) + Z_POWER * then.error();
    }

    /**
     * How far the difference may be off by chance.
     *
     * @param betweenRuns variance of the difference that is estimated from runs
     * @param insideRuns variance that is known from windows
     */
    private record Noise(double betweenRuns, double insideRuns, double degrees) {

        double error() {
            return Math.sqrt(betweenRuns + insideRuns);
        }

        double margin(double certainty) {
            return distribution().inverseCumulativeProbability(certainty) * error();
        }

        /** How likely chance alone makes the difference larger than this. */
        double chanceBeyond(double difference) {
            return distribution().survivalProbability(difference / error());
        }

        private TDistribution distribution() {
            double total = betweenRuns + insideRuns;
            double effective = Math.min(MOST_DEGREES, degrees * total * total / (betweenRuns * betweenRuns));
            return TDistribution.of(effective);
        }
    }

    /** With so many baselines, and runs that are so many times as long. */
    private Noise noise(int runs, double longer) {
        double inside = insidePart / longer;
        return new Noise(
                betweenPart * (1 + 1.0 / runs),
                inside * (1 + 1.0 / runs) + surplusVariance / longer,
                JudgementSettings.PRIOR_DEGREES + runs - 1.0);
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
}
