package dev.plumbline.windowing;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.SlowRequest;
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
    private long offered;
    private long inFlightNanos;
    private TokenTotals tokens = TokenTotals.none();

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
            case Outcome.Dropped ignored -> dropped++;
            case Outcome.Cancelled ignored -> cancelled++;
        }
        if (event.attempt().number() > 1) {
            retried++;
        }
        record(LatencyMetric.DISPATCH_LAG, event);
        record(LatencyMetric.GATE_WAIT, event);
    }

    /** Adds what a producer did in one slot. */
    public void add(Activity activity) {
        offered = saturatedSum(offered, activity.offered());
        inFlightNanos = saturatedSum(inFlightNanos, activity.inFlightNanos());
        tokens = saturatedSum(tokens, new TokenTotals(0, 0, 0, 0, activity.outputTokens()));
    }

    /** Adds everything that another accumulator collected. */
    public void add(WindowSummary other) {
        RequestCounts requests = other.requests();
        completed += requests.completed();
        requests.failed().forEach((kind, count) -> failed.merge(kind, count, Long::sum));
        dropped += requests.dropped();
        cancelled += requests.cancelled();
        retried += requests.retried();
        other.latencies().forEach((metric, histogram) -> latency(metric).add(histogram));
        tokens = saturatedSum(tokens, other.tokens());
        offered = saturatedSum(offered, other.offered());
        inFlightNanos = saturatedSum(inFlightNanos, other.inFlightNanos());
        other.slowest()
                .forEach((metric, requestsOfMetric) -> slowest.merge(metric, requestsOfMetric, SlowRequest::slowest));
    }

    /** About how many bytes of memory it takes. */
    public long bytes() {
        long bytes = BASE_BYTES + SLOW_REQUEST_BYTES * SlowRequest.KEPT * slowest.size();
        for (HistogramAccumulator histogram : latencies.values()) {
            bytes += histogram.bytes();
        }
        return bytes;
    }

    /** What has been collected so far. */
    public WindowSummary toSummary() {
        EnumMap<LatencyMetric, Histogram> histograms = new EnumMap<>(LatencyMetric.class);
        latencies.forEach((metric, accumulator) -> histograms.put(metric, accumulator.toHistogram()));
        return new WindowSummary(
                new RequestCounts(completed, failed, dropped, cancelled, retried),
                histograms,
                tokens,
                offered,
                inFlightNanos,
                slowest);
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
                        0));
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
                saturatedSum(a.prompt(), b.prompt()),
                saturatedSum(a.output(), b.output()),
                saturatedSum(a.reasoning(), b.reasoning()),
                saturatedSum(a.cached(), b.cached()),
                saturatedSum(a.streamedOutput(), b.streamedOutput()));
    }

    private static long saturatedSum(long a, long b) {
        long sum = a + b;
        // Both operands have the other sign than the sum exactly when it turned over.
        if (((a ^ sum) & (b ^ sum)) < 0) {
            return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return sum;
    }
}
