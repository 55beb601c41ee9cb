package dev.plumbline.cli.probe;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.probe.StepOutcome.Failed;
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

    /** 0 when nothing failed, else the code of the first failure: 2 or 4. */
    public int exitCode() {
        return failure().map(failed -> failed.kind().exitCode()).orElse(ExitCode.PASS);
    }
}
