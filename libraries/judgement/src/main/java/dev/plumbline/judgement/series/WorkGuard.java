package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.LogMean;
import dev.plumbline.contract.verdict.LaneState.Episode;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.Work;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.judgement.statistics.Norms;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Notices that other work is done than in the baseline: longer answers, another load. Such a comparison is void.
 *
 * <p>The rule is "moved by more than 5 %", but a short window of sixteen requests moves by that much by chance. So the
 * mean over the last 15 and over the last 60 windows is held against the baseline's, and it counts only when it is also
 * {@value #ALWAYS_ON_Z} standard deviations away, with the long-run variance of the baseline. The test runs at every
 * window, therefore the high bar: about one false hit in a month of windows of 10 seconds.
 */
final class WorkGuard {

    static final double ALLOWED = Norms.OTHER_WORK;
    private static final double ALWAYS_ON_Z = 4.5;
    private static final double ONE_LOOK_Z = 3;
    private static final int[] SPANS = {15, SeriesSnapshot.MAX_WORK};
    private static final int SHORTEST_SPAN = 5;
    private static final long FEWEST_REQUESTS = 50;

    private WorkGuard() {}

    /** Output tokens per completed request. */
    static Optional<Verdict> outputLength(List<Work> work, BaselineRecord baseline) {
        for (int span : SPANS) {
            List<Work> last = work.subList(Math.max(0, work.size() - span), work.size());
            Optional<Verdict> moved = outputLength(
                    sum(last, Work::completed), sum(last, Work::outputTokens), last.size(), baseline, ALWAYS_ON_Z);
            if (moved.isPresent()) {
                return moved;
            }
        }
        return Optional.empty();
    }

    /** The same of the very windows that an alert would rest on. */
    static Optional<Verdict> episode(Episode episode, BaselineRecord baseline) {
        return outputLength(episode.completed(), episode.outputTokens(), episode.windows(), baseline, ONE_LOOK_Z);
    }

    /** Requests offered per window. */
    static Optional<Verdict> offered(List<Work> work, BaselineRecord baseline) {
        LogMean scatter = baseline.work().offered();
        double was = scatter.windows() == 0
                ? 0
                : (double) baseline.merged().offered() / baseline.learned().windows();
        for (int span : SPANS) {
            List<Work> last = work.subList(Math.max(0, work.size() - span), work.size());
            double mean = sum(last, Work::offered) / Math.max(1, last.size());
            if (isOther(mean, was, last.size(), scatter, ALWAYS_ON_Z)) {
                return Optional.of(new Verdict.Inconclusive(
                        Reason.OFFERED_LOAD_CHANGED, change("offered requests per window", mean, was)));
            }
        }
        return Optional.empty();
    }

    private static Optional<Verdict> outputLength(
            double completed, double outputTokens, long windows, BaselineRecord baseline, double z) {
        WindowNumbers before = WindowNumbers.of(baseline.merged());
        if (completed < FEWEST_REQUESTS || before.completed() == 0) {
            return Optional.empty();
        }
        double mean = outputTokens / completed;
        return isOther(mean, before.tokensPerRequest(), windows, baseline.work().outputLength(), z)
                ? Optional.of(new Verdict.Inconclusive(
                        Reason.OUTPUT_LENGTH_CHANGED,
                        change("output tokens per request", mean, before.tokensPerRequest())))
                : Optional.empty();
    }

    /** Both are sums over sums; the scatter of the baseline's logarithms only says how well they are known. */
    private static boolean isOther(double mean, double was, long windows, LogMean scatter, double z) {
        if (scatter.windows() == 0 || !(was > 0) || windows < SHORTEST_SPAN) {
            return false;
        }
        if (!(mean > 0)) {
            return true;
        }
        double distance = Math.abs(Math.log(mean / was));
        double deviation = Math.sqrt(scatter.longRunVariance() * (1.0 / windows + 1.0 / scatter.windows()));
        return distance > Math.log1p(ALLOWED) && distance > z * deviation;
    }

    private static double sum(List<Work> work, ToDoubleFunction<Work> part) {
        return work.stream().mapToDouble(part).sum();
    }

    private static String change(String what, double now, double was) {
        return String.format(
                Locale.ROOT, "%s went from %.1f to %.1f (%+.0f %%)", what, was, now, (now / was - 1) * 100);
    }
}
