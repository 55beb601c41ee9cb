package dev.plumbline.cli.run;

import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.time.ElapsedClock;
import dev.plumbline.cli.time.EpochClock;
import dev.plumbline.judgement.result.RunEnding;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The load from its first request to its last: follows it until it ends by itself or something ends it, then ends it in order.
 * One thread: poll, look at the producer, show, poll again.
 */
final class LoadControl {

    /** How often the producer is asked for its status. */
    static final long STATUS_EVERY_MILLIS = 250;
    /** How often the files are tended. */
    static final long TICK_EVERY_MILLIS = 1_000;
    /** How long an end in order may take: the producer's own grace, the longest that it is given, and a little more. */
    static final long STOP_WITHIN_MILLIS = 24_000;
    /** How long the end of a producer that does not answer is waited for. */
    static final long CAUSE_WITHIN_MILLIS = 2_000;
    /** Heartbeats come four times a second: so long without one, and a load that has an end is ended because Kafka is gone. */
    static final Duration SILENCE = Duration.ofSeconds(20);
    /** The same for a load without end: it outlives the restarts of a cluster, and those that 'plumb up' makes. */
    static final Duration SILENCE_OF_ENDLESS = Duration.ofMinutes(10);

    private final Producer producer;
    private final RunFeed feed;
    private final RunProgress progress;
    private final Session session;
    private final Limits limits;
    private final EpochClock clock;
    private final ElapsedClock elapsed;
    private OptionalLong breakerOpenSinceEpochMillis = OptionalLong.empty();
    private long breakerSeenElapsedMillis;

    /** The producer of the load. */
    interface Producer {
        /** @throws StackFailure if it does not answer */
        Status status() throws InterruptedException;

        /**
         * Asks it to end the load and to send what it has; {@link #status} says STOPPED when that is done.
         *
         * @throws StackFailure if it does not answer
         */
        void end() throws InterruptedException;
    }

    /** The session that the load runs in. */
    interface Session {
        /** The first part of the stack that was lost, as one line. */
        Optional<String> lostPart();

        /** Whether the producer has ended and is being started again: it cannot be asked. */
        boolean isProducerAway();

        /** Whether the broker has ended and is being started again: nothing can be heard. */
        boolean isBrokerAway();

        /** Why something could not be written. */
        Optional<String> unwritten();

        /** Whether the user wants it to end. */
        boolean isInterrupted();

        /** Shows the progress. */
        void show(long nowEpochMillis);

        /** Tends the files. */
        void tick();
    }

    /**
     * When a load is given up.
     *
     * @param giveUp how long the target may fail every try; empty = as long as it likes
     * @param silence how long nothing may be heard by way of Kafka. What is being started again has bounds of its own, and is
     *     not silent
     * @param own what this machine allows, for messages about what it does not
     * @param targetUrl how messages name the target
     * @param bootstrapServers how messages name Kafka
     */
    record Limits(
            Optional<Duration> giveUp, Duration silence, OwnLimits own, String targetUrl, String bootstrapServers) {}

    /** @param elapsed decides; a wall clock that is set, or a machine that slept, ends no load */
    LoadControl(
            Producer producer,
            RunFeed feed,
            RunProgress progress,
            Session session,
            Limits limits,
            EpochClock clock,
            ElapsedClock elapsed) {
        this.producer = producer;
        this.feed = feed;
        this.progress = progress;
        this.session = session;
        this.limits = limits;
        this.clock = clock;
        this.elapsed = elapsed;
    }

    /** Follows the load until it has ended or must end, and says why. */
    RunEnding follow() throws InterruptedException {
        long nextStatus = elapsed.elapsedMillis();
        long nextTick = nextStatus;
        progress.listening(nextStatus);
        while (true) {
            feed.poll();
            long now = elapsed.elapsedMillis();
            Optional<RunEnding> cut = cutShort();
            if (cut.isPresent()) {
                return cut.get();
            }
            if (session.isBrokerAway() || session.isProducerAway()) {
                progress.listening(now);
            }
            if (now >= nextStatus) {
                nextStatus = now + STATUS_EVERY_MILLIS;
                Optional<RunEnding> ended = lookAtProducer(now);
                if (ended.isPresent()) {
                    return ended.get();
                }
                session.show(clock.epochMillis());
            }
            if (now >= nextTick) {
                nextTick = now + TICK_EVERY_MILLIS;
                session.tick();
            }
        }
    }

    private Optional<RunEnding> lookAtProducer(long nowElapsedMillis) throws InterruptedException {
        if (session.isProducerAway()) {
            return Optional.empty();
        }
        try {
            progress.status(producer.status());
        } catch (StackFailure e) {
            return cause(e).map(RunEnding.Broken::new);
        }
        return endedBy(nowElapsedMillis);
    }

    /**
     * A part that ends takes its connections with it, often before its end is seen: no answer is then the effect, and the
     * end is what a person needs to know.
     *
     * @return empty when the producer has ended and is being started again
     */
    private Optional<String> cause(StackFailure unanswered) throws InterruptedException {
        long deadline = elapsed.elapsedMillis() + CAUSE_WITHIN_MILLIS;
        Optional<String> lost = session.lostPart();
        while (lost.isEmpty()
                && !session.isProducerAway()
                && feed.unread().isEmpty()
                && elapsed.elapsedMillis() < deadline) {
            feed.poll();
            lost = session.lostPart();
        }
        return lost.isEmpty() && session.isProducerAway()
                ? Optional.empty()
                : Optional.of(lost.orElse(String.valueOf(unanswered.getMessage())));
    }

    /** What ends a load whatever its producer says. */
    private Optional<RunEnding> cutShort() {
        return session.lostPart()
                .or(() -> feed.unread().map(why -> why + "; what was measured before is kept"))
                .or(session::unwritten)
                .<RunEnding>map(RunEnding.Broken::new)
                .or(() -> session.isInterrupted() ? Optional.of(new RunEnding.Interrupted()) : Optional.empty());
    }

    private Optional<RunEnding> endedBy(long nowElapsedMillis) {
        Optional<String> ours = limits.own().shortOf(progress.status(), limits.targetUrl());
        if (ours.isPresent()) {
            return ours.map(RunEnding.Broken::new);
        }
        Optional<String> refused = progress.status().phases().flatMap(ProducerControl.Phases::refused);
        if (refused.isPresent()) {
            return refused.map(RunEnding.Broken::new);
        }
        if (progress.isStopped()) {
            return Optional.of(ending());
        }
        if (hasGivenUp(nowElapsedMillis)) {
            return Optional.of(new RunEnding.Broken(limits.targetUrl() + " has failed every try for "
                    + limits.giveUp().orElseThrow().toSeconds() + " s" + failures()
                    + ": look at the server's log; what was measured before is kept"));
        }
        if (nowElapsedMillis - progress.lastHeardElapsedMillis()
                > limits.silence().toMillis()) {
            return Optional.of(
                    new RunEnding.Broken("Kafka at " + limits.bootstrapServers() + " has not let anything through for "
                            + limits.silence().toSeconds() + " s: look at its log; what was measured before is kept"));
        }
        return Optional.empty();
    }

    private String failures() {
        String measured = RunView.failures(progress.status());
        return measured.isEmpty() ? ", all in the warm-up (producer.log quotes the first)" : " (" + measured + ")";
    }

    private boolean hasGivenUp(long nowElapsedMillis) {
        OptionalLong since = progress.status().breakerOpenSinceEpochMillis();
        if (!since.equals(breakerOpenSinceEpochMillis)) {
            breakerOpenSinceEpochMillis = since;
            breakerSeenElapsedMillis = nowElapsedMillis;
        }
        return limits.giveUp().isPresent()
                && since.isPresent()
                && nowElapsedMillis - breakerSeenElapsedMillis
                        > limits.giveUp().get().toMillis();
    }

    private RunEnding ending() {
        if (progress.status().toldToEnd()) {
            // Nobody here has asked for it yet: a stack that goes down takes its parts along.
            return new RunEnding.Broken(session.lostPart()
                    .orElse("the load producer was told to end by somebody else, as when its 'plumb up' ends;"
                            + " what was measured before is kept"));
        }
        return progress.status()
                .limitReached()
                .map(limit -> limit.toLowerCase(Locale.ROOT).replace('_', '-'))
                .<RunEnding>map(flag -> new RunEnding.LimitReached(flag, "reached --" + flag))
                .orElse(new RunEnding.Completed());
    }

    /**
     * Ends the load where it has not ended, and waits until the producer has sent what it has, at most
     * {@value #STOP_WITHIN_MILLIS} ms.
     *
     * @return why the producer could not be asked; what Kafka has is then what there is
     */
    Optional<String> end() throws InterruptedException {
        if (progress.isStopped()) {
            return Optional.empty();
        }
        try {
            producer.end();
            long deadline = elapsed.elapsedMillis() + STOP_WITHIN_MILLIS;
            while (!progress.isStopped() && elapsed.elapsedMillis() < deadline) {
                feed.poll();
                progress.status(producer.status());
            }
            return Optional.empty();
        } catch (StackFailure e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
