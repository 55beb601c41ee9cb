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
     * @param begins when each slot begins, from the start of the course: one due time a slot, in order
     * @param sessions so many sessions are measured, each with all its turns, and then it is over; {@link Long#MAX_VALUE} = without
     *     end
     */
    record Closed(int slots, long pauseAfterFailureNanos, FireTimes begins, long sessions) implements LoadPlan {
        public Closed {
            if (slots < 0 || pauseAfterFailureNanos < 0 || sessions < 0) {
                throw new IllegalArgumentException(
                        slots + " slots, pause " + pauseAfterFailureNanos + " ns, " + sessions + " sessions");
            }
        }

        /** Sessions follow each other without end. */
        public Closed(int slots, long pauseAfterFailureNanos, FireTimes begins) {
            this(slots, pauseAfterFailureNanos, begins, Long.MAX_VALUE);
        }

        /** All slots begin at once. */
        public Closed(int slots, long pauseAfterFailureNanos) {
            this(slots, pauseAfterFailureNanos, () -> 0);
        }
    }

    /**
     * Requests fall due by a sequence.
     *
     * @param fireTimes this loop's share, from the start of the course
     * @param maxInFlight beyond it, what is due is dropped
     */
    record Open(FireTimes fireTimes, int maxInFlight) implements LoadPlan {
        public Open {
            if (maxInFlight < 1) {
                throw new IllegalArgumentException("cap " + maxInFlight);
            }
        }
    }
}
