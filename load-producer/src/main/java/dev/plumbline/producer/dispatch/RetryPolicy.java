package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.producer.time.ProducerClock;
import java.util.OptionalLong;
import java.util.Set;

/**
 * When a failed request is tried again. Only failures before any content are, and only of kinds that another try can mend: a
 * client that has begun to show an answer does not begin anew.
 *
 * @param attempts most tries of one request, the first included, 1 to 20
 * @param pauseNanos between the end of a try and the next
 * @param longestRetryAfterNanos a server that asks for a longer pause than this is not asked again
 */
public record RetryPolicy(int attempts, long pauseNanos, long longestRetryAfterNanos) {

    /** One try. */
    public static final RetryPolicy NEVER = new RetryPolicy(1, 0, 0);

    private static final int MOST_ATTEMPTS = 20;

    private static final Set<FailureKind> MENDABLE = Set.of(
            FailureKind.CONNECT,
            FailureKind.REJECTED,
            FailureKind.HTTP_5XX,
            FailureKind.TIMEOUT_FIRST_TOKEN,
            FailureKind.STREAM_ERROR,
            FailureKind.TRUNCATED,
            FailureKind.EMPTY);

    public RetryPolicy {
        Allowed.number("attempts", attempts, 1, MOST_ATTEMPTS);
        Allowed.span("pause", pauseNanos, 0);
        Allowed.span("longest-retry-after", longestRetryAfterNanos, 0);
    }

    /** How long to wait before the next try; empty when there is none. */
    OptionalLong pauseNanosAfter(EndedRequest request) {
        if (request.attempt().number() >= attempts
                || request.response().contentChunks() > 0
                || !(request.outcome() instanceof Outcome.Failed failed)
                || !MENDABLE.contains(failed.kind())) {
            return OptionalLong.empty();
        }
        if (failed.retryAfterMillis().isEmpty()) {
            return OptionalLong.of(pauseNanos);
        }
        long askedMillis = failed.retryAfterMillis().getAsLong();
        return askedMillis > longestRetryAfterNanos / ProducerClock.NANOS_PER_MILLI
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(pauseNanos, askedMillis * ProducerClock.NANOS_PER_MILLI));
    }
}
