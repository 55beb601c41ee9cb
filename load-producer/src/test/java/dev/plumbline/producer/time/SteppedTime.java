package dev.plumbline.producer.time;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Real time on a machine whose wall clock can be set, which is also what it looks like when it slept. */
public final class SteppedTime implements ProducerClock {

    private final SystemTime time = new SystemTime();
    private final long wallAtZeroEpochMillis = time.epochMillisAt(0);
    private final Anchors anchors = new Anchors(wallAtZeroEpochMillis);
    private final AtomicLong setByMillis = new AtomicLong();
    private volatile long reanchoredFromNanos = Long.MAX_VALUE;

    /** Sets the machine's wall clock forward, or back. */
    public void setWall(long byMillis) {
        setByMillis.addAndGet(byMillis);
    }

    /** What the machine's wall clock shows at a stamp, as it is set now. */
    public long wallEpochMillisAt(long nanos) {
        return wallAtZeroEpochMillis + setByMillis.get() + Math.floorDiv(nanos, NANOS_PER_MILLI);
    }

    @Override
    public long nanos() {
        return time.nanos();
    }

    @Override
    public Anchor anchorAt(long nanos) {
        return anchors.at(nanos);
    }

    @Override
    public Optional<Anchor> look() {
        long now = nanos();
        Optional<Anchor> made = anchors.look(now, wallEpochMillisAt(now), now);
        made.ifPresent(anchor -> reanchoredFromNanos = anchor.fromNanos());
        return made;
    }

    /** The first stamp of the newest anchor that was made; later than any while none was. */
    public long reanchoredFromNanos() {
        return reanchoredFromNanos;
    }

    @Override
    public long timesReanchored() {
        return anchors.made();
    }
}
