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
import dev.plumbline.contract.verdict.LaneState.Trend;
import dev.plumbline.contract.verdict.SeriesSnapshot.Block;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.statistics.ErrorShare;
import dev.plumbline.judgement.statistics.NoiseFactor;
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

    /** A slope is one when it is so many standard deviations from none. */
    private static final double CLIMB_Z = 3;

    private static final double ON_TOP_Z = 4.5;

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

    /** Start of the last windows, of which this is the newest. */
    long recentFrom(WindowRecord newest) {
        return newest.id().endEpochMillis() - recentWindows * newest.id().lengthMillis();
    }

    /** Over an episode; empty when it holds nothing of the metric. */
    Optional<Effect> since(Calibration calibration, Episode episode) {
        return switch (calibration) {
            case Calibration.Quantile quantile -> ofQuantile(quantile, episode.latencies(), episode.windows());
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
            case Calibration.Quantile quantile ->
                ofQuantile(quantile, Measure.latencies(quantile.metric(), recent), recentWindows);
            case Calibration.Rate rate ->
                Measure.rateSum(rate.metric(), recent, recentWindows * windowSeconds)
                        .map(now -> ofRate(rate, now, recentWindows));
            case Calibration.ErrorShare errors ->
                ofErrors(errors, recent.requests().failedTotal(), Measure.ended(recent));
            case Calibration.Unusable unusable -> Optional.empty();
        };
    }

    private Optional<Effect> ofQuantile(
            Calibration.Quantile quantile, dev.plumbline.contract.distribution.Histogram now, long windows) {
        double p = quantile.metric().quantile().orElseThrow();
        Optional<QuantileEstimate> before = QuantileEstimate.of(
                Measure.latencies(quantile.metric(), baseline.merged()),
                p,
                quantile.designEffect(),
                QuantileEstimate.Z_95);
        double usual = (double) quantile.samples() / baseline.learned().windows();
        double designEffect =
                NoiseFactor.designEffect(quantile.designEffect(), usual, (double) now.count() / Math.max(1, windows));
        Optional<QuantileEstimate> after = QuantileEstimate.of(now, p, designEffect, QuantileEstimate.Z_95);
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

    /**
     * Whether the interval lies beyond half of the threshold effect: then the change is not one of those that are no regression, and
     * neither chance nor an unlucky baseline explains it. Of errors it leaves out "no change".
     */
    boolean isCertainlyWorse(JudgedMetric metric, Effect effect) {
        double half = metric == JudgedMetric.ERROR_RATE ? 0 : settings.thresholdEffect() / 2;
        return metric.direction() == Direction.HIGHER_IS_WORSE
                ? effect.ratioLow() > 1 + half
                : effect.ratioHigh() < 1 - half;
    }

    /** Whether an effect is large enough in the good direction, and certain. */
    boolean isBetter(JudgedMetric metric, Effect effect) {
        double least = settings.thresholdEffect();
        return metric.direction() == Direction.HIGHER_IS_WORSE
                ? effect.ratio() <= 1 - least && effect.ratioHigh() < 1 - least / 2
                : effect.ratio() >= 1 + least && effect.ratioLow() > 1 + least / 2;
    }

    /**
     * Where a latency has come to that climbs: the end of the straight line through the shares of its windows. The mean of a climb is
     * half of it, and a leak would be named when it is twice as large as it has to be. Empty where nothing climbs with certainty.
     */
    Optional<Climb> climb(Calibration calibration, Episode episode, Effect effect) {
        if (!(calibration instanceof Calibration.Quantile quantile)
                || episode.trend().isEmpty()
                || !(effect.ratio() > 1)) {
            return Optional.empty();
        }
        Trend trend = episode.trend().get();
        double samples = trend.samples();
        double spread = trend.squares() - trend.positions() * trend.positions() / samples;
        double share = trend.hits() / samples;
        double usual = WindowEvidence.test(quantile.tests(), Lane.WORSE)
                .map(ShareTest::baselineShare)
                .orElse(1.0);
        if (!(spread > 0) || share <= usual || share >= 1) {
            return Optional.empty();
        }
        double slope = (trend.hitPositions() - share * trend.positions()) / spread;
        double designEffect = NoiseFactor.designEffect(
                quantile.designEffect(),
                (double) quantile.samples() / baseline.learned().windows(),
                samples / episode.windows());
        double deviation = Math.sqrt(designEffect * share * (1 - share) / spread);
        if (slope < CLIMB_Z * deviation) {
            return Optional.empty();
        }
        double perShare = Math.log(effect.ratio()) / (share - usual);
        double half = episode.windows() - 1 - trend.positions() / samples;
        double climbed = Math.exp(slope * perShare * half);
        double ratio = effect.ratio() * climbed;
        // The end of a line is known half as well as its middle.
        double low = ratio * Math.pow(effect.ratioLow() / effect.ratio(), 2);
        double high = ratio * Math.pow(effect.ratioHigh() / effect.ratio(), 2);
        return Optional.of(new Climb(
                new Effect(effect.baseline(), effect.baseline() * ratio, ratio, low, high),
                Math.expm1(slope * perShare * 3600 / windowSeconds)));
    }

    /**
     * @param now where it has come to
     * @param anHour by how much it grows in an hour, relative
     */
    record Climb(Effect now, double anHour) {}

    /**
     * Whether the last windows are certainly worse than the stretch that they are the end of: something came on top of a drift. Asked
     * at every window of what may last for days, therefore the high bar.
     */
    boolean isOnTop(JudgedMetric metric, Effect last, Effect stretch) {
        boolean up = metric.direction() == Direction.HIGHER_IS_WORSE;
        double end = up ? last.ratioLow() : last.ratioHigh();
        if (!(last.ratio() > 0 && stretch.ratio() > 0 && end > 0)) {
            return !up && last.ratio() <= 0;
        }
        double half = Math.abs(Math.log(last.ratio() / end)) * ON_TOP_Z / QuantileEstimate.Z_95;
        double apart = Math.log(last.ratio() / stretch.ratio());
        return (up ? apart : -apart) > half;
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

    /** Whether a metric is as it was: within a quarter of the threshold effect. */
    boolean isAsItWas(Calibration calibration, Effect effect) {
        if (calibration instanceof Calibration.ErrorShare) {
            return isCalm(calibration, effect);
        }
        double quarter = settings.thresholdEffect() / 4;
        return calibration.metric().direction() == Direction.HIGHER_IS_WORSE
                ? effect.ratio() < 1 + quarter
                : effect.ratio() > 1 - quarter;
    }

    private static double neutralShare(Calibration.ErrorShare errors, Lane lane) {
        ShareTest test = WindowEvidence.test(errors.tests(), lane)
                .or(() -> errors.tests().stream().findFirst())
                .orElseThrow();
        return new Share(test.baselineShare(), test.changedShare()).neutral();
    }
}
