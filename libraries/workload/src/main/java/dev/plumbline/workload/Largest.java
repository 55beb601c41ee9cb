package dev.plumbline.workload;

/**
 * The most that one request of a workload may take: what is booked before it is sent.
 *
 * @param promptWords all messages of it, answers of earlier turns among them; 1 or more
 * @param answerTokens the longest answer that it allows; 1 or more
 */
public record Largest(long promptWords, int answerTokens) {

    public Largest {
        if (promptWords < 1 || answerTokens < 1) {
            throw new IllegalArgumentException(promptWords + " words, " + answerTokens + " tokens");
        }
    }

    /** The more of either. */
    Largest or(Largest other) {
        return new Largest(Math.max(promptWords, other.promptWords), Math.max(answerTokens, other.answerTokens));
    }
}
