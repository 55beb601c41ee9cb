package dev.plumbline.workload;

import dev.plumbline.protocol.Ask;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One class of single requests: a prompt of common words and the longest answer that it may have. The seed and the ordinal decide
 * both lengths.
 */
public final class SyntheticWorkload implements Workload {

    private final RequestClass requestClass;
    private final Prompts prompts;
    private final long seed;
    private final Length answers;

    /**
     * @param seed of the lengths of answers
     * @param answers the longest that each may have
     */
    public SyntheticWorkload(RequestClass requestClass, Prompts prompts, long seed, Length answers) {
        this.requestClass = requestClass;
        this.prompts = prompts;
        this.seed = Salt.mixed(seed, "answers");
        this.answers = answers;
    }

    private SyntheticWorkload(SyntheticWorkload like, Prompts prompts) {
        this.requestClass = like.requestClass;
        this.prompts = prompts;
        this.seed = like.seed;
        this.answers = like.answers;
    }

    @Override
    public Session session(long ordinal) {
        int longest = answers.drawn(new SplittableRandom(Salt.mixed(seed, ordinal)));
        return Session.ofOne(requestClass, Ask.of(prompts.prompt(ordinal), longest));
    }

    @Override
    public List<RequestClass> classes() {
        return List.of(requestClass);
    }

    @Override
    public boolean readsAnswers() {
        return false;
    }

    @Override
    public Workload salted(long salt) {
        return new SyntheticWorkload(this, prompts.salted(salt));
    }
}
