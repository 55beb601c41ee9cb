package dev.plumbline.target.lockstep;

import java.util.ArrayDeque;
import java.util.Optional;

/** How busy the steps of the last second were. Holds a second of steps, each of 10 µs or more. Not thread safe. */
final class Busyness {

    private static final long WINDOW_NANOS = 1_000_000_000L;

    /**
     * What a step does with the GPU.
     *
     * @param fullness sequences of the step over those that may run, 0 to 1
     * @param weightsShare share of its time that goes into reading the weights, 0 to 1
     */
    record Use(double fullness, double weightsShare) {}

    private record Span(long beginNanos, long endNanos, Use use) {

        double shareOf(long fromNanos, long untilNanos) {
            long within = Math.min(endNanos, untilNanos) - Math.max(beginNanos, fromNanos);
            return (double) Math.max(0, within) / WINDOW_NANOS;
        }
    }

    /**
     * Means over the last second.
     *
     * @param busy share of the time in which there was a step
     * @param fullness busy, weighted by how full the steps were
     * @param weights busy, weighted by the share that went into reading the weights
     */
    record Shares(double busy, double fullness, double weights) {}

    private final ArrayDeque<Span> spans = new ArrayDeque<>();
    private Optional<Span> current = Optional.empty();

    void begin(long nowNanos, Use use) {
        current = Optional.of(new Span(nowNanos, Long.MAX_VALUE, use));
    }

    void end(long nowNanos) {
        while (!spans.isEmpty() && spans.getFirst().endNanos() < nowNanos - WINDOW_NANOS) {
            spans.removeFirst();
        }
        current.ifPresent(span -> spans.addLast(new Span(span.beginNanos(), nowNanos, span.use())));
        current = Optional.empty();
    }

    Shares lastSecond(long nowNanos) {
        double busy = 0;
        double fullness = 0;
        double weights = 0;
        for (Span span : spans) {
            double share = span.shareOf(nowNanos - WINDOW_NANOS, nowNanos);
            busy += share;
            fullness += share * span.use().fullness();
            weights += share * span.use().weightsShare();
        }
        if (current.isPresent()) {
            double share = current.get().shareOf(nowNanos - WINDOW_NANOS, nowNanos);
            busy += share;
            fullness += share * current.get().use().fullness();
            weights += share * current.get().use().weightsShare();
        }
        return new Shares(Math.min(1, busy), Math.min(1, fullness), Math.min(1, weights));
    }
}
