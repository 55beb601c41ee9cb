package dev.plumbline.contract.telemetry;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;

/** A sampler began to give samples, or stopped to, or there is none. Told when it changes; in between nothing changed. */
public record SamplerState(Observation observation, State state) implements TelemetryRecord {

    public SamplerState {
        Objects.requireNonNull(observation, "observation");
        Objects.requireNonNull(state, "state");
    }

    /** What a sampler does. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Up.class, name = "up"),
        @JsonSubTypes.Type(value = Down.class, name = "down"),
        @JsonSubTypes.Type(value = None.class, name = "none")
    })
    public sealed interface State {}

    /** It gives samples. */
    public record Up() implements State {}

    /** It tries and gets nothing. */
    public record Down(FailureReason reason, String detail) implements State {
        public Down {
            Objects.requireNonNull(reason, "reason");
            detail = Readings.bounded(detail);
        }
    }

    /** Nothing is tried, and why. */
    public record None(String reason) implements State {
        public None {
            reason = Readings.bounded(reason);
        }
    }

    /** Why a sampler got nothing; few, because they are a label. */
    public enum FailureReason {
        /** The tool could not be started. */
        NOT_STARTED,
        /** The tool ended by itself. */
        EXITED,
        /** No answer in time. */
        TIMEOUT,
        /** No connection. */
        CONNECT,
        /** An HTTP status other than 200. */
        HTTP_STATUS,
        /** The answer was longer than allowed. */
        TOO_LARGE,
        /** The answer was not of the expected form. */
        UNREADABLE,
        /** The answer was readable and held nothing that is looked for. */
        NOTHING_KNOWN
    }
}
