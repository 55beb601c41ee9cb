package dev.plumbline.workload;

import dev.plumbline.protocol.Ask;
import java.util.SplittableRandom;

/**
 * Texts with which the prompts of a class begin, shared by its sessions: system prompts, or documents that many ask about. A session
 * has one of them for all its turns. A server with a prefix cache computes each of them once.
 *
 * @param size how many texts there are, 1 or more
 * @param words how long each is; drawn once for each text
 * @param zipf how unevenly they are asked for: the k-th has the weight {@code k^-zipf}; 0 = all alike
 * @param role {@link Ask.Role#SYSTEM}: a message of its own; {@link Ask.Role#USER}: it stands in front of the first message, which
 *     models take that know no system
 */
record PrefixPool(int size, Length words, double zipf, Ask.Role role) {

    static final int MOST = 100_000;
    static final double STEEPEST = 5;

    PrefixPool {
        if (size < 1 || size > MOST || !(zipf >= 0 && zipf <= STEEPEST) || role == Ask.Role.ASSISTANT) {
            throw new IllegalArgumentException("pool of " + size + ", zipf " + zipf + ", " + role);
        }
    }

    /** Which of them is how likely. */
    Weights weights() {
        return Weights.zipf(size, zipf);
    }

    /**
     * One of the texts.
     *
     * @param vocabulary of which words it is
     * @param seed decides its length and its words behind the first ones
     * @param salt decides these, so that a cache does not know it from another start
     */
    String text(Vocabulary vocabulary, long seed, long salt, int index) {
        SplittableRandom shape = new SplittableRandom(Salt.mixed(seed, index));
        SplittableRandom beginning = new SplittableRandom(Salt.mixed(Salt.mixed(seed, salt), index));
        return vocabulary.text(beginning, shape, words.drawn(shape));
    }
}
