package dev.plumbline.windowing;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.distribution.Sums;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Checks;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.Outcome.DropReason;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Speculation;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.window.CheckTotals;
import dev.plumbline.contract.window.Goodput;
import dev.plumbline.contract.window.Grades;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.SlowRequest;
import dev.plumbline.contract.window.TokenOrigins;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Collects events and activity into a {@link WindowSummary}. The result is the same in every order. Sums stop at the
 * largest and smallest {@code long} instead of turning over.
 *
 * <p>One thread at a time.
 */
public final class WindowAccumulator {

    /** The object itself, its maps, and what keeps it in a window. */
    private static final long BASE_BYTES = 1_000;

    /** A request's id and its number. */
    private static final long SLOW_REQUEST_BYTES = 120;

    private static final LatencyMetric[] METRICS = LatencyMetric.values();

    private final EnumMap<FailureKind, Long> failed = new EnumMap<>(FailureKind.class);
    private final EnumMap<LatencyMetric, HistogramAccumulator> latencies = new EnumMap<>(LatencyMetric.class);
    private final EnumMap<LatencyMetric, List<SlowRequest>> slowest = new EnumMap<>(LatencyMetric.class);
    private long completed;
    private long dropped;
    private long cancelled;
    private long retried;
    private long firstWave;
    private long offered;
    private long inFlightNanos;
    private TokenTotals tokens = TokenTotals.none();
    private final EnumMap<DropReason, Long> droppedBy = new EnumMap<>(DropReason.class);
    private final EnumMap<OwnLimit, Long> ownLimits = new EnumMap<>(OwnLimit.class);
    private long good;
    private long endedUnderSlo;
    private Optional<CheckTotals> checks = Optional.empty();
    private final EnumMap<LatencyMetric, HistogramAccumulator> pairRatios = new EnumMap<>(LatencyMetric.class);
    private Optional<Circumstances> circumstances = Optional.empty();
    private Optional<LoadEdges> edges = Optional.empty();

    /** Adds one ended request. */
    public void add(RequestEvent event) {
        switch (event.outcome()) {
            case Outcome.Completed ignored -> {
                completed++;
                addCompleted(event);
            }
            case Outcome.Failed failure -> {
                failed.merge(failure.kind(), 1L, Long::sum);
                record(LatencyMetric.TIME_TO_FAILURE, event);
            }
            case Outcome.Dropped drop -> {
                dropped++;
                droppedBy.merge(drop.reason(), 1L, Long::sum);
            }
            case Outcome.Cancelled ended -> {
                cancelled++;
                ended.ownLimit().ifPresent(limit -> ownLimits.merge(limit, 1L, Long::sum));
            }
        }
        if (!(event.outcome() instanceof Outcome.Cancelled)) {
            event.attempt().slo().ifPresent(slo -> {
                endedUnderSlo++;
                good += slo.isMetBy(event) ? 1 : 0;
            });
        }
        if (event.attempt().number() > 1) {
            retried++;
        }
        if (event.attempt().asked().filter(Asked::firstWave).isPresent()) {
            firstWave++;
        }
        record(LatencyMetric.DISPATCH_LAG, event);
        record(LatencyMetric.GATE_WAIT, event);
    }

    /** Adds what a producer did in one slot. */
    public void add(Activity activity) {
        offered = Sums.saturated(offered, activity.offered());
        inFlightNanos = Sums.saturated(inFlightNanos, activity.inFlightNanos());
        tokens = saturatedSum(tokens, new TokenTotals(0, 0, 0, 0, activity.outputTokens()));
        circumstances = Sums.of(circumstances, activity.circumstances(), Circumstances::plus);
        edges = Sums.of(edges, activity.edges(), LoadEdges::plus);
    }

    /** Adds everything that another accumulator collected. */
    public void add(WindowSummary other) {
        RequestCounts requests = other.requests();
        completed += requests.completed();
        requests.failed().forEach((kind, count) -> failed.merge(kind, count, Long::sum));
        dropped += requests.dropped();
        cancelled += requests.cancelled();
        retried += requests.retried();
        firstWave += requests.firstWave();
        requests.droppedBy().forEach((reason, count) -> droppedBy.merge(reason, count, Long::sum));
        requests.ownLimits().forEach((limit, count) -> ownLimits.merge(limit, count, Long::sum));
        other.grades().ifPresent(this::add);
        circumstances = Sums.of(circumstances, other.circumstances(), Circumstances::plus);
        edges = Sums.of(edges, other.edges(), LoadEdges::plus);
        other.latencies().forEach((metric, histogram) -> latency(metric).add(histogram));
        tokens = saturatedSum(tokens, other.tokens());
        offered = Sums.saturated(offered, other.offered());
        inFlightNanos = Sums.saturated(inFlightNanos, other.inFlightNanos());
        other.slowest()
                .forEach((metric, requestsOfMetric) -> slowest.merge(metric, requestsOfMetric, SlowRequest::slowest));
    }

    private void add(Grades grades) {
        grades.goodput().ifPresent(goodput -> {
            good += goodput.good();
            endedUnderSlo += goodput.ended();
        });
        checks = Sums.of(checks, grades.checks(), CheckTotals::plus);
        grades.pairRatios().forEach((metric, ratios) -> pairRatio(metric).add(ratios));
    }

    /** About how many bytes of memory it takes. */
    public long bytes() {
        long bytes = BASE_BYTES + SLOW_REQUEST_BYTES * SlowRequest.KEPT * slowest.size();
        for (HistogramAccumulator histogram : latencies.values()) {
            bytes += histogram.bytes();
        }
        for (HistogramAccumulator ratios : pairRatios.values()) {
            bytes += ratios.bytes();
        }
        return bytes + circumstances.map(Circumstances::heapBytes).orElse(0L);
    }

    /** What has been collected so far. */
    public WindowSummary toSummary() {
        EnumMap<LatencyMetric, Histogram> histograms = new EnumMap<>(LatencyMetric.class);
        latencies.forEach((metric, accumulator) -> histograms.put(metric, accumulator.toHistogram()));
        EnumMap<LatencyMetric, Histogram> ratios = new EnumMap<>(LatencyMetric.class);
        pairRatios.forEach((metric, accumulator) -> ratios.put(metric, accumulator.toHistogram()));
        return new WindowSummary(
                new RequestCounts(completed, failed, dropped, cancelled, retried, droppedBy, ownLimits, firstWave),
                histograms,
                tokens,
                offered,
                inFlightNanos,
                slowest,
                Optional.of(new Grades(
                        endedUnderSlo == 0 ? Optional.empty() : Optional.of(new Goodput(good, endedUnderSlo)),
                        checks,
                        ratios)),
                circumstances,
                edges);
    }

    private void addCompleted(RequestEvent event) {
        for (LatencyMetric metric : METRICS) {
            switch (metric) {
                case TTFT, TPOT, E2E -> {
                    OptionalLong nanos = record(metric, event);
                    if (nanos.isPresent()) {
                        keepIfSlow(metric, event.attempt().requestId(), nanos.getAsLong());
                    }
                }
                case TTFA, RESPONSE -> record(metric, event);
                case ITL -> {
                    if (event.response().streamed()) {
                        latency(metric).add(event.response().chunkGaps());
                    }
                }
                case DISPATCH_LAG, GATE_WAIT, TIME_TO_FAILURE -> {
                    // The first two are of every request and recorded there, the last is of failed ones.
                }
            }
        }
        Tokens counted = event.response().tokens();
        tokens = saturatedSum(
                tokens,
                new TokenTotals(
                        orZero(counted.prompt()),
                        orZero(counted.output()),
                        orZero(counted.reasoning()),
                        orZero(counted.cached()),
                        0,
                        origins(counted)));
        event.response()
                .checks()
                .ifPresent(checked -> checks = Sums.of(checks, Optional.of(totals(checked)), CheckTotals::plus));
        event.attempt().asked().flatMap(Asked::pair).ifPresent(pair -> addPair(event, pair));
    }

    private static Optional<TokenOrigins> origins(Tokens counted) {
        TokenOrigins origins = new TokenOrigins(
                counted.cached().isPresent() ? orZero(counted.prompt()) : 0,
                counted.output()
                        .filter(output -> output.source() == TokenSource.CHUNKS)
                        .map(TokenCount::count)
                        .orElse(0L),
                counted.speculation().map(told -> told.drafts().orElse(0)).orElse(0L),
                counted.speculation().map(Speculation::drafted).orElse(0L),
                counted.speculation().map(Speculation::accepted).orElse(0L));
        return origins.equals(TokenOrigins.none()) ? Optional.empty() : Optional.of(origins);
    }

    private static CheckTotals totals(Checks checked) {
        if (checked.failed() > 0) {
            return new CheckTotals(0, 1, 0);
        }
        return checked.notEvaluated() > 0 ? new CheckTotals(0, 0, 1) : new CheckTotals(1, 0, 0);
    }

    private void addPair(RequestEvent event, Asked.Pair pair) {
        pair.twin().ifPresent(twin -> {
            addRatio(LatencyMetric.TTFT, pair.role(), event.ttftNanos(), twin.ttftNanos());
            addRatio(LatencyMetric.TPOT, pair.role(), event.tpotNanos(), twin.tpotNanos());
            addRatio(LatencyMetric.E2E, pair.role(), event.e2eNanos(), twin.e2eNanos());
        });
    }

    private void addRatio(LatencyMetric metric, Asked.Role role, OptionalLong own, OptionalLong twin) {
        if (own.orElse(0) < 1 || twin.orElse(0) < 1) {
            return;
        }
        double ratio = (double) own.getAsLong() / twin.getAsLong();
        pairRatio(metric)
                .record(Math.round(Grades.RATIO_OF_ONE_NANOS * (role == Asked.Role.CANDIDATE ? ratio : 1 / ratio)));
    }

    private HistogramAccumulator pairRatio(LatencyMetric metric) {
        return pairRatios.computeIfAbsent(metric, ignored -> new HistogramAccumulator());
    }

    private OptionalLong record(LatencyMetric metric, RequestEvent event) {
        OptionalLong nanos = metric.ofRequest(event);
        if (nanos.isPresent()) {
            latency(metric).record(nanos.getAsLong());
        }
        return nanos;
    }

    private void keepIfSlow(LatencyMetric metric, String requestId, long nanos) {
        List<SlowRequest> kept = slowest.getOrDefault(metric, List.of());
        if (kept.size() < SlowRequest.KEPT || nanos >= kept.getLast().nanos()) {
            slowest.put(metric, SlowRequest.slowest(kept, List.of(new SlowRequest(requestId, nanos))));
        }
    }

    private HistogramAccumulator latency(LatencyMetric metric) {
        return latencies.computeIfAbsent(metric, ignored -> new HistogramAccumulator());
    }

    private static long orZero(Optional<TokenCount> count) {
        return count.map(TokenCount::count).orElse(0L);
    }

    private static TokenTotals saturatedSum(TokenTotals a, TokenTotals b) {
        return new TokenTotals(
                Sums.saturated(a.prompt(), b.prompt()),
                Sums.saturated(a.output(), b.output()),
                Sums.saturated(a.reasoning(), b.reasoning()),
                Sums.saturated(a.cached(), b.cached()),
                Sums.saturated(a.streamedOutput(), b.streamedOutput()),
                Sums.of(a.origins(), b.origins(), TokenOrigins::plus));
    }
}
