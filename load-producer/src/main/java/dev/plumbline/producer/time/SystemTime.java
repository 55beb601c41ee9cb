package dev.plumbline.producer.time;

import java.util.Optional;

/**
 * The system's clocks: monotonic stamps, and a wall clock that is read at the start and anew when it was set, see {@link
 * Anchors}. The only class here that reads them.
 */
public final class SystemTime implements ProducerClock {

    private final long originNanos = System.nanoTime();
    private final Anchors anchors = new Anchors(System.currentTimeMillis());

    @Override
    public long nanos() {
        return System.nanoTime() - originNanos;
    }

    @Override
    public Anchor anchorAt(long nanos) {
        return anchors.at(nanos);
    }

    @Override
    public long wallOffsetMillis() {
        return System.currentTimeMillis() - epochMillisAt(nanos());
    }

    @Override
    public Optional<Anchor> look() {
        long before = nanos();
        if (!anchors.isDue(before)) {
            return Optional.empty();
        }
        long wallEpochMillis = System.currentTimeMillis();
        return anchors.look(before, wallEpochMillis, nanos());
    }

    @Override
    public long timesReanchored() {
        return anchors.made();
    }
}
