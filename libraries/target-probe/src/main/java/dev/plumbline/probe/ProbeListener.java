package dev.plumbline.probe;

/** Follows a probe; called by the thread that runs it. */
public interface ProbeListener {

    /** Shows nothing. */
    ProbeListener SILENT = new ProbeListener() {
        @Override
        public void ended(StepResult result) {}

        @Override
        public void waiting(Step step, String what) {}
    };

    /** A step has ended. */
    void ended(StepResult result);

    /** A step takes long for a reason that is known; one line. */
    void waiting(Step step, String what);
}
