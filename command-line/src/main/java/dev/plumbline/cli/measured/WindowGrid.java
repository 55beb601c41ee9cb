package dev.plumbline.cli.measured;

import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenOrigins;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Requests in windows of their ends, in whatever order they come. The windows begin at a second each; when there are more than
 * {@value #MOST}, they are made twice as long, so memory is bounded however long a file is.
 *
 * <p>One thread at a time.
 */
final class WindowGrid {

    /** Most windows that are kept. */
    static final int MOST = 1_024;

    /** Enough to see how neighbours resemble each other; more are merged, so that each holds some requests. */
    private static final int WANTED = 120;

    /** Fewer say little of how neighbours resemble each other. */
    private static final int FEWEST = 24;

    private static final int REQUESTS_IN_EACH = 4;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private TreeMap<Long, Cell> cells = new TreeMap<>();
    private long lengthNanos = NANOS_PER_SECOND;
    private long requests;
    private long firstSent = Long.MAX_VALUE;
    private long lastSent = Long.MIN_VALUE;

    /**
     * Adds a request.
     *
     * @param sentNanos when it was sent; where nobody tells times, its place in the order, in seconds
     * @param isTimed whether that is a time: then its tokens and its time in flight are spread over it
     */
    void add(MeasuredRequest request, long sentNanos, boolean isTimed) {
        requests++;
        firstSent = Math.min(firstSent, sentNanos);
        lastSent = Math.max(lastSent, sentNanos);
        long endNanos = sentNanos + (isTimed ? request.tookNanos() : 0);
        at(endNanos).add(request);
        at(sentNanos).offered++;
        if (isTimed) {
            spread(sentNanos, endNanos, (cell, share) -> cell.inFlightNanos += share * request.tookNanos());
            OptionalLong ttft = request.latencies().ttftNanos();
            long tokens = request.tokens().output().orElse(0);
            if (ttft.isPresent() && tokens > 0) {
                long first = Math.min(endNanos, sentNanos + ttft.getAsLong());
                at(first).streamedTokens++;
                spread(first, endNanos, (cell, share) -> cell.streamedTokens += share * (tokens - 1));
            }
        }
    }

    boolean isEmpty() {
        return requests == 0;
    }

    long requests() {
        return requests;
    }

    long firstSentNanos() {
        return firstSent;
    }

    long lastSentNanos() {
        return lastSent;
    }

    private interface Share {
        void to(Cell cell, double share);
    }

    /** Divides what lies evenly between two moments among the windows. */
    private void spread(long fromNanos, long untilNanos, Share share) {
        long length = untilNanos - fromNanos;
        if (length <= 0) {
            share.to(at(fromNanos), 1);
            return;
        }
        long at = fromNanos;
        while (at < untilNanos) {
            // Asked for first: it may make windows longer.
            Cell cell = at(at);
            long end = Math.min(untilNanos, (Math.floorDiv(at, lengthNanos) + 1) * lengthNanos);
            share.to(cell, (double) (end - at) / length);
            at = end;
        }
    }

    private Cell at(long nanos) {
        Cell found = cells.get(Math.floorDiv(nanos, lengthNanos));
        if (found != null) {
            return found;
        }
        cells.put(Math.floorDiv(nanos, lengthNanos), new Cell());
        while (cells.size() > MOST) {
            lengthen();
        }
        return cells.get(Math.floorDiv(nanos, lengthNanos));
    }

    private void lengthen() {
        TreeMap<Long, Cell> longer = new TreeMap<>();
        cells.forEach((index, cell) -> longer.merge(Math.floorDiv(index, 2L), cell, Cell::plus));
        cells = longer;
        lengthNanos *= 2;
    }

    /** Length of the windows, after {@link #windows}. */
    long lengthMillis() {
        return lengthNanos / NANOS_PER_MILLI;
    }

    /**
     * The windows, oldest first, those in which nothing was among them.
     *
     * @param isTimed whether the clock is one: else every window is a part of one, because it has no length
     */
    List<RunWindow> windows(boolean isTimed) {
        if (isEmpty()) {
            return List.of();
        }
        while (span() > WANTED || (span() > FEWEST && requests < REQUESTS_IN_EACH * span())) {
            lengthen();
        }
        List<RunWindow> windows = new ArrayList<>();
        for (long index = cells.firstKey(); index <= cells.lastKey(); index++) {
            Cell cell = cells.getOrDefault(index, EMPTY);
            long start = index * lengthNanos;
            boolean isWhole = isTimed && start >= firstSent && start + lengthNanos <= lastSent;
            windows.add(new RunWindow(
                    start / NANOS_PER_MILLI,
                    lengthMillis(),
                    cell.summary(isTimed && start < lastSent),
                    ExcludedPart.none(),
                    1,
                    !isWhole));
        }
        return windows;
    }

    private long span() {
        return cells.lastKey() - cells.firstKey() + 1;
    }

    private static final Cell EMPTY = new Cell();

    /** One window while it is made. */
    private static final class Cell {
        private final EnumMap<LatencyMetric, HistogramAccumulator> latencies = new EnumMap<>(LatencyMetric.class);
        private final EnumMap<FailureKind, Long> failed = new EnumMap<>(FailureKind.class);
        private long completed;
        private long dropped;
        private long cancelled;
        private long offered;
        private long promptTokens;
        private long outputTokens;
        private long cachedTokens;
        private long promptWithKnownCache;
        private double streamedTokens;
        private double inFlightNanos;

        void add(MeasuredRequest request) {
            switch (request.ended()) {
                case Ended.Completed ignored -> {
                    completed++;
                    record(LatencyMetric.TTFT, request.latencies().ttftNanos());
                    record(LatencyMetric.TPOT, request.latencies().tpotNanos());
                    record(LatencyMetric.E2E, request.latencies().e2eNanos());
                    promptTokens += request.tokens().prompt().orElse(0);
                    outputTokens += request.tokens().output().orElse(0);
                    cachedTokens += request.tokens().cached().orElse(0);
                    promptWithKnownCache += request.tokens().cached().isPresent()
                            ? request.tokens().prompt().orElse(0)
                            : 0;
                }
                case Ended.Failed failure -> failed.merge(failure.kind(), 1L, Long::sum);
                case Ended.Dropped ignored -> dropped++;
                case Ended.Cancelled ignored -> cancelled++;
            }
        }

        private void record(LatencyMetric metric, OptionalLong nanos) {
            nanos.ifPresent(value -> latencies
                    .computeIfAbsent(metric, ignored -> new HistogramAccumulator())
                    .record(value));
        }

        /** Takes up another, which is used up. */
        Cell plus(Cell other) {
            other.latencies.forEach((metric, values) -> {
                HistogramAccumulator own = latencies.putIfAbsent(metric, values);
                if (own != null) {
                    own.add(values.toHistogram());
                }
            });
            other.failed.forEach((kind, count) -> failed.merge(kind, count, Long::sum));
            completed += other.completed;
            dropped += other.dropped;
            cancelled += other.cancelled;
            offered += other.offered;
            promptTokens += other.promptTokens;
            outputTokens += other.outputTokens;
            cachedTokens += other.cachedTokens;
            promptWithKnownCache += other.promptWithKnownCache;
            streamedTokens += other.streamedTokens;
            inFlightNanos += other.inFlightNanos;
            return this;
        }

        /** @param isUnderLoad else nothing is in flight that counts: the load is over, and its longest requests end */
        WindowSummary summary(boolean isUnderLoad) {
            EnumMap<LatencyMetric, Histogram> histograms = new EnumMap<>(LatencyMetric.class);
            latencies.forEach((metric, values) -> histograms.put(metric, values.toHistogram()));
            return new WindowSummary(
                    new RequestCounts(completed, failed, dropped, cancelled, 0),
                    histograms,
                    new TokenTotals(
                            promptTokens,
                            outputTokens,
                            0,
                            cachedTokens,
                            Math.round(streamedTokens),
                            promptWithKnownCache == 0
                                    ? Optional.empty()
                                    : Optional.of(new TokenOrigins(promptWithKnownCache, 0, 0, 0, 0))),
                    offered,
                    isUnderLoad ? Math.round(inFlightNanos) : 0,
                    Map.of());
        }
    }
}
