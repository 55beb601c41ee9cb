package dev.plumbline.producer.workload;

import java.util.SplittableRandom;

/**
 * Prompts of short common words, deterministic for a seed and an ordinal and different for each ordinal from the first
 * word on, so that a server's prefix cache does not answer for it.
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

    private final long seed;
    private final int meanTokens;
    private final int standardDeviationTokens;

    /**
     * @param meanTokens mean length in words, 1 or more
     * @param standardDeviationTokens spread of the length (normal, cut at 1 and at four times the mean); 0 = all equal
     */
    public Prompts(long seed, int meanTokens, int standardDeviationTokens) {
        if (meanTokens < 1 || standardDeviationTokens < 0) {
            throw new IllegalArgumentException("prompt of " + meanTokens + " ± " + standardDeviationTokens + " tokens");
        }
        this.seed = seed;
        this.meanTokens = meanTokens;
        this.standardDeviationTokens = standardDeviationTokens;
    }

    /** The prompt of the request with this ordinal: words separated by one space, plain ASCII. */
    public String prompt(long ordinal) {
        // Two SplittableRandoms with neighbouring seeds are unrelated; multiplying keeps (seed, ordinal) pairs apart.
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + ordinal);
        int words = meanTokens;
        if (standardDeviationTokens > 0) {
            double drawn = meanTokens + random.nextGaussian() * standardDeviationTokens;
            words = (int) Math.max(1, Math.min(4.0 * meanTokens, Math.rint(drawn)));
        }
        StringBuilder text = new StringBuilder(words * 7);
        for (int i = 0; i < words; i++) {
            if (i > 0) {
                text.append(' ');
            }
            text.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }
}
