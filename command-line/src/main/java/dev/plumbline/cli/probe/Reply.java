package dev.plumbline.cli.probe;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
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
     * @param body at most {@link TargetClient#MAX_BODY_BYTES}
     */
    record Answered(
            String asked,
            int status,
            Optional<String> contentType,
            Optional<String> server,
            Optional<String> location,
            byte[] body)
            implements Reply {

        public Answered {
            Objects.requireNonNull(asked, "asked");
            Objects.requireNonNull(contentType, "contentType");
        }

        Optional<JsonNode> json() {
            return Json.read(body);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        boolean isPage() {
            return contentType.orElse("").toLowerCase(Locale.ROOT).contains("html")
                    || text().stripLeading().startsWith("<");
        }

        /** An engine that says it is not ready yet. */
        boolean isLoading() {
            String said = text().toLowerCase(Locale.ROOT);
            return status == 503 && (said.contains("loading") || said.contains("starting"));
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
