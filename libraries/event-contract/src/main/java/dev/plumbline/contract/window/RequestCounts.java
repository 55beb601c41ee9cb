package dev.plumbline.contract.window;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome.DropReason;
import dev.plumbline.contract.event.OwnLimit;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How requests ended. Every attempt is in exactly one of completed, failed, dropped and cancelled.
 *
 * @param failed by kind; kinds that did not occur are absent
 * @param retried attempts with a number above one; these are in the other counts, too
 * @param droppedBy of the dropped ones, by reason; empty in what was written before it was told
 * @param ownLimits of the cancelled ones, those that the producer's machine could not make, by what it had too little of
 * @param firstWave attempts that were sent before any of their load had ended; these are in the other counts, too
 */
public record RequestCounts(
        long completed,
        Map<FailureKind, Long> failed,
        long dropped,
        long cancelled,
        long retried,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
        Map<DropReason, Long> droppedBy,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
        Map<OwnLimit, Long> ownLimits,

        @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JsonSetter(nulls = Nulls.AS_EMPTY)
        long firstWave) {

    private static final RequestCounts NONE = new RequestCounts(0, Map.of(), 0, 0, 0);

    public RequestCounts {
        failed = counted(FailureKind.class, failed);
        droppedBy = counted(DropReason.class, droppedBy);
        ownLimits = counted(OwnLimit.class, ownLimits);
        if (completed < 0 || dropped < 0 || cancelled < 0 || retried < 0 || firstWave < 0) {
            throw new IllegalArgumentException("negative count among requests");
        }
    }

    /** Counts of which it is not told why requests were dropped or cancelled. */
    public RequestCounts(long completed, Map<FailureKind, Long> failed, long dropped, long cancelled, long retried) {
        this(completed, failed, dropped, cancelled, retried, Map.of(), Map.of());
    }

    /** Counts of requests that were sent later than the first of their load. */
    public RequestCounts(
            long completed,
            Map<FailureKind, Long> failed,
            long dropped,
            long cancelled,
            long retried,
            Map<DropReason, Long> droppedBy,
            Map<OwnLimit, Long> ownLimits) {
        this(completed, failed, dropped, cancelled, retried, droppedBy, ownLimits, 0);
    }

    /** No request. */
    public static RequestCounts none() {
        return NONE;
    }

    /** Failed requests of all kinds. */
    public long failedTotal() {
        return failed.values().stream().mapToLong(Long::longValue).sum();
    }

    /** All ended requests: events counted. */
    public long total() {
        return completed + failedTotal() + dropped + cancelled;
    }

    /** Both sets of requests. */
    public RequestCounts plus(RequestCounts other) {
        return new RequestCounts(
                completed + other.completed,
                sum(FailureKind.class, failed, other.failed),
                dropped + other.dropped,
                cancelled + other.cancelled,
                retried + other.retried,
                sum(DropReason.class, droppedBy, other.droppedBy),
                sum(OwnLimit.class, ownLimits, other.ownLimits),
                firstWave + other.firstWave);
    }

    private static <K extends Enum<K>> Map<K, Long> sum(Class<K> type, Map<K, Long> a, Map<K, Long> b) {
        EnumMap<K, Long> sum = new EnumMap<>(type);
        sum.putAll(a);
        b.forEach((key, count) -> sum.merge(key, count, Long::sum));
        return sum;
    }

    /** Mostly there is none, and many of these are held. */
    private static <K extends Enum<K>> Map<K, Long> counted(Class<K> type, Map<K, Long> counts) {
        if (counts.isEmpty()) {
            return Map.of();
        }
        EnumMap<K, Long> copy = new EnumMap<>(type);
        copy.putAll(counts);
        if (copy.values().stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("empty count among requests");
        }
        return Collections.unmodifiableMap(copy);
    }
}
