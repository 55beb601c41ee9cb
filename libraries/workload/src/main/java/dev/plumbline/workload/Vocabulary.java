package dev.plumbline.workload;

import java.util.SplittableRandom;

/** Short common words, and texts of them: separated by one space, plain ASCII. Most are one token in common vocabularies. */
final class Vocabulary {

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

    /** Words at the beginning of a text that decide whether it is known: no cache that works in blocks finds it behind others. */
    static final int BEGINNING = 8;

    private static final int USUAL_LETTERS = 7;

    private Vocabulary() {}

    /** So many words. */
    static String text(SplittableRandom random, int words) {
        return text(random, random, words);
    }

    /** So many words, of which the first {@value #BEGINNING} are drawn by the one, the others by the other. */
    static String text(SplittableRandom beginning, SplittableRandom rest, int words) {
        StringBuilder text = new StringBuilder(words * USUAL_LETTERS);
        for (int i = 0; i < words; i++) {
            if (i > 0) {
                text.append(' ');
            }
            text.append(WORDS[(i < BEGINNING ? beginning : rest).nextInt(WORDS.length)]);
        }
        return text.toString();
    }
}
