package dev.plumbline.target.lockstep;

import java.util.List;

/**
 * One step, as it was begun.
 *
 * @param beginNanos when it began
 * @param durationNanos until its tokens are there; 0 when it is idle
 * @param sequences that it works on, the eldest first
 * @param prefillTokens prompt tokens that it computes, those of preempted sequences' outputs included
 * @param admitted those of {@code sequences} that run for the first time
 * @param outOfMemory sequences that were given up, because there is no memory for them even alone
 */
public record Step(
        long beginNanos,
        long durationNanos,
        List<Sequence> sequences,
        int prefillTokens,
        List<Sequence> admitted,
        List<Sequence> outOfMemory) {

    /** Copies the lists. */
    public Step {
        sequences = List.copyOf(sequences);
        admitted = List.copyOf(admitted);
        outOfMemory = List.copyOf(outOfMemory);
    }

    /** Whether there was nothing to work on, so that nothing has begun. */
    public boolean isIdle() {
        return sequences.isEmpty();
    }
}
