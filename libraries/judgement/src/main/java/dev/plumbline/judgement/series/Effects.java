package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.Calibration.ShareTest;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Direction;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.LaneState.Episode;
import dev.plumbline.contract.verdict.LaneState.RateSum;
import dev.plumbline.contract.verdict.SeriesSnapshot.Block;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.statistics.ErrorShare;
import dev.plumbline.judgement.statistics.Norms;
import dev.plumbline.judgement.statistics.QuantileEstimate;
import dev.plumbline.judgement.statistics.Ratio;
import dev.plumbline.judgement.statistics.Share;
import java.util.List;
import java.util.Optional;

/** How large a change is, with its interval, and whether that is large enough. */
final class Effects {

    /** Fewest errors that an error rate is ever called worse for. */
    private static final long FEWEST_ERRORS = Norms.FEWEST_ERRORS;

    /** Where nothing was counted there may be so much of it, with 95 % certainty (rule of three). */
    private static final double MOST_OF_NONE = 3;

    private final BaselineRecord baseline;
    private final JudgementSettings settings;
    private final double windowSeconds;

    /** The last windows, added up once for all metrics. */
    private final WindowSummary recent;

    private final long recentWindows;

    /** @param recent the last windows */
    Effects(BaselineRecord baseline, JudgementSettings settings, double windowSeconds, List<Block> recent) {
        this.baseline = baseline;
        this.settings = settings;
        this.windowSeconds = windowSeconds;
        this.recent = recent.stream().map(Block::summary).reduce(WindowSummary.empty(), WindowSummary::plus);
        this.recentWindows = recent.stream().mapToLong(Block::windows).sum();
    }

    BaselineRecord baseline() {
        return baseline;
    }

    /** Over an episode; empty when it holds nothing of the metric. */
    Optional<Effect> since(Calibration calibration, Episode episode) {
        return switch (calibration) {
            case Calibration.Quantile quantile -> ofQuantile(quantile, episode.latencies());
            case Calibration.Rate rate ->
                episode.samples() == 0
                        ? Optional.empty()
                        : Optional.of(ofRate(
                                rate,
                                episode.rate().filter(sum -> sum.over() > 0).orElseGet(() -> likeLogarithms(episode)),
                                episode.samples()));
            case Calibration.ErrorShare errors -> ofErrors(errors, episode.errors(), episode.samples());
            case Calibration.Unusable unusable -> Optional.empty();
        };
    }

    /** Over the last windows; empty when they hold nothing of the metric. */
    Optional<Effect> recent(Calibration calibration) {
        return switch (calibration) {
            case Calibration.Quantile quantile -> ofQuantile(quantile, Measure.latencies(quantile.metric(), recent));
            case Calibration.Rate rate ->
                Measure.rateSum(rate.metric(), recent, recentWindows * windowSeconds)
                        .map(now -> ofRate(rate, now, recentWindows));
            case Calibration.ErrorShare errors ->
                ofErrors(errors, recent.requests().failedTotal(), Measure.ended(recent));
            case Calibration.Unusable unusable -> Optional.empty();
        };
    }

    private Optional<Effect> ofQuantile(
            Calibration.Quantile quantile, dev.plumbline.contract.distribution.Histogram now) {
        double p = quantile.metric().quantile().orElseThrow();
        Optional<QuantileEstimate> before = QuantileEstimate.of(
                Measure.latencies(quantile.metric(), baseline.merged()),
                p,
                quantile.designEffect(),
                QuantileEstimate.Z_95);
        Optional<QuantileEstimate> after = QuantileEstimate.of(now, p, quantile.designEffect(), QuantileEstimate.Z_95);
        if (before.isEmpty() || after.isEmpty()) {
            return Optional.empty();
        }
        return after.get()
                .ratioTo(before.get())
                .map(ratio -> effect(before.get().nanos(), after.get().nanos(), ratio));
    }

    /**
     * Both numbers are sums over sums, as any other tool counts them; how well they are known is read from the scatter of the
     * logarithms, which is relative.
     */
    private Effect ofRate(Calibration.Rate rate, RateSum now, long windows) {
        double before = baselineRate(rate);
        double is = now.counted() / now.over();
        double variance = rate.log().longRunVariance();
        double error = QuantileEstimate.Z_95
                * Math.sqrt(variance / windows + variance / rate.log().windows());
        double ratio = is / before;
        double most = now.counted() == 0 ? MOST_OF_NONE / now.over() / before : ratio;
        return new Effect(before, is, ratio, ratio * Math.exp(-error), most * Math.exp(error));
    }

    private double baselineRate(Calibration.Rate rate) {
        return Measure.rateSum(
                        rate.metric(), baseline.merged(), baseline.learned().windows() * windowSeconds)
                .filter(sum -> sum.counted() > 0)
                .map(sum -> sum.counted() / sum.over())
                .orElseGet(() -> Math.exp(rate.log().mean()));
    }

    /** A stretch of which only the logarithms are known: a version began it that kept nothing else. */
    private static RateSum likeLogarithms(Episode episode) {
        return new RateSum(Math.exp(episode.logSum() / episode.samples()), 1);
    }

    private static Optional<Effect> ofErrors(Calibration.ErrorShare errors, long now, long ended) {
        if (ended == 0) {
            return Optional.empty();
        }
        double before = (double) errors.errors() / errors.ended();
        double after = (double) now / ended;
        double down = Math.hypot(
                after - ErrorShare.low(now, ended), ErrorShare.high(errors.errors(), errors.ended()) - before);
        double up = Math.hypot(
                ErrorShare.high(now, ended) - after, before - ErrorShare.low(errors.errors(), errors.ended()));
        double ratio = 1 + after - before;
        return Optional.of(new Effect(before, after, ratio, ratio - down, ratio + up));
    }

    private static Effect effect(double before, double now, Ratio ratio) {
        return new Effect(before, now, ratio.value(), ratio.low(), ratio.high());
    }

    /** Whether an effect is large enough for a lane, in the bad direction. */
    boolean isWorse(Calibration calibration, Lane lane, Effect effect, Episode episode) {
        if (calibration instanceof Calibration.ErrorShare errors) {
            return episode.errors() >= FEWEST_ERRORS && effect.now() >= neutralShare(errors, lane);
        }
        double least = settings.leastEffect(lane);
        return calibration.metric().direction() == Direction.HIGHER_IS_WORSE
                ? effect.ratio() >= 1 + least
                : effect.ratio() <= 1 - least;
    }

    /** Whether the interval leaves out "no change". */
    boolean isCertainlyWorse(JudgedMetric metric, Effect effect) {
        return metric.direction() == Direction.HIGHER_IS_WORSE ? effect.ratioLow() > 1 : effect.ratioHigh() < 1;
    }

    /** Whether an effect is large enough in the good direction, and certain. */
    boolean isBetter(JudgedMetric metric, Effect effect) {
        double least = settings.thresholdEffect();
        return metric.direction() == Direction.HIGHER_IS_WORSE
                ? effect.ratio() <= 1 - least && effect.ratioHigh() < 1
                : effect.ratio() >= 1 + least && effect.ratioLow() > 1;
    }

    /** Whether a metric is back: within half of the threshold effect (hysteresis). */
    boolean isCalm(Calibration calibration, Effect effect) {
        if (calibration instanceof Calibration.ErrorShare errors) {
            return effect.now() < neutralShare(errors, Lane.WORSE);
        }
        double half = settings.thresholdEffect() / 2;
        return calibration.metric().direction() == Direction.HIGHER_IS_WORSE
                ? effect.ratio() < 1 + half
                : effect.ratio() > 1 - half;
    }

    private static double neutralShare(Calibration.ErrorShare errors, Lane lane) {
        ShareTest test = WindowEvidence.test(errors.tests(), lane)
                .or(() -> errors.tests().stream().findFirst())
                .orElseThrow();
        return new Share(test.baselineShare(), test.changedShare()).neutral();
    }
}
