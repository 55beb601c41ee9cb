package dev.plumbline.producer.background;

/**
 * A thread that gives way to the event loops, and so do those that it starts, Kafka's among them. Only where the JVM was started
 * with priorities ({@code -XX:ThreadPriorityPolicy=1}, see {@code docs/decisions/producer-jvm.md}); elsewhere it is one like all.
 *
 * <p>What it does must not hold a lock for long that an event loop takes.
 */
public final class BackgroundThread {

    private BackgroundThread() {}

    /** A daemon thread that has not begun. */
    public static Thread daemon(Runnable work, String name) {
        Thread thread = of(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** A thread that has not begun, and that the process waits for. */
    // Nothing is right or wrong by it: without priorities stamps are later, and no more.
    @SuppressWarnings("ThreadPriorityCheck")
    public static Thread of(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setPriority(Thread.MIN_PRIORITY);
        return thread;
    }
}
