package dev.plumbline.producer.dispatch;

import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the requests of one event loop on a thread of its own, some ahead: drawing the words of a long prompt and writing its JSON
 * takes milliseconds, in which the loop would stamp nothing. Where none is ready when one is due, the loop goes on without it and
 * is told when one is: the request is then taken up late, which its dispatch lag shows.
 *
 * <p>The first turns of sessions are made in the order of their ordinals; a further turn goes before them, since a session waits.
 *
 * <p>It begins when somebody waits for it or takes. One event loop takes.
 */
final class Preparation implements AutoCloseable {

    /** Enough for what falls due in one turn of the loop. */
    static final int MOST_AHEAD = 64;

    private static final long MOST_BYTES_AHEAD = 4 << 20;

    private final RequestSource source;
    private final long ordinalStep;
    private final BlockingQueue<Volley> ready = new ArrayBlockingQueue<>(MOST_AHEAD);
    private final Queue<Runnable> turns = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Runnable> starved = new AtomicReference<>();
    private final CountDownLatch filled = new CountDownLatch(1);
    private final Thread thread;
    /** Smaller where bodies are large; set by the thread, and seen by who takes. */
    private volatile int capacity = MOST_AHEAD;

    private long nextOrdinal;
    private final AtomicBoolean hasBegun = new AtomicBoolean();
    private volatile boolean isClosed;
    private volatile Optional<RuntimeException> failure = Optional.empty();

    /**
     * @param firstOrdinal of the sessions of this loop
     * @param ordinalStep from one to the next
     */
    Preparation(RequestSource source, long firstOrdinal, long ordinalStep) {
        this.source = source;
        this.nextOrdinal = firstOrdinal;
        this.ordinalStep = ordinalStep;
        this.thread = new Thread(this::run, "preparation");
        thread.setDaemon(true);
    }

    RequestSource source() {
        return source;
    }

    /** Waits until there is as much as is kept ahead; false when that took longer. Any thread. */
    boolean awaitFilled(long timeoutNanos) throws InterruptedException {
        begin();
        return filled.await(timeoutNanos, TimeUnit.NANOSECONDS);
    }

    /**
     * The next session's first turn. It stays the next until it is {@link #take taken}.
     *
     * @param whenReady is run once there is one, on a thread of this, if there is none; it may be run although there was one
     */
    Optional<Volley> next(Runnable whenReady) {
        Volley next = ready.peek();
        if (next == null) {
            begin();
            starved.set(whenReady);
            // It may have come in between, and then nobody was told.
            next = ready.peek();
        }
        if (ready.size() < capacity / 2) {
            LockSupport.unpark(thread);
        }
        return Optional.ofNullable(next);
    }

    /** Takes what was the next. */
    void take() {
        ready.remove();
        if (ready.size() < capacity / 2) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Makes the turn after one that was answered.
     *
     * @param answered one, or both halves of a pair
     * @param then gets it, or nothing when all their sessions are over, on a thread of this
     */
    void follow(List<RequestSource.Answered> answered, Consumer<Optional<Volley>> then) {
        turns.add(() -> then.accept(source.following(answered)));
        LockSupport.unpark(thread);
    }

    /** Why no more are made although more are wanted. Any thread. */
    Optional<RuntimeException> failure() {
        return failure;
    }

    /** Makes no more. */
    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
    }

    private void begin() {
        if (!hasBegun.getAndSet(true)) {
            thread.start();
        }
    }

    private void run() {
        try {
            while (!isClosed) {
                Runnable turn = turns.poll();
                if (turn != null) {
                    turn.run();
                } else if (ready.size() < capacity) {
                    prepareNext();
                } else {
                    filled.countDown();
                    LockSupport.park(this);
                }
            }
        } catch (RuntimeException e) {
            failure = Optional.of(e);
        }
    }

    private void prepareNext() {
        Volley next = source.first(nextOrdinal);
        nextOrdinal += ordinalStep;
        capacity = (int) Math.max(2, Math.min(MOST_AHEAD, MOST_BYTES_AHEAD / Math.max(1, next.bytes())));
        ready.add(next);
        Runnable waiting = starved.getAndSet(null);
        if (waiting != null) {
            waiting.run();
        }
    }
}
