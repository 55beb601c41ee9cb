package dev.plumbline.producer.dispatch;

import dev.plumbline.producer.schedule.FireTimes;

/** How one event loop offers load. */
public sealed interface LoadPlan {

    /**
     * So many requests at a time; the next is due when one ends.
     *
     * @param slots this loop's part of the concurrency, 0 or more
     * @param pauseAfterFailureNanos how much later the next is due after a failure, so that a target that refuses at once
     *     is not hammered
     */
    record Closed(int slots, long pauseAfterFailureNanos) implements LoadPlan {
        public Closed {
            if (slots < 0 || pauseAfterFailureNanos < 0) {
                throw new IllegalArgumentException(slots + " slots, pause " + pauseAfterFailureNanos + " ns");
            }
        }
    }

    /**
     * Requests fall due by a sequence.
     *
     * @param fireTimes this loop's share, from the start of the run
     * @param firstOrdinal of the first of them
     * @param ordinalStep from one to the next
     * @param maxInFlight beyond it, what is due is dropped
     */
    record Open(FireTimes fireTimes, long firstOrdinal, long ordinalStep, int maxInFlight) implements LoadPlan {
        public Open {
            if (firstOrdinal < 0 || ordinalStep < 1 || maxInFlight < 1) {
                throw new IllegalArgumentException(
                        "ordinals " + firstOrdinal + " + n * " + ordinalStep + ", cap " + maxInFlight);
            }
        }
    }
}
