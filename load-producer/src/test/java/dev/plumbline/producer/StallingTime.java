package dev.plumbline.producer;

import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * The clock of the machine, unshifted, so that stamps of a server in this JVM compare. Whoever asks it may be held up: so an event
 * loop stands still, as it does while the JVM collects or the machine has no time for it.
 */
final class StallingTime implements ProducerClock {

    private static final String LOOPS = "vert.x-eventloop-thread";

    /** What stands still, from the one moment to the other; nothing else ran on the loop meanwhile. */
    record Stall(long fromNanos, long untilNanos) {

        Duration length() {
            return Duration.ofNanos(untilNanos - fromNanos);
        }

        boolean holds(long nanos) {
            return nanos >= fromNanos && nanos < untilNanos;
        }
    }

    private record Order(Duration length, BooleanSupplier when) {}

    private final Anchor anchor = Anchor.first(System.currentTimeMillis() - System.nanoTime() / NANOS_PER_MILLI);
    private final AtomicReference<Optional<Order>> order = new AtomicReference<>(Optional.empty());
    private volatile Optional<Stall> stall = Optional.empty();

    /** The first event loop that asks for the time when {@code when} is true is held up, once. */
    void stallOnce(Duration length, BooleanSupplier when) {
        order.set(Optional.of(new Order(length, when)));
    }

    /** The stall; empty while there was none. */
    Optional<Stall> stall() {
        return stall;
    }

    @Override
    public long nanos() {
        Optional<Order> given = order.get();
        if (given.isPresent()
                && Thread.currentThread().getName().startsWith(LOOPS)
                && given.get().when().getAsBoolean()
                && order.compareAndSet(given, Optional.empty())) {
            stand(given.get().length());
        }
        return System.nanoTime();
    }

    private void stand(Duration length) {
        long from = System.nanoTime();
        try {
            // Nobody opens it.
            boolean isOpened = new CountDownLatch(1).await(length.toNanos(), TimeUnit.NANOSECONDS);
            stall = isOpened ? Optional.empty() : Optional.of(new Stall(from, System.nanoTime()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Anchor anchorAt(long nanos) {
        return anchor;
    }
}
