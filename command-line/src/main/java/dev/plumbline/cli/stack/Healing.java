package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.time.EpochClock;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.reports.Figures;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Starts parts of a stack again that have ended although nobody asked them to, each within its {@link RestartBudget}.
 *
 * <p>It never waits: {@link #look} does what is due and returns, and is called again and again. A part without budget, and
 * one that starting again would not help, ends the healing for good: {@link #failure} says so from then on. One thread.
 *
 * <p>An outage ends when the part says that it serves. A part that ends before it has said so is in the same outage still,
 * and so is one that is not ready in time: that one is killed first.
 */
final class Healing {

    /**
     * How long a part may take from its start until it serves. It takes seconds; what builds or other stacks leave of a small
     * machine has made it more than a minute, and to kill it for that would only begin it again.
     */
    static final Duration READY_WITHIN = Duration.ofMinutes(4);

    private final Parts parts;
    private final RestartBudget.Policy policy;
    private final LongSupplier monotonicNanos;
    private final EpochClock wallClock;
    private final HealingListener listener;
    private final Map<Part, Watched> watched = new EnumMap<>(Part.class);
    private Optional<StackFailure> failure = Optional.empty();

    /** The processes of a stack, as their healing sees them. */
    interface Parts {
        /** How a part has ended; empty while it runs, and while the whole stack ends. */
        Optional<End> end(Part part);

        /**
         * Starts it again, with all that it had.
         *
         * @throws StackFailure if it cannot be started
         */
        void start(Part part);

        /** Whether it serves. Asked while it runs. */
        boolean isServing(Part part);

        /** Kills it, because it hangs. */
        void kill(Part part);
    }

    /**
     * The end of a process.
     *
     * @param exitCode empty where nobody can know
     * @param lastWords of its log, as one line
     * @param obituary one sentence for people that says all of this
     * @param beyondHelp why starting it again would not help; empty where it may
     */
    record End(OptionalInt exitCode, String lastWords, String obituary, Optional<String> beyondHelp) {}

    /** Where a part is. */
    private sealed interface State {
        record Serving(long sinceNanos) implements State {}

        record Pausing(Outage outage, long sinceNanos, long startNanos) implements State {}

        /** @param outage empty at its first start, which nobody misses */
        record Starting(Optional<Outage> outage, long sinceNanos, long deadlineNanos) implements State {}
    }

    private static final class Watched {
        private final RestartBudget budget;
        private State state;

        Watched(RestartBudget budget, State state) {
            this.budget = budget;
            this.state = state;
        }
    }

    Healing(
            Parts parts,
            RestartBudget.Policy policy,
            LongSupplier monotonicNanos,
            EpochClock wallClock,
            HealingListener listener) {
        this.parts = parts;
        this.policy = policy;
        this.monotonicNanos = monotonicNanos;
        this.wallClock = wallClock;
        this.listener = listener;
    }

    /** Looks after a part that was started, from now on. */
    void watch(Part part) {
        long now = monotonicNanos.getAsLong();
        watched.put(
                part,
                new Watched(
                        new RestartBudget(policy),
                        new State.Starting(Optional.empty(), now, now + READY_WITHIN.toNanos())));
    }

    /** Looks after a part no more: it may end. */
    void leave(Part part) {
        watched.remove(part);
    }

    /** Does what is due. After a failure nothing is. */
    void look() {
        for (Map.Entry<Part, Watched> entry : new EnumMap<>(watched).entrySet()) {
            if (failure.isEmpty()) {
                look(entry.getKey(), entry.getValue());
            }
        }
    }

    private void look(Part part, Watched one) {
        switch (one.state) {
            case State.Serving serving ->
                parts.end(part).ifPresent(end -> {
                    one.budget.served(monotonicNanos.getAsLong() - serving.sinceNanos());
                    ended(part, one, end, Optional.empty(), monotonicNanos.getAsLong());
                });
            case State.Pausing pausing -> {
                if (monotonicNanos.getAsLong() - pausing.startNanos() >= 0 && !waitsForBroker(part)) {
                    start(part, one, pausing);
                }
            }
            case State.Starting starting -> {
                Optional<End> end = parts.end(part);
                if (end.isPresent()) {
                    ended(part, one, end.get(), starting.outage(), starting.sinceNanos());
                } else if (parts.isServing(part)) {
                    serves(one, starting);
                } else if (monotonicNanos.getAsLong() - starting.deadlineNanos() >= 0) {
                    parts.kill(part);
                }
            }
        }
    }

    /** The apps need the broker for their start; without it each try would be for nothing. */
    private boolean waitsForBroker(Part part) {
        Watched broker = watched.get(Part.BROKER);
        return part != Part.BROKER && broker != null && !(broker.state instanceof State.Serving);
    }

    private void ended(Part part, Watched one, End end, Optional<Outage> before, long sinceNanos) {
        Outage outage = new Outage(
                part.label(),
                before.map(Outage::sinceEpochMillis).orElseGet(wallClock::epochMillis),
                end.exitCode(),
                before.map(Outage::starts).orElse(0),
                OptionalLong.empty(),
                end.lastWords());
        Optional<Duration> pause = end.beyondHelp().isPresent() ? Optional.empty() : one.budget.take();
        if (pause.isEmpty()) {
            failure = Optional.of(new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    end.obituary() + "; "
                            + end.beyondHelp()
                                    .map(why -> "it is not started again: " + why)
                                    .orElse("it is given up: it was started again " + policy.most()
                                            + " times and did not serve for long enough in between")));
            return;
        }
        // Without an outage before, the part is missed since this end, and not since its start.
        long missedSince = before.isPresent() ? sinceNanos : monotonicNanos.getAsLong();
        one.state = new State.Pausing(
                outage, missedSince, monotonicNanos.getAsLong() + pause.get().toNanos());
        listener.away(outage, pause.get(), one.budget.left());
    }

    private void start(Part part, Watched one, State.Pausing pausing) {
        try {
            parts.start(part);
        } catch (StackFailure e) {
            failure = Optional.of(e);
            return;
        }
        Outage outage = pausing.outage();
        one.state = new State.Starting(
                Optional.of(new Outage(
                        outage.part(),
                        outage.sinceEpochMillis(),
                        outage.exitCode(),
                        outage.starts() + 1,
                        OptionalLong.empty(),
                        outage.lastWords())),
                pausing.sinceNanos(),
                monotonicNanos.getAsLong() + READY_WITHIN.toNanos());
    }

    private void serves(Watched one, State.Starting starting) {
        long now = monotonicNanos.getAsLong();
        one.state = new State.Serving(now);
        starting.outage()
                .ifPresent(outage -> listener.back(new Outage(
                        outage.part(),
                        outage.sinceEpochMillis(),
                        outage.exitCode(),
                        outage.starts(),
                        OptionalLong.of((now - starting.sinceNanos()) / 1_000_000),
                        outage.lastWords())));
    }

    /** Why it has given up; empty as long as it has not. */
    Optional<StackFailure> failure() {
        return failure;
    }

    /** Whether a part has ended and does not serve again yet; one in its first start is not missed. */
    boolean isAway(Part part) {
        Watched one = watched.get(part);
        return one != null && outage(one.state).isPresent();
    }

    /** Whether every part serves, as far as was seen. */
    boolean isWhole() {
        return watched.values().stream().allMatch(one -> one.state instanceof State.Serving);
    }

    /** The parts that are missed, each with how long it has been; empty while the stack is whole. */
    List<String> away() {
        long now = monotonicNanos.getAsLong();
        return watched.entrySet().stream()
                .filter(entry -> outage(entry.getValue().state).isPresent())
                .map(entry -> entry.getKey().label() + " for "
                        + Figures.seconds((now - sinceNanos(entry.getValue().state)) / 1_000_000))
                .toList();
    }

    private static Optional<Outage> outage(State state) {
        return switch (state) {
            case State.Serving unused -> Optional.empty();
            case State.Pausing pausing -> Optional.of(pausing.outage());
            case State.Starting starting -> starting.outage();
        };
    }

    private static long sinceNanos(State state) {
        return switch (state) {
            case State.Serving serving -> serving.sinceNanos();
            case State.Pausing pausing -> pausing.sinceNanos();
            case State.Starting starting -> starting.sinceNanos();
        };
    }
}
