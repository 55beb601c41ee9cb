package dev.plumbline.judgement.run;

import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.TokenOrigins;
import dev.plumbline.contract.window.WindowRates;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.cause.Facts;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.statistics.QuantileInterval;
import dev.plumbline.judgement.statistics.RatioOfSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The windows of a run that can be judged: well covered ones for distributions and counts, those behind the end of the load among
 * them, and whole ones for rates.
 *
 * <p>What ended behind the end of the load is put to the window of the same distance from its begin. There those requests are
 * missing that had fallen due before it, so windows scatter by what the target does and not by where the load was cut: in a steady
 * state the ones are like the others. Sums stay what they are.
 */
final class JudgedWindows {

    private static final double TOKENS = 1_000;

    private final RunResult run;
    private final List<WindowSummary> covered;
    private final int leftOut;
    private final List<RunWindow> whole;
    private final WindowSummary merged;

    JudgedWindows(RunResult run) {
        this.run = run;
        List<RunWindow> judged =
                run.windows().stream().filter(RunWindow::canBeJudged).toList();
        this.leftOut = run.windows().size() - judged.size();
        this.whole = judged.stream().filter(window -> !window.partial()).toList();
        this.covered = closed(run, judged);
        this.merged = covered.stream().reduce(WindowSummary.empty(), WindowSummary::plus);
    }

    private static List<WindowSummary> closed(RunResult run, List<RunWindow> judged) {
        List<RunWindow> under =
                judged.stream().filter(window -> !run.liesAfterLoad(window)).toList();
        if (under.isEmpty()) {
            return judged.stream().map(RunWindow::measured).toList();
        }
        List<WindowSummary> closed =
                new ArrayList<>(under.stream().map(RunWindow::measured).toList());
        long loadMillis = run.identity().endEpochMillis() - run.identity().startEpochMillis();
        for (RunWindow window : judged) {
            if (run.liesAfterLoad(window)) {
                int place = holding(under, window.startEpochMillis() - loadMillis);
                closed.set(place, closed.get(place).plus(window.measured()));
            }
        }
        return closed;
    }

    /** The window that holds a moment, else the first. */
    private static int holding(List<RunWindow> windows, long epochMillis) {
        for (int i = 0; i < windows.size(); i++) {
            RunWindow window = windows.get(i);
            if (window.startEpochMillis() <= epochMillis && epochMillis < window.endEpochMillis()) {
                return i;
            }
        }
        return 0;
    }

    RunResult run() {
        return run;
    }

    /** Sum of the covered windows. */
    WindowSummary merged() {
        return merged;
    }

    /** What its covered windows say of where its numbers come from; empty where there is none. */
    Means facts() {
        long millis = run.windows().stream()
                .filter(RunWindow::canBeJudged)
                .mapToLong(RunWindow::lengthMillis)
                .sum();
        return millis == 0 ? Means.none() : Facts.of(merged, millis / 1e3);
    }

    int wholeCount() {
        return whole.size();
    }

    /** Windows in which something was due or completed. */
    long withLoadCount() {
        return covered.stream()
                .filter(window -> window.offered() > 0 || window.requests().completed() > 0)
                .count();
    }

    int leftOut() {
        return leftOut;
    }

    /** What to say where no request did something; those that are left out may have. */
    String none(String did) {
        return (leftOut() == 0 ? "no request " : "no request that can be judged ") + did;
    }

    /** Requests that were sent and ended by themselves: the denominator of the error rate. */
    long ended() {
        return merged.requests().completed() + merged.requests().failedTotal();
    }

    long failed() {
        return merged.requests().failedTotal();
    }

    /**
     * Requests of a window that ended by themselves.
     *
     * @param ended 1 or more
     */
    record Ended(long failed, long ended) {}

    /** For each window in which one ended. */
    List<Ended> endedByWindow() {
        return covered.stream()
                .map(WindowSummary::requests)
                .map(requests -> new Ended(requests.failedTotal(), requests.completed() + requests.failedTotal()))
                .filter(window -> window.ended() > 0)
                .toList();
    }

    double designEffect(LatencyMetric metric, double quantile) {
        return QuantileInterval.designEffect(
                covered.stream().map(window -> window.latency(metric)).toList(), quantile);
    }

    /** Mean of a latency; empty below three windows that have it. */
    Optional<RatioOfSums> meanNanos(LatencyMetric metric) {
        return ratio(
                covered,
                window -> window.latency(metric).sumNanos(),
                window -> window.latency(metric).count());
    }

    /** Windows that have a latency. */
    long countWith(LatencyMetric metric) {
        return covered.stream()
                .filter(window -> !window.latency(metric).isEmpty())
                .count();
    }

    /** Per second of whole windows; empty below three of them, and where nothing was due in any: that is nobody's slowness. */
    Optional<RatioOfSums> perSecond(ToDoubleFunction<WindowSummary> amount) {
        return isIdle()
                ? Optional.empty()
                : ratio(
                        whole,
                        window -> amount.applyAsDouble(window.measured()),
                        window -> window.lengthMillis() / 1e3);
    }

    /** Whether there are whole windows and none has load. */
    boolean isIdle() {
        return !whole.isEmpty()
                && whole.stream().allMatch(window -> window.measured().hasNoLoad());
    }

    Optional<RatioOfSums> outputTokensPerSecond() {
        return perSecond(summary -> Math.max(0, summary.tokens().streamedOutput()));
    }

    /**
     * Completed of those that fell due; empty below three windows in which something was due or completed. It is of requests and not of
     * time, so it is of all windows: in whole ones alone those are missing that completed behind the end.
     */
    Optional<RatioOfSums> achievedRatio() {
        return ratio(covered, window -> window.requests().completed(), WindowSummary::offered);
    }

    Optional<RatioOfSums> outputTokensPerRequest() {
        return ratio(
                covered,
                window -> window.tokens().output(),
                window -> window.requests().completed());
    }

    /** Tokens of the prompts of completed requests; empty where nobody counted them, or below three windows. */
    Optional<RatioOfSums> promptTokensPerRequest() {
        return merged.tokens().prompt() <= 0
                ? Optional.empty()
                : ratio(
                        covered,
                        window -> window.tokens().prompt(),
                        window -> window.requests().completed());
    }

    /** Whether a price was stated with what was measured. */
    boolean isPriced() {
        return new WindowRates(merged, 1).cost().isPresent();
    }

    /** Cost of 1,000 output tokens that streamed in whole windows; empty below three of them, and where none streamed. */
    Optional<RatioOfSums> costPer1kTokens() {
        return ratio(
                whole,
                window -> TOKENS
                        * new WindowRates(window.measured(), window.lengthMillis() / 1e3)
                                .cost()
                                .orElse(0),
                window -> Math.max(0, window.measured().tokens().streamedOutput()));
    }

    /** The share of the prompt tokens that a cache knew, of the requests of which it was told; empty where it was of too few. */
    Optional<RatioOfSums> cachedShare() {
        return ratio(
                covered,
                window -> window.tokens().cached(),
                window -> window.tokens()
                        .origins()
                        .map(TokenOrigins::promptWithKnownCache)
                        .orElse(0L));
    }

    /** A window that has nothing of either says nothing of the ratio and of how it scatters. */
    private static <T> Optional<RatioOfSums> ratio(
            List<T> all, ToDoubleFunction<T> numerator, ToDoubleFunction<T> denominator) {
        List<T> windows = all.stream()
                .filter(window -> numerator.applyAsDouble(window) > 0 || denominator.applyAsDouble(window) > 0)
                .toList();
        double[] below = windows.stream().mapToDouble(denominator).toArray();
        return windows.size() < RatioOfSums.FEWEST_WINDOWS
                        || !(Arrays.stream(below).sum() > 0)
                ? Optional.empty()
                : Optional.of(
                        RatioOfSums.of(windows.stream().mapToDouble(numerator).toArray(), below));
    }
}
