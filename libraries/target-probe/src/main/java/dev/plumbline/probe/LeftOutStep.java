package dev.plumbline.probe;

/**
 * A step that this probe leaves out.
 *
 * @param holds whether the steps that need it go on without it
 */
record LeftOutStep(Step step, Needs needs, String why, boolean holds) implements ProbeStep {

    @Override
    public StepEnd run(Findings known) {
        return holds ? StepEnd.notNeeded(why, known) : StepEnd.skipped(why, known);
    }
}
