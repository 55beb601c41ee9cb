package dev.plumbline.producer.emission;

import dev.plumbline.producer.recorder.EndedRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bounded queue between the event loops and one thread behind it. First in, first out over requests and markers together:
 * that order is what makes a watermark true.
 *
 * <p>Room for markers is kept apart, so that a queue full of requests can still say that some were lost. A marker takes its
 * room until it is released, which is up to the thread behind: it may have taken the marker out and still carry it.
 *
 * <p>Requests are bounded in number and in bytes, whichever comes first: one is half a kilobyte or twenty, and an outage shall
 * cost events and not the heap.
 *
 * <p>Putting in and {@link #size} are for any thread, the rest is for the one behind.
 */
public final class MarkedQueue implements EventOutlet {

    /** Most markers of one loop that are not released at a time, besides its last one. */
    static final int MAX_MARKERS_PER_LOOP = 8;

    /** What waits. */
    public sealed interface Item {
        record Ended(EndedRequest request) implements Item {}

        record Marked(Marker marker) implements Item {}
    }

    /** Most bytes of requests that wait, as {@link EndedRequest#retainedBytes} reckons, where nothing else is said. */
    public static final long DEFAULT_BYTES = 48L << 20;

    private final int capacity;
    private final long capacityBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final ArrayBlockingQueue<Item> items;
    private final AtomicIntegerArray unreleasedMarkers;

    /** With {@link #DEFAULT_BYTES}. */
    public MarkedQueue(int capacity, int loops) {
        this(capacity, DEFAULT_BYTES, loops);
    }

    /**
     * @param capacity most requests that wait
     * @param capacityBytes most that they take in memory
     * @param loops how many event loops leave markers
     */
    public MarkedQueue(int capacity, long capacityBytes, int loops) {
        if (capacity < 1 || capacityBytes < 1 || loops < 1) {
            throw new IllegalArgumentException(
                    "capacity " + capacity + ", " + capacityBytes + " bytes, for " + loops + " loops");
        }
        this.capacity = capacity;
        this.capacityBytes = capacityBytes;
        // Loops that look at the size at the same moment may exceed the capacity by one each.
        this.items = new ArrayBlockingQueue<>(Math.addExact(capacity, loops * (MAX_MARKERS_PER_LOOP + 2)));
        this.unreleasedMarkers = new AtomicIntegerArray(loops);
    }

    @Override
    public boolean ended(EndedRequest request) {
        long more = request.retainedBytes();
        if (items.size() >= capacity || bytes.get() + more > capacityBytes) {
            return false;
        }
        bytes.addAndGet(more);
        if (items.offer(new Item.Ended(request))) {
            return true;
        }
        bytes.addAndGet(-more);
        return false;
    }

    @Override
    public boolean mark(Marker marker) {
        if (!marker.last() && unreleasedMarkers.get(marker.loop()) >= MAX_MARKERS_PER_LOOP) {
            return false;
        }
        unreleasedMarkers.incrementAndGet(marker.loop());
        if (items.offer(new Item.Marked(marker))) {
            return true;
        }
        unreleasedMarkers.decrementAndGet(marker.loop());
        return false;
    }

    /** Requests and markers that wait. */
    public int size() {
        return items.size();
    }

    /** Whether requests fill more than half of their room, in number or in bytes; markers that wait are reckoned with. */
    public boolean isHalfFull() {
        return items.size() > capacity / 2 || bytes.get() > capacityBytes / 2;
    }

    /** About how many bytes of memory the requests take that wait. Any thread. */
    public long bytes() {
        return bytes.get();
    }

    /** The next item; empty when none came in time. */
    public Optional<Item> poll(long timeoutNanos) throws InterruptedException {
        Optional<Item> item = Optional.ofNullable(items.poll(timeoutNanos, TimeUnit.NANOSECONDS));
        item.ifPresent(this::takenOut);
        return item;
    }

    /** Moves what waits to the end of a collection, at most so many items, without waiting. */
    public void drainTo(Collection<? super Item> batch, int most) {
        List<Item> taken = new ArrayList<>();
        items.drainTo(taken, most);
        taken.forEach(this::takenOut);
        batch.addAll(taken);
    }

    private void takenOut(Item item) {
        if (item instanceof Item.Ended ended) {
            bytes.addAndGet(-ended.request().retainedBytes());
        }
    }

    /** A marker that was taken out is done with: its loop may leave another one. */
    public void release(Marker marker) {
        unreleasedMarkers.decrementAndGet(marker.loop());
    }
}
