package dev.plumbline.workload;

import java.util.SplittableRandom;

/**
 * Prompts of short common words. The seed and the ordinal decide the length and the words; the first {@value #SALTED_WORDS} are
 * decided by the salt, too, so that no other prompt, of this start or another, begins alike, and a server's prefix cache does not
 * answer for it.
 *
 * <p>Most words here are one token in common vocabularies; the true count is what the server reports.
 *
 * <p>Safe for any thread.
 */
public final class Prompts {

    private static final String[] WORDS =
            ("time year people way day man thing woman life child world school state family"
                            + " student group country problem hand part place case week company system program question work"
                            + " number night point home water room mother area money story fact month lot right study book eye"
                            + " job word business issue side kind head house service friend father power hour game line end"
                            + " member law car city name president team minute idea body information back parent face others"
                            + " level office door health person art war history party result change morning reason research"
                            + " girl guy moment air teacher force education foot boy age policy music market sense nation plan"
                            + " college interest death experience effect use class control field development role effort rate"
                            + " heart drug show leader light voice wife police mind price report decision son view town road"
                            + " arm difference value building action season society tax director position player record paper"
                            + " space ground form event matter center couple site project activity star table need court oil"
                            + " half situation cost industry figure street image phone data picture practice piece land product"
                            + " doctor wall patient worker news test movie north love step third south baby computer type film"
                            + " tree source hair window evidence region chance brother energy period course summer plant")
                    .split(" ");

    /** Words that the salt decides; a cache that works in blocks finds nothing behind another beginning. */
    static final int SALTED_WORDS = 8;

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
        int words = length.drawn(shape);
        StringBuilder text = new StringBuilder(words * 7);
        for (int i = 0; i < words; i++) {
            if (i > 0) {
                text.append(' ');
            }
            text.append(WORDS[(i < SALTED_WORDS ? beginning : shape).nextInt(WORDS.length)]);
        }
        return text.toString();
    }
}
