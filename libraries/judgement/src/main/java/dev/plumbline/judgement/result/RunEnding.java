package dev.plumbline.judgement.result;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;

/** Why the load ended. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunEnding.Completed.class, name = "completed"),
    @JsonSubTypes.Type(value = RunEnding.LimitReached.class, name = "limit"),
    @JsonSubTypes.Type(value = RunEnding.Interrupted.class, name = "interrupted"),
    @JsonSubTypes.Type(value = RunEnding.Broken.class, name = "broken")
})
public sealed interface RunEnding {

    /** The asked duration or number of requests was reached. */
    record Completed() implements RunEnding {}

    /**
     * A limit that protects the user ended it early.
     *
     * @param limit the flag without dashes, for example {@code max-tokens-total}
     * @param detail one line for people
     */
    record LimitReached(String limit, String detail) implements RunEnding {
        public LimitReached {
            Objects.requireNonNull(limit, "limit");
            Objects.requireNonNull(detail, "detail");
        }
    }

    /** Ctrl-C or SIGTERM: what was measured is complete. */
    record Interrupted() implements RunEnding {}

    /**
     * The target, Kafka or a part of the stack was lost; what was measured until then is kept.
     *
     * @param detail one line for people: what is wrong and what to do
     */
    record Broken(String detail) implements RunEnding {
        public Broken {
            Objects.requireNonNull(detail, "detail");
        }
    }
}
