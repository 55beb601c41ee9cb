package dev.plumbline.contract.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a producer did for one variant in one slot of wall-clock time, as far as no heartbeat told before. Slots are one
 * second long and aligned, so that they fall into windows of any whole number of seconds.
 *
 * <p>A producer tells every slot of the span that it measures, also when nothing happened in it: a slot of zeros says that
 * nothing was due, and no slot says nothing. What a load did before it was measured and after that is not told: of what is still in
 * flight at the borders only the part between them.
 *
 * @param conditions digest of the series' conditions; empty where nobody said
 * @param slotStartEpochMillis start of the slot, a multiple of {@link #SLOT_MILLIS}
 * @param offered requests that fell due in the slot
 * @param inFlightNanos time spent in flight during the slot, summed over requests; divided by the window: mean in flight
 * @param outputTokens output tokens that streamed in during the slot: for each content chunk as many as the server told of the last answers,
 *     corrected when it tells of this one
 * @param sickness why the producer does not vouch for this slot; empty when it does
 * @param circumstances what was so around the load; what was seen after the slot was told is in the next one
 * @param edges the measured load began or ended in the slot; empty where neither is so, or nobody said
 */
public record Activity(
        String variant,
        Optional<String> conditions,
        long slotStartEpochMillis,
        long offered,
        long inFlightNanos,
        long outputTokens,
        Set<Sickness> sickness,
        Optional<Circumstances> circumstances,
        Optional<LoadEdges> edges) {

    /** Length of a slot. */
    public static final long SLOT_MILLIS = 1_000;

    public Activity {
        Objects.requireNonNull(variant, "variant");
        Objects.requireNonNull(conditions, "conditions");
        Objects.requireNonNull(circumstances, "circumstances");
        Objects.requireNonNull(edges, "edges");
        sickness = sickness.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(sickness));
        if (slotStartEpochMillis < 0 || slotStartEpochMillis % SLOT_MILLIS != 0) {
            throw new IllegalArgumentException("slot start " + slotStartEpochMillis + " is not a whole second");
        }
        if (offered < 0 || inFlightNanos < 0) {
            throw new IllegalArgumentException("negative activity: " + offered + " offered, " + inFlightNanos + " ns");
        }
    }

    /** Activity of a variant of which nothing else is known, in the midst of a load. */
    public Activity(
            String variant,
            long slotStartEpochMillis,
            long offered,
            long inFlightNanos,
            long outputTokens,
            Set<Sickness> sickness) {
        this(
                variant,
                Optional.empty(),
                slotStartEpochMillis,
                offered,
                inFlightNanos,
                outputTokens,
                sickness,
                Optional.empty(),
                Optional.empty());
    }

    /** Why a producer does not vouch for its own numbers. */
    public enum Sickness {
        /** Requests were taken up too late after they fell due (p99 over budget), or not at all for want of own means. */
        DISPATCH_LAG,
        /** The event loop stood still for longer than its budget, or for long beside the latencies that it measures. */
        EVENT_LOOP_STALLED,
        /** The producer used nearly all of the processors that it may use. */
        CPU_SATURATED,
        /** One event loop used nearly all of the one processor that it can use. */
        EVENT_LOOP_SATURATED,
        /** Garbage collection stopped the producer for too much of the slot. */
        COLLECTOR_PAUSED,
        /** The hypervisor gave too much of the processors' time to others. */
        CPU_STOLEN,
        /** A limit on its CPU time stopped the producer for too much of the slot. */
        CPU_THROTTLED,
        /** The queue towards Kafka was full, events were lost. */
        KAFKA_BUFFER_FULL,
        /**
         * Said by the aggregator: the producer's watermark stood still or fell far behind, so nobody waited for it. Said by the
         * producer: its clock was set back, and this slot came before.
         */
        WATERMARK_STALLED,
        /** One that this version does not know by name. */
        OTHER;

        /** A name from the wire; one of a later version is {@link #OTHER}. */
        @JsonCreator
        public static Sickness named(String name) {
            for (Sickness sickness : values()) {
                if (sickness.name().equals(name)) {
                    return sickness;
                }
            }
            return OTHER;
        }
    }
}
