package dev.plumbline.judgement.series;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The windows of a span in which requests took much longer than in most others: bursts that a service has now and then. They are no
 * norm for what is ordinary, and an alert must not come of their like.
 *
 * <p>A window is one of them when its mean latency is at least {@value #LEAST_FACTOR} times the median window's, and
 * {@value #LEAST_DEVIATIONS} robust standard deviations (1.4826 times the median absolute deviation) above it. Neither is moved by the
 * stalls themselves as long as they are less than half of the span.
 *
 * @param stalled one per window, in order
 * @param windows how many are
 * @param longest the most in a row
 */
record Stalls(boolean[] stalled, int windows, int longest) {

    private static final double LEAST_FACTOR = 1.3;
    private static final double LEAST_DEVIATIONS = 5;
    private static final double OF_NORMAL = 1.4826;

    static Stalls among(List<WindowNumbers> span) {
        boolean[] stalled = new boolean[span.size()];
        mark(span, WindowNumbers::meanTtftNanos, stalled);
        mark(span, WindowNumbers::meanTpotNanos, stalled);
        int windows = 0;
        int longest = 0;
        int run = 0;
        for (boolean one : stalled) {
            run = one ? run + 1 : 0;
            windows += one ? 1 : 0;
            longest = Math.max(longest, run);
        }
        return new Stalls(stalled, windows, longest);
    }

    private static void mark(List<WindowNumbers> span, ToDoubleFunction<WindowNumbers> mean, boolean[] stalled) {
        double[] logs = span.stream()
                .mapToDouble(mean)
                .filter(value -> value > 0)
                .map(Math::log)
                .toArray();
        if (logs.length == 0) {
            return;
        }
        double middle = median(logs);
        double deviation = OF_NORMAL
                * median(Arrays.stream(logs).map(log -> Math.abs(log - middle)).toArray());
        double limit = middle + Math.max(Math.log(LEAST_FACTOR), LEAST_DEVIATIONS * deviation);
        for (int i = 0; i < stalled.length; i++) {
            double value = mean.applyAsDouble(span.get(i));
            stalled[i] |= value > 0 && Math.log(value) > limit;
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
