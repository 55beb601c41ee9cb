package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** What came back for one request of a probe. */
sealed interface Reply {

    /** Method and path, as people write them: {@code GET /v1/models}. */
    String asked();

    /**
     * An HTTP answer.
     *
     * @param text of the body, of which at most {@link TargetClient#MAX_BODY_BYTES} are read
     * @param json of the body, where it is an object or a list
     */
    record Answered(
            String asked,
            int status,
            Optional<String> contentType,
            Optional<String> server,
            Optional<String> location,
            String text,
            Optional<JsonNode> json)
            implements Reply {

        public Answered {
            Objects.requireNonNull(asked, "asked");
            Objects.requireNonNull(contentType, "contentType");
            Objects.requireNonNull(json, "json");
        }

        boolean isPage() {
            return contentType.orElse("").toLowerCase(Locale.ROOT).contains("html")
                    || text.stripLeading().startsWith("<");
        }

        /** What the server says in words where something is wrong. */
        Optional<String> words() {
            return dev.plumbline.protocol.Words.ofErrorBody(text);
        }

        /** An engine that says it is not ready yet. */
        boolean isLoading() {
            if (status != 503) {
                return false;
            }
            String said = text.toLowerCase(Locale.ROOT);
            return said.contains("loading") || said.contains("starting");
        }
    }

    /** Nothing, or not HTTP. */
    record Unanswered(String asked, Throwable cause) implements Reply {
        public Unanswered {
            Objects.requireNonNull(asked, "asked");
            Objects.requireNonNull(cause, "cause");
        }
    }
}
