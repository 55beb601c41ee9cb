package dev.plumbline.producer.time;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is told to move, on a machine whose wall clock can be set. */
public final class ManualClock implements ProducerClock {

    private final long wallAtZeroEpochMillis;
    private final Anchors anchors;
    private volatile long nanos;
    private final AtomicLong setByMillis = new AtomicLong();

    public ManualClock(long wallAtZeroEpochMillis) {
        this.wallAtZeroEpochMillis = wallAtZeroEpochMillis;
        this.anchors = new Anchors(wallAtZeroEpochMillis);
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Anchor anchorAt(long atNanos) {
        return anchors.at(atNanos);
    }

    @Override
    public long wallOffsetMillis() {
        return wallEpochMillis() - epochMillisAt(nanos);
    }

    @Override
    public Optional<Anchor> look() {
        return anchors.look(nanos, wallEpochMillis(), nanos);
    }

    @Override
    public long timesReanchored() {
        return anchors.made();
    }

    /** What a clock on the machine's wall shows. */
    public long wallEpochMillis() {
        return wallAtZeroEpochMillis + setByMillis.get() + Math.floorDiv(nanos, NANOS_PER_MILLI);
    }

    /** Sets the machine's wall clock forward, or back; that is also what a sleep of the machine looks like. */
    public void setWall(long byMillis) {
        setByMillis.addAndGet(byMillis);
    }

    /** As time passes in which looks are made, the anchor that it makes holding at the end. */
    public void lookTwice() {
        for (int i = 0; i < 3; i++) {
            advanceMillis(Anchors.LOOK_INTERVAL_MILLIS);
            look();
        }
    }

    public void advanceMillis(long millis) {
        moveTo(nanos + millis * NANOS_PER_MILLI);
    }

    public void moveTo(long atNanos) {
        nanos = atNanos;
    }
}
