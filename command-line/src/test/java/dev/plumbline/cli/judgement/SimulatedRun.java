package dev.plumbline.cli.judgement;

import dev.plumbline.cli.result.RunEnding;
import dev.plumbline.cli.result.RunIdentity;
import dev.plumbline.cli.result.RunResult;
import dev.plumbline.cli.result.RunTotals;
import dev.plumbline.cli.result.RunWindow;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * A run with known, seeded timing: log-normal latencies, neighbouring windows correlated through a common load factor, and a
 * factor of its own by which a run differs from its repetition.
 */
public final class SimulatedRun {

    static final long START = 1_795_345_200_000L;
    private static final long LENGTH_MILLIS = 10_000;
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Not Random, whose first numbers are nearly the same for neighbouring seeds. */
    private final SplittableRandom random;

    private final long seed;

    int windows = 12;
    int requests = 50;
    double ttftSigma = 0.3;
    double tpotSigma = 0.1;
    double loadSigma = 0.02;
    double runNoise = 0.02;
    double factor = 1;
    double outputFactor = 1;
    double errorShare;
    double completedShare = 1;
    double coverage = 1;
    public long startEpochMillis = START;
    public String loadPoint = "c8";
    public String scenario = "chat";
    public Map<String, String> subject = Map.of("image", "vllm:0.32");
    public Map<String, String> conditions = Map.of("gpu", "H100");
    public RunEnding ending = new RunEnding.Completed();
    Optional<RunTotals.Goodput> goodput = Optional.empty();
    List<AlertRecord> alerts = List.of();
    long detectorWindows;
    public Optional<OpenIncident> openIncident = Optional.empty();
    boolean streamed = true;

    public SimulatedRun(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /** Lets a share of the requests fail. */
    public void failing(double share) {
        errorShare = share;
    }

    /** Lets healthy producers have offered a share of the load only. */
    public void covered(double share) {
        coverage = share;
    }

    public Series series() {
        return new Series(new ComparisonGroup("svc", "m", scenario, LoadPoint.parse(loadPoint), "default"), "stable");
    }

    public String runId() {
        return ID.format(Instant.ofEpochMilli(startEpochMillis)) + "-" + String.format("s%03d", seed % 1_000);
    }

    public RunResult run() {
        List<RunWindow> list = new ArrayList<>();
        double own = runNoise * random.nextGaussian();
        double load = 0;
        long offered = 0;
        for (int i = 0; i < windows; i++) {
            load = 0.8 * load + loadSigma * 0.6 * random.nextGaussian();
            WindowSummary summary = window(Math.exp(own + load));
            offered += summary.offered();
            list.add(new RunWindow(
                    startEpochMillis + i * LENGTH_MILLIS,
                    LENGTH_MILLIS,
                    summary,
                    ExcludedPart.none(),
                    coverage,
                    i == 0 || i == windows - 1));
        }
        return new RunResult(
                new RunIdentity(
                        runId(),
                        series(),
                        "http://127.0.0.1:8000",
                        startEpochMillis,
                        startEpochMillis + windows * LENGTH_MILLIS,
                        LENGTH_MILLIS),
                Map.of("concurrency", "8"),
                new Environment(subject, conditions),
                ending,
                new RunTotals(offered, offered, 0, offered, goodput, OptionalDouble.empty()),
                list,
                alerts,
                detectorWindows,
                openIncident);
    }

    private WindowSummary window(double common) {
        HistogramAccumulator ttft = new HistogramAccumulator();
        HistogramAccumulator tpot = new HistogramAccumulator();
        HistogramAccumulator e2e = new HistogramAccumulator();
        long completed = 0;
        long failed = 0;
        long tokens = 0;
        for (int i = 0; i < requests; i++) {
            if (random.nextDouble() < errorShare) {
                failed++;
                continue;
            }
            if (random.nextDouble() >= completedShare) {
                continue;
            }
            completed++;
            long first = nanos(50e6 * factor * common, ttftSigma);
            long each = nanos(6e6 * factor * common, tpotSigma);
            long out = Math.max(2, Math.round(100 * outputFactor * Math.exp(0.5 * random.nextGaussian())));
            tokens += out;
            ttft.record(first);
            tpot.record(each);
            e2e.record(first + each * (out - 1));
        }
        Map<LatencyMetric, Histogram> latencies = streamed
                ? Map.of(
                        LatencyMetric.TTFT,
                        ttft.toHistogram(),
                        LatencyMetric.TPOT,
                        tpot.toHistogram(),
                        LatencyMetric.E2E,
                        e2e.toHistogram())
                : Map.of(LatencyMetric.E2E, e2e.toHistogram());
        long rate = Math.round(8_000 / (factor * common) * Math.exp(0.02 * random.nextGaussian()));
        return new WindowSummary(
                new RequestCounts(completed, failed == 0 ? Map.of() : Map.of(FailureKind.HTTP_5XX, failed), 0, 0, 0),
                latencies,
                new TokenTotals(completed * 500, tokens, 0, 0, completed == 0 ? 0 : rate),
                requests,
                8 * LENGTH_MILLIS * 1_000_000,
                Map.of());
    }

    private long nanos(double median, double sigma) {
        return Math.round(median * Math.exp(sigma * random.nextGaussian()));
    }
}
