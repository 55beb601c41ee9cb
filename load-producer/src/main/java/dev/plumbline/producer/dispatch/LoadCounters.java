package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What became of requests, over all loops. Any thread; sums are exact when nothing is under way. */
public final class LoadCounters {

    private final LongAdder due = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder inFlight = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final LongAdder markersRefused = new LongAdder();
    private final Map<FailureKind, LongAdder> failed;

    public LoadCounters() {
        Map<FailureKind, LongAdder> byKind = new EnumMap<>(FailureKind.class);
        for (FailureKind kind : FailureKind.values()) {
            byKind.put(kind, new LongAdder());
        }
        this.failed = Collections.unmodifiableMap(byKind);
    }

    void due() {
        due.increment();
    }

    void sent() {
        sent.increment();
    }

    void entered() {
        inFlight.increment();
    }

    void left() {
        inFlight.decrement();
    }

    void markerRefused() {
        markersRefused.increment();
    }

    void ended(Attempt attempt, Outcome outcome) {
        if (attempt.number() > 1) {
            retried.increment();
        }
        switch (outcome) {
            case Outcome.Completed unused -> completed.increment();
            case Outcome.Failed failure -> {
                LongAdder ofKind = failed.get(failure.kind());
                if (ofKind != null) {
                    ofKind.increment();
                }
            }
            case Outcome.Dropped unused -> dropped.increment();
            case Outcome.Cancelled unused -> cancelled.increment();
        }
    }

    /** Requests that fell due. */
    public long dueRequests() {
        return due.sum();
    }

    /** Requests that were written to a connection. */
    public long sentRequests() {
        return sent.sum();
    }

    /** Requests between taken and end. */
    public long inFlightRequests() {
        return inFlight.sum();
    }

    public long completedRequests() {
        return completed.sum();
    }

    public long droppedRequests() {
        return dropped.sum();
    }

    public long cancelledRequests() {
        return cancelled.sum();
    }

    /** Ended tries beyond the first of a request. */
    public long retriedRequests() {
        return retried.sum();
    }

    /** Markers that had to wait for a later tick, because the sender was behind. */
    public long refusedMarkers() {
        return markersRefused.sum();
    }

    /** Failures by kind; kinds without any are left out. */
    public Map<FailureKind, Long> failedRequests() {
        Map<FailureKind, Long> counts = new EnumMap<>(FailureKind.class);
        failed.forEach((kind, count) -> {
            if (count.sum() > 0) {
                counts.put(kind, count.sum());
            }
        });
        return counts;
    }
}
