package dev.plumbline.probe;

import dev.plumbline.probe.StepOutcome.Failed;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * All steps of a probe, in order, and what came out.
 *
 * @param discovery present when endpoint and model were found, whether or not an answer came
 */
public record ProbeReport(List<StepResult> steps, Optional<Discovery> discovery) {

    public ProbeReport {
        steps = List.copyOf(steps);
        Objects.requireNonNull(discovery, "discovery");
    }

    /** The first failure. */
    public Optional<Failed> failure() {
        return steps.stream()
                .map(StepResult::outcome)
                .filter(Failed.class::isInstance)
                .map(Failed.class::cast)
                .findFirst();
    }
}
