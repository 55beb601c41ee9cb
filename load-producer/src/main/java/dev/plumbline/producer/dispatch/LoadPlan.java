package dev.plumbline.producer.dispatch;

import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.schedule.SlotTimes;
import java.util.Objects;

/** How one event loop offers load. */
public sealed interface LoadPlan {

    /**
     * So many requests at a time; the next is due when one ends.
     *
     * @param slots this loop's part of the concurrency, 0 or more
     * @param pauseAfterFailureNanos how much later the next is due after a failure, so that a target that refuses at once
     *     is not hammered
     * @param begins when each slot begins, from the start of the course: one due time a slot, in order
     * @param changes when there are more or fewer, from the begin of the measured part
     * @param sessions so many sessions are measured, each with all its turns, and then it is over; {@link Long#MAX_VALUE} = without
     *     end
     */
    record Closed(int slots, long pauseAfterFailureNanos, FireTimes begins, SlotTimes changes, long sessions)
            implements LoadPlan {
        public Closed {
            Objects.requireNonNull(begins, "begins");
            Objects.requireNonNull(changes, "changes");
            if (slots < 0 || pauseAfterFailureNanos < 0 || sessions < 0) {
                throw new IllegalArgumentException(
                        slots + " slots, pause " + pauseAfterFailureNanos + " ns, " + sessions + " sessions");
            }
        }

        /** As many all the time, and sessions follow each other without end. */
        public Closed(int slots, long pauseAfterFailureNanos, FireTimes begins) {
            this(slots, pauseAfterFailureNanos, begins, SlotTimes.none(), Long.MAX_VALUE);
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
