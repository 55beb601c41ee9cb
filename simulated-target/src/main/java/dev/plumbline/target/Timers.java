package dev.plumbline.target;

/** Runs tasks at moments of the monotonic clock. */
interface Timers {

    /**
     * Runs {@code task} on the engine's thread at {@code dueNanos} or later, never earlier.
     *
     * @return what calls the task off; once it has begun that does nothing
     */
    Runnable at(long dueNanos, Runnable task);
}
