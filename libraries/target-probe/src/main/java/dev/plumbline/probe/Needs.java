package dev.plumbline.probe;

import java.util.Set;

/**
 * What a step cannot do without.
 *
 * @param words what is missing when the step is skipped, after "needs"
 * @param steps those that must hold, see {@link StepEnd#holds()}; empty for a step that is always tried
 */
record Needs(String words, Set<Step> steps) {

    static final Needs NOTHING = new Needs("", Set.of());

    Needs {
        steps = Set.copyOf(steps);
    }

    static Needs of(String words, Step... steps) {
        return new Needs(words, Set.of(steps));
    }

    boolean areMet(Set<Step> holding) {
        return holding.containsAll(steps);
    }

    /** Why the step is skipped when they are not met. */
    StepOutcome.Skipped unmet() {
        return new StepOutcome.Skipped("needs " + words);
    }
}
