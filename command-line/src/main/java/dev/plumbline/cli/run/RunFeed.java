package dev.plumbline.cli.run;

import dev.plumbline.cli.feed.PipeListener;
import dev.plumbline.cli.stack.StackFailure;
import java.time.Duration;
import java.util.Optional;

/**
 * The pipe as a run reads it. Kafka that cannot be read any more ends the run; what was read before can still be judged and
 * written, so it is a value here and no exception. One thread.
 */
final class RunFeed {

    /** How long one poll waits for records. */
    static final Duration POLL = Duration.ofMillis(50);

    private final Source source;
    private final PipeListener listener;
    private Optional<String> unread = Optional.empty();

    /** What is polled, see {@link dev.plumbline.cli.feed.PipeFeed#poll}. */
    @FunctionalInterface
    interface Source {
        /** @throws StackFailure if Kafka does not let its records be read */
        void poll(Duration patience, PipeListener listener);
    }

    RunFeed(Source source, PipeListener listener) {
        this.source = source;
        this.listener = listener;
    }

    /** Waits for records at most as long as {@link #POLL} and hands each on. */
    void poll() {
        try {
            source.poll(POLL, listener);
        } catch (StackFailure e) {
            unread = Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Why the pipe could not be read; empty as long as it could. */
    Optional<String> unread() {
        return unread;
    }
}
