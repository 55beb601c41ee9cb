package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.BaselineRecord.Grade;
import dev.plumbline.contract.verdict.BaselineRecord.LogMean;
import dev.plumbline.contract.verdict.BaselineRecord.WorkCalibration;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.Calibration.ShareTest;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.statistics.ErrorShare;
import dev.plumbline.judgement.statistics.LogRateShift;
import dev.plumbline.judgement.statistics.LongRunVariance;
import dev.plumbline.judgement.statistics.NoiseFactor;
import dev.plumbline.judgement.statistics.Norms;
import dev.plumbline.judgement.statistics.QuantileEstimate;
import dev.plumbline.judgement.statistics.QuantileShift;
import dev.plumbline.judgement.statistics.QuantileShift.Side;
import dev.plumbline.judgement.statistics.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;

/**
 * Turns the windows of a quiet time into everything that judging needs, and grades how far they can be trusted.
 *
 * <p>Grades. The windows are cut into quarters; a quarter that differs from another <em>significantly</em>, beyond the noise inside the quarters, by a quarter
 * of the threshold effect is graded B, by half of it C, by all of it D: such a series shifted while it was learned, and
 * "10 % worse" than it has no meaning. A quantile that is known no better than to half of the threshold effect, and a
 * noise factor under {@value #LOWEST_NOISE_FACTOR}, grade C: judging is slow there. Grade D is not frozen; learning goes
 * on with a moving span until it is fit.
 */
final class BaselineLearner {

    /** Fewest values on the rarer side of a quantile, over the whole baseline. */
    private static final int FEWEST_BEYOND = Norms.FEWEST_BEYOND;

    private static final int FEWEST_SAMPLES = 20;
    private static final int FEWEST_ENDED = 100;
    private static final int FEWEST_RATES = 10;

    /** Error shares from here on leave nothing to compare. */
    private static final double HIGHEST_ERROR_SHARE = Norms.HIGHEST_ERROR_SHARE;

    private static final double LOWEST_NOISE_FACTOR = 0.1;

    /** Two quarters differ when their intervals of this many standard deviations, added in squares, do not meet. */
    private static final double QUARTER_Z = 3.5;

    /** A quarter holds three batches, of which taking its mean away leaves two thirds of the variance. */
    private static final double HIDDEN_BY_QUARTERS = 1.5;

    private final List<LearnedBlock> blocks;
    private final List<WindowNumbers> windows;
    private final double windowSeconds;
    private final JudgementSettings settings;
    private final WindowSummary merged;
    private final List<Calibration> calibrations = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private Grade grade = Grade.A;

    /**
     * @param merged every window added up
     * @param calibrations one per metric
     */
    record Fit(
            WindowSummary merged,
            List<Calibration> calibrations,
            WorkCalibration work,
            Grade grade,
            List<String> reasons) {}

    private BaselineLearner(List<LearnedBlock> blocks, double windowSeconds, JudgementSettings settings) {
        this.blocks = blocks;
        this.windows =
                blocks.stream().flatMap(block -> block.windows().stream()).toList();
        this.windowSeconds = windowSeconds;
        this.settings = settings;
        this.merged = LearnedBlock.sum(blocks);
    }

    /**
     * Learns from windows in order.
     *
     * @param blocks at least one, all of the same number of windows
     */
    static Fit fit(
            List<LearnedBlock> blocks, double windowSeconds, List<JudgedMetric> metrics, JudgementSettings settings) {
        BaselineLearner learner = new BaselineLearner(blocks, windowSeconds, settings);
        List<WindowNumbers> windows = learner.windows;
        for (JudgedMetric metric : metrics) {
            learner.calibrations.add(learner.calibrate(metric));
        }
        if (windows.size() < 60) {
            learner.lower(Grade.B, "learned from " + windows.size() + " windows, 60 or more are better");
        }
        WorkCalibration work = new WorkCalibration(
                learner.logMean(WindowNumbers::tokensPerRequest), learner.logMean(WindowNumbers::offered));
        return new Fit(learner.merged, learner.calibrations, work, learner.grade, learner.reasons);
    }

    private Calibration calibrate(JudgedMetric metric) {
        if (metric.quantile().isPresent()) {
            return quantile(metric, metric.quantile().getAsDouble());
        }
        return metric == JudgedMetric.ERROR_RATE ? errorShare() : rate(metric);
    }

    private Calibration quantile(JudgedMetric metric, double quantile) {
        Histogram all = Measure.latencies(metric, merged);
        long needed = Math.max(FEWEST_SAMPLES, (long) Math.ceil(FEWEST_BEYOND / (1 - quantile) - 1e-9));
        if (all.isEmpty()) {
            return new Calibration.Unusable(metric, Reason.NO_DATA, "no request of the baseline has it");
        }
        if (all.count() < needed) {
            return new Calibration.Unusable(
                    metric,
                    Reason.TOO_FEW_SAMPLES,
                    "the baseline has " + all.count() + " requests, " + needed + " are needed");
        }
        List<ShareTest> tests = new ArrayList<>();
        double designEffect = 1;
        double quarterDesignEffect = 1;
        for (Lane lane : Lane.values()) {
            Side side = lane == Lane.BETTER ? Side.UP_TO : Side.ABOVE;
            Optional<QuantileShift> shift = QuantileShift.of(all, quantile, side, settings.factor(lane));
            if (shift.isEmpty()) {
                continue;
            }
            double[] evidence = blocks.stream()
                    .mapToDouble(block ->
                            shift.get().evidence(block.latency(metric.latency().orElseThrow())))
                    .toArray();
            if (lane == Lane.WORSE) {
                double independent = shift.get().share().binomialVariance((double) all.count() / blocks.size());
                designEffect = Math.max(1, LongRunVariance.of(evidence).longRunVariance() / independent);
                quarterDesignEffect = Math.max(1, varianceWithinQuarters(evidence) / independent);
            }
            // Sums over blocks for sums over windows: mean and long-run variance both grow by the windows of a block.
            shareTest(lane, OptionalInt.of(shift.get().edgeIndex()), shift.get().share(), evidence)
                    .ifPresent(tests::add);
        }
        Optional<ShareTest> worse =
                tests.stream().filter(test -> test.lane() == Lane.WORSE).findFirst();
        if (worse.isEmpty()) {
            return new Calibration.Unusable(
                    metric, Reason.UNSUITABLE_BASELINE, "its baseline cannot be told from a changed one");
        }
        gradeQuantile(
                metric,
                quantile,
                all,
                designEffect,
                quarterDesignEffect,
                worse.get().noiseFactor());
        return new Calibration.Quantile(
                metric, all.quantileNanos(quantile).orElseThrow(), all.count(), designEffect, tests);
    }

    private void gradeQuantile(
            JudgedMetric metric,
            double quantile,
            Histogram all,
            double designEffect,
            double quarterDesignEffect,
            double noiseFactor) {
        if (metric.role() != JudgedMetric.Role.GATING) {
            return;
        }
        List<QuantileEstimate> quarters = new ArrayList<>();
        for (List<LearnedBlock> quarter : quarters()) {
            Histogram part = Measure.latencies(metric, LearnedBlock.sum(quarter));
            QuantileEstimate.of(part, quantile, quarterDesignEffect, QUARTER_Z).ifPresent(quarters::add);
        }
        double largest = 0;
        for (QuantileEstimate a : quarters) {
            for (QuantileEstimate b : quarters) {
                boolean apart = a.ratioTo(b).map(ratio -> ratio.low() > 1).orElse(false);
                if (apart) {
                    largest = Math.max(largest, (double) a.nanos() / b.nanos() - 1);
                }
            }
        }
        gradeShift(metric, largest);
        QuantileEstimate.of(all, quantile, designEffect, QuantileEstimate.Z_95).ifPresent(whole -> {
            double known = Math.max(
                    (double) whole.highNanos() / whole.nanos() - 1, 1 - (double) whole.lowNanos() / whole.nanos());
            if (known > settings.thresholdEffect() / 2) {
                lower(Grade.C, metric.displayName() + " is known to ± " + percent(known) + " only");
            }
        });
        if (noiseFactor < LOWEST_NOISE_FACTOR) {
            lower(Grade.C, metric.displayName() + " is noisy, its evidence counts " + percent(noiseFactor));
        }
    }

    private Calibration rate(JudgedMetric metric) {
        double[] logs =
                logs(window -> Measure.rate(metric, window, windowSeconds).orElse(0));
        if (logs.length == 0) {
            return new Calibration.Unusable(metric, Reason.NO_DATA, "no window of the baseline has it");
        }
        if (logs.length < FEWEST_RATES) {
            return new Calibration.Unusable(
                    metric,
                    Reason.TOO_FEW_SAMPLES,
                    "the baseline has it in " + logs.length + " windows, " + FEWEST_RATES + " are needed");
        }
        if (logs.length * 10L < windows.size() * 9L) {
            return new Calibration.Unusable(
                    metric,
                    Reason.UNSUITABLE_BASELINE,
                    "it is zero in " + (windows.size() - logs.length) + " of " + windows.size() + " windows");
        }
        LogMean mean = logMeanOf(logs);
        double largest = 0;
        int quarter = logs.length / 4;
        double apartAtLeast = QUARTER_Z * Math.sqrt(2 * varianceWithinQuarters(logs) / quarter);
        for (int a = 0; a < 4; a++) {
            for (int b = 0; b < 4; b++) {
                double apart = mean(logs, a * quarter, quarter) - mean(logs, b * quarter, quarter);
                if (apart > apartAtLeast) {
                    largest = Math.max(largest, Math.exp(apart) - 1);
                }
            }
        }
        gradeShift(metric, largest);
        double slowness = Math.sqrt(mean.longRunVariance() / settings.burstWindows());
        if (slowness > settings.thresholdEffect() / 2) {
            lower(
                    Grade.C,
                    metric.displayName() + " is noisy: ± " + percent(slowness) + " over " + settings.burstWindows()
                            + " windows");
        }
        return new Calibration.Rate(metric, mean);
    }

    private Calibration errorShare() {
        JudgedMetric metric = JudgedMetric.ERROR_RATE;
        long ended = Measure.ended(merged);
        long errors = merged.requests().failedTotal();
        if (ended < FEWEST_ENDED) {
            return new Calibration.Unusable(
                    metric,
                    Reason.TOO_FEW_SAMPLES,
                    "the baseline has " + ended + " requests, " + FEWEST_ENDED + " are needed");
        }
        double p0 = ErrorShare.upper95(errors, ended);
        if (p0 > HIGHEST_ERROR_SHARE) {
            return new Calibration.Unusable(
                    metric, Reason.UNSUITABLE_BASELINE, percent((double) errors / ended) + " of the baseline failed");
        }
        List<ShareTest> tests = new ArrayList<>();
        for (Lane lane : List.of(Lane.WORSE, Lane.GROSSLY_WORSE)) {
            Share share = lane == Lane.WORSE ? ErrorShare.worse(p0) : ErrorShare.grosslyWorse(p0);
            double[] evidence = windows.stream()
                    .mapToDouble(window -> share.evidence(window.failed(), window.ended()))
                    .toArray();
            shareTest(lane, OptionalInt.empty(), share, evidence).ifPresent(tests::add);
        }
        if (tests.isEmpty()) {
            return new Calibration.Unusable(metric, Reason.UNSUITABLE_BASELINE, "its errors come in large bursts");
        }
        return new Calibration.ErrorShare(metric, errors, ended, tests);
    }

    private static Optional<ShareTest> shareTest(Lane lane, OptionalInt edge, Share share, double[] evidence) {
        double noiseFactor = NoiseFactor.of(evidence);
        return noiseFactor > 0
                ? Optional.of(new ShareTest(lane, edge, share.baseline(), share.changed(), noiseFactor))
                : Optional.empty();
    }

    private LogMean logMean(ToDoubleFunction<WindowNumbers> value) {
        return logMeanOf(logs(value));
    }

    private static LogMean logMeanOf(double[] logs) {
        if (logs.length == 0) {
            return new LogMean(0, 0, 0);
        }
        LongRunVariance spread = LongRunVariance.of(logs);
        return new LogMean(
                spread.mean(), Math.max(LogRateShift.SMALLEST_VARIANCE, spread.longRunVariance()), logs.length);
    }

    /** Logarithms of the values above 0, in order. */
    private double[] logs(ToDoubleFunction<WindowNumbers> value) {
        return windows.stream()
                .mapToDouble(value)
                .filter(number -> number > 0)
                .map(Math::log)
                .toArray();
    }

    /**
     * Long-run variance of what is left when each quarter's own mean is taken away, so that a shift between quarters does
     * not pass for noise. Taking the means away hides a part of the slow noise, too; the factor makes up for it.
     */
    private static double varianceWithinQuarters(double[] values) {
        double[] left = values.clone();
        int quarter = Math.max(1, values.length / 4);
        for (int from = 0; from < values.length; from += quarter) {
            int length = Math.min(quarter, values.length - from);
            double mean = mean(values, from, length);
            for (int i = from; i < from + length; i++) {
                left[i] -= mean;
            }
        }
        return HIDDEN_BY_QUARTERS * LongRunVariance.of(left).longRunVariance();
    }

    private static double mean(double[] values, int from, int length) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            sum += values[i];
        }
        return sum / length;
    }

    private List<List<LearnedBlock>> quarters() {
        int size = blocks.size() / 4;
        List<List<LearnedBlock>> quarters = new ArrayList<>();
        for (int i = 0; i < 4 && size > 0; i++) {
            quarters.add(blocks.subList(i * size, i == 3 ? blocks.size() : (i + 1) * size));
        }
        return quarters;
    }

    private void gradeShift(JudgedMetric metric, double shift) {
        double threshold = settings.thresholdEffect();
        if (shift >= threshold / 4) {
            lower(
                    shift >= threshold ? Grade.D : shift >= threshold / 2 ? Grade.C : Grade.B,
                    metric.displayName() + " moved by " + percent(shift) + " while it was learned");
        }
    }

    private void lower(Grade to, String reason) {
        if (to.compareTo(grade) > 0) {
            grade = to;
        }
        reasons.add(reason);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", share * 100);
    }
}
