package dev.plumbline.workload.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.protocol.Ask;
import dev.plumbline.protocol.JsonFields;
import dev.plumbline.protocol.RawBody;
import dev.plumbline.workload.ByteSource;
import dev.plumbline.workload.dataset.Conversation.Question;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.StreamSupport;

/** What an entry of each format says. */
final class Records {

    /** Names of fields and columns that hold a prompt; the first that is there is taken. */
    static final List<String> PROMPT_NAMES =
            List.of("prompt", "question", "query", "instruction", "input", "text", "content", "user_prompt", "problem");

    /** Names that only the body of a request has. */
    static final Set<String> OF_BODIES = Set.of(
            "model",
            "stream",
            "stream_options",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "n",
            "stop",
            "tools",
            "tool_choice",
            "seed",
            "response_format",
            "frequency_penalty",
            "presence_penalty",
            "ignore_eos",
            "min_tokens",
            "options",
            "logprobs",
            "instructions");

    private static final List<String> SYSTEM_NAMES = List.of("system", "system_prompt");
    private static final List<String> LIMIT_NAMES = List.of(
            "max_tokens", "max_completion_tokens", "max_output_tokens", "output_length", "output_tokens", "output_len");
    private static final List<String> MEDIA_NAMES =
            List.of("image", "images", "image_files", "audio", "audios", "audio_files", "video", "videos");
    private static final int MOST_TOKENS = 1_000_000;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double LONGEST_DELAY_MILLIS = 24 * 3_600 * 1e3;
    private static final int SHOWN_NAMES = 12;
    private static final int SHOWN_LETTERS = 40;

    private Records() {}

    /** A prompt that is asked alone. */
    static Conversation asked(String prompt) {
        return single(Question.of(List.of(message(Ask.Role.USER, prompt)), OptionalInt.empty()));
    }

    /**
     * A field or column that is the prompt; a column of a system message and a limit beside it are taken, too.
     *
     * @param column its name
     */
    static Conversation prompted(JsonNode entry, String column, Place place) {
        JsonNode value = entry.path(column);
        refuseMedia(entry, place);
        if (value.isArray()) {
            return requested(entry, value, place);
        }
        if (!value.isTextual() || value.asText().isBlank()) {
            throw place.unusable("has no text in '" + shown(column) + "'; it has " + names(entry)
                    + ": fill it, or take the entry out");
        }
        List<Ask.Message> messages = new ArrayList<>();
        SYSTEM_NAMES.stream()
                .map(entry::path)
                .filter(system -> system.isTextual() && !system.asText().isBlank())
                .findFirst()
                .ifPresent(system -> messages.add(message(Ask.Role.SYSTEM, system.asText())));
        JsonNode input = entry.path("input");
        // An instruction without what it is about is another question.
        boolean hasInput = column.equals("instruction")
                && input.isTextual()
                && !input.asText().isBlank();
        messages.add(message(Ask.Role.USER, hasInput ? value.asText() + "\n\n" + input.asText() : value.asText()));
        return single(Question.of(messages, limit(entry, place)));
    }

    /** {@code messages}, as a chat is asked with them; answers at their end are what was recorded and are not sent. */
    static Conversation requested(JsonNode entry, JsonNode stated, Place place) {
        if (!stated.isArray() || stated.isEmpty()) {
            throw place.unusable("has no 'messages'; it has " + names(entry) + ": give it a list of role and content");
        }
        return single(messages(entry, stated, new HashMap<>(), place));
    }

    private static Question messages(JsonNode entry, JsonNode stated, Map<Ask.Message, Ask.Message> held, Place place) {
        int asked = stated.size();
        while (asked > 0 && stated.get(asked - 1).path("role").asText().equals("assistant")) {
            asked--;
        }
        if (asked == 0) {
            throw place.unusable("has no message that could be answered: give it one of role user");
        }
        List<Ask.Message> messages = new ArrayList<>();
        for (int i = 0; i < asked; i++) {
            JsonNode one = stated.get(i);
            Optional<Ask.Message> plain = plain(one);
            if (!one.isObject() || !one.path("role").isTextual()) {
                throw place.unusable("has a message without a role, number " + (i + 1) + ": give it one");
            }
            if (plain.isEmpty()) {
                return ofChat(entry, stated, asked, place);
            }
            messages.add(held.computeIfAbsent(plain.get(), same -> same));
        }
        return Question.of(List.copyOf(messages), limit(entry, place));
    }

    /** Messages with more than texts, which only the chat of OpenAI's API takes as they are. */
    private static Question ofChat(JsonNode entry, JsonNode stated, int asked, Place place) {
        StringJoiner messages = new StringJoiner(",", "{\"messages\":[", "]}");
        for (int i = 0; i < asked; i++) {
            messages.add(stated.get(i).toString());
        }
        OptionalInt limit = limit(entry, place);
        JsonFields fields = JsonFields.parse(Text.wellFormed(messages.toString()));
        JsonFields all = limit.isPresent() ? fields.with("max_tokens", Integer.toString(limit.getAsInt())) : fields;
        return Question.of(body(all.json(), place));
    }

    /** Of one that is text alone; empty for any other. */
    private static Optional<Ask.Message> plain(JsonNode one) {
        Optional<Ask.Role> role = role(one.path("role").asText());
        if (role.isEmpty() || one.has("tool_calls") || one.has("function_call")) {
            return Optional.empty();
        }
        return content(one.path("content")).map(text -> message(role.get(), text));
    }

    /** A text, or a list of parts that are texts. */
    private static Optional<String> content(JsonNode content) {
        if (content.isTextual()) {
            return Optional.of(content.asText());
        }
        if (!content.isArray() || content.isEmpty()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                return Optional.empty();
            }
            parts.add(part.path("text").asText());
        }
        return Optional.of(String.join("\n\n", parts));
    }

    private static Optional<Ask.Role> role(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "system", "developer" -> Optional.of(Ask.Role.SYSTEM);
            case "user", "human" -> Optional.of(Ask.Role.USER);
            case "assistant", "gpt", "chatgpt", "bing", "bard", "model" -> Optional.of(Ask.Role.ASSISTANT);
            default -> Optional.empty();
        };
    }

    /** A conversation with recorded answers, which stand in the history of what follows; empty if no user asks anything. */
    static Optional<Conversation> recorded(JsonNode entry, Place place) {
        JsonNode stated = entry.has("conversations") ? entry.path("conversations") : entry.path("conversation");
        if (!stated.isArray()) {
            throw place.unusable("has no list 'conversations'; it has " + names(entry));
        }
        List<Ask.Message> messages = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        boolean hasUser = false;
        for (JsonNode one : stated) {
            Optional<Ask.Role> role =
                    role(one.path(one.has("from") ? "from" : "role").asText());
            JsonNode text = one.path(one.has("value") ? "value" : "content");
            if (role.isEmpty() || !text.isTextual()) {
                return Optional.empty();
            }
            hasUser |= role.get() == Ask.Role.USER;
            // An answer to nothing is no history.
            if (role.get() == Ask.Role.ASSISTANT && !hasUser) {
                continue;
            }
            if (role.get() == Ask.Role.USER && text.asText().isBlank()) {
                return Optional.empty();
            }
            messages.add(message(role.get(), text.asText()));
            if (role.get() == Ask.Role.USER) {
                ends.add(messages.size());
            }
        }
        List<Ask.Message> all = List.copyOf(messages);
        OptionalInt limit = limit(entry, place);
        return ends.isEmpty()
                ? Optional.empty()
                : Optional.of(new Conversation(
                        ends.stream()
                                .map(end -> Question.of(all.subList(0, end), limit))
                                .toList(),
                        false));
    }

    /** One line of a batch. */
    static Conversation batched(JsonNode entry, String json, Place place) {
        if (!entry.path("body").isObject()) {
            throw place.unusable("has no object 'body'; it has " + names(entry) + ": give it the body of a request");
        }
        return single(Question.of(body(member(json, "body", place), place)));
    }

    /** A whole body. */
    static Conversation body(String json, JsonNode entry, Place place) {
        if (!entry.has("messages") && !entry.has("prompt") && !entry.has("input")) {
            throw place.unusable(
                    "is no body of a request: it has neither 'messages' nor 'prompt' nor 'input', but " + names(entry));
        }
        return single(Question.of(body(json, place)));
    }

    /** One member, to the letter. */
    private static String member(String json, String name, Place place) {
        try {
            return JsonFields.parse(json).json(name).orElseThrow();
        } catch (IllegalArgumentException e) {
            throw place.unusable("has a field twice: take one of them out");
        }
    }

    private static RawBody body(String json, Place place) {
        try {
            return RawBody.parse(json);
        } catch (IllegalArgumentException e) {
            // Its words may repeat what stands there.
            throw place.unusable(
                    "is no body that can be sent: it has a field twice, or a limit of its answer that is no"
                            + " whole number of 1 or more");
        }
    }

    /** Bodies of one session. */
    static Conversation payloads(JsonNode entry, String json, Place place) {
        if (!entry.path("payloads").isArray() || entry.path("payloads").isEmpty()) {
            throw place.unusable("has no 'payloads'; it has " + names(entry) + ": give it a list of bodies");
        }
        String list = member(json, "payloads", place);
        List<Question> questions = new ArrayList<>();
        try {
            JsonElements elements =
                    new JsonElements(new Bytes(Whole.of(list)), place.toString(), new JsonElements.Within.Array());
            for (Optional<JsonElements.Element> one = elements.next(); one.isPresent(); one = elements.next()) {
                questions.add(Question.of(body(one.get().json(), place)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        return new Conversation(questions, false);
    }

    /** One line of AIPerf's {@code single_turn}. */
    static Conversation singleTurn(JsonNode entry, Place place) {
        return single(turn(entry, place));
    }

    /** A conversation of AIPerf's {@code multi_turn}: true answers stand between its turns. */
    static Conversation multiTurn(JsonNode entry, Place place) {
        JsonNode turns = entry.path("turns");
        if (!turns.isArray() || turns.isEmpty()) {
            throw place.unusable("has no 'turns'; it has " + names(entry) + ": give it a list of turns");
        }
        List<Question> questions = new ArrayList<>();
        for (JsonNode one : turns) {
            questions.add(
                    one.isTextual() && !one.asText().isBlank()
                            ? asked(one.asText()).questions().getFirst()
                            : turn(one, place));
        }
        return new Conversation(questions, true);
    }

    private static Question turn(JsonNode turn, Place place) {
        if (turn.has("messages") || turn.has("forks") || turn.has("spawns")) {
            throw place.unusable("is of AIPerf's dag_jsonl, which is not read: write its turns with 'text'");
        }
        refuseMedia(turn, place);
        List<String> texts = new ArrayList<>();
        if (turn.path("text").isTextual()) {
            texts.add(turn.path("text").asText());
        }
        for (JsonNode one : turn.path("texts")) {
            if (one.isTextual()) {
                texts.add(one.asText());
            }
            one.path("contents").forEach(content -> texts.add(content.asText()));
        }
        String text = String.join("\n\n", texts);
        if (text.isBlank()) {
            throw place.unusable("has no 'text' in one of its turns, which has " + names(turn) + ": give it one");
        }
        Ask.Role role = turn.path("role").isTextual()
                ? role(turn.path("role").asText())
                        .orElseThrow(() -> place.unusable("has a role that is none: write user or system"))
                : Ask.Role.USER;
        JsonNode extra = turn.path("extra");
        Question question = new Question(
                List.of(message(role, text)),
                Optional.empty(),
                extra.isObject() ? JsonFields.parse(Text.wellFormed(extra.toString())) : JsonFields.NONE,
                limit(turn, place),
                delayNanos(turn, place));
        try {
            question.ask(List.of(), 1);
        } catch (IllegalArgumentException e) {
            throw place.unusable("has an 'extra' that cannot be sent: " + e.getMessage());
        }
        return question;
    }

    /** One conversation of SGLang's agentic sets: requests with their whole history. */
    static Conversation agentic(JsonNode entry, Place place) {
        if (!entry.isArray() || entry.isEmpty()) {
            throw place.unusable("is no list of requests with 'messages'");
        }
        Map<Ask.Message, Ask.Message> held = new HashMap<>();
        List<Question> questions = new ArrayList<>();
        for (JsonNode one : entry) {
            if (!one.path("messages").isArray() || one.path("messages").isEmpty()) {
                throw place.unusable("has a request without 'messages', which has " + names(one));
            }
            questions.add(messages(one, one.path("messages"), held, place));
        }
        return new Conversation(questions, false);
    }

    private static long delayNanos(JsonNode turn, Place place) {
        JsonNode delay = turn.path("delay");
        if (delay.isMissingNode() || delay.isNull()) {
            return 0;
        }
        if (!delay.isNumber() || !(delay.asDouble() >= 0 && delay.asDouble() <= LONGEST_DELAY_MILLIS)) {
            throw place.unusable("has a 'delay' that is none: write milliseconds, 0 to a day");
        }
        return Math.round(delay.asDouble() * NANOS_PER_MILLI);
    }

    /** The longest answer by whichever name it is stated. */
    private static OptionalInt limit(JsonNode entry, Place place) {
        for (String name : LIMIT_NAMES) {
            JsonNode stated = entry.path(name);
            if (stated.isMissingNode() || stated.isNull()) {
                continue;
            }
            double limit = stated.isNumber() ? stated.asDouble() : number(stated.asText());
            if (!(limit >= 1 && limit <= MOST_TOKENS) || limit != Math.rint(limit)) {
                throw place.unusable("has a '" + name + "' that is none: write a whole number, 1 to " + MOST_TOKENS);
            }
            return OptionalInt.of((int) limit);
        }
        return OptionalInt.empty();
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static void refuseMedia(JsonNode entry, Place place) {
        for (String name : MEDIA_NAMES) {
            JsonNode media = entry.path(name);
            if ((media.isTextual() && !media.asText().isEmpty()) || (media.isContainerNode() && !media.isEmpty())) {
                throw place.unusable(
                        "has '" + name + "', and only texts are sent of this format: leave it out, or write"
                                + " whole bodies (" + DatasetFormat.AIPERF_RAW_PAYLOAD + ")");
            }
        }
    }

    /** The names of what there is, for messages. */
    static String names(JsonNode entry) {
        if (!entry.isObject() || entry.isEmpty()) {
            return "no fields";
        }
        List<String> names = StreamSupport.stream(((Iterable<String>) entry::fieldNames).spliterator(), false)
                .toList();
        return names(names);
    }

    static String names(List<String> names) {
        StringJoiner shown = new StringJoiner(", ");
        names.stream().limit(SHOWN_NAMES).map(Records::shown).forEach(shown::add);
        return shown + (names.size() > SHOWN_NAMES ? " and " + (names.size() - SHOWN_NAMES) + " more" : "");
    }

    /** On one line, and not too long. */
    static String shown(String name) {
        String line = name.strip().replaceAll("[\\p{Cntrl}]", "?");
        return line.length() > SHOWN_LETTERS ? line.substring(0, SHOWN_LETTERS) + "…" : line;
    }

    private static Ask.Message message(Ask.Role role, String text) {
        return new Ask.Message(role, Text.wellFormed(text));
    }

    private static Conversation single(Question question) {
        return new Conversation(List.of(question), false);
    }

    /** Bytes of a text. */
    private static final class Whole {

        private Whole() {}

        static ByteSource of(String text) {
            byte[] all = text.getBytes(StandardCharsets.UTF_8);
            int[] at = {0};
            return into -> {
                int count = Math.min(into.length, all.length - at[0]);
                System.arraycopy(all, at[0], into, 0, count);
                at[0] += count;
                return count == 0 ? -1 : count;
            };
        }
    }
}
