package dev.plumbline.producer;

import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The steps of an end. Each is taken, whatever became of those before: who cannot close one thing closes the others all the
 * same. One thread.
 */
final class Ending {

    private static final Logger LOG = Logger.getLogger(Ending.class);

    private Optional<InterruptedException> interruption = Optional.empty();

    /** Something to be ended. */
    @FunctionalInterface
    interface Step {
        void take() throws InterruptedException;
    }

    /** Takes a step; what it throws is told, and an interruption kept until {@link #over}. */
    void step(String what, Step step) {
        try {
            step.take();
        } catch (InterruptedException e) {
            interruption = Optional.of(e);
        } catch (RuntimeException e) {
            LOG.errorf(e, "Ending %s failed", what);
        }
    }

    /** @throws InterruptedException when a step was interrupted */
    void over() throws InterruptedException {
        if (interruption.isPresent()) {
            throw interruption.get();
        }
    }
}
