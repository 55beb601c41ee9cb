package dev.plumbline.process;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;

/**
 * The tie of a child process to the supervisor that started it.
 *
 * <p>The supervisor starts its children with {@code -Dplumbline.supervised=true} and a pipe as their standard input, and
 * never writes to that pipe.
 */
public final class ChildProcess {

    /** System property by which a supervisor says that it holds the other end of standard input: {@code true}. */
    public static final String SUPERVISED_PROPERTY = "plumbline.supervised";

    /** Exit status of a child whose orderly stop took longer than its grace: 128 + SIGTERM. */
    public static final int HALTED_STATUS = 143;

    private ChildProcess() {}

    /** Whether this process was started by a supervisor that holds its standard input. */
    public static boolean isSupervised() {
        return Boolean.getBoolean(SUPERVISED_PROPERTY);
    }

    /**
     * Ends this process when its supervisor is gone, in whatever way that went. Does nothing unless {@link #isSupervised()}.
     *
     * <p>A daemon thread reads standard input to its end, then runs {@code orderlyStop} and, when the process has not
     * ended {@code grace} after that end was seen, halts it with {@value #HALTED_STATUS}. An {@code orderlyStop} that
     * returns does not end the process by itself; one that throws is reported on standard error and the process still
     * gets its grace.
     *
     * @param orderlyStop what makes the process end, run once, on a thread of its own
     * @param grace longest time from the loss of the supervisor to the end of this process; positive
     * @throws IllegalArgumentException when {@code grace} is not positive
     */
    public static void endWithSupervisor(Runnable orderlyStop, Duration grace) {
        Objects.requireNonNull(orderlyStop, "orderlyStop");
        if (grace.isNegative() || grace.isZero()) {
            throw new IllegalArgumentException("grace must be positive, got " + grace);
        }
        if (isSupervised()) {
            endWith("supervisor", System.in, orderlyStop, grace);
        }
    }

    /** Does the same for any owner that holds the other end of a pipe. */
    static void endWith(String owner, InputStream pipe, Runnable orderlyStop, Duration grace) {
        Thread watch = new Thread(() -> stopAtEndOf(owner, pipe, orderlyStop, grace), owner + "-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void stopAtEndOf(String owner, InputStream pipe, Runnable orderlyStop, Duration grace) {
        awaitEnd(owner, pipe);
        Thread halt = new Thread(() -> haltAfter(grace), owner + "-lost-halt");
        halt.setDaemon(true);
        halt.start();
        try {
            orderlyStop.run();
        } catch (RuntimeException e) {
            System.err.println("The orderly stop after the loss of the " + owner + " failed: " + e);
        }
    }

    /** Reads until nobody is at the other end any more. */
    static void awaitEnd(String owner, InputStream pipe) {
        byte[] unexpected = new byte[256];
        try {
            int read = pipe.read(unexpected);
            while (read >= 0) {
                read = pipe.read(unexpected);
            }
        } catch (IOException e) {
            // A pipe that cannot be read any more has nobody at its other end either.
            System.err.println("The pipe to the " + owner + " broke: " + e.getMessage());
        }
    }

    private static void haltAfter(Duration grace) {
        long deadlineNanos = SystemTime.monotonicNanos() + grace.toNanos();
        for (long leftNanos = grace.toNanos(); leftNanos > 0; leftNanos = deadlineNanos - SystemTime.monotonicNanos()) {
            try {
                Thread.sleep(Duration.ofNanos(leftNanos));
            } catch (InterruptedException e) {
                // Nobody may call the halt off: an interrupt only makes the loop look at the clock again.
                Thread.interrupted();
            }
        }
        Runtime.getRuntime().halt(HALTED_STATUS);
    }
}
