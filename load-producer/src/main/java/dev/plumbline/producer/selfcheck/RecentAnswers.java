package dev.plumbline.producer.selfcheck;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How long the first content of the last answers took, as the loop sees it when it is on time, and by how much waiting for the loop
 * would move what is judged of that.
 *
 * <p>Why so: a stamp is late by what its chunk waited for the loop. Let T be the time to first token without that, S(t) the share of
 * answers that took longer than t, and w(d) the share of arrivals that wait for d; nobody arranges the two, so
 *
 * <pre>P(T + wait &gt; t) = S(t) + Σ w(d) · (S(t - d) - S(t))</pre>
 *
 * <p>The p95 is measured more than a tenth too high exactly if this is above 5 % at t = 1.1 · p95, and the median if it is above half
 * at 1.1 · median. Where all answers take 100 ms that asks whether more than 5 % of the arrivals wait for more than 10 ms: a stall of
 * 45 ms twice a second does that (7 %), one of 30 ms does not (4 %). Where p95 lies far from the median the same stall moves it less,
 * because what it pushes over the line would have to come from far below.
 *
 * <p>T is known from answers that came while no tick was overdue: what others waited is in their times, and would hide itself. S is
 * drawn straight from answer to answer, each in the middle of its share (Hazen), so that no single one decides.
 *
 * <p>An answer in one piece has no first token: then it is its end. One thread. Memory: {@value #KEPT} answers.
 */
final class RecentAnswers {

    static final int KEPT = 256;

    /** Of fewer nothing is said: their p95 would be the longest or the one before. */
    static final int LEAST = 50;

    /** Below that the timers of an event loop tell nothing. */
    private static final long LEAST_MOVE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** What is judged of the time to first token by default. */
    private static final double[] JUDGED_QUANTILES = {0.5, 0.95};

    private final long[] nanos = new long[KEPT];
    private long seen;

    /** An answer whose content came while the loop was on time. */
    void add(long answerNanos) {
        nanos[(int) (seen++ % KEPT)] = answerNanos;
    }

    /**
     * Whether the waits move a judged quantile by more than a share of it, and by a millisecond or more.
     *
     * @param spanNanos in which the waits were
     */
    boolean areMovedBy(Waits waits, long spanNanos, double ratio) {
        int count = (int) Math.min(seen, KEPT);
        if (count < LEAST || waits.longestNanos() <= LEAST_MOVE_NANOS) {
            return false;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        double each = waits.shareOfEach(spanNanos);
        for (double quantile : JUDGED_QUANTILES) {
            double value = valueAt(sorted, quantile);
            double line = value + Math.max(LEAST_MOVE_NANOS, ratio * value);
            double unmoved = shareUpTo(sorted, line);
            double moved = unmoved;
            for (int i = 0; i < waits.kept(); i++) {
                moved -= each * (unmoved - shareUpTo(sorted, line - waits.nanos(i)));
            }
            if (moved < quantile) {
                return true;
            }
        }
        return false;
    }

    private static double valueAt(long[] sorted, double quantile) {
        double place = Math.clamp(quantile * sorted.length - 0.5, 0, sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** 1 - S. */
    private static double shareUpTo(long[] sorted, double value) {
        if (value < sorted[0]) {
            return 0;
        }
        int last = sorted.length - 1;
        if (value >= sorted[last]) {
            return 1;
        }
        int below = 0;
        int above = last;
        while (above - below > 1) {
            int middle = (below + above) >>> 1;
            if (sorted[middle] <= value) {
                below = middle;
            } else {
                above = middle;
            }
        }
        return (below + 0.5 + (value - sorted[below]) / (sorted[above] - sorted[below])) / sorted.length;
    }
}
