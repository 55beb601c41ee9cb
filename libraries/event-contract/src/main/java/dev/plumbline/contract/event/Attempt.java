package dev.plumbline.contract.event;

import java.util.Objects;
import java.util.Optional;

/**
 * Which try of which request an event is.
 *
 * @param requestId unique per attempt; also sent to the target as {@code X-Request-Id}
 * @param number 1 for the first try
 * @param retryOf the request id of the try before; empty for the first
 */
public record Attempt(String requestId, int number, Optional<String> retryOf) {

    public Attempt {
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(retryOf, "retryOf");
        if (requestId.isBlank() || requestId.length() > 200) {
            throw new IllegalArgumentException("requestId must have 1 to 200 characters");
        }
        if (number < 1 || (number > 1) != retryOf.isPresent()) {
            throw new IllegalArgumentException("attempt " + number + " with retryOf " + retryOf);
        }
    }

    /** The first try of a request. */
    public static Attempt first(String requestId) {
        return new Attempt(requestId, 1, Optional.empty());
    }
}
