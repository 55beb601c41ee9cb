package dev.plumbline.judgement.run;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.Grades;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.canary.LogRatios;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.statistics.RatioOfSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The log-ratios of pairs: the same ask to a canary and to what it is held against, at the same time. What differs from ask to ask
 * and from second to second is in both halves and falls out.
 *
 * <p>The effect is the mean log-ratio of all pairs. Its variance is that of a ratio of sums over windows, so pairs that were slow
 * together do not count as independent; it is made wider by what Student's t with a degree less than there are windows has beyond
 * the normal distribution.
 */
final class PairRatios {

    /** Below these a mean says little, whatever its scatter. */
    static final long FEWEST_PAIRS = 30;

    private static final double CERTAINTY = 0.99;

    /** Standard normal quantile of it. */
    private static final double Z = 2.3263;

    private final List<Map<LatencyMetric, Histogram>> windows;

    private PairRatios(List<Map<LatencyMetric, Histogram>> windows) {
        this.windows = List.copyOf(windows);
    }

    /** A pair lies in the window of its half that ended last, with the series of that half: both have some. */
    static PairRatios of(RunResult canary, RunResult beside) {
        TreeMap<Long, Map<LatencyMetric, Histogram>> byStart = new TreeMap<>();
        for (RunResult half : List.of(canary, beside)) {
            for (RunWindow window : half.windows()) {
                if (window.canBeJudged()) {
                    Map<LatencyMetric, Histogram> ratios =
                            byStart.computeIfAbsent(window.startEpochMillis(), start -> new TreeMap<>());
                    window.measured()
                            .grades()
                            .map(Grades::pairRatios)
                            .orElse(Map.of())
                            .forEach((metric, values) -> ratios.merge(metric, values, Histogram::plus));
                }
            }
        }
        return new PairRatios(new ArrayList<>(byStart.values()));
    }

    /** Pairs that have a latency. */
    long count(LatencyMetric metric) {
        return windows.stream().mapToLong(ratios -> of(ratios, metric).count()).sum();
    }

    /** The mean ratio of a latency, as a number whose other half is one; empty where there are too few pairs to say. */
    Optional<Reading.Known> ratio(LatencyMetric metric) {
        List<Histogram> with = windows.stream()
                .map(ratios -> of(ratios, metric))
                .filter(values -> !values.isEmpty())
                .toList();
        if (with.size() < RatioOfSums.FEWEST_WINDOWS || count(metric) < FEWEST_PAIRS) {
            return Optional.empty();
        }
        RatioOfSums mean = RatioOfSums.of(
                with.stream().mapToDouble(LogRatios::sum).toArray(),
                with.stream().mapToDouble(Histogram::count).toArray());
        double wider = TDistribution.of(with.size() - 1.0).inverseCumulativeProbability(CERTAINTY) / Z;
        return Optional.of(new Reading.Known(Math.exp(mean.value()), mean.variance() * wider * wider));
    }

    private static Histogram of(Map<LatencyMetric, Histogram> ratios, LatencyMetric metric) {
        return ratios.getOrDefault(metric, Histogram.empty());
    }
}
