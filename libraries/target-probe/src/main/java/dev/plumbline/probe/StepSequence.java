package dev.plumbline.probe;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** Tries steps one after the other; one whose needs are not met is skipped, and no other is. One thread, used once. */
final class StepSequence {

    private final LongSupplier nanos;
    private final ProbeListener listener;
    private final List<StepResult> results = new ArrayList<>();
    private final Set<Step> holding = EnumSet.noneOf(Step.class);
    private Findings known = Findings.NONE;

    StepSequence(LongSupplier nanos, ProbeListener listener) {
        this.nanos = nanos;
        this.listener = listener;
    }

    /** @param startNanos since when the first step is on its way */
    void run(List<ProbeStep> steps, long startNanos) throws InterruptedException {
        List<ProbeStep> notBegun = new ArrayList<>(steps);
        long beganNanos = startNanos;
        for (ProbeStep step : steps) {
            beginWhatCanBegin(notBegun);
            StepEnd end = step.needs().areMet(holding)
                    ? step.run(known)
                    : StepEnd.of(step.needs().unmet(), known);
            known = end.known();
            if (end.holds()) {
                holding.add(step.step());
            }
            long endedNanos = nanos.getAsLong();
            StepResult result = new StepResult(step.step(), end.outcome(), Math.max(0, endedNanos - beganNanos));
            beganNanos = endedNanos;
            results.add(result);
            listener.ended(result);
        }
    }

    private void beginWhatCanBegin(List<ProbeStep> notBegun) {
        notBegun.removeIf(step -> {
            boolean ready = step.needs().areMet(holding);
            if (ready) {
                step.begin(known);
            }
            return ready;
        });
    }

    /** One for each step, in order. */
    List<StepResult> results() {
        return results;
    }

    /** See {@link StepEnd#holds()}. */
    boolean holds(Step step) {
        return holding.contains(step);
    }

    /** What all steps together have found. */
    Findings known() {
        return known;
    }
}
