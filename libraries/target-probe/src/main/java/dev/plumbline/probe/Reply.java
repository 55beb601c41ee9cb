package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** What came back for one request of a probe. */
sealed interface Reply {

    /** Method and path, as people write them: {@code GET /v1/models}. */
    String asked();

    /**
     * An HTTP answer.
     *
     * @param text of the body, of which at most {@link TargetClient#MAX_BODY_BYTES} are read
     * @param cut whether there may be more of the body than was read
     * @param json of the body, where it is an object or a list
     */
    record Answered(
            String asked,
            int status,
            Optional<String> contentType,
            Optional<String> server,
            Optional<String> location,
            String text,
            boolean cut,
            Optional<JsonNode> json)
            implements Reply {

        /** How servers speak of a key that is missing or wrong. */
        private static final Pattern ABOUT_KEYS = Pattern.compile(
                "(?i)api[ _-]?key|unauthori[sz]ed|unauthenticated|authenticat|not authori[sz]ed|access denied"
                        + "|permission denied|(invalid|missing|expired) (token|credentials?|key)");

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

        /** What an error inside a 200 says; empty for any other answer. */
        Optional<String> errorInside() {
            boolean isError = status == 200
                    && json.filter(body -> body.isObject() && (isStated(body, "error") || isErrorObject(body)))
                            .isPresent();
            return isError ? words() : Optional.empty();
        }

        private static boolean isStated(JsonNode body, String field) {
            JsonNode stated = body.path(field);
            if (stated.isBoolean()) {
                return stated.booleanValue();
            }
            return stated.isContainerNode()
                    ? !stated.isEmpty()
                    : body.hasNonNull(field) && !stated.asText().isEmpty();
        }

        private static boolean isErrorObject(JsonNode body) {
            return body.path("object").asText().equals("error")
                    || (body.size() <= 2 && (isStated(body, "detail") || isStated(body, "message")));
        }

        /** Whether an error inside a 200 is about who asks. */
        boolean isUnauthorizedInside() {
            return errorInside()
                    .filter(said -> ABOUT_KEYS.matcher(said).find()
                            || json.map(body -> body.path("error"))
                                    .filter(error -> isUnauthorized(error.path("code"))
                                            || isUnauthorized(error.path("status"))
                                            || isUnauthorized(error.path("type")))
                                    .isPresent())
                    .isPresent();
        }

        private static boolean isUnauthorized(JsonNode code) {
            String text = code.asText();
            return text.equals("401")
                    || text.equals("403")
                    || ABOUT_KEYS.matcher(text.replace('_', ' ')).find();
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
