package dev.plumbline.workload;

import java.util.SplittableRandom;

/**
 * Prompts of short common words. The seed and the ordinal decide the length and the words; the first {@value
 * Vocabulary#BEGINNING} are decided by the salt, too, so that no other prompt, of this start or another, begins alike, and a server's prefix cache does not
 * answer for it.
 *
 * <p>Most words are one token in common vocabularies; the true count is what the server reports. In words that are {@linkplain #in known
 * to be tokens} a length is one in tokens.
 *
 * <p>Safe for any thread.
 */
public final class Prompts {

    private final long seed;
    private final long salt;
    private final Length length;
    private final Vocabulary vocabulary;
    private final int around;

    /** @param length in words */
    public Prompts(long seed, Length length) {
        this(seed, 0, length, Vocabulary.COMMON, 0);
    }

    private Prompts(long seed, long salt, Length length, Vocabulary vocabulary, int around) {
        this.seed = seed;
        this.salt = salt;
        this.length = length;
        this.vocabulary = vocabulary;
        this.around = around;
    }

    /** Prompts of the same lengths that begin otherwise. */
    public Prompts salted(long salt) {
        return new Prompts(seed, salt, length, vocabulary, around);
    }

    /**
     * Prompts of the same lengths in other words.
     *
     * @param tokensAround what is counted besides the words, and is a part of the length; there is one word at least
     */
    public Prompts in(Vocabulary vocabulary, int tokensAround) {
        return new Prompts(seed, salt, length, vocabulary, tokensAround);
    }

    /** The prompt of the request with this ordinal: words separated by one space, plain ASCII. */
    public String prompt(long ordinal) {
        SplittableRandom shape = new SplittableRandom(Salt.mixed(seed, ordinal));
        SplittableRandom beginning = new SplittableRandom(Salt.mixed(Salt.mixed(seed, salt), ordinal));
        return vocabulary.text(beginning, shape, Math.max(1, length.drawn(shape) - around));
    }
}
