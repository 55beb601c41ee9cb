package dev.plumbline.probe;

import java.util.Objects;

/**
 * One step and how it ended.
 *
 * @param durationNanos 0 or more
 */
public record StepResult(Step step, StepOutcome outcome, long durationNanos) {

    public StepResult {
        Objects.requireNonNull(step, "step");
        Objects.requireNonNull(outcome, "outcome");
        if (durationNanos < 0) {
            throw new IllegalArgumentException("durationNanos " + durationNanos);
        }
    }
}
