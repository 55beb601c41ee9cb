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
import dev.plumbline.judgement.statistics.Cusum;
import dev.plumbline.judgement.statistics.ErrorShare;
import dev.plumbline.judgement.statistics.InnerShift;
import dev.plumbline.judgement.statistics.LogRateShift;
import dev.plumbline.judgement.statistics.LongRunVariance;
import dev.plumbline.judgement.statistics.NoiseFactor;
import dev.plumbline.judgement.statistics.Norms;
import dev.plumbline.judgement.statistics.QuantileEstimate;
import dev.plumbline.judgement.statistics.QuantileShift;
import dev.plumbline.judgement.statistics.QuantileShift.Side;
import dev.plumbline.judgement.statistics.Share;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;

/**
 * Turns the windows of a quiet time into everything that judging needs, and grades how far they can be trusted.
 *
 * <p><b>Stalls</b> ({@link Stalls}) are left out, block by block, and the longest sets how long a burst must be to raise an alert; a
 * span that holds more than a fifth of them is no norm.
 *
 * <p><b>Grades.</b> Of each metric the stretch is looked for that differs most from the rest of the span ({@link InnerShift}): a step,
 * a climb, trouble that came and went. One that differs <em>significantly</em>, beyond the noise on both sides of it, by a quarter of
 * the threshold effect is graded B; by half of it D: "10 % worse" than such a mixture has no meaning. So is a span in which too many
 * requests failed to see more of it, and one against which nothing could be found within {@value #SLOWEST_WINDOWS} windows. A quantile
 * that is known no better than to half of the threshold effect grades C. Grade D is not frozen; learning goes on with a moving span
 * until it is fit.
 */
final class BaselineLearner {

    /** Fewest values on the rarer side of a quantile, over the whole baseline. */
    private static final int FEWEST_BEYOND = Norms.FEWEST_BEYOND;

    private static final int FEWEST_SAMPLES = 20;
    private static final int FEWEST_ENDED = 100;
    private static final int FEWEST_RATES = 10;

    /** Error shares from here on leave nothing to compare. */
    private static final double HIGHEST_ERROR_SHARE = Norms.HIGHEST_ERROR_SHARE;

    /** A stretch differs when it lies so many standard deviations off. */
    private static final double SHIFT_DISTANCE = 3.5;

    /** A metric is of no use when the change that is looked for would take more windows than these, and than an hour, to find. */
    static final int SLOWEST_WINDOWS = 360;

    private static final double SECONDS_OF_AN_HOUR = 3_600;

    /** Errors whose evidence counts less come in bursts and tell nothing. */
    private static final double LOWEST_NOISE_FACTOR = 0.02;

    private static final double ONE_SIDED_95 = 1.645;

    /** Part of the threshold effect by which a baseline may be off without being made allowance for. */
    static final double UNCERTAINTY_LET_PASS = 0.2;

    /** More of a span that stalls is no norm. */
    private static final double MOST_STALLED = 0.2;

    /** A burst that raises no alert is so many times as long as the longest of the baseline. */
    private static final double BURST_MARGIN = 1.5;

    private final List<LearnedBlock> blocks;
    private final List<WindowNumbers> windows;
    private final double windowSeconds;
    private final JudgementSettings settings;
    private final WindowSummary merged;
    private final List<Calibration> calibrations = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private final double threshold;
    private int longestBurst;
    private Grade grade = Grade.A;

    /**
     * @param windows that went in
     * @param merged every window added up
     * @param calibrations one per metric
     */
    record Fit(
            long windows,
            WindowSummary merged,
            List<Calibration> calibrations,
            WorkCalibration work,
            Grade grade,
            List<String> reasons) {}

    private BaselineLearner(
            List<LearnedBlock> span, double windowSeconds, List<JudgedMetric> metrics, JudgementSettings settings) {
        this.windowSeconds = windowSeconds;
        this.settings = settings;
        this.threshold = Cusum.threshold(
                settings.falseAlarmWindows(),
                metrics.stream()
                                .filter(metric -> metric.role() == JudgedMetric.Role.GATING)
                                .count()
                        * settings.judgedSeries());
        this.blocks = withoutStalls(span);
        this.windows =
                blocks.stream().flatMap(block -> block.windows().stream()).toList();
        this.merged = LearnedBlock.sum(blocks);
    }

    /**
     * Learns from windows in order.
     *
     * @param blocks at least one, all of the same number of windows
     */
    static Fit fit(
            List<LearnedBlock> blocks, double windowSeconds, List<JudgedMetric> metrics, JudgementSettings settings) {
        BaselineLearner learner = new BaselineLearner(blocks, windowSeconds, metrics, settings);
        List<WindowNumbers> windows = learner.windows;
        for (JudgedMetric metric : metrics) {
            learner.calibrations.add(learner.calibrate(metric));
        }
        learner.gradePower();
        if (windows.size() < 60) {
            learner.lower(Grade.B, "learned from " + windows.size() + " windows, 60 or more are better");
        }
        WorkCalibration work = new WorkCalibration(
                learner.logMean(WindowNumbers::tokensPerRequest), learner.logMean(WindowNumbers::offered));
        return new Fit(windows.size(), learner.merged, learner.calibrations, work, learner.grade, learner.reasons);
    }

    /** A block goes as a whole: its distributions are merged. */
    private List<LearnedBlock> withoutStalls(List<LearnedBlock> span) {
        List<WindowNumbers> all =
                span.stream().flatMap(block -> block.windows().stream()).toList();
        Stalls stalls = Stalls.among(all);
        if (stalls.windows() == 0) {
            return span;
        }
        String which = stalls.windows() + " of " + all.size() + " windows stalled, " + stalls.longest() + " in a row";
        List<LearnedBlock> kept = new ArrayList<>();
        int at = 0;
        for (LearnedBlock block : span) {
            int until = at + block.windows().size();
            boolean well = true;
            for (; at < until; at++) {
                well &= !stalls.stalled()[at];
            }
            if (well) {
                kept.add(block);
            }
        }
        if (stalls.windows() > MOST_STALLED * all.size() || kept.size() * 2 < span.size()) {
            lower(Grade.D, which);
            return span;
        }
        reasons.add(which + ": left out");
        // What lasts longer than any burst that is let pass is trouble: its like is to be told.
        if (stalls.longest() <= settings.burstWindows()) {
            longestBurst = (int) Math.ceil(BURST_MARGIN * stalls.longest());
        }
        return kept;
    }

    private OptionalInt burst(Lane lane) {
        return lane.asksForWorse() && longestBurst >= settings.burst(lane)
                ? OptionalInt.of(longestBurst + 1)
                : OptionalInt.empty();
    }

    /** Nothing is frozen by which no latency could be judged although there are enough requests: then it is all noise. */
    private void gradePower() {
        boolean blind = calibrations.stream()
                        .filter(calibration -> calibration.metric().latency().isPresent())
                        .allMatch(Calibration.Unusable.class::isInstance)
                && calibrations.stream()
                        .filter(calibration -> calibration.metric().latency().isPresent())
                        .anyMatch(calibration -> calibration instanceof Calibration.Unusable unusable
                                && unusable.reason() == Reason.UNSUITABLE_BASELINE);
        if (blind) {
            lower(Grade.D, "every latency is too noisy to find a change in " + slowestWindows() + " windows");
        }
    }

    private long slowestWindows() {
        return Math.max(SLOWEST_WINDOWS, Math.round(SECONDS_OF_AN_HOUR / windowSeconds));
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
        InnerShift shift = new InnerShift(0, 0, 0, 0);
        for (Lane lane : List.of(Lane.WORSE, Lane.GROSSLY_WORSE, Lane.BETTER)) {
            Side side = lane == Lane.BETTER ? Side.UP_TO : Side.ABOVE;
            Optional<QuantileShift> looked = QuantileShift.of(all, quantile, side, settings.factor(lane));
            if (looked.isEmpty()) {
                continue;
            }
            OptionalInt edge = OptionalInt.of(looked.get().edgeIndex());
            double perBlock = (double) all.count() / blocks.size();
            Share read = looked.get().share();
            double spread = LongRunVariance.of(evidence(metric, edge.getAsInt(), side, read))
                    .longRunVariance();
            double varies = Math.max(1, spread / read.binomialVariance(perBlock));
            double perLog = (read.changed() - read.baseline()) / Math.log(settings.factor(lane));
            Share share = read.from(
                    uncertain(Math.sqrt(varies * read.baseline() * (1 - read.baseline()) / all.count()), perLog));
            if (lane == Lane.WORSE) {
                designEffect = varies;
                double[] shares = sharesAbove(metric, edge.getAsInt());
                shift = InnerShift.of(shares);
                gradeClimb(metric, InnerShift.climb(shares), perLog);
                looked.get()
                        .heavierTail()
                        .flatMap(heavier -> shareTest(
                                Lane.HEAVIER_TAIL,
                                edge,
                                heavier,
                                perBlock,
                                LongRunVariance.of(evidence(metric, edge.getAsInt(), side, heavier))
                                        .longRunVariance()))
                        .ifPresent(tests::add);
            }
            // Sums over blocks for sums over windows: mean and long-run variance both grow by the windows of a block.
            shareTest(
                            lane,
                            edge,
                            share,
                            perBlock,
                            LongRunVariance.of(evidence(metric, edge.getAsInt(), side, share))
                                    .longRunVariance())
                    .ifPresent(tests::add);
        }
        gradeQuantile(metric, quantile, all, designEffect, shift);
        Optional<ShareTest> worse =
                tests.stream().filter(test -> test.lane() == Lane.WORSE).findFirst();
        if (worse.isEmpty()) {
            return new Calibration.Unusable(
                    metric, Reason.UNSUITABLE_BASELINE, "its baseline cannot be told from a changed one");
        }
        double perWindow = (double) all.count() / windows.size();
        double slow = threshold / worse.get().noiseFactor() / gain(worse.get(), perWindow);
        if (slow > slowestWindows() && metric.role() == JudgedMetric.Role.GATING) {
            boolean few = slow * worse.get().noiseFactor() > slowestWindows();
            return new Calibration.Unusable(
                    metric,
                    few ? Reason.TOO_FEW_SAMPLES : Reason.UNSUITABLE_BASELINE,
                    String.format(
                            Locale.ROOT,
                            "%s: %s more of it would take %.0f windows to find, over %d",
                            few ? "too few requests in a window" : "too noisy",
                            percent(settings.factor(Lane.WORSE) - 1),
                            slow,
                            slowestWindows()));
        }
        return new Calibration.Quantile(
                metric, all.quantileNanos(quantile).orElseThrow(), all.count(), designEffect, tests);
    }

    /**
     * By how much the baseline may be off beyond what is let pass: its upper 95 % bound, less a fifth of the threshold effect. Held
     * against the baseline itself an unlucky one would raise an alert again and again.
     *
     * @param deviation standard deviation of what was learned
     * @param perLog by how much it moves with the logarithm of the metric
     */
    private double uncertain(double deviation, double perLog) {
        return Math.max(
                0, ONE_SIDED_95 * deviation - perLog * Math.log1p(settings.thresholdEffect() * UNCERTAINTY_LET_PASS));
    }

    /** What a window of so many requests brings when the change that is looked for is there, not discounted. */
    private static double gain(ShareTest test, double requests) {
        double changed = test.changedShare();
        return requests
                * (changed * Math.log(changed / test.baselineShare())
                        + (1 - changed) * Math.log((1 - changed) / (1 - test.baselineShare())));
    }

    private double[] evidence(JudgedMetric metric, int edge, Side side, Share share) {
        return blocks.stream()
                .map(block -> block.latency(metric.latency().orElseThrow()))
                .mapToDouble(latencies -> share.evidence(QuantileShift.hits(latencies, edge, side), latencies.count()))
                .toArray();
    }

    private double[] sharesAbove(JudgedMetric metric, int edge) {
        return blocks.stream()
                .map(block -> block.latency(metric.latency().orElseThrow()))
                .filter(latencies -> !latencies.isEmpty())
                .mapToDouble(latencies -> (double) latencies.countAbove(edge) / latencies.count())
                .toArray();
    }

    private void gradeClimb(JudgedMetric metric, InnerShift climb, double perLog) {
        if (metric.role() == JudgedMetric.Role.GATING && climb.distance() > SHIFT_DISTANCE && perLog > 0) {
            gradeShift(metric, Math.expm1(Math.min(1, Math.abs(climb.difference()) / perLog)));
        }
    }

    private void gradeQuantile(
            JudgedMetric metric, double quantile, Histogram all, double designEffect, InnerShift shift) {
        if (metric.role() != JudgedMetric.Role.GATING) {
            return;
        }
        if (shift.distance() > SHIFT_DISTANCE && shift.until() <= blocks.size()) {
            List<LearnedBlock> rest = new ArrayList<>(blocks.subList(0, shift.from()));
            rest.addAll(blocks.subList(shift.until(), blocks.size()));
            OptionalLong inside = Measure.latencies(
                            metric, LearnedBlock.sum(blocks.subList(shift.from(), shift.until())))
                    .quantileNanos(quantile);
            OptionalLong outside =
                    Measure.latencies(metric, LearnedBlock.sum(rest)).quantileNanos(quantile);
            if (inside.isPresent() && outside.isPresent()) {
                double ratio = (double) inside.getAsLong() / Math.max(1, outside.getAsLong());
                gradeShift(metric, Math.max(ratio, 1 / ratio) - 1);
            }
        }
        QuantileEstimate.of(all, quantile, designEffect, QuantileEstimate.Z_95).ifPresent(whole -> {
            double known = Math.max(
                    (double) whole.highNanos() / whole.nanos() - 1, 1 - (double) whole.lowNanos() / whole.nanos());
            if (known > settings.thresholdEffect() / 2) {
                lower(Grade.C, metric.displayName() + " is known to ± " + percent(known) + " only");
            }
        });
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
        InnerShift shift = InnerShift.of(inParts(logs));
        if (shift.distance() > SHIFT_DISTANCE) {
            gradeShift(metric, Math.expm1(Math.abs(shift.difference())));
        }
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
            lower(Grade.D, percent((double) errors / ended) + " of the requests failed: that is no norm");
            return new Calibration.Unusable(
                    metric, Reason.UNSUITABLE_BASELINE, percent((double) errors / ended) + " of the baseline failed");
        }
        List<ShareTest> tests = new ArrayList<>();
        for (Lane lane : List.of(Lane.WORSE, Lane.GROSSLY_WORSE)) {
            Share share = lane == Lane.WORSE ? ErrorShare.worse(p0) : ErrorShare.grosslyWorse(p0);
            double[] evidence = windows.stream()
                    .mapToDouble(window -> share.evidence(window.failed(), window.ended()))
                    .toArray();
            LongRunVariance spread = LongRunVariance.of(evidence);
            shareTest(lane, OptionalInt.empty(), share, (double) ended / windows.size(), spread.longRunVariance())
                    .ifPresent(tests::add);
        }
        if (tests.stream().allMatch(test -> test.noiseFactor() < LOWEST_NOISE_FACTOR)) {
            return new Calibration.Unusable(metric, Reason.UNSUITABLE_BASELINE, "its errors come in large bursts");
        }
        return new Calibration.ErrorShare(metric, errors, ended, tests);
    }

    private Optional<ShareTest> shareTest(
            Lane lane, OptionalInt edge, Share share, double requests, double longRunVariance) {
        double noiseFactor = NoiseFactor.of(share.expected(requests), longRunVariance);
        return noiseFactor > 0
                ? Optional.of(new ShareTest(lane, edge, share.baseline(), share.changed(), noiseFactor, burst(lane)))
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

    /** Means of as many parts as there are blocks of a long span, where there are more values. */
    private static double[] inParts(double[] values) {
        int size = Math.ceilDiv(values.length, Learning.BLOCKS_OF_A_LONG_SPAN);
        if (values.length <= Learning.WINDOWS_OF_A_SHORT_SPAN) {
            return values;
        }
        double[] parts = new double[values.length / size];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Arrays.stream(values, i * size, (i + 1) * size).average().orElseThrow();
        }
        return parts;
    }

    private void gradeShift(JudgedMetric metric, double shift) {
        if (shift >= settings.thresholdEffect() / 4) {
            lower(
                    shift >= settings.thresholdEffect() / 2 ? Grade.D : Grade.B,
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
