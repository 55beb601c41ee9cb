package dev.plumbline.workload;

import java.util.SplittableRandom;

/**
 * Prompts of short common words. The seed and the ordinal decide the length and the words; the first {@value
 * Vocabulary#BEGINNING} are decided by the salt, too, so that no other prompt, of this start or another, begins alike, and a server's prefix cache does not
 * answer for it.
 *
 * <p>Most words here are one token in common vocabularies; the true count is what the server reports.
 *
 * <p>Safe for any thread.
 */
public final class Prompts {

    private final long seed;
    private final long salt;
    private final Length length;

    /** @param length in words */
    public Prompts(long seed, Length length) {
        this(seed, 0, length);
    }

    private Prompts(long seed, long salt, Length length) {
        this.seed = seed;
        this.salt = salt;
        this.length = length;
    }

    /** Prompts of the same lengths that begin otherwise. */
    public Prompts salted(long salt) {
        return new Prompts(seed, salt, length);
    }

    /** The prompt of the request with this ordinal: words separated by one space, plain ASCII. */
    public String prompt(long ordinal) {
        SplittableRandom shape = new SplittableRandom(Salt.mixed(seed, ordinal));
        SplittableRandom beginning = new SplittableRandom(Salt.mixed(Salt.mixed(seed, salt), ordinal));
        return Vocabulary.text(beginning, shape, length.drawn(shape));
    }
}
