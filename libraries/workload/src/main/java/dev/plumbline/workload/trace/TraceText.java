package dev.plumbline.workload.trace;

import dev.plumbline.workload.Salt;
import java.util.SplittableRandom;

/**
 * Words for prompts of a stated length. Each has three letters: it is one token in common vocabularies, and a text of n words has 4n
 * - 1 characters. So what a server counts is near what the trace says, beside what its template adds.
 */
final class TraceText {

    private static final String[] WORDS =
            ("act add age ago aid aim air all and any arm art ask bad bag bar bed bet bid big bit box boy bus but buy"
                            + " can cap car cat cop cow cry cup cut day did die dog dry due ear eat egg end eye fan far fat few"
                            + " fit fix fly for fun gap gas get god got guy had has hat her him his hit hot how ice ill its job"
                            + " joy key kid lab law lay leg let lie lip log lot low man map may men met mix mom new nor not now"
                            + " nut odd off oil old one our out own pay per pet pie pop pot put raw red rid row run sad sat saw"
                            + " say sea see set she sit six sky son sun tax tea ten the tie tip too top toy try two use van via"
                            + " war was way web wet who why win won yes yet you")
                    .split(" ");

    private final StringBuilder text;

    TraceText(int words) {
        this.text = new StringBuilder(4 * words);
    }

    /** Words that a number decides, the first of them by another. */
    void add(int words, long seed, int beginningWords, long beginningSeed) {
        SplittableRandom shape = new SplittableRandom(seed);
        SplittableRandom beginning = new SplittableRandom(beginningSeed);
        for (int i = 0; i < words; i++) {
            if (!text.isEmpty()) {
                text.append(' ');
            }
            text.append(WORDS[(i < beginningWords ? beginning : shape).nextInt(WORDS.length)]);
        }
    }

    /** A block of a prompt. */
    void block(long id, long seed, int words, int beginningWords, long salt) {
        long ofBlock = Salt.mixed(seed, id);
        add(words, ofBlock, beginningWords, Salt.mixed(ofBlock, salt));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
