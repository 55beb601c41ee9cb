package dev.plumbline.protocol;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What one request asks for, beside what all requests of a run have in common ({@link RequestParameters}).
 *
 * @param messages the conversation so far, the last of which is to be answered; one or more
 * @param maxTokens longest answer, in tokens, 1 or more
 */
public record Ask(List<Message> messages, int maxTokens) {

    public Ask {
        messages = List.copyOf(messages);
        if (messages.isEmpty() || maxTokens < 1) {
            throw new IllegalArgumentException(messages.size() + " messages, max_tokens " + maxTokens);
        }
    }

    /** One prompt, without anything before it. */
    public static Ask of(String prompt, int maxTokens) {
        return new Ask(List.of(new Message(Role.USER, prompt)), maxTokens);
    }

    /** All that is sent as one text, for an API that knows no messages: what was said, a blank line between two. */
    public String text() {
        return messages.size() == 1
                ? messages.getFirst().text()
                : messages.stream().map(Message::text).collect(Collectors.joining("\n\n"));
    }

    /** Who speaks. */
    public enum Role {
        SYSTEM("system"),
        USER("user"),
        ASSISTANT("assistant");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        /** As every API of chats spells it. */
        String word() {
            return word;
        }
    }

    /** One message of a conversation. */
    public record Message(Role role, String text) {
        public Message {
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(text, "text");
        }
    }
}
