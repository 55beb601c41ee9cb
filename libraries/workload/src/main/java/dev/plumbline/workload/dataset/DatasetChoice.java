package dev.plumbline.workload.dataset;

import java.util.Objects;
import java.util.Optional;

/**
 * What of a file is taken, and as what.
 *
 * @param format empty = recognized by its content
 * @param promptColumn column of a CSV or field of JSON objects that is the prompt; empty = recognized by its name
 * @param mostConversations so many from its beginning are taken, 1 or more
 * @param turns which turns of each conversation
 */
public record DatasetChoice(
        Optional<DatasetFormat> format, Optional<String> promptColumn, int mostConversations, Turns turns) {

    /** Conversations that are taken unless said otherwise. */
    public static final int DEFAULT_MOST_CONVERSATIONS = 100_000;

    /** The most that may be asked for. */
    public static final int HIGHEST_MOST_CONVERSATIONS = 1_000_000;

    /** Whatever it is, all of it within the usual bounds. */
    public static final DatasetChoice RECOGNIZED =
            new DatasetChoice(Optional.empty(), Optional.empty(), DEFAULT_MOST_CONVERSATIONS, Turns.ALL);

    /** Which turns of a conversation are asked. */
    public enum Turns {
        /** One after the other. */
        ALL,
        /** Its first question alone, as {@code vllm bench serve} takes ShareGPT. */
        FIRST
    }

    public DatasetChoice {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(turns, "turns");
        if (promptColumn.isPresent() && promptColumn.get().isBlank()) {
            throw new IllegalArgumentException("the column of prompts has an empty name");
        }
        if (mostConversations < 1 || mostConversations > HIGHEST_MOST_CONVERSATIONS) {
            throw new IllegalArgumentException(
                    mostConversations + " conversations, allowed is 1 to " + HIGHEST_MOST_CONVERSATIONS);
        }
    }

    /** The same of one format. */
    public DatasetChoice as(DatasetFormat chosen) {
        return new DatasetChoice(Optional.of(chosen), promptColumn, mostConversations, turns);
    }
}
