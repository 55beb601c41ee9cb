package dev.plumbline.protocol;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one request asks for, beside what all requests of a run have in common ({@link RequestParameters}): a conversation, or a
 * body that somebody wrote.
 *
 * @param messages the conversation so far, the last of which is to be answered; one or more, and none where there is a body
 * @param maxTokens longest answer, in tokens, 1 or more. Of a body that does not state one: what is reckoned with, and not sent
 * @param body sent as it is in place of all that a run says but the model and whether it streams
 * @param extra further members of the body, for example {@code tools} or {@code user}. They win over what would be written under
 *     their names, the members of an object one by one
 * @param beside further prompts that the same request asks, each with an answer of its own as long as {@code maxTokens} at most;
 *     none where there is a body
 */
public record Ask(
        List<Message> messages, int maxTokens, Optional<RawBody> body, JsonFields extra, List<String> beside) {

    /** What is said elsewhere and only there. */
    private static final Set<String> SAID_ELSEWHERE = Set.of("model", "stream", "messages", "prompt", "input");

    public Ask {
        messages = List.copyOf(messages);
        Objects.requireNonNull(body, "body");
        beside = List.copyOf(beside);
        if (messages.isEmpty() == body.isEmpty() || maxTokens < 1 || (body.isPresent() && !beside.isEmpty())) {
            throw new IllegalArgumentException(messages.size() + " messages, "
                    + (body.isPresent() ? "a body" : "no body") + ", max_tokens " + maxTokens);
        }
        for (String name : extra.names()) {
            if (SAID_ELSEWHERE.contains(name)) {
                throw new IllegalArgumentException("'" + name + "' is no further field: the run or the prompt says it");
            }
        }
    }

    /** One conversation, or one body. */
    public Ask(List<Message> messages, int maxTokens, Optional<RawBody> body, JsonFields extra) {
        this(messages, maxTokens, body, extra, List.of());
    }

    /** A conversation without further fields. */
    public Ask(List<Message> messages, int maxTokens) {
        this(messages, maxTokens, Optional.empty(), JsonFields.NONE);
    }

    /** One prompt, without anything before it. */
    public static Ask of(String prompt, int maxTokens) {
        return new Ask(List.of(new Message(Role.USER, prompt)), maxTokens);
    }

    /**
     * A body that somebody wrote.
     *
     * @param maxTokensWhereUnstated what is reckoned with as the longest answer if the body states none
     */
    public static Ask of(RawBody body, int maxTokensWhereUnstated) {
        return new Ask(List.of(), body.maxTokens().orElse(maxTokensWhereUnstated), Optional.of(body), JsonFields.NONE);
    }

    /**
     * This, with further fields.
     *
     * @throws IllegalArgumentException for a field that the run or the prompt says
     */
    public Ask with(JsonFields more) {
        return more.isEmpty() ? this : new Ask(messages, maxTokens, body, extra.with(more), beside);
    }

    /**
     * This, and the prompts of others in the same request. The longest answer and the further fields are those of this one: a request
     * has them once.
     *
     * @throws IllegalArgumentException where one is a body
     */
    public Ask with(List<Ask> others) {
        return new Ask(
                messages,
                maxTokens,
                body,
                extra,
                Stream.concat(beside.stream(), others.stream().flatMap(other -> other.prompts().stream()))
                        .toList());
    }

    /**
     * The prompts, each a text for an API that knows no messages: what was said, a blank line between two.
     *
     * @throws IllegalArgumentException of a body
     */
    public List<String> prompts() {
        if (body.isPresent()) {
            throw new IllegalArgumentException("a body has no prompts that could be told apart");
        }
        return Stream.concat(Stream.of(first()), beside.stream()).toList();
    }

    private String first() {
        return messages.size() == 1
                ? messages.getFirst().asText()
                : messages.stream().map(Message::asText).collect(Collectors.joining("\n\n"));
    }

    /**
     * All that is sent as one text, for an API that knows no messages and for who counts tokens: what was said, a blank line between
     * two.
     */
    public String text() {
        return body.map(RawBody::text).orElseGet(() -> beside.isEmpty() ? first() : String.join("\n\n", prompts()));
    }

    /**
     * Why an API cannot be asked this; the sentence has no subject. Empty where it can. An API without messages is asked with
     * {@link #text}, calls of tools and their results included.
     */
    public Optional<String> refusal(EndpointType type) {
        if (body.isPresent()) {
            return body.get().refusal(type);
        }
        if (!beside.isEmpty() && !type.takesSeveralPrompts()) {
            return Optional.of("has " + (1 + beside.size()) + " prompts, and endpoint type " + type.shortName()
                    + " takes one in a request");
        }
        return type == EndpointType.GENERIC && !extra.isEmpty()
                ? Optional.of("has the further fields " + String.join(", ", extra.names())
                        + ", and a generic target is asked with its own template")
                : Optional.empty();
    }

    /** Who speaks. */
    public enum Role {
        SYSTEM("system"),
        USER("user"),
        ASSISTANT("assistant"),
        TOOL("tool");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        /** As OpenAI's and Ollama's chats spell it. */
        String word() {
            return word;
        }
    }

    /**
     * One message of a conversation.
     *
     * @param text may be empty for an assistant that only calls tools
     * @param calls of an assistant: the tools that it calls; of a tool: the one call whose result this is; else none
     */
    public record Message(Role role, String text, List<ToolCall> calls) {
        public Message {
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(text, "text");
            calls = List.copyOf(calls);
            boolean fits = switch (role) {
                case SYSTEM, USER -> calls.isEmpty();
                case ASSISTANT -> true;
                case TOOL -> calls.size() == 1;
            };
            if (!fits) {
                throw new IllegalArgumentException("a message of role " + role.word() + " with " + calls.size()
                        + " calls of tools; that of a tool has one, only an assistant has more");
            }
        }

        /** A message without calls of tools. */
        public Message(Role role, String text) {
            this(role, text, List.of());
        }

        /** What a tool answered. */
        public static Message result(ToolCall call, String text) {
            return new Message(Role.TOOL, text, List.of(call));
        }

        private String asText() {
            return role != Role.ASSISTANT || calls.isEmpty()
                    ? text
                    : Stream.concat(
                                    Stream.of(text).filter(said -> !said.isEmpty()),
                                    calls.stream().map(ToolCall::text))
                            .collect(Collectors.joining("\n\n"));
        }
    }

    /**
     * A tool that an assistant calls.
     *
     * @param id by which its result names it, for example {@code call_1}
     * @param name of the tool
     * @param arguments a JSON object
     */
    public record ToolCall(String id, String name, JsonFields arguments) {
        public ToolCall {
            if (id.isBlank() || name.isBlank()) {
                throw new IllegalArgumentException("a call of a tool needs an id and a name");
            }
            Objects.requireNonNull(arguments, "arguments");
        }

        private String text() {
            return name + "\n\n" + arguments.json();
        }
    }
}
