package dev.plumbline.producer;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Where a producer is between its start and its end, and who may do what there. One thread works, from stage to stage; any may
 * ask for the end, at any time and any number of times; the first of them ends it, once, and never beside the work.
 *
 * <pre>
 *   before ----begin----> working ----leave----> over
 *     |                      |                     |
 *     +-------askStop--------+-------askStop-------+----> ending ----stopped----> stopped
 * </pre>
 *
 * <p>Whoever asks while there is work interrupts it: the stage that is under way gives up, and no other is entered. He waits for
 * that before he ends anything, with a bound, since a stage might hang.
 *
 * <p>Safe for any thread.
 */
final class LifeCycle {

    /** What the thread that works is at. {@link #END} is for whoever ends it. */
    enum Stage {
        SELF_WARMUP(ProducerState.WARMING),
        CLIENTS(ProducerState.WARMING),
        MODEL(ProducerState.WARMING),
        TARGET_WARMUP(ProducerState.WARMING),
        HOLD(ProducerState.HELD),
        LOAD(ProducerState.RUNNING),
        END(ProducerState.RUNNING);

        private final ProducerState state;

        Stage(ProducerState state) {
            this.state = state;
        }
    }

    private final Consumer<Stage> watcher;
    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private ProducerState state = ProducerState.WARMING;
    private Optional<Thread> worker = Optional.empty();
    private boolean isStopAsked;
    private boolean isToldToEnd;

    /** @param watcher hears of each stage that is entered, on the thread that enters it */
    LifeCycle(Consumer<Stage> watcher) {
        this.watcher = watcher;
    }

    /** This thread will work; false when the end was asked for before, or somebody else works. */
    synchronized boolean begin() {
        if (isStopAsked || worker.isPresent()) {
            return false;
        }
        worker = Optional.of(Thread.currentThread());
        return true;
    }

    /** @throws InterruptedException when the end was asked for: the stage is not entered */
    void enter(Stage stage) throws InterruptedException {
        synchronized (this) {
            if (isStopAsked) {
                throw new InterruptedException("the end was asked for before " + stage);
            }
            state = stage.state;
        }
        watcher.accept(stage);
    }

    /** The thread that works does so no more. Nobody interrupts it from now on. */
    synchronized void leave() {
        if (isStopAsked) {
            // Asked for by us, and heard.
            var unused = Thread.interrupted();
        }
        over.countDown();
    }

    /** Asks for the end; true for the first who does, whose it is to end it and to say {@link #stopped()}. */
    synchronized boolean askStop() {
        if (isStopAsked) {
            return false;
        }
        isStopAsked = true;
        isToldToEnd = over.getCount() > 0;
        if (isToldToEnd) {
            worker.ifPresent(Thread::interrupt);
        }
        return true;
    }

    /** Waits until nobody works; false when somebody still does after that time. */
    boolean awaitNoWork(Duration timeout) throws InterruptedException {
        return !hasBegun() || over.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The end has been reached, however it went. */
    void stopped() {
        synchronized (this) {
            state = ProducerState.STOPPED;
        }
        stopped.countDown();
    }

    void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    /** Tells the watcher of the last stage. */
    void ending() {
        watcher.accept(Stage.END);
    }

    synchronized boolean hasBegun() {
        return worker.isPresent();
    }

    synchronized boolean isWorking() {
        return worker.isPresent() && over.getCount() > 0;
    }

    synchronized boolean isStopAsked() {
        return isStopAsked;
    }

    /** Whether the end was asked for before the work was over. */
    synchronized boolean isToldToEnd() {
        return isToldToEnd;
    }

    synchronized ProducerState state() {
        return state;
    }
}
