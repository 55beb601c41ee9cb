package dev.plumbline.workload;

import java.util.List;

/** One class of sessions whose texts are made here. The seed decides every length and choice, the salt how prompts begin. */
final class GeneratedWorkload implements Workload {

    private final GeneratedClass shapes;
    private final long seed;
    private final long salt;
    private final Vocabulary vocabulary;

    GeneratedWorkload(GeneratedClass shapes, long seed, Vocabulary vocabulary) {
        this(shapes, Salt.mixed(seed, shapes.of().name()), 0, vocabulary);
    }

    private GeneratedWorkload(GeneratedClass shapes, long seed, long salt, Vocabulary vocabulary) {
        this.shapes = shapes;
        this.seed = seed;
        this.salt = salt;
        this.vocabulary = vocabulary;
    }

    @Override
    public Session session(long ordinal) {
        return new GeneratedSession(shapes, vocabulary, seed, salt, ordinal);
    }

    @Override
    public List<RequestClass> classes() {
        return List.of(shapes.of());
    }

    @Override
    public List<String> tenants() {
        return shapes.tenants().map(Tenants::names).orElse(List.of());
    }

    @Override
    public boolean readsAnswers() {
        return shapes.dialogue().history() == Dialogue.History.FULL
                && shapes.dialogue().hasFurtherTurns();
    }

    @Override
    public Workload salted(long changed) {
        return new GeneratedWorkload(shapes, seed, changed, vocabulary);
    }
}
