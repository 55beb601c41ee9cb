package dev.plumbline.target;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that parks until the next due time and then hands what is due to the event loop.
 *
 * <p>The event loop's own timers count in milliseconds and round up; a park wakes within a fraction of one. There is at
 * most one timer per admitted request plus one per scheduled regression.
 */
final class Pacer implements Timers, AutoCloseable {

    private static final long IDLE_PARK_NANOS = 1_000_000_000L;

    private final TargetClock clock;
    private final Executor eventLoop;
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final Thread thread;
    private long sequence;
    private volatile boolean closed;

    Pacer(TargetClock clock, Executor eventLoop) {
        this.clock = clock;
        this.eventLoop = eventLoop;
        this.thread = new Thread(this::pace, "pacer");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    @Override
    public Runnable at(long dueNanos, Runnable task) {
        Timer timer;
        boolean isNext;
        synchronized (timers) {
            timer = new Timer(dueNanos, sequence++, task);
            timers.add(timer);
            isNext = timers.peek() == timer;
        }
        if (isNext) {
            LockSupport.unpark(thread);
        }
        return () -> {
            synchronized (timers) {
                timers.remove(timer);
            }
        };
    }

    private void pace() {
        List<Timer> due = new ArrayList<>();
        while (!closed) {
            long parkNanos = takeDue(due);
            if (!due.isEmpty()) {
                List<Timer> batch = List.copyOf(due);
                due.clear();
                eventLoop.execute(() -> batch.forEach(timer -> timer.task.run()));
            } else {
                LockSupport.parkNanos(this, parkNanos);
            }
        }
    }

    /** Moves what is due into {@code due} and returns how long to park when that is nothing. */
    private long takeDue(List<Timer> due) {
        synchronized (timers) {
            long nowNanos = clock.nanos();
            for (Timer next = timers.peek(); next != null; next = timers.peek()) {
                long leftNanos = next.dueNanos - nowNanos;
                if (leftNanos > 0) {
                    return Math.min(leftNanos, IDLE_PARK_NANOS);
                }
                due.add(timers.remove());
            }
            return IDLE_PARK_NANOS;
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private static final class Timer implements Comparable<Timer> {
        private final long dueNanos;
        private final long sequence;
        private final Runnable task;

        Timer(long dueNanos, long sequence, Runnable task) {
            this.dueNanos = dueNanos;
            this.sequence = sequence;
            this.task = task;
        }

        /** By due time, then first come first served. The difference is taken since monotonic time may wrap. */
        @Override
        public int compareTo(Timer other) {
            int byDue = Long.signum(dueNanos - other.dueNanos);
            return byDue != 0 ? byDue : Long.compare(sequence, other.sequence);
        }
    }
}
