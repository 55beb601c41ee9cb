package dev.plumbline.contract.telemetry;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A step in the life of a model in a server that fetches, loads and unloads models while it runs, as Ollama does.
 *
 * @param model by the server's name
 */
public record ModelLifecycle(Observation observation, String model, Step step) implements TelemetryRecord {

    public ModelLifecycle {
        Objects.requireNonNull(observation, "observation");
        Observation.requireName("model", model);
        Objects.requireNonNull(step, "step");
    }

    /** What happened. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Pulling.class, name = "pulling"),
        @JsonSubTypes.Type(value = Pulled.class, name = "pulled"),
        @JsonSubTypes.Type(value = Loaded.class, name = "loaded"),
        @JsonSubTypes.Type(value = InMemory.class, name = "in-memory"),
        @JsonSubTypes.Type(value = LeftMemory.class, name = "left-memory"),
        @JsonSubTypes.Type(value = Unloaded.class, name = "unloaded"),
        @JsonSubTypes.Type(value = Deleted.class, name = "deleted"),
        @JsonSubTypes.Type(value = Failed.class, name = "failed")
    })
    public sealed interface Step {}

    /**
     * A pull is under way.
     *
     * @param status the server's own word
     * @param digest of the layer, where it speaks of one
     * @param completedBytes of that layer so far
     * @param totalBytes of that layer
     */
    public record Pulling(String status, Optional<String> digest, OptionalLong completedBytes, OptionalLong totalBytes)
            implements Step {
        public Pulling {
            status = Readings.bounded(status);
            digest = digest.map(Readings::bounded);
            Readings.requireNotNegative("completedBytes", completedBytes);
            Readings.requireNotNegative("totalBytes", totalBytes);
        }
    }

    /** A pull is complete. */
    public record Pulled(long elapsedNanos) implements Step {}

    /**
     * A request that needs the model in memory was answered.
     *
     * @param start whether the model was in memory before
     * @param elapsedNanos from sent to answered, a prompt of one word and one token included
     * @param serverLoadNanos the server's own load time; a warm one has one, too
     */
    public record Loaded(Start start, long elapsedNanos, OptionalLong serverLoadNanos) implements Step {
        public Loaded {
            Objects.requireNonNull(start, "start");
            Readings.requireNotNegative("serverLoadNanos", serverLoadNanos);
        }
    }

    /** Whether a model was in memory when it was asked for. */
    public enum Start {
        COLD,
        WARM
    }

    /**
     * The server lists the model as loaded. Told when it appears and when its sizes change.
     *
     * @param sizeBytes in all memories
     * @param vramBytes of that in GPU memory
     * @param contextTokens longest context that it was loaded for
     * @param expiresAtEpochMillis when the server will let it go if nobody asks for it
     */
    public record InMemory(
            OptionalLong sizeBytes,
            OptionalLong vramBytes,
            OptionalLong contextTokens,
            OptionalLong expiresAtEpochMillis)
            implements Step {
        public InMemory {
            Readings.requireNotNegative("sizeBytes", sizeBytes);
            Readings.requireNotNegative("vramBytes", vramBytes);
            Readings.requireNotNegative("contextTokens", contextTokens);
        }
    }

    /** The server does not list the model as loaded any more, whoever wanted that. */
    public record LeftMemory() implements Step {}

    /** We asked the server to let go of the model, and it said that it will. */
    public record Unloaded(long elapsedNanos) implements Step {}

    /** We asked the server to delete the model, and it did. */
    public record Deleted(long elapsedNanos) implements Step {}

    /** Something that we asked for did not happen. */
    public record Failed(Action action, String reason) implements Step {
        public Failed {
            Objects.requireNonNull(action, "action");
            reason = Readings.bounded(reason);
        }
    }

    /** What we may ask a server for. */
    public enum Action {
        PULL,
        LOAD,
        UNLOAD,
        DELETE
    }
}
