package dev.plumbline.judgement.cause;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Whether windows behind a begin of load met a cold engine: the first of a run, or the first behind a pause in which it cooled again.
 * Kernels that are not compiled, a model that has left memory, caches that are empty make them slower than all others, and a comparison
 * that has them in is about how cold it was.
 *
 * <p>As many windows behind the begin as have a median at least {@value #LEAST_RATIO} times that of the others, a third of all at most.
 * So that a few slow requests are no cold engine, more of theirs lie above the others' median than chance would have it at one in a
 * thousand (sign test). The median is of the time to the first token, of answers in one piece of e2e.
 *
 * <p>A pure function; any thread.
 */
public final class Cold {

    static final double LEAST_RATIO = 1.5;

    private static final double HIGHEST_CHANCE = 1e-3;
    private static final int FEWEST_OTHERS = 4;

    /** A pause of so many windows lets an engine cool. */
    private static final long PAUSE_WINDOWS = 2;

    private Cold() {}

    /**
     * One sentence that says what was cold and what keeps it out; empty where nothing was.
     *
     * @param windows of the run, in order
     */
    public static Optional<String> sentence(List<RunWindow> windows) {
        LatencyMetric metric = windows.stream()
                        .anyMatch(window ->
                                !window.measured().latency(LatencyMetric.TTFT).isEmpty())
                ? LatencyMetric.TTFT
                : LatencyMetric.E2E;
        List<RunWindow> loaded = windows.stream()
                .filter(RunWindow::canBeJudged)
                .filter(window -> !window.measured().latency(metric).isEmpty())
                .toList();
        for (int begin = 0; begin < loaded.size(); begin++) {
            long pauseMillis = begin == 0
                    ? 0
                    : loaded.get(begin).startEpochMillis()
                            - loaded.get(begin - 1).endEpochMillis();
            if (begin == 0 || pauseMillis >= PAUSE_WINDOWS * loaded.get(begin).lengthMillis()) {
                Optional<String> cold = behind(loaded, begin, pauseMillis, metric);
                if (cold.isPresent()) {
                    return cold;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> behind(List<RunWindow> loaded, int begin, long pauseMillis, LatencyMetric metric) {
        int most = loaded.size() / 3;
        for (int count = most; count >= 1; count--) {
            int end = begin + count;
            if (end > loaded.size()) {
                continue;
            }
            List<RunWindow> first = loaded.subList(begin, end);
            List<RunWindow> others = new ArrayList<>(loaded.subList(0, begin));
            others.addAll(loaded.subList(end, loaded.size()));
            if (others.size() >= FEWEST_OTHERS && isCold(first, others, metric)) {
                return Optional.of(words(first, others, begin == 0 ? 0 : pauseMillis, metric));
            }
        }
        return Optional.empty();
    }

    private static boolean isCold(List<RunWindow> first, List<RunWindow> others, LatencyMetric metric) {
        double usual = median(others, metric);
        boolean eachIsSlow = first.stream().allMatch(window -> median(List.of(window), metric) >= LEAST_RATIO * usual);
        if (!eachIsSlow) {
            return false;
        }
        Histogram latencies = merged(first, metric);
        long above = latencies.countAbove(Buckets.indexOf(Math.round(usual)));
        return BinomialDistribution.of(Math.toIntExact(latencies.count()), 0.5)
                        .survivalProbability(Math.toIntExact(above) - 1)
                < HIGHEST_CHANCE;
    }

    private static String words(List<RunWindow> first, List<RunWindow> others, long pauseMillis, LatencyMetric metric) {
        long seconds =
                Math.round((first.getLast().endEpochMillis() - first.getFirst().startEpochMillis()) / 1e3);
        double cold = median(first, metric);
        double usual = median(others, metric);
        String numbers = "p50(" + metric.label() + ") " + Words.round(cold / 1e6) + " ms, " + Words.round(cold / usual)
                + " times the rest (" + Words.round(usual / 1e6) + " ms)";
        return pauseMillis == 0
                ? "the first " + seconds + " s met a cold engine: " + numbers
                        + "; they are in the numbers: --warmup-duration " + 2 * seconds + "s keeps them out"
                : "behind " + Math.round(pauseMillis / 1e3) + " s without load the engine was cold again for " + seconds
                        + " s: " + numbers + "; they are in the numbers: a load without pauses keeps it warm";
    }

    private static double median(List<RunWindow> windows, LatencyMetric metric) {
        return merged(windows, metric).quantileNanos(0.5).orElseThrow();
    }

    private static Histogram merged(List<RunWindow> windows, LatencyMetric metric) {
        return windows.stream()
                .map(window -> window.measured().latency(metric))
                .reduce(Histogram.empty(), Histogram::plus);
    }
}
