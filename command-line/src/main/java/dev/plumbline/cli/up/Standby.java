package dev.plumbline.cli.up;

import dev.plumbline.cli.stack.StackFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * Keeps one load producer standing by for the next run: when a run has taken and ended it, or a build has made another, the
 * next is started. One that breaks is tried again after pauses that grow. One thread.
 */
final class Standby {

    private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    /** One that breaks more often in a row is worth a line. */
    private static final int FAILURES_TOLD = 3;

    /** Where the producers come from. */
    interface Source {
        /**
         * Starts one.
         *
         * @throws StackFailure if it cannot be started
         */
        void start();

        /** With what code the last one has ended; empty while it runs. */
        OptionalInt exitCode();

        /** Whether producers were built anew since the last one began to wait. */
        boolean isRebuilt();

        /** Ends the last one, if it has not ended, and forgets it. */
        String endAndGiveLog() throws InterruptedException;
    }

    private final Path socket;
    private final Source source;
    private final LongSupplier monotonicNanos;
    private boolean started;
    private boolean waited;
    private int failures;
    private long nextStartNanos;

    /** @param socket where each of them waits */
    Standby(Path socket, Source source, LongSupplier monotonicNanos) {
        this.socket = socket;
        this.source = source;
        this.monotonicNanos = monotonicNanos;
        this.nextStartNanos = monotonicNanos.getAsLong();
    }

    /**
     * Does what is due. To be called again and again.
     *
     * @return a line for the user, where there is something to tell
     */
    Optional<String> keep() throws InterruptedException {
        if (!started) {
            return monotonicNanos.getAsLong() - nextStartNanos < 0 ? Optional.empty() : start();
        }
        boolean waits = Files.exists(socket);
        waited |= waits;
        if (source.exitCode().isPresent()) {
            started = false;
            String log = source.endAndGiveLog();
            // Who takes a producer takes its socket away.
            if (waited && !waits) {
                failures = 0;
                return start();
            }
            return failed(lastLine(log));
        }
        if (waits && source.isRebuilt()) {
            started = false;
            source.endAndGiveLog();
            return start();
        }
        return Optional.empty();
    }

    private Optional<String> start() {
        try {
            source.start();
            started = true;
            waited = false;
            return Optional.empty();
        } catch (StackFailure e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> failed(String why) {
        nextStartNanos =
                monotonicNanos.getAsLong() + Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures, 10));
        failures++;
        return failures == FAILURES_TOLD
                ? Optional.of("  no producer stands by, runs start their own (it is tried again): " + why)
                : Optional.empty();
    }

    private static String lastLine(String log) {
        return log.lines().filter(line -> !line.isBlank()).reduce("no last words", (before, last) -> last);
    }
}
