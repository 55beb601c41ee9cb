package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.CounterSum;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.Evidence;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.SlowRequest;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunTotals.Goodput;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.AlertFinding;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.Change;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Difference;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunVerdict.SeriesVerdict;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.result.SeriesResult;
import dev.plumbline.judgement.result.TokenCounting;
import dev.plumbline.judgement.statistics.Ratio;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;

/** Runs with seeded distributions, as the pipe would have made them. */
final class SampleRuns {

    static final long START = 1_795_636_800_000L;
    static final long WINDOW_MILLIS = 10_000;
    private static final long SEED = 42;

    private SampleRuns() {}

    /** A run and its verdict. */
    record Sample(RunResult result, RunVerdict verdict) {
        RunStory story() {
            return new RunStory(result, verdict, RunFigures.of(result), new FolderContents(List.of(), List.of(), 0));
        }
    }

    /** Made once: it is large. */
    private static final Sample LONG_GOOD = makeLongGood();

    /** Eight hours of a steady server in slow waves, more windows than are kept. */
    static Sample longGood() {
        return LONG_GOOD;
    }

    private static Sample makeLongGood() {
        WindowKeeper keeper = new WindowKeeper(WindowKeeper.DEFAULT_LIMIT);
        SplittableRandom random = new SplittableRandom(SEED);
        int windows = 2_880;
        for (int i = 0; i < windows; i++) {
            double slow = 1 + 0.12 * Math.sin(i / 260.0);
            keeper.add(new WindowRecord(
                    id(i), 0, streamed(random, i, 12, 180e6 * slow, 21e6 * slow), ExcludedPart.none()));
        }
        long end = START + windows * WINDOW_MILLIS - 3_000;
        RunResult result = result(
                end,
                new RunEnding.Completed(),
                keeper.windows(START + 2_000, end),
                List.of(),
                Optional.of(new Goodput("ttft:400 tpot:40", 33_900, 34_560)));
        RunVerdict verdict = new RunVerdict(
                Decision.PASS,
                "No regression against 20261124T201503Z-k3f9: 2 budgets kept, 6 of 6 metrics steady or better",
                Optional.of("20261124T201503Z-k3f9"),
                List.of(
                        budget(Answer.PASS, "p95(ttft)<500ms", 500, 386, 381, 392, "ms", "114 ms below the limit"),
                        budget(Answer.PASS, "error_rate<1%", 1, 0.02, 0.01, 0.04, "%", "far below the limit"),
                        comparison(
                                Answer.PASS,
                                JudgedMetric.TTFT_P50,
                                Change.STEADY,
                                176.2e6,
                                175.1e6,
                                1.006,
                                0.991,
                                1.021),
                        comparison(
                                Answer.PASS, JudgedMetric.TTFT_P95, Change.STEADY, 386e6, 377e6, 1.024, 0.993, 1.056),
                        comparison(
                                Answer.PASS,
                                JudgedMetric.TPOT_P50,
                                Change.IMPROVED,
                                20.8e6,
                                24.1e6,
                                0.863,
                                0.851,
                                0.875),
                        comparison(
                                Answer.PASS,
                                JudgedMetric.OUTPUT_TOKEN_RATE,
                                Change.STEADY,
                                981,
                                964,
                                1.018,
                                0.99,
                                1.046)));
        return new Sample(result, verdict);
    }

    /** Ten minutes in which decoding got 30 % slower after six, found by the detector; a sick producer for half a minute. */
    static Sample regression() {
        SplittableRandom random = new SplittableRandom(SEED);
        WindowKeeper keeper = new WindowKeeper(WindowKeeper.DEFAULT_LIMIT);
        for (int i = 0; i < 61; i++) {
            boolean slow = i >= 36;
            WindowSummary measured = streamed(random, i, 80, slow ? 260e6 : 180e6, slow ? 28e6 : 21e6);
            ExcludedPart excluded = ExcludedPart.none();
            if (i >= 20 && i < 23) {
                excluded = new ExcludedPart(
                        new RequestCounts(70, Map.of(), 0, 0, 0),
                        i == 20 ? 10 : 70,
                        Map.of("producer-1", Set.of(Sickness.CPU_SATURATED, Sickness.DISPATCH_LAG)));
            }
            keeper.add(new WindowRecord(id(i), 0, measured, excluded));
        }
        long end = START + 606_000;
        AlertRecord fired = alert(Transition.FIRED, 430_000);
        RunResult result = result(
                end,
                new RunEnding.Completed(),
                keeper.windows(START + 2_000, end - 2_000),
                List.of(fired),
                Optional.empty());
        RunVerdict verdict = new RunVerdict(
                Decision.REGRESSION,
                "Regression: p50(tpot) +33.1 %, p95(ttft) +44.0 % against 20261124T201503Z-k3f9",
                Optional.of("20261124T201503Z-k3f9"),
                List.of(
                        budget(
                                Answer.FAIL,
                                "p95(ttft)<500ms",
                                500,
                                562,
                                541,
                                588,
                                "ms",
                                "62 ms above the limit, interval included"),
                        comparison(
                                Answer.FAIL, JudgedMetric.TTFT_P95, Change.REGRESSED, 562e6, 391e6, 1.44, 1.36, 1.52),
                        comparison(
                                Answer.FAIL,
                                JudgedMetric.TPOT_P50,
                                Change.REGRESSED,
                                27.9e6,
                                21.0e6,
                                1.331,
                                1.31,
                                1.352),
                        comparison(
                                Answer.PASS,
                                JudgedMetric.OUTPUT_TOKEN_RATE,
                                Change.STEADY,
                                931,
                                964,
                                0.966,
                                0.93,
                                1.003),
                        new ComparisonFinding(
                                Answer.CANNOT_TELL,
                                JudgedMetric.ERROR_RATE,
                                Change.UNKNOWN,
                                OptionalDouble.of(0.004),
                                OptionalDouble.empty(),
                                Optional.empty(),
                                "the baseline counted too few requests; 500 more would do"),
                        comparison(
                                Answer.OBSERVED, JudgedMetric.E2E_P95, Change.REGRESSED, 5.1e9, 3.9e9, 1.31, 1.22, 1.4),
                        new AlertFinding(Answer.FAIL, fired, false)),
                List.of(
                        new Difference("image", "vllm/vllm-openai:v0.11.0", "vllm/vllm-openai:v0.10.2"),
                        new Difference("quantization", "fp8", "unknown")));
        return new Sample(result, verdict);
    }

    /** A target that only refuses, until the circuit breaker ends it. */
    static Sample onlyFailures() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<RunWindow> windows = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            HistogramAccumulator failure = new HistogramAccumulator();
            long refused = 20L + random.nextInt(20);
            long broken = i < 3 ? 0 : random.nextInt(15) + 1;
            for (int n = 0; n < refused + broken; n++) {
                failure.record((long) (1.4e6 * Math.exp(0.3 * random.nextGaussian())));
            }
            windows.add(window(
                    i,
                    new WindowSummary(
                            new RequestCounts(
                                    0,
                                    broken == 0
                                            ? Map.of(FailureKind.REJECTED, refused)
                                            : Map.of(FailureKind.REJECTED, refused, FailureKind.HTTP_5XX, broken),
                                    i == 6 ? 30 : 0,
                                    0,
                                    0),
                            Map.of(LatencyMetric.TIME_TO_FAILURE, failure.toHistogram()),
                            TokenTotals.none(),
                            refused + broken,
                            9_000_000_000L,
                            Map.of()),
                    i == 0 || i == 6));
        }
        RunResult result = result(
                START + 64_000,
                new RunEnding.Broken("every request of the last 10 s failed (REJECTED); is the server's queue full?"),
                windows,
                List.of(),
                Optional.of(new Goodput("ttft:200", 0, 214)));
        return new Sample(
                result,
                new RunVerdict(
                        Decision.FAILED,
                        "The target refused every request",
                        Optional.empty(),
                        List.of(new BudgetFinding(
                                Answer.CANNOT_TELL,
                                "p95(ttft)<500ms",
                                500,
                                OptionalDouble.empty(),
                                OptionalDouble.empty(),
                                OptionalDouble.empty(),
                                "ms",
                                "no request completed"))));
    }

    /** Interrupted before anything ended. */
    static Sample empty() {
        return new Sample(
                result(START, new RunEnding.Interrupted(), List.of(), List.of(), Optional.empty()),
                new RunVerdict(Decision.NOT_JUDGED, "Not judged: nothing was measured", Optional.empty(), List.of()));
    }

    /** A minute of answers in one piece, ended by a limit. */
    static Sample notStreamed() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<RunWindow> windows = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            EnumMap<LatencyMetric, HistogramAccumulator> latencies = new EnumMap<>(LatencyMetric.class);
            long failed = i == 4 ? 2 : 0;
            for (int n = 0; n < 30; n++) {
                long e2e = (long) (1.9e9 * Math.exp(0.35 * random.nextGaussian()));
                record(latencies, LatencyMetric.E2E, e2e);
                record(latencies, LatencyMetric.RESPONSE, e2e + 400_000);
                record(latencies, LatencyMetric.DISPATCH_LAG, 60_000 + random.nextInt(90_000));
            }
            windows.add(window(
                    i,
                    summary(
                            new RequestCounts(
                                    30, failed == 0 ? Map.of() : Map.of(FailureKind.TIMEOUT_TOTAL, failed), 0, 0, 0),
                            latencies,
                            new TokenTotals(30 * 200L, 30 * 90L, 0, 0, 30 * 90L),
                            31,
                            60_000_000_000L),
                    i == 0 || i == 6));
        }
        return new Sample(
                result(
                        START + 66_000,
                        new RunEnding.LimitReached("max-tokens-total", "100,000 tokens were used"),
                        windows,
                        List.of(),
                        Optional.empty()),
                new RunVerdict(
                        Decision.INCONCLUSIVE,
                        "Cannot tell: p95(e2e) needs about 120 more requests",
                        Optional.empty(),
                        List.of(new BudgetFinding(
                                Answer.CANNOT_TELL,
                                "p95(e2e)<3500ms",
                                3_500,
                                OptionalDouble.of(3_412),
                                OptionalDouble.of(3_190),
                                OptionalDouble.of(3_701),
                                "ms",
                                "the interval holds the limit; about 120 more requests would tell"))));
    }

    /** A load of 47 s, and requests that ended up to half a minute behind its end. */
    static Sample drained() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<RunWindow> windows = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            windows.add(window(i, streamed(random, i, 40, 2e8, 2e7), i == 4));
        }
        windows.add(window(5, afterLoad(random, 5, Map.of()), true));
        windows.add(window(7, afterLoad(random, 7, Map.of(FailureKind.TIMEOUT_TOTAL, 1L)), true));
        return new Sample(
                result(START + 47_000, new RunEnding.Completed(), windows, List.of(), Optional.empty()),
                new RunVerdict(Decision.NOT_JUDGED, "Not judged: no baseline", Optional.empty(), List.of()));
    }

    /** Three long answers and so many failures of requests that had fallen due before the end of the load. */
    static WindowSummary afterLoad(SplittableRandom random, int index, Map<FailureKind, Long> failed) {
        WindowSummary slow = streamed(random, index, 3, 9e9, 2e8);
        TokenTotals tokens = slow.tokens();
        return new WindowSummary(
                new RequestCounts(3, failed, 0, 0, 0),
                slow.latencies(),
                new TokenTotals(tokens.prompt(), tokens.output(), 0, tokens.cached(), 0),
                0,
                0,
                Map.of());
    }

    /** Everything that comes from outside tries to be something else. */
    static Sample hostile() {
        String evil =
                "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"'&]]>|`*[x](http://evil.example)@all\u0007\ud800";
        Sample sample = regression();
        RunResult result = sample.result();
        Series series = new Series(
                new ComparisonGroup(evil, evil, evil, new LoadPoint.OpenLoop(0.5, new Arrivals.Poisson()), evil), evil);
        RunIdentity identity = new RunIdentity(
                "20261125T200000Z-evil", series, evil, START, result.identity().endEpochMillis(), WINDOW_MILLIS);
        AlertRecord alert = new AlertRecord(
                evil,
                series,
                Transition.FIRED,
                START + 400_000,
                START + 300_000,
                new AlertRecord.Reasons(evil, List.of(), List.of(new SlowRequest(evil, 5)), OptionalLong.empty()),
                evil);
        return new Sample(
                new RunResult(
                        identity,
                        Map.of(evil, evil),
                        new Environment(Map.of(evil, evil), Map.of(evil, evil)),
                        new RunEnding.Broken(evil),
                        result.totals(),
                        result.windows(),
                        List.of(alert)),
                new RunVerdict(
                        Decision.REGRESSION,
                        evil,
                        Optional.of(evil),
                        List.of(
                                budget(Answer.FAIL, evil, 1, 2, 1, 3, evil, evil),
                                new AlertFinding(Answer.FAIL, alert, true)),
                        List.of(new Difference(evil, evil, evil))));
    }

    static List<Sample> all() {
        return List.of(longGood(), regression(), onlyFailures(), empty(), notStreamed(), drained(), hostile(), mixed());
    }

    /** Three classes: one is worse, one cannot be told, one passes. */
    static Sample mixed() {
        RunSeries series = RunSeries.ofClasses(series(), List.of("chat", "rag <long>", "code"));
        SplittableRandom random = new SplittableRandom(11);
        List<SeriesResult> results = new ArrayList<>();
        List<RunWindow> all = new ArrayList<>();
        double[] ttft = {120e6, 900e6, 60e6};
        for (int part = 0; part < ttft.length; part++) {
            List<RunWindow> windows = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                windows.add(window(
                        i,
                        streamed(random, i, 40 - 12 * part, ttft[part] * (part == 1 && i > 12 ? 1.5 : 1), 21e6),
                        i == 0 || i == 29));
            }
            long counted = windows.stream()
                    .mapToLong(window -> window.measured().requests().total())
                    .sum();
            results.add(new SeriesResult(
                    series.parts().get(part),
                    series.name(series.parts().get(part)),
                    new RunTotals(
                            counted,
                            counted,
                            0,
                            counted,
                            Optional.of(new Goodput("ttft:500", counted - 100L * part, counted)),
                            OptionalDouble.empty()),
                    windows,
                    12,
                    Optional.empty(),
                    OptionalLong.of(0)));
            for (int i = 0; i < windows.size(); i++) {
                if (part == 0) {
                    all.add(windows.get(i));
                } else {
                    all.set(
                            i,
                            window(
                                    i,
                                    all.get(i).measured().plus(windows.get(i).measured()),
                                    windows.get(i).partial()));
                }
            }
        }
        RunResult sum = result(
                START + 300_000,
                new RunEnding.Completed(),
                all,
                List.of(),
                Optional.of(new Goodput("ttft:500", 9, 10)));
        RunVerdict pass = new RunVerdict(
                Decision.PASS,
                "pass: no regression in 1 metrics against one run",
                Optional.of("20261124T200000Z-base"),
                List.of(comparison(Answer.PASS, JudgedMetric.TTFT_P50, Change.STEADY, 120e6, 119e6, 1.01, 0.98, 1.04)));
        RunVerdict worse = new RunVerdict(
                Decision.REGRESSION,
                "regression: p50(ttft) +38.0 % against the baseline, worse by 10 % or more, interval included",
                Optional.of("20261124T200000Z-base"),
                List.of(
                        budget(Answer.PASS, "rag <long>: p95(ttft)<9s", 9, 2.1, 2.0, 2.2, "s", "kept"),
                        comparison(
                                Answer.FAIL,
                                JudgedMetric.TTFT_P50,
                                Change.REGRESSED,
                                1_240e6,
                                900e6,
                                1.38,
                                1.31,
                                1.45)));
        RunVerdict open = new RunVerdict(
                Decision.INCONCLUSIVE,
                "cannot tell: p50(tpot) unknown",
                Optional.of("20261124T200000Z-base"),
                List.of(comparison(
                        Answer.CANNOT_TELL, JudgedMetric.TPOT_P50, Change.UNKNOWN, 21e6, 20e6, 1.06, 0.97, 1.16)));
        return new Sample(
                new RunResult(
                        sum.identity(),
                        sum.plan(),
                        sum.environment(),
                        sum.ending(),
                        sum.totals(),
                        sum.windows(),
                        List.of(),
                        36,
                        Optional.empty(),
                        List.of(),
                        OptionalLong.of(0),
                        results),
                new RunVerdict(
                        Decision.REGRESSION,
                        "regression: rag <long>: p50(ttft) +38.0 % against the baseline, worse by 10 % or more, interval"
                                + " included; cannot tell: code; pass: chat; code is new and not judged",
                        Optional.of("20261124T200000Z-base"),
                        List.of(),
                        List.of(new Difference("series batch", "gone", "measured")),
                        List.of(
                                new SeriesVerdict("chat", pass),
                                new SeriesVerdict("rag <long>", worse),
                                new SeriesVerdict("code", open))));
    }

    /** A canary that is worse than what served beside it. */
    static Sample canary() {
        RunSeries series = RunSeries.of(series(), List.of(), List.of("stable", "canary"));
        Sample mixed = mixed();
        List<SeriesResult> results = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            SeriesResult like = mixed.result().series().get(i);
            results.add(new SeriesResult(
                    series.parts().get(i),
                    series.name(series.parts().get(i)),
                    like.totals(),
                    like.windows(),
                    0,
                    Optional.empty(),
                    OptionalLong.empty()));
        }
        RunResult sum = mixed.result();
        return new Sample(
                new RunResult(
                        sum.identity(),
                        sum.plan(),
                        sum.environment(),
                        sum.ending(),
                        sum.totals(),
                        sum.windows(),
                        List.of(),
                        0,
                        Optional.empty(),
                        List.of(),
                        OptionalLong.empty(),
                        results),
                new RunVerdict(
                        Decision.INCONCLUSIVE,
                        "cannot tell: canary: 840 requests on the canary",
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        List.of(
                                new SeriesVerdict(
                                        "stable",
                                        new RunVerdict(
                                                Decision.NOT_JUDGED, "not judged: none", Optional.empty(), List.of())),
                                new SeriesVerdict(
                                        "canary",
                                        new RunVerdict(
                                                Decision.INCONCLUSIVE,
                                                "cannot tell: 840 requests on the canary",
                                                Optional.empty(),
                                                List.of(new SampleRatioFinding(
                                                        Answer.CANNOT_TELL,
                                                        0.5,
                                                        840,
                                                        1200,
                                                        "840 requests on the canary")))))));
    }

    static Series series() {
        return new Series(
                new ComparisonGroup(
                        "vllm-a100", "llama-3.1-8b-instruct", "chat", new LoadPoint.ClosedLoop(8), "default"),
                "stable");
    }

    static WindowId id(int index) {
        return new WindowId(series(), START + index * WINDOW_MILLIS, WINDOW_MILLIS);
    }

    /** A window of streamed requests whose latencies are log-normal around the given medians. */
    static WindowSummary streamed(SplittableRandom random, int index, int completed, double ttft, double tpot) {
        EnumMap<LatencyMetric, HistogramAccumulator> latencies = new EnumMap<>(LatencyMetric.class);
        long tokens = 0;
        long slowest = 0;
        for (int n = 0; n < completed; n++) {
            long first = (long) (ttft * Math.exp(0.45 * random.nextGaussian()));
            long each = (long) (tpot * Math.exp(0.08 * random.nextGaussian()));
            int output = 120 + random.nextInt(90);
            tokens += output;
            long e2e = first + each * (output - 1L);
            slowest = Math.max(slowest, first);
            record(latencies, LatencyMetric.TTFT, first);
            record(latencies, LatencyMetric.TTFA, first);
            record(latencies, LatencyMetric.TPOT, each);
            record(latencies, LatencyMetric.E2E, e2e);
            record(latencies, LatencyMetric.RESPONSE, e2e + 300_000);
            record(latencies, LatencyMetric.DISPATCH_LAG, 30_000 + random.nextInt(120_000));
            record(latencies, LatencyMetric.GATE_WAIT, 20_000 + random.nextInt(40_000));
            for (int gap = 0; gap < 4; gap++) {
                record(latencies, LatencyMetric.ITL, (long) (each * Math.exp(0.3 * random.nextGaussian())));
            }
        }
        Map<FailureKind, Long> failed = random.nextInt(25) == 0
                ? Map.of(random.nextBoolean() ? FailureKind.TIMEOUT_STALL : FailureKind.HTTP_5XX, 1L)
                : Map.of();
        for (long count : failed.values()) {
            record(latencies, LatencyMetric.TIME_TO_FAILURE, 900_000_000 + count);
        }
        WindowSummary summary = summary(
                new RequestCounts(completed, failed, 0, 0, 0),
                latencies,
                new TokenTotals(completed * 220L, tokens, 0, completed * 16L, tokens),
                completed + failed.size(),
                80_000_000_000L);
        return new WindowSummary(
                summary.requests(),
                summary.latencies(),
                summary.tokens(),
                summary.offered(),
                summary.inFlightNanos(),
                Map.of(LatencyMetric.TTFT, List.of(new SlowRequest("r-" + index, slowest))),
                Optional.empty(),
                Optional.of(around(index)),
                Optional.empty());
    }

    /** A GPU, an engine whose queue grows, and a load generator that is sometimes a little late. */
    private static Circumstances around(int index) {
        return new Circumstances(
                Map.of(
                        "gpu_utilization_ratio", GaugeSum.of(0.93),
                        "gpu_memory_used_bytes", GaugeSum.of(71L << 30),
                        "gpu_power_watts", GaugeSum.of(388.5),
                        "engine_requests_running", GaugeSum.of(8),
                        "engine_requests_waiting", GaugeSum.of(index),
                        "engine_kv_cache_usage_ratio", GaugeSum.of(0.61)),
                Map.of(
                        "engine_preemptions", CounterSum.of(0, WINDOW_MILLIS),
                        "engine_queue_time_seconds", CounterSum.of(1.5, WINDOW_MILLIS),
                        "engine_queue_time_requests", CounterSum.of(60, WINDOW_MILLIS),
                        "engine_prefix_hit_tokens", CounterSum.of(160, WINDOW_MILLIS),
                        "engine_prefix_query_tokens", CounterSum.of(2_200, WINDOW_MILLIS)),
                OptionalLong.of(40_000_000),
                Optional.of(Histogram.of(80_000, 120_000, 1_900_000)));
    }

    /** The same run on a stack whose parts were gone for a while, one of them to the end. */
    /** The same run, of a server that counted no tokens and failed some requests. */
    static Sample countedInChunks(Sample sample) {
        RunResult result = sample.result();
        RunTotals totals = result.totals();
        RunTotals.Heard heard = new RunTotals.Heard(
                List.of(new RunTotals.Cause(FailureKind.STREAM_ERROR, 7, Optional.of("out of <b>memory</b>"))),
                Map.of(),
                Optional.of(new TokenCounting(
                        Map.of(TokenSource.CHUNKS, 120L),
                        0,
                        Optional.of("0 output tokens beside 10 chunks with content"))));
        return new Sample(
                new RunResult(
                        result.identity(),
                        result.plan(),
                        result.environment(),
                        result.ending(),
                        new RunTotals(
                                totals.offered(),
                                totals.acknowledgedEvents(),
                                totals.lostEvents(),
                                totals.countedEvents(),
                                totals.goodput(),
                                totals.cost(),
                                Optional.of(heard)),
                        result.windows(),
                        result.alerts()),
                sample.verdict());
    }

    static Sample withOutages(Sample sample) {
        RunResult result = sample.result();
        return new Sample(
                new RunResult(
                        result.identity(),
                        result.plan(),
                        result.environment(),
                        result.ending(),
                        result.totals(),
                        result.windows(),
                        result.alerts(),
                        result.detectorWindows(),
                        result.openIncident(),
                        List.of(
                                new Outage(
                                        "broker",
                                        START + 60_000,
                                        OptionalInt.of(137),
                                        1,
                                        OptionalLong.of(12_340),
                                        "READY <b>broker</b>"),
                                new Outage(
                                        "broker", START + 90_000, OptionalInt.of(4), 2, OptionalLong.of(7_660), "full"),
                                new Outage(
                                        "producer",
                                        START + 95_000,
                                        OptionalInt.empty(),
                                        0,
                                        OptionalLong.empty(),
                                        "none"))),
                sample.verdict());
    }

    static RunResult result(
            long endEpochMillis,
            RunEnding ending,
            List<RunWindow> windows,
            List<AlertRecord> alerts,
            Optional<Goodput> goodput) {
        long counted = windows.stream()
                .mapToLong(window -> window.measured().requests().total()
                        + window.excluded().requests().total())
                .sum();
        long offered = windows.stream()
                .mapToLong(window ->
                        window.measured().offered() + window.excluded().offered())
                .sum();
        return new RunResult(
                new RunIdentity(
                        "20261125T200000Z-q7w2",
                        series(),
                        "http://gpu-01.example:8000/v1",
                        START,
                        endEpochMillis,
                        WINDOW_MILLIS),
                Map.of(
                        "url",
                        "http://gpu-01.example:8000/v1",
                        "concurrency",
                        "8",
                        "duration",
                        "10m",
                        "random-seed",
                        "42"),
                new Environment(
                        Map.of("image", "vllm/vllm-openai:v0.11.0", "model-revision", "5206a32", "quantization", "fp8"),
                        Map.of(
                                "gpu",
                                "A100-SXM4-80GB x1",
                                "driver",
                                "570.86.15",
                                "dataset",
                                "synthetic 220/165, seed 42")),
                ending,
                new RunTotals(
                        offered,
                        counted,
                        0,
                        counted,
                        goodput,
                        goodput.isPresent() ? OptionalDouble.of(1.8342) : OptionalDouble.empty()),
                windows,
                alerts);
    }

    private static AlertRecord alert(Transition transition, long atMillis) {
        return new AlertRecord(
                "a-1",
                series(),
                transition,
                START + atMillis,
                START + 360_000,
                new AlertRecord.Reasons(
                        "baseline-7",
                        List.of(new MetricVerdict(
                                JudgedMetric.TPOT_P50,
                                new Verdict.Regressed(),
                                Optional.of(new Effect(21e6, 27.9e6, 1.33, 1.31, 1.35)),
                                Optional.of(new Evidence(14.2, 11.5, 0.8, OptionalLong.of(START + 360_000), 7, 560)))),
                        List.of(new SlowRequest("r-41", 812_000_000)),
                        OptionalLong.empty()),
                "p50(tpot) 21.0 ms to 27.9 ms (+33 %), p95(ttft) moved with it");
    }

    private static BudgetFinding budget(
            Answer answer,
            String budget,
            double limit,
            double value,
            double low,
            double high,
            String unit,
            String why) {
        return new BudgetFinding(
                answer,
                budget,
                limit,
                OptionalDouble.of(value),
                OptionalDouble.of(low),
                OptionalDouble.of(high),
                unit,
                why);
    }

    private static ComparisonFinding comparison(
            Answer answer,
            JudgedMetric metric,
            Change change,
            double now,
            double before,
            double ratio,
            double low,
            double high) {
        String why = switch (change) {
            case STEADY -> "no change of 10 % or more";
            case REGRESSED -> "worse by 10 % or more, interval included";
            case IMPROVED -> "better by 10 % or more";
            case UNKNOWN -> "unknown";
        };
        return new ComparisonFinding(
                answer,
                metric,
                change,
                OptionalDouble.of(now),
                OptionalDouble.of(before),
                Optional.of(new Ratio(ratio, low, high)),
                why);
    }

    private static RunWindow window(int index, WindowSummary measured, boolean partial) {
        return new RunWindow(START + index * WINDOW_MILLIS, WINDOW_MILLIS, measured, ExcludedPart.none(), 1, partial);
    }

    private static WindowSummary summary(
            RequestCounts requests,
            EnumMap<LatencyMetric, HistogramAccumulator> latencies,
            TokenTotals tokens,
            long offered,
            long inFlightNanos) {
        EnumMap<LatencyMetric, Histogram> histograms = new EnumMap<>(LatencyMetric.class);
        latencies.forEach((metric, accumulator) -> histograms.put(metric, accumulator.toHistogram()));
        return new WindowSummary(requests, histograms, tokens, offered, inFlightNanos, Map.of());
    }

    private static void record(
            EnumMap<LatencyMetric, HistogramAccumulator> latencies, LatencyMetric metric, long nanos) {
        latencies.computeIfAbsent(metric, any -> new HistogramAccumulator()).record(nanos);
    }
}
