package dev.plumbline.judgement.canary;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Grades;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A service and its canary under one load, as {@code detection.md} has it: log-normal latencies of sigma .6, a common load that is
 * correlated over windows (.8, 3 %), and two machines that differ by a few thousandths for good.
 */
final class CanaryWorld {

    static final long LENGTH_MILLIS = 10_000;
    static final long START = 1_763_856_000_000L;
    private static final double LOAD_CORRELATION = 0.8;
    private static final double LOAD_DEVIATION = 0.03;
    private static final int SHAPES = 1 << 14;

    private final Random random;
    private final double[] shapes = new double[SHAPES];
    private final double node;
    private long next = START;
    private double load;

    int stableRequests = 200;
    int canaryRequests = 200;
    double sigma = 0.6;
    double hour = 1;
    double canaryFactor = 1;
    double stableErrors;
    double canaryErrors;
    boolean paired;

    /** @param nodeDeviation by how much the canary's machine is faster or slower for good, standard deviation of the logarithm */
    CanaryWorld(long seed, double nodeDeviation) {
        this.random = new Random(seed);
        this.node = nodeDeviation * random.nextGaussian();
        for (int i = 0; i < SHAPES; i++) {
            shapes[i] = random.nextGaussian();
        }
    }

    static Series series(String variant) {
        return new Series(new ComparisonGroup("svc", "m", "chat", LoadPoint.parse("r40-poisson"), "default"), variant);
    }

    /** The next window of both. */
    Map<String, WindowRecord> step() {
        load = LOAD_CORRELATION * load
                + LOAD_DEVIATION * Math.sqrt(1 - LOAD_CORRELATION * LOAD_CORRELATION) * random.nextGaussian();
        double common = hour * Math.exp(load);
        Map<String, WindowRecord> both = Map.of(
                "stable", window("stable", stableRequests, common, stableErrors, Map.of()),
                "canary",
                        window(
                                "canary",
                                canaryRequests,
                                common * canaryFactor * Math.exp(node),
                                canaryErrors,
                                paired ? pairs(canaryRequests) : Map.of()));
        next += LENGTH_MILLIS;
        return both;
    }

    private Map<LatencyMetric, Histogram> pairs(int count) {
        Map<LatencyMetric, Histogram> pairs = new EnumMap<>(LatencyMetric.class);
        for (LatencyMetric metric : new LatencyMetric[] {LatencyMetric.TTFT, LatencyMetric.TPOT}) {
            HistogramAccumulator ratios = new HistogramAccumulator();
            for (int i = 0; i < count; i++) {
                double candidate = shape();
                double base = shape();
                ratios.record(Math.round(
                        Grades.RATIO_OF_ONE_NANOS * canaryFactor * Math.exp(node + 0.1 * (candidate - base))));
            }
            pairs.put(metric, ratios.toHistogram());
        }
        return pairs;
    }

    private double shape() {
        return shapes[random.nextInt(SHAPES)];
    }

    private WindowRecord window(
            String variant, int requests, double factor, double errors, Map<LatencyMetric, Histogram> pairs) {
        HistogramAccumulator ttft = new HistogramAccumulator();
        HistogramAccumulator tpot = new HistogramAccumulator();
        long failed = 0;
        for (int i = 0; i < requests; i++) {
            if (errors > 0 && random.nextDouble() < errors) {
                failed++;
                continue;
            }
            ttft.record(Math.round(50e6 * factor * Math.exp(sigma * shape())));
            tpot.record(Math.round(6e6 * factor * Math.exp(sigma * shape())));
        }
        long completed = requests - failed;
        return new WindowRecord(
                new WindowId(series(variant), next, LENGTH_MILLIS),
                0,
                new WindowSummary(
                        new RequestCounts(
                                completed, failed == 0 ? Map.of() : Map.of(FailureKind.HTTP_5XX, failed), 0, 0, 0),
                        Map.of(LatencyMetric.TTFT, ttft.toHistogram(), LatencyMetric.TPOT, tpot.toHistogram()),
                        new TokenTotals(completed * 500, completed * 100, 0, 0, completed * 100),
                        requests,
                        8 * LENGTH_MILLIS * 1_000_000,
                        Map.of(),
                        Optional.of(new Grades(Optional.empty(), Optional.empty(), pairs)),
                        Optional.empty(),
                        Optional.empty()),
                ExcludedPart.none());
    }
}
