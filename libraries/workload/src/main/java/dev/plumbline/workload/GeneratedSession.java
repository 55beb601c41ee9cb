package dev.plumbline.workload;

import dev.plumbline.protocol.Ask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** One conversation as its {@link Dialogue} goes. What there is in it is decided at its begin, each text when its turn comes. */
final class GeneratedSession implements Session {

    /** Words by which a result can be told from what a person writes. */
    static final int LABEL_WORDS = 4;

    private static final String TOOL_LABEL = "Result of the tool:\n";
    private static final String AGENT_LABEL = "Result of the agent:\n";

    /** One request. */
    private enum Step {
        /** A message of the user. */
        USER,
        /** The result of a tool that the model called. */
        TOOL,
        /** A sub-agent begins, with its task. */
        TASK,
        /** The result of a tool that a sub-agent called. */
        TASK_TOOL,
        /** The last answer of a sub-agent. */
        TASK_RESULT;

        boolean isOfAgent() {
            return this == TASK || this == TASK_TOOL;
        }
    }

    private final GeneratedClass shapes;
    private final Vocabulary vocabulary;
    private final Dialogue dialogue;
    private final long prefixSeed;
    private final long salt;
    /** Decides lengths, choices and most words. */
    private final long key;
    /** Decides the words with which a prompt begins. */
    private final long beginningKey;

    private final Optional<String> tenant;
    private final List<Step> steps;
    private final List<Ask.Message> conversation = new ArrayList<>();
    private final List<Ask.Message> ofAgent = new ArrayList<>();
    /** How many were asked. */
    private int asked;

    private int lastMaxTokens;

    GeneratedSession(GeneratedClass shapes, Vocabulary vocabulary, long seed, long salt, long ordinal) {
        this.shapes = shapes;
        this.vocabulary = vocabulary;
        this.dialogue = shapes.dialogue();
        this.prefixSeed = Salt.mixed(seed, "prefixes");
        this.salt = salt;
        this.key = Salt.mixed(seed, ordinal);
        this.beginningKey = Salt.mixed(Salt.mixed(seed, salt), ordinal);
        this.tenant = shapes.tenants().map(all -> all.drawn(random("tenant")));
        this.steps = steps();
    }

    private List<Step> steps() {
        SplittableRandom random = random("steps");
        List<Step> all = new ArrayList<>();
        for (int turn = dialogue.turns().drawn(random); turn > 0; turn--) {
            all.add(Step.USER);
            dialogue.tools().ifPresent(tools -> {
                for (int call = tools.calls().drawn(random); call > 0; call--) {
                    all.add(Step.TOOL);
                }
            });
            dialogue.subAgents().ifPresent(agents -> {
                for (int agent = agents.count().drawn(random); agent > 0; agent--) {
                    all.add(Step.TASK);
                    for (int call = agents.turns().drawn(random) - 1; call > 0; call--) {
                        all.add(Step.TASK_TOOL);
                    }
                    all.add(Step.TASK_RESULT);
                }
            });
        }
        return all;
    }

    @Override
    public RequestClass requestClass() {
        return shapes.of();
    }

    @Override
    public Optional<String> tenant() {
        return tenant;
    }

    @Override
    public boolean isOver() {
        return asked == steps.size();
    }

    @Override
    public Optional<Turn> next(Optional<String> lastAnswer) {
        if (isOver()) {
            return Optional.empty();
        }
        String answered = asked == 0 ? "" : answered(lastAnswer);
        Step step = steps.get(asked);
        SplittableRandom random = random("step " + asked);
        if (step == Step.TASK) {
            ofAgent.clear();
        }
        List<Ask.Message> context = step.isOfAgent() ? ofAgent : conversation;
        if (dialogue.history() == Dialogue.History.DELTA) {
            context.clear();
        }
        if (asked == 0) {
            first(random).forEach(context::add);
        } else {
            context.add(new Ask.Message(Ask.Role.USER, message(step, answered, random)));
        }
        lastMaxTokens = answers(step).drawn(random);
        Turn turn = new Turn(new Ask(sent(context), lastMaxTokens), thinkNanos(step));
        asked++;
        return Optional.of(turn);
    }

    /** Takes up the answer to the step before; returns its text, or what stands for it. */
    private String answered(Optional<String> lastAnswer) {
        Step last = steps.get(asked - 1);
        Optional<String> kept = dialogue.history() == Dialogue.History.FULL
                ? lastAnswer.filter(text -> !text.isBlank())
                : Optional.empty();
        String text = kept.orElseGet(() -> vocabulary.text(random("answer " + asked), lastMaxTokens));
        (last.isOfAgent() ? ofAgent : conversation).add(new Ask.Message(Ask.Role.ASSISTANT, text));
        return text;
    }

    private List<Ask.Message> first(SplittableRandom random) {
        String text = vocabulary.text(
                new SplittableRandom(beginningKey), random, shapes.prompts().drawn(random));
        if (shapes.prefixes().isEmpty()) {
            return List.of(new Ask.Message(Ask.Role.USER, text));
        }
        PrefixPool pool = shapes.prefixes().get();
        String prefix = pool.text(vocabulary, prefixSeed, salt, pool.weights().drawn(random("prefix")));
        return pool.role() == Ask.Role.SYSTEM
                ? List.of(new Ask.Message(Ask.Role.SYSTEM, prefix), new Ask.Message(Ask.Role.USER, text))
                : List.of(new Ask.Message(Ask.Role.USER, prefix + "\n\n" + text));
    }

    private String message(Step step, String answered, SplittableRandom random) {
        return switch (step) {
            case USER -> vocabulary.text(random, shapes.prompts().drawn(random));
            case TOOL -> TOOL_LABEL + vocabulary.text(random, tools().results().drawn(random));
            // A prompt that nothing stands before: a cache must not know it either.
            case TASK ->
                vocabulary.text(
                        new SplittableRandom(Salt.mixed(beginningKey, asked)),
                        random,
                        agents().tasks().drawn(random));
            case TASK_TOOL ->
                TOOL_LABEL + vocabulary.text(random, agents().results().drawn(random));
            case TASK_RESULT -> AGENT_LABEL + answered;
        };
    }

    private Length answers(Step step) {
        return step.isOfAgent() ? agents().answers() : shapes.answers();
    }

    private long thinkNanos(Step step) {
        if (asked == 0) {
            return 0;
        }
        SplittableRandom random = random("think " + asked);
        return switch (step) {
            case USER -> dialogue.think().drawnNanos(random);
            case TOOL -> tools().time().drawnNanos(random);
            case TASK_TOOL -> agents().time().drawnNanos(random);
            case TASK, TASK_RESULT -> 0;
        };
    }

    private List<Ask.Message> sent(List<Ask.Message> context) {
        if (!shapes.cacheBust()) {
            return context;
        }
        List<Ask.Message> busted = new ArrayList<>(context);
        String unique = vocabulary.text(
                new SplittableRandom(Salt.mixed(Salt.mixed(beginningKey, "bust"), asked)), Vocabulary.BEGINNING);
        Ask.Message first = busted.getFirst();
        busted.set(0, new Ask.Message(first.role(), unique + "\n" + first.text()));
        return busted;
    }

    private Dialogue.Tools tools() {
        return dialogue.tools().orElseThrow();
    }

    private Dialogue.SubAgents agents() {
        return dialogue.subAgents().orElseThrow();
    }

    private SplittableRandom random(String purpose) {
        return new SplittableRandom(Salt.mixed(key, purpose));
    }
}
