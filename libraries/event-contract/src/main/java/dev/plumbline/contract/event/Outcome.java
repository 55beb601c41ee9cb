package dev.plumbline.contract.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/** How a request ended: exactly one of these. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Outcome.Completed.class, name = "completed"),
    @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = Outcome.Dropped.class, name = "dropped"),
    @JsonSubTypes.Type(value = Outcome.Cancelled.class, name = "cancelled")
})
public sealed interface Outcome {

    /** A finish reason was seen and no error event: neither "status 200" nor "[DONE] seen" is enough. */
    record Completed(String finishReason) implements Outcome {
        public Completed {
            Objects.requireNonNull(finishReason, "finishReason");
        }
    }

    /**
     * It was sent, or could not be, and no valid answer came.
     *
     * @param httpStatus the status, where one arrived
     * @param retryAfterMillis what the server asked for, where it did
     * @param detail one line for people, at most 300 characters, without prompts, completions or secrets
     */
    record Failed(FailureKind kind, OptionalLong httpStatus, OptionalLong retryAfterMillis, Optional<String> detail)
            implements Outcome {
        public Failed {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(httpStatus, "httpStatus");
            Objects.requireNonNull(retryAfterMillis, "retryAfterMillis");
            Objects.requireNonNull(detail, "detail");
            detail = detail.map(text -> text.length() <= 300 ? text : text.substring(0, 300));
        }

        /** A failure with a line of explanation and nothing else known. */
        public static Failed of(FailureKind kind, String detail) {
            return new Failed(kind, OptionalLong.empty(), OptionalLong.empty(), Optional.of(detail));
        }
    }

    /** It was due and never sent; counted, never skipped. */
    record Dropped(DropReason reason) implements Outcome {
        public Dropped {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * We ended it, at the end of a run for example, or could not make it: neither good nor bad.
     *
     * @param ownLimit what the load generator's machine had too little of, where that is why. Readers that are older than this
     *     field take such a request for one that was cancelled, and count it neither way
     */
    record Cancelled(Optional<OwnLimit> ownLimit) implements Outcome {
        public Cancelled {
            Objects.requireNonNull(ownLimit, "ownLimit");
        }

        /** Because it was to end. */
        public Cancelled() {
            this(Optional.empty());
        }

        /** Because this machine had too little of something. */
        public static Cancelled by(OwnLimit limit) {
            return new Cancelled(Optional.of(limit));
        }
    }

    /** Why a request that was due was not sent. */
    enum DropReason {
        /** As many requests as allowed were already in flight. */
        IN_FLIGHT_CAP,
        /** Too many failures: the producer protects the target. */
        CIRCUIT_BREAKER
    }
}
