package dev.plumbline.contract.window;

import dev.plumbline.contract.event.FailureKind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How requests ended. Every attempt is in exactly one of completed, failed, dropped and cancelled.
 *
 * @param failed by kind; kinds that did not occur are absent
 * @param retried attempts with a number above one; these are in the other counts, too
 */
public record RequestCounts(long completed, Map<FailureKind, Long> failed, long dropped, long cancelled, long retried) {

    private static final RequestCounts NONE = new RequestCounts(0, Map.of(), 0, 0, 0);

    public RequestCounts {
        EnumMap<FailureKind, Long> copy = new EnumMap<>(FailureKind.class);
        copy.putAll(failed);
        // Mostly there is none, and many of these are held.
        failed = copy.isEmpty() ? Map.of() : Collections.unmodifiableMap(copy);
        if (completed < 0
                || dropped < 0
                || cancelled < 0
                || retried < 0
                || copy.values().stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("negative or empty count among requests");
        }
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
        EnumMap<FailureKind, Long> sum = new EnumMap<>(FailureKind.class);
        sum.putAll(failed);
        other.failed.forEach((kind, count) -> sum.merge(kind, count, Long::sum));
        return new RequestCounts(
                completed + other.completed,
                sum,
                dropped + other.dropped,
                cancelled + other.cancelled,
                retried + other.retried);
    }
}
