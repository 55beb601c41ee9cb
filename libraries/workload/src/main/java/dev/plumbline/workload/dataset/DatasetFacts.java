package dev.plumbline.workload.dataset;

import dev.plumbline.protocol.EndpointType;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a dataset without its texts.
 *
 * @param conversations that are asked; most have one question
 * @param questions of all of them
 * @param leftOut entries in which nobody asks anything that can be asked
 * @param isCut whether the file has more, which is not taken
 * @param longest the longest prompt, its history as far as the file has it included
 * @param meanTextBytes of prompts, in UTF-8
 * @param mostTokens longest answer that the dataset states; 0 where it states none
 * @param questionsWithoutLimit how many state none
 * @param mostTurns of a conversation that grows by its true answers; 0 where none does
 * @param hasBodies whether there are bodies that are sent as they are
 * @param digest 16 hexadecimal digits of what is asked, whatever file and format it came in
 * @param refusals by API: why the first question that cannot be asked of it cannot
 */
public record DatasetFacts(
        DatasetFormat format,
        int conversations,
        int questions,
        int leftOut,
        boolean isCut,
        Longest longest,
        long meanTextBytes,
        int mostTokens,
        int questionsWithoutLimit,
        int mostTurns,
        boolean hasBodies,
        String digest,
        Map<EndpointType, String> refusals) {

    /** Bytes of UTF-8 that a token has at least, on average over a prompt of any length that matters. */
    private static final int LEAST_BYTES_PER_TOKEN = 2;

    /** And at most: no vocabulary does better over a whole prompt. */
    private static final int MOST_BYTES_PER_TOKEN = 8;

    private static final int USUAL_BYTES_PER_TOKEN = 4;

    /**
     * One prompt.
     *
     * @param place where it begins
     * @param textBytes in UTF-8
     */
    public record Longest(String place, long textBytes) {}

    public DatasetFacts {
        refusals = Map.copyOf(refusals);
    }

    /** Why an API cannot be asked all of it; empty where it can. */
    public Optional<String> refusal(EndpointType type) {
        return Optional.ofNullable(refusals.get(type));
    }

    /** Whether true answers become part of later questions. */
    public boolean readsAnswers() {
        return mostTurns > 1;
    }

    /**
     * What a prompt takes at worst, in tokens: by its length, and with the longest answers that it may grow by.
     *
     * @param otherwise the longest answer to questions that state none
     */
    public long worstPromptTokens(long otherwise) {
        return (longest.textBytes() + LEAST_BYTES_PER_TOKEN - 1) / LEAST_BYTES_PER_TOKEN
                + Math.max(0, mostTurns - 1) * mostTokens(otherwise);
    }

    /** What the longest prompt takes at least, by its length alone. */
    public long leastPromptTokens() {
        return longest.textBytes() / MOST_BYTES_PER_TOKEN;
    }

    /** What a text of so many bytes takes by the usual four bytes for a token. */
    public static long usualPromptTokens(long textBytes) {
        return textBytes / USUAL_BYTES_PER_TOKEN;
    }

    /**
     * The longest answer of all.
     *
     * @param otherwise of questions that state none
     */
    public long mostTokens(long otherwise) {
        return questionsWithoutLimit == 0 ? mostTokens : Math.max(mostTokens, otherwise);
    }
}
