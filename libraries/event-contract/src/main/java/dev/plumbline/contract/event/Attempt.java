package dev.plumbline.contract.event;

import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Which try of which request an event is.
 *
 * @param requestId unique per attempt; also sent to the target as {@code X-Request-Id}
 * @param number 1 for the first try
 * @param retryOf the request id of the try before; empty for the first
 * @param asked what the request was in the workload and in the plan; the same for every try but for the phase and the wave, which
 *     are of the try. Empty where nothing was told
 */
public record Attempt(String requestId, int number, Optional<String> retryOf, Optional<Asked> asked) {

    public Attempt {
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(retryOf, "retryOf");
        Objects.requireNonNull(asked, "asked");
        if (requestId.isBlank() || requestId.length() > 200) {
            throw new IllegalArgumentException("requestId must have 1 to 200 characters");
        }
        if (number < 1 || (number > 1) != retryOf.isPresent()) {
            throw new IllegalArgumentException("attempt " + number + " with retryOf " + retryOf);
        }
    }

    /** A try of a request of a plain load. */
    public Attempt(String requestId, int number, Optional<String> retryOf) {
        this(requestId, number, retryOf, Optional.empty());
    }

    /** The first try of a request of a plain load. */
    public static Attempt first(String requestId) {
        return new Attempt(requestId, 1, Optional.empty());
    }

    /** This with more of what it was. */
    public Attempt told(UnaryOperator<Asked> more) {
        return new Attempt(requestId, number, retryOf, Optional.of(more.apply(asked.orElseGet(Asked::nothing))));
    }

    /** What is good for it, where that was stated. */
    public Optional<Slo> slo() {
        return asked.flatMap(Asked::slo);
    }
}
