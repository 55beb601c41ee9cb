package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * What others do with a p95, for comparison: each is told the windows of a baseline and then the following ones, and says whether it
 * fires. What fires goes on firing until it has been quiet for six windows, so that a lasting alarm counts once. One thread.
 */
abstract class OtherRules {

    private static final double QUANTILE = 0.95;
    private static final double THRESHOLD = 1.10;
    private static final int QUIET_WINDOWS = 6;

    private int quiet = QUIET_WINDOWS;

    /** A fresh set of all rules. */
    static List<OtherRules> all() {
        return List.of(new Naive(), new Prometheus(), new Kayenta(), new Otava());
    }

    abstract String displayName();

    abstract void learn(Histogram window);

    /** Whether the rule holds now. */
    abstract boolean holds(Histogram window);

    /** Whether an alarm begins with this window. */
    final boolean fires(Histogram window) {
        boolean holds = holds(window);
        boolean begins = holds && quiet >= QUIET_WINDOWS;
        quiet = holds ? 0 : quiet + 1;
        return begins;
    }

    /** Windows that are added up and taken away again. */
    private static final class Sum {
        private final long[] counts = new long[Buckets.HIGHEST_INDEX - Buckets.LOWEST_INDEX + 1];
        private long count;

        void add(Histogram window, int sign) {
            window.forEachBucket((index, values) -> counts[index - Buckets.LOWEST_INDEX] += sign * values);
            count += sign * window.count();
        }

        /** Logarithm of the quantile, in seconds. */
        double quantile() {
            long left = (long) Math.ceil(QUANTILE * count);
            for (int i = 0; i < counts.length; i++) {
                left -= counts[i];
                if (left <= 0) {
                    return Math.log(2) / 64 * (i + Buckets.LOWEST_INDEX - 0.5);
                }
            }
            return Double.NaN;
        }
    }

    private static double quantile(Histogram window) {
        return Math.log(window.quantileNanos(QUANTILE).orElseThrow() / 1e9);
    }

    /** One window more than 10 % above. */
    static final class Naive extends OtherRules {
        private final Sum baseline = new Sum();
        private double limit = Double.NaN;

        @Override
        String displayName() {
            return "one window above 1.10x";
        }

        @Override
        void learn(Histogram window) {
            baseline.add(window, 1);
            limit = baseline.quantile() + Math.log(THRESHOLD);
        }

        @Override
        boolean holds(Histogram window) {
            return quantile(window) > limit;
        }
    }

    /** {@code histogram_quantile} over five minutes more than 10 % above, for five minutes. */
    static final class Prometheus extends OtherRules {
        private static final int WINDOWS = 30;
        private final Sum baseline = new Sum();
        private final Sum last = new Sum();
        private final Deque<Histogram> kept = new ArrayDeque<>();
        private double limit = Double.NaN;
        private int above;

        @Override
        String displayName() {
            return "Prometheus, 5 m above 1.10x for 5 m";
        }

        @Override
        void learn(Histogram window) {
            baseline.add(window, 1);
            limit = baseline.quantile() + Math.log(THRESHOLD);
        }

        @Override
        boolean holds(Histogram window) {
            last.add(window, 1);
            kept.add(window);
            if (kept.size() > WINDOWS) {
                last.add(kept.remove(), -1);
            }
            above = kept.size() == WINDOWS && last.quantile() > limit ? above + 1 : 0;
            return above > WINDOWS;
        }
    }

    /** As Kayenta's judge: each five minutes Mann and Whitney's test of the windows at 98 %, and an effect of 10 %. */
    static final class Kayenta extends OtherRules {
        private static final int WINDOWS = 30;
        private final List<Double> baseline = new ArrayList<>();
        private final List<Double> last = new ArrayList<>();
        private boolean failed;

        @Override
        String displayName() {
            return "Kayenta-like, each 5 m";
        }

        @Override
        void learn(Histogram window) {
            baseline.add(quantile(window));
        }

        @Override
        boolean holds(Histogram window) {
            last.add(quantile(window));
            if (last.size() == WINDOWS) {
                failed = median(last) - median(baseline) > Math.log(THRESHOLD) && z() > 2.326;
                last.clear();
            }
            return failed;
        }

        private double z() {
            double wins = 0;
            for (double a : last) {
                for (double b : baseline) {
                    wins += a > b ? 1 : a == b ? 0.5 : 0;
                }
            }
            double pairs = (double) last.size() * baseline.size();
            return (wins - pairs / 2) / Math.sqrt(pairs * (last.size() + baseline.size() + 1) / 12);
        }

        private static double median(List<Double> values) {
            double[] sorted =
                    values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return sorted[sorted.length / 2];
        }
    }

    /** As Otava on points of a minute: the best split of the last 60 by Student's t, at .001, and 10 % or more. */
    static final class Otava extends OtherRules {
        private static final int WINDOWS = 6;
        private static final int POINTS = 60;
        private static final double LEVEL = 0.001;
        private final Deque<Double> points = new ArrayDeque<>();
        private final Sum minute = new Sum();
        private int windows;
        private boolean found;

        @Override
        String displayName() {
            return "Otava-like, points of 1 m";
        }

        @Override
        void learn(Histogram window) {
            holds(window);
        }

        @Override
        boolean holds(Histogram window) {
            minute.add(window, 1);
            if (++windows % WINDOWS == 0) {
                points.add(minute.quantile());
                Arrays.fill(minute.counts, 0);
                minute.count = 0;
                if (points.size() > POINTS) {
                    points.remove();
                }
                found = splits();
            }
            return found;
        }

        private boolean splits() {
            double[] values = points.stream().mapToDouble(Double::doubleValue).toArray();
            double best = 0;
            double step = 0;
            double all = 0;
            double squares = 0;
            for (double value : values) {
                all += value;
                squares += value * value;
            }
            double left = 0;
            double leftSquares = 0;
            for (int i = 1; i < values.length; i++) {
                left += values[i - 1];
                leftSquares += values[i - 1] * values[i - 1];
                int right = values.length - i;
                if (i < 5 || right < 2) {
                    continue;
                }
                double before = left / i;
                double after = (all - left) / right;
                double within = leftSquares - i * before * before + (squares - leftSquares) - right * after * after;
                double t = (after - before) / Math.sqrt(within / (values.length - 2) * (1.0 / i + 1.0 / right));
                if (t > best) {
                    best = t;
                    step = after - before;
                }
            }
            return step > Math.log(THRESHOLD)
                    && 2 * TDistribution.of(values.length - 2.0).survivalProbability(best) < LEVEL;
        }
    }

    /** Upper 95 % bound of the mean of a Poisson number of which so many were counted. */
    static double poissonUpper95(long counted) {
        return ChiSquaredDistribution.of(2 * (counted + 1.0)).inverseCumulativeProbability(0.95) / 2;
    }
}
