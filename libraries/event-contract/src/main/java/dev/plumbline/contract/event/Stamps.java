package dev.plumbline.contract.event;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * When each step of a request happened, in nanoseconds of the producer's monotonic clock since the start of its epoch.
 * Absent means: it did not happen. Nine stamps in one record although style allows two optional ones: they are one
 * measurement, and the order between them is what the constructor checks.
 *
 * @param dueNanos when the schedule wanted it
 * @param takenNanos a sender took it up
 * @param sentNanos the request was written
 * @param headersNanos response headers arrived
 * @param firstByteNanos first byte of the body arrived
 * @param firstContentNanos first chunk with non-empty content, reasoning, text or tool call; absent when not streamed
 * @param firstAnswerNanos first content that is not reasoning; absent when not streamed
 * @param lastContentNanos last chunk with content; for an answer in one piece the arrival of its last byte
 * @param endNanos the stream was closed, the failure was known, or the request was dropped
 */
public record Stamps(
        long dueNanos,
        OptionalLong takenNanos,
        OptionalLong sentNanos,
        OptionalLong headersNanos,
        OptionalLong firstByteNanos,
        OptionalLong firstContentNanos,
        OptionalLong firstAnswerNanos,
        OptionalLong lastContentNanos,
        long endNanos) {

    public Stamps {
        Objects.requireNonNull(takenNanos, "takenNanos");
        Objects.requireNonNull(sentNanos, "sentNanos");
        Objects.requireNonNull(headersNanos, "headersNanos");
        Objects.requireNonNull(firstByteNanos, "firstByteNanos");
        Objects.requireNonNull(firstContentNanos, "firstContentNanos");
        Objects.requireNonNull(firstAnswerNanos, "firstAnswerNanos");
        Objects.requireNonNull(lastContentNanos, "lastContentNanos");
        long at = inOrder("taken", dueNanos, takenNanos);
        at = inOrder("sent", at, sentNanos);
        at = inOrder("headers", at, headersNanos);
        at = inOrder("firstByte", at, firstByteNanos);
        at = inOrder("firstContent", at, firstContentNanos);
        inOrder("firstAnswer", at, firstAnswerNanos);
        at = inOrder("lastContent", firstAnswerNanos.orElse(at), lastContentNanos);
        inOrder("end", at, OptionalLong.of(endNanos));
    }

    /** {@code to - from}; empty when one of them did not happen. */
    public static OptionalLong between(OptionalLong from, OptionalLong to) {
        return from.isPresent() && to.isPresent()
                ? OptionalLong.of(to.getAsLong() - from.getAsLong())
                : OptionalLong.empty();
    }

    private static long inOrder(String name, long before, OptionalLong stamp) {
        if (stamp.isEmpty()) {
            return before;
        }
        if (stamp.getAsLong() < before) {
            throw new IllegalArgumentException(
                    "stamp " + name + " at " + stamp.getAsLong() + " ns lies before " + before + " ns");
        }
        return stamp.getAsLong();
    }
}
