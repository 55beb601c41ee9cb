package dev.plumbline.cli.run;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.window.LatencyMetric;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the last ten seconds were like, for the eye: the verdict rests on windows, not on this. Slots of one second of the
 * wall clock, by the end of the request; at most {@value #SLOTS} are kept. One thread.
 */
final class RecentRequests {

    static final int SLOTS = 10;

    private static final LatencyMetric[] SHOWN = {LatencyMetric.TTFT, LatencyMetric.TPOT, LatencyMetric.E2E};

    private final Deque<Slot> slots = new ArrayDeque<>();
    private long startEpochMillis = Long.MAX_VALUE;
    /** Nothing is known any more of the seconds before this one. */
    private long forgottenUntilSecond = Long.MIN_VALUE;

    private static final class Slot {
        private final long second;
        private final Map<LatencyMetric, HistogramAccumulator> latencies = new EnumMap<>(LatencyMetric.class);
        private long completed;
        private long outputTokens;
        private long inChunks;

        Slot(long second) {
            this.second = second;
            for (LatencyMetric metric : SHOWN) {
                latencies.put(metric, new HistogramAccumulator());
            }
        }
    }

    void add(RequestEvent event) {
        if (!(event.outcome() instanceof Outcome.Completed)) {
            return;
        }
        long second = event.endEpochMillis() / 1_000;
        Slot slot = slotOf(second);
        slot.completed++;
        Optional<TokenCount> output = event.response().tokens().output();
        slot.outputTokens += output.map(TokenCount::count).orElse(0L);
        slot.inChunks +=
                output.filter(count -> count.source() == TokenSource.CHUNKS).isPresent() ? 1 : 0;
        slot.latencies.forEach((metric, accumulator) -> metric.ofRequest(event).ifPresent(accumulator::record));
    }

    /** Events of several partitions or loops may be a little out of order; what is older than all slots goes to the oldest. */
    private Slot slotOf(long second) {
        for (Slot slot : slots) {
            if (slot.second == second) {
                return slot;
            }
        }
        if (!slots.isEmpty() && second < slots.getFirst().second) {
            return slots.getFirst();
        }
        Slot slot = new Slot(second);
        slots.addLast(slot);
        if (slots.size() > SLOTS) {
            forgottenUntilSecond = Math.max(forgottenUntilSecond, slots.removeFirst().second + 1);
        }
        return slot;
    }

    /** Says when measuring begins, which may lie ahead; unknown before. */
    void measuredFrom(long epochMillis) {
        startEpochMillis = epochMillis;
    }

    /** When measuring begins; {@link Long#MAX_VALUE} while that is not known. */
    long startEpochMillis() {
        return startEpochMillis;
    }

    /**
     * Over the last full seconds before a time, also those in which nothing ended; empty while none has been measured, and
     * where what was kept of that time made room for what came later.
     */
    Optional<Rates> rates(long nowEpochMillis) {
        long until = nowEpochMillis / 1_000;
        slots.removeIf(slot -> slot.second < until - SLOTS);
        long from = Math.max(forgottenUntilSecond, Math.max(until - SLOTS, Math.ceilDiv(startEpochMillis, 1_000L)));
        if (from >= until) {
            return Optional.empty();
        }
        long completed = 0;
        long tokens = 0;
        for (Slot slot : slots) {
            if (slot.second >= from && slot.second < until) {
                completed += slot.completed;
                tokens += slot.outputTokens;
            }
        }
        double seconds = until - from;
        return Optional.of(new Rates(completed / seconds, tokens / seconds));
    }

    /** What output tokens are counted in: {@code chunks} while those of every completed request are, else {@code tok}. */
    String outputUnit() {
        boolean inChunks = !slots.isEmpty() && slots.stream().allMatch(slot -> slot.inChunks == slot.completed);
        return inChunks ? "chunks" : "tok";
    }

    /** The distribution over all slots. */
    Histogram latency(LatencyMetric metric) {
        HistogramAccumulator all = new HistogramAccumulator();
        for (Slot slot : slots) {
            HistogramAccumulator one = slot.latencies.get(metric);
            if (one != null) {
                all.add(one.toHistogram());
            }
        }
        return all.toHistogram();
    }

    /** Per second. */
    record Rates(double completedRequests, double outputTokens) {}
}
