package dev.plumbline.producer.emission;

import java.util.concurrent.atomic.LongAdder;

/** What became of events and heartbeats. Any thread may read; sums are exact when nothing is under way. */
public final class EmissionCounters {

    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder heartbeats = new LongAdder();
    private final LongAdder heartbeatsFailed = new LongAdder();

    private volatile long discardedSlots;

    /** How many there were in all by now. */
    void discardedSlots(long slots) {
        discardedSlots = slots;
    }

    /** Seconds of activity that no heartbeat told in time: nothing is known of them. */
    public long discardedSlots() {
        return discardedSlots;
    }

    void acknowledged() {
        acknowledged.increment();
    }

    void lost(long events) {
        lost.add(events);
    }

    void heartbeat() {
        heartbeats.increment();
    }

    void heartbeatFailed() {
        heartbeatsFailed.increment();
    }

    /** Request events that Kafka acknowledged. */
    public long acknowledgedEvents() {
        return acknowledged.sum();
    }

    /** Request events that never got there: the queue was full, Kafka did not take them, or the end came first. */
    public long lostEvents() {
        return lost.sum();
    }

    /** Heartbeats that Kafka acknowledged. */
    public long acknowledgedHeartbeats() {
        return heartbeats.sum();
    }

    /** Heartbeats that never got there; what they said went into the next. */
    public long failedHeartbeats() {
        return heartbeatsFailed.sum();
    }
}
