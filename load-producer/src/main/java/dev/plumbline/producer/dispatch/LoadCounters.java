package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.series.Series;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of requests, over all loops: of all of them, and of those of each series. Any thread; sums are exact when nothing is
 * under way.
 */
public final class LoadCounters {

    private final Optional<LoadCounters> whole;
    private final Map<Series, LoadCounters> parts;
    private final LongAdder due = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder inFlight = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final LongAdder markersRefused = new LongAdder();
    private final LongAdder pairs = new LongAdder();
    private final LongAdder brokenPairs = new LongAdder();
    private final LongAdder rounds = new LongAdder();
    private final LongAdder roundsInStep = new LongAdder();
    private final Map<FailureKind, LongAdder> failed;

    /** Of no series in particular. */
    public LoadCounters() {
        this(Set.of());
    }

    /** @param series those of which is counted apart, too */
    public LoadCounters(Collection<Series> series) {
        this(Optional.empty(), series);
    }

    private LoadCounters(Optional<LoadCounters> whole, Collection<Series> series) {
        this.whole = whole;
        Map<Series, LoadCounters> ofSeries = new HashMap<>();
        series.forEach(each -> ofSeries.put(each, new LoadCounters(Optional.of(this), Set.of())));
        this.parts = Map.copyOf(ofSeries);
        Map<FailureKind, LongAdder> byKind = new EnumMap<>(FailureKind.class);
        for (FailureKind kind : FailureKind.values()) {
            byKind.put(kind, new LongAdder());
        }
        this.failed = Collections.unmodifiableMap(byKind);
    }

    /** The part of a series, which counts for the whole, too; the whole where nothing is counted apart. */
    public LoadCounters of(Series series) {
        return parts.isEmpty()
                ? this
                : Optional.ofNullable(parts.get(series))
                        .orElseThrow(() -> new IllegalArgumentException("nobody counts for " + series.key()));
    }

    void due() {
        due.increment();
        whole.ifPresent(LoadCounters::due);
    }

    void sent() {
        sent.increment();
        whole.ifPresent(LoadCounters::sent);
    }

    void entered() {
        inFlight.increment();
        whole.ifPresent(LoadCounters::entered);
    }

    void left() {
        inFlight.decrement();
        whole.ifPresent(LoadCounters::left);
    }

    void markerRefused() {
        markersRefused.increment();
    }

    void pairOver(boolean isWhole) {
        pairs.increment();
        brokenPairs.add(isWhole ? 0 : 1);
    }

    void roundOver(boolean isInStep) {
        rounds.increment();
        roundsInStep.add(isInStep ? 1 : 0);
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
        whole.ifPresent(all -> all.ended(attempt, outcome));
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

    /** Pairs of requests that are over. */
    public long pairs() {
        return pairs.sum();
    }

    /** Those of them that compare nothing: a half was dropped, failed or was cancelled. */
    public long brokenPairs() {
        return brokenPairs.sum();
    }

    /** Rounds of a closed loop: as many starts in a row as it has clients. */
    public long rounds() {
        return rounds.sum();
    }

    /** Those of them in which the clients sent together. */
    public long roundsInStep() {
        return roundsInStep.sum();
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
