package dev.plumbline.producer.emission;

import dev.plumbline.producer.recorder.EndedRequest;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The bounded queue between the event loops and the one sender thread. First in, first out over requests and markers
 * together: that order is what makes a watermark true.
 *
 * <p>Room for markers is kept apart, so that a queue full of events can still say that events were lost.
 */
public final class EmissionQueue implements EventOutlet {

    /** Most markers of one loop that wait at a time, besides its last one. */
    static final int MAX_MARKERS_PER_LOOP = 8;

    sealed interface Item {
        record Ended(EndedRequest request) implements Item {}

        record Marked(Marker marker) implements Item {}
    }

    private final int capacity;
    private final ArrayBlockingQueue<Item> items;
    private final AtomicIntegerArray waitingMarkers;

    /** @param capacity most requests that wait */
    public EmissionQueue(int capacity, int loops) {
        if (capacity < 1 || loops < 1) {
            throw new IllegalArgumentException("capacity " + capacity + " for " + loops + " loops");
        }
        this.capacity = capacity;
        // Loops that look at the size at the same moment may exceed the capacity by one each.
        this.items = new ArrayBlockingQueue<>(Math.addExact(capacity, loops * (MAX_MARKERS_PER_LOOP + 2)));
        this.waitingMarkers = new AtomicIntegerArray(loops);
    }

    @Override
    public boolean ended(EndedRequest request) {
        return items.size() < capacity && items.offer(new Item.Ended(request));
    }

    @Override
    public boolean mark(Marker marker) {
        if (!marker.last() && waitingMarkers.get(marker.loop()) >= MAX_MARKERS_PER_LOOP) {
            return false;
        }
        waitingMarkers.incrementAndGet(marker.loop());
        if (items.offer(new Item.Marked(marker))) {
            return true;
        }
        waitingMarkers.decrementAndGet(marker.loop());
        return false;
    }

    /** Requests and markers that wait. */
    public int size() {
        return items.size();
    }

    /** The next item; empty when none came in time. */
    Optional<Item> poll(long timeoutNanos) throws InterruptedException {
        Optional<Item> item = Optional.ofNullable(items.poll(timeoutNanos, TimeUnit.NANOSECONDS));
        if (item.isPresent() && item.get() instanceof Item.Marked marked) {
            waitingMarkers.decrementAndGet(marked.marker().loop());
        }
        return item;
    }
}
