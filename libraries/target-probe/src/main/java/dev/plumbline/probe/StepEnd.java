package dev.plumbline.probe;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import java.util.Objects;

/**
 * How a step ended, and what is known after it.
 *
 * @param holds whether the steps that need this one may be tried: it has passed, or there was nothing to do
 * @param known what was known before, and what this step found
 */
record StepEnd(StepOutcome outcome, boolean holds, Findings known) {

    StepEnd {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(known, "known");
        if (holds && outcome instanceof Failed) {
            throw new IllegalArgumentException("a step that failed does not hold: " + outcome);
        }
    }

    /** Holds when it has passed. */
    static StepEnd of(StepOutcome outcome, Findings known) {
        return new StepEnd(outcome, outcome instanceof Passed, known);
    }

    static StepEnd passed(String detail, Findings known) {
        return of(new Passed(detail), known);
    }

    /** Not looked at, and the steps that need it are skipped, too. */
    static StepEnd skipped(String why, Findings known) {
        return of(new Skipped(why), known);
    }

    /** There was nothing to do; the steps that need it go on. */
    static StepEnd notNeeded(String why, Findings known) {
        return new StepEnd(new Skipped(why), true, known);
    }
}
