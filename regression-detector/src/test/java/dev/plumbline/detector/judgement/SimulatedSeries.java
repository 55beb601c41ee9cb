package dev.plumbline.detector.judgement;

import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.SlowRequest;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A series with known, seeded timing: log-normal latencies, requests correlated through a common load factor. */
public final class SimulatedSeries {

    static final long LENGTH_MILLIS = 10_000;
    static final long START = 1_763_856_000_000L;

    private final Random random;
    private final Series series;
    private long next = START;
    private double load;

    int requests = 16;
    double sigma = 0.1;
    double loadSigma;
    double loadCorrelation = 0.8;
    double ttftFactor = 1;
    double tpotFactor = 1;
    double outputTokens = 100;
    double outputSigma = 0.5;
    double errorShare;
    double lostShare;
    double throughputFactor = 1;
    double sickShare;
    boolean hangs;
    boolean silent;

    public SimulatedSeries(long seed, String loadPoint) {
        this(seed, loadPoint, "stable");
    }

    SimulatedSeries(long seed, String loadPoint, String variant) {
        this.random = new Random(seed);
        this.series =
                new Series(new ComparisonGroup("svc", "m", "chat", LoadPoint.parse(loadPoint), "default"), variant);
    }

    public Series series() {
        return series;
    }

    void skipTime(int windows) {
        next += windows * LENGTH_MILLIS;
    }

    /** All latencies per token from now on, times the ordinary ones. */
    public void tpotFactor(double factor) {
        tpotFactor = factor;
    }

    public WindowRecord window() {
        WindowId id = new WindowId(series, next, LENGTH_MILLIS);
        next += LENGTH_MILLIS;
        load = loadCorrelation * load
                + loadSigma * Math.sqrt(1 - loadCorrelation * loadCorrelation) * random.nextGaussian();
        if (silent) {
            return new WindowRecord(id, 0, WindowSummary.empty(), ExcludedPart.none());
        }
        if (hangs) {
            return new WindowRecord(
                    id,
                    0,
                    new WindowSummary(
                            RequestCounts.none(),
                            Map.of(),
                            TokenTotals.none(),
                            0,
                            8 * LENGTH_MILLIS * 1_000_000,
                            Map.of()),
                    ExcludedPart.none());
        }
        HistogramAccumulator ttft = new HistogramAccumulator();
        HistogramAccumulator tpot = new HistogramAccumulator();
        HistogramAccumulator e2e = new HistogramAccumulator();
        List<SlowRequest> slowest = new ArrayList<>();
        long completed = 0;
        long failed = 0;
        long tokens = 0;
        for (int i = 0; i < requests; i++) {
            double roll = random.nextDouble();
            if (roll < lostShare) {
                continue;
            }
            if (roll < lostShare + errorShare) {
                failed++;
                continue;
            }
            completed++;
            double common = Math.exp(load);
            long first = nanos(50e6 * ttftFactor * common);
            long each = nanos(6e6 * tpotFactor * common);
            long out = Math.max(2, Math.round(outputTokens * Math.exp(outputSigma * random.nextGaussian())));
            tokens += out;
            ttft.record(first);
            tpot.record(each);
            e2e.record(first + each * (out - 1));
            slowest = new ArrayList<>(SlowRequest.slowest(
                    slowest, List.of(new SlowRequest("r" + id.startEpochMillis() + "-" + i, each))));
        }
        Map<LatencyMetric, dev.plumbline.contract.distribution.Histogram> latencies =
                new EnumMap<>(LatencyMetric.class);
        latencies.put(LatencyMetric.TTFT, ttft.toHistogram());
        latencies.put(LatencyMetric.TPOT, tpot.toHistogram());
        latencies.put(LatencyMetric.E2E, e2e.toHistogram());
        long streamed = Math.round(
                completed == 0
                        ? 0
                        : 8000 * throughputFactor / tpotFactor * Math.exp(-load + 0.02 * random.nextGaussian()));
        long sick = Math.round(requests * sickShare);
        ExcludedPart excluded = sick == 0
                ? ExcludedPart.none()
                : new ExcludedPart(
                        new RequestCounts(sick, Map.of(), 0, 0, 0), sick, Map.of("p1", Set.of(Sickness.DISPATCH_LAG)));
        return new WindowRecord(
                id,
                0,
                new WindowSummary(
                        new RequestCounts(
                                completed, failed == 0 ? Map.of() : Map.of(FailureKind.REJECTED, failed), 0, 0, 0),
                        latencies,
                        new TokenTotals(completed * 500, tokens, 0, 0, streamed),
                        requests,
                        8 * LENGTH_MILLIS * 1_000_000,
                        Map.of(LatencyMetric.TPOT, slowest)),
                excluded);
    }

    private long nanos(double median) {
        return Math.round(median * Math.exp(sigma * random.nextGaussian()));
    }
}
