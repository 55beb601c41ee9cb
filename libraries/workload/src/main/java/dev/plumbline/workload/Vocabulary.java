package dev.plumbline.workload;

import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Words, and texts of them: separated by one space, plain ASCII. Immutable; safe for any thread.
 *
 * <p>Of the {@linkplain #COMMON common} ones most are one token in common vocabularies. Of those that are {@linkplain #ofTokens known}
 * to be one token each to a target every text begins with the first, since the begin of a text is counted otherwise.
 */
public final class Vocabulary {

    /** Short common words. */
    public static final Vocabulary COMMON = new Vocabulary(
            List.of(("time year people way day man thing woman life child world school state family"
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
                    .split(" ")),
            false);

    /** Words at the beginning of a text that decide whether it is known: no cache that works in blocks finds it behind others. */
    static final int BEGINNING = 8;

    private static final int USUAL_LETTERS = 7;

    private final List<String> words;
    private final boolean areTokens;

    private Vocabulary(List<String> words, boolean areTokens) {
        this.words = words;
        this.areTokens = areTokens;
    }

    /**
     * Words of which each is one token behind a space.
     *
     * @param words {@value #BEGINNING} or more, none twice, of letters
     */
    public static Vocabulary ofTokens(List<String> words) {
        if (words.size() < BEGINNING || new HashSet<>(words).size() < words.size()) {
            throw new IllegalArgumentException(words.size() + " words, some of them perhaps twice, are no vocabulary: "
                    + BEGINNING + " different ones or more are needed");
        }
        words.stream()
                .filter(word -> !word.matches("[A-Za-z]{1,40}"))
                .findFirst()
                .ifPresent(word -> {
                    throw new IllegalArgumentException("'" + word + "' is no word of letters");
                });
        return new Vocabulary(List.copyOf(words), true);
    }

    /** All of them, in their order. */
    public List<String> words() {
        return words;
    }

    /** Whether each is known to be one token. */
    public boolean areTokens() {
        return areTokens;
    }

    /** So many words. */
    String text(SplittableRandom random, int words) {
        return text(random, random, words);
    }

    /** So many words, of which the first {@value #BEGINNING} are drawn by the one, the others by the other. */
    String text(SplittableRandom beginning, SplittableRandom rest, int count) {
        StringBuilder text = new StringBuilder(count * USUAL_LETTERS);
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                text.append(' ');
            }
            int drawn = (i < BEGINNING ? beginning : rest).nextInt(words.size());
            text.append(words.get(areTokens && i == 0 ? 0 : drawn));
        }
        return text.toString();
    }
}
