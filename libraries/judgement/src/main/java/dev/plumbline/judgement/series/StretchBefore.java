package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.JudgedMetric.Direction;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.LaneState;
import dev.plumbline.contract.verdict.LaneState.Episode;
import dev.plumbline.contract.verdict.LaneState.Trend;
import dev.plumbline.judgement.statistics.NoiseFactor;
import java.util.List;
import java.util.Optional;

/**
 * What a metric was like before the running episode, from the baseline on: an alert says that something changed at its change point,
 * so the windows since have to differ from those before it, and not from the baseline alone.
 *
 * <p>Held against the baseline only, every height of the noise on top of a lasting change of 6 %, of an unlucky baseline or of a
 * daily wave is a regression of 10 %, several times a day. Held against the stretch before it is what it is: noise.
 *
 * <p>Kept as a {@link LaneState} of {@link Lane#BEFORE}: of a latency how many requests lay beyond the edge, of a rate the sum of the
 * logarithms. The windows of an episode come to it when the episode has ended; an alert's when it is resolved. It forgets: at
 * {@value #MOST_WINDOWS} windows all counts are halved. It cannot follow a slow climb to beyond where {@link Lane#WORSE} gathers
 * evidence, because from there on no episode ends. {@link Lane#HEAVIER_TAIL} is asked of quiet metrics only and does without.
 */
final class StretchBefore {

    /** Two hours of windows of ten seconds. */
    private static final long MOST_WINDOWS = 720;

    /**
     * Distance of both stretches in standard deviations, these at the upper bound of the baseline's long-run noise. So high because
     * it is asked at every window of every metric, and of the episode that looks worst; a real step of 10 % has it by the time its
     * evidence is enough.
     */
    private static final double DIFFERS_Z = 5;

    private StretchBefore() {}

    /**
     * As it is after a window; empty where a metric has none: errors have a test against their upper bound.
     *
     * @param old lanes of the metric before the window
     * @param now the same after it
     * @param isMember whether the metric belongs to an open alert: then nothing is added
     */
    static Optional<LaneState> next(
            Calibration calibration,
            BaselineRecord baseline,
            List<LaneState> old,
            List<LaneState> now,
            Episode window,
            boolean isMember) {
        Optional<Episode> known = of(old, Lane.BEFORE).or(() -> learned(calibration, baseline));
        boolean isCalm = !isMember && of(now, Lane.WORSE).isEmpty();
        return known.map(before -> isCalm
                        ? plus(
                                before,
                                of(old, Lane.WORSE).orElse(Episode.empty()).plus(window))
                        : before)
                .map(before -> lane(calibration, baseline, before));
    }

    /** What a metric of an alert keeps when it is resolved: what was before, and the alert besides. */
    static Optional<LaneState> resolved(Calibration calibration, BaselineRecord baseline, List<LaneState> lanes) {
        return of(lanes, Lane.BEFORE)
                .map(before -> plus(before, of(lanes, Lane.WORSE).orElse(Episode.empty())))
                .map(before -> lane(calibration, baseline, before));
    }

    /** Whether an episode is certainly worse than what was before it. */
    static boolean isLeft(Calibration calibration, BaselineRecord baseline, List<LaneState> lanes, Episode now) {
        Optional<Episode> before = of(lanes, Lane.BEFORE).filter(stretch -> stretch.samples() > 0);
        if (before.isEmpty() || now.samples() == 0) {
            return true;
        }
        return switch (calibration) {
            case Calibration.Quantile quantile ->
                now.trend().isEmpty() || distance(quantile, baseline, before.get(), now) > DIFFERS_Z;
            case Calibration.Rate rate -> distance(rate, before.get(), now) > DIFFERS_Z;
            case Calibration.ErrorShare errors -> true;
            case Calibration.Unusable unusable -> true;
        };
    }

    private static double distance(
            Calibration.Quantile quantile, BaselineRecord baseline, Episode before, Episode now) {
        double earlier = before.samples();
        double later = now.samples();
        double hitsEarlier = hits(before);
        double hitsLater = hits(now);
        double share = (hitsEarlier + hitsLater) / (earlier + later);
        double designEffect = NoiseFactor.designEffect(
                quantile.designEffect(),
                (double) quantile.samples() / baseline.learned().windows(),
                later / Math.max(1, now.windows()));
        double deviation = Math.sqrt(designEffect * share * (1 - share) * (1 / earlier + 1 / later));
        double apart = hitsLater / later - hitsEarlier / earlier;
        return deviation > 0 ? apart / deviation : apart > 0 ? Double.MAX_VALUE : 0;
    }

    private static double distance(Calibration.Rate rate, Episode before, Episode now) {
        double up = now.logSum() / now.samples() - before.logSum() / before.samples();
        double apart = rate.metric().direction() == Direction.HIGHER_IS_WORSE ? up : -up;
        double deviation = Math.sqrt(rate.log().longRunVariance() * (1.0 / before.samples() + 1.0 / now.samples()));
        return deviation > 0 ? apart / deviation : apart > 0 ? Double.MAX_VALUE : 0;
    }

    private static Optional<Episode> learned(Calibration calibration, BaselineRecord baseline) {
        return switch (calibration) {
            case Calibration.Quantile quantile ->
                WindowEvidence.test(quantile.tests(), Lane.WORSE).map(test -> {
                    Histogram all = Measure.latencies(quantile.metric(), baseline.merged());
                    return stretch(
                            baseline.learned().windows(),
                            all.count(),
                            all.countAbove(test.edgeIndex().orElseThrow()),
                            0);
                });
            case Calibration.Rate rate -> {
                long windows = rate.log().windows();
                yield Optional.of(
                        stretch(windows, windows, 0, windows * rate.log().mean()));
            }
            case Calibration.ErrorShare errors -> Optional.empty();
            case Calibration.Unusable unusable -> Optional.empty();
        };
    }

    private static Optional<Episode> of(List<LaneState> lanes, Lane which) {
        return lanes.stream()
                .filter(lane -> lane.lane() == which)
                .map(LaneState::episode)
                .findFirst();
    }

    private static LaneState lane(Calibration calibration, BaselineRecord baseline, Episode before) {
        return new LaneState(
                calibration.metric(), Lane.BEFORE, 0, baseline.learned().fromEpochMillis(), before);
    }

    private static Episode plus(Episode before, Episode more) {
        long windows = before.windows() + more.windows();
        long samples = before.samples() + more.samples();
        double hits = hits(before) + hits(more);
        double logSum = before.logSum() + more.logSum();
        while (windows > MOST_WINDOWS) {
            windows /= 2;
            long half = samples / 2;
            double part = samples == 0 ? 0 : (double) half / samples;
            samples = half;
            hits *= part;
            logSum *= part;
        }
        return stretch(windows, samples, hits, logSum);
    }

    private static double hits(Episode episode) {
        return episode.trend().map(Trend::hits).orElse(0.0);
    }

    /** Where in the stretch the hits lay is not kept. */
    private static Episode stretch(long windows, long samples, double hits, double logSum) {
        return new Episode(
                windows,
                samples,
                Histogram.empty(),
                logSum,
                0,
                0,
                0,
                List.of(),
                Optional.empty(),
                Optional.of(new Trend(samples, Math.min(samples, hits), 0, 0, 0)));
    }
}
