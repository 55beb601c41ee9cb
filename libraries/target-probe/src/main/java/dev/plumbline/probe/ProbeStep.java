package dev.plumbline.probe;

/** One step of a probe; used once, by one thread. */
interface ProbeStep {

    Step step();

    /** What must hold before it is tried; without, it is skipped. */
    Needs needs();

    /** Begins what goes on beside other steps; called once, as soon as the needs are met, and does not wait. */
    default void begin(Findings known) {}

    /** Called only when the needs are met. */
    StepEnd run(Findings known) throws InterruptedException;
}
