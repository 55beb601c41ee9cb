package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.client.Exchange;
import dev.plumbline.producer.client.ExchangeListener;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.limits.CircuitBreaker.Permit;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.time.ProducerClock;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Offers load on one event loop until its limits are reached. All methods run on that loop, unless they say otherwise.
 *
 * <p>Open loop: a pacer thread parks until the next due time and then wakes the loop; the loop walks the sequence itself
 * and takes everything that is due. So nothing queues between the two, and a late wake-up only makes requests late, which
 * their due time shows; none is skipped.
 */
final class LoadRun {

    private static final long NOTHING_DUE = Long.MAX_VALUE;

    /** How often the slots of a closed loop ask whether a target that is left alone may be tried again. */
    private static final long BREAKER_POLL_MILLIS = 50;

    /** Most requests that one turn takes up: behind them the loop reads what has come. */
    private static final int MOST_PER_TURN = 64;

    private final Vertx vertx;
    private final Context context;
    private final ProducerClock clock;
    private final InferenceClient client;
    private final LoadPlan plan;
    private final RunLimits limits;
    private final Protection protection;
    private final Requests warmup;
    private final Requests measured;
    private final Set<Exchange> inFlight = new LinkedHashSet<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final AtomicLong pacedDueNanos = new AtomicLong(NOTHING_DUE);

    private long nextOrdinal;
    private long nextDueNanos = NOTHING_DUE;
    private int pausing;
    private boolean exhausted;
    private boolean stopping;
    private boolean isPumpPosted;
    private volatile boolean hasEnded;
    private volatile @Nullable Thread pacerThread;

    LoadRun(
            Vertx vertx,
            Context context,
            ProducerClock clock,
            InferenceClient client,
            LoadPlan plan,
            RunLimits limits,
            Protection protection,
            Requests warmup,
            Requests measured) {
        this.vertx = vertx;
        this.context = context;
        this.clock = clock;
        this.client = client;
        this.plan = plan;
        this.limits = limits;
        this.protection = protection;
        this.warmup = warmup;
        this.measured = measured;
    }

    /**
     * Completes when nothing more is due and nothing is in flight; a load of a stated duration not before that is over. On
     * the loop.
     */
    CompletableFuture<Void> done() {
        return done;
    }

    void start() {
        switch (plan) {
            case LoadPlan.Closed closed -> startClosed(closed.slots());
            case LoadPlan.Open open -> startOpen(open);
        }
    }

    /** The loop's regular tick: late pacing is made good, timeouts are enforced, the end of the run is seen. */
    void tick() {
        if (hasEnded) {
            return;
        }
        long now = clock.nanos();
        if (now >= limits.endNanos().orElse(Long.MAX_VALUE)) {
            stop();
            return;
        }
        pump();
        List<Exchange> overdue = new ArrayList<>(0);
        long swept = clock.nanos();
        for (Exchange exchange : inFlight) {
            if (exchange.isOverdue(swept)) {
                overdue.add(exchange);
            }
        }
        for (Exchange exchange : overdue) {
            exchange.enforceDeadlines(clock.nanos());
        }
    }

    /** Ends the run: nothing more is taken up, what is in flight is cancelled. */
    void stop() {
        stopping = true;
        exhausted = true;
        nextDueNanos = NOTHING_DUE;
        for (Exchange exchange : List.copyOf(inFlight)) {
            exchange.cancel();
        }
        completeIfIdle();
    }

    private void startClosed(int slots) {
        exhausted |= slots == 0;
        startSlots(slots, limits.startNanos());
    }

    /** Nobody has asked for a slot before its turn comes, so that is when it is due: waiting for it is no lateness. */
    private void startSlots(int slots, long dueNanos) {
        int more = slots;
        for (int turn = 0; turn < MOST_PER_TURN && more > 0 && !exhausted; turn++) {
            takeNext(dueNanos);
            more--;
        }
        if (more > 0 && !exhausted) {
            int left = more;
            pausing++;
            vertx.setTimer(1, unused -> {
                pausing--;
                startSlots(left, clock.nanos());
            });
        }
        completeIfIdle();
    }

    private void takeNext(long dueNanos) {
        if (stopping) {
            return;
        }
        if (!limits.allows(dueNanos)) {
            exhausted = true;
            return;
        }
        Optional<Permit> permit = protection.breaker().admit(clock.nanos());
        if (permit.isEmpty()) {
            pausing++;
            vertx.setTimer(BREAKER_POLL_MILLIS, unused -> afterPause(clock.nanos()));
            return;
        }
        boolean isWarmup = limits.isWarmup(dueNanos);
        OptionalLong ordinal = isWarmup ? OptionalLong.of(limits.warmupIssued().getAndIncrement()) : limits.issue();
        if (ordinal.isEmpty() || !protection.spend().book()) {
            protection.breaker().cancelled(permit.get());
            exhausted = true;
            return;
        }
        send(isWarmup ? warmup : measured, ordinal.getAsLong(), dueNanos, clock.nanos(), permit.get());
    }

    private void startOpen(LoadPlan.Open open) {
        nextOrdinal = open.firstOrdinal();
        nextDueNanos = limits.startNanos() + open.fireTimes().nextDueNanos();
        // One thread per run, gone with it.
        Thread pacer = new Thread(() -> pace(Thread.currentThread()), "load-pacer");
        pacer.setDaemon(true);
        pacerThread = pacer;
        pump();
        pacer.start();
    }

    /** Takes up everything that is due by now and tells the pacer when to come back. */
    private void pump() {
        if (!(plan instanceof LoadPlan.Open open) || exhausted) {
            return;
        }
        long now = clock.nanos();
        int takenUp = 0;
        while (nextDueNanos <= now) {
            if (takenUp++ == MOST_PER_TURN) {
                pumpSoon();
                return;
            }
            long ordinal = nextOrdinal;
            long due = nextDueNanos;
            boolean isWarmup = limits.isWarmup(due);
            if (!limits.allows(due) || (!isWarmup && limits.issue().isEmpty())) {
                break;
            }
            nextOrdinal = ordinal + open.ordinalStep();
            nextDueNanos = limits.startNanos() + open.fireTimes().nextDueNanos();
            now = clock.nanos();
            Requests phase = isWarmup ? warmup : measured;
            if (inFlight.size() + pausing >= open.maxInFlight()) {
                drop(phase, ordinal, due, now, Outcome.DropReason.IN_FLIGHT_CAP);
                continue;
            }
            Optional<Permit> permit = protection.breaker().admit(now);
            if (permit.isEmpty()) {
                drop(phase, ordinal, due, now, Outcome.DropReason.CIRCUIT_BREAKER);
            } else if (protection.spend().book()) {
                send(phase, ordinal, due, now, permit.get());
            } else {
                protection.breaker().cancelled(permit.get());
                exhausted = true;
                break;
            }
        }
        if (exhausted || limits.isCountReached(nextDueNanos)) {
            exhausted = true;
            nextDueNanos = NOTHING_DUE;
            completeIfIdle();
            return;
        }
        if (!limits.allows(nextDueNanos)) {
            // Nothing is due any more, and the time until the end is measured all the same: the tick sees the end.
            nextDueNanos = NOTHING_DUE;
            return;
        }
        pacedDueNanos.set(nextDueNanos);
        Thread pacer = pacerThread;
        if (pacer != null) {
            LockSupport.unpark(pacer);
        }
    }

    /** By a timer: a task that is posted may run before the loop has read anything. */
    private void pumpSoon() {
        if (!isPumpPosted) {
            isPumpPosted = true;
            vertx.setTimer(1, unused -> {
                isPumpPosted = false;
                pump();
            });
        }
    }

    /** On the pacer's own thread. At most one wake-up of the loop is under way at a time. */
    private void pace(Thread self) {
        while (!hasEnded && !self.isInterrupted()) {
            long due = pacedDueNanos.get();
            if (due == NOTHING_DUE) {
                LockSupport.park(this);
                continue;
            }
            long ahead = due - clock.nanos();
            if (ahead > 0) {
                LockSupport.parkNanos(this, ahead);
            } else if (pacedDueNanos.compareAndSet(due, NOTHING_DUE)) {
                context.runOnContext(unused -> pump());
            }
        }
    }

    private void drop(Requests phase, long ordinal, long dueNanos, long takenNanos, Outcome.DropReason reason) {
        phase.observer().taken(dueNanos, takenNanos);
        RequestRecording recording = phase.source().recording(ordinal, dueNanos, takenNanos);
        phase.observer().ended(recording, recording.dropped(clock.nanos(), reason));
    }

    private void send(Requests phase, long ordinal, long dueNanos, long takenNanos, Permit permit) {
        RequestSource source = phase.source();
        phase.observer().taken(dueNanos, takenNanos);
        send(phase, source.recording(ordinal, dueNanos, takenNanos), source.bytes(ordinal), permit);
    }

    private void send(Requests phase, RequestRecording recording, byte[] body, Permit permit) {
        phase.observer().entered(recording.takenNanos());
        Exchange exchange =
                client.start(recording, body, phase.source().protocol(), new Flight(phase, permit, recording));
        if (!exchange.hasEnded()) {
            inFlight.add(exchange);
        }
    }

    private void afterEnd(Requests phase, Permit permit, Exchange exchange, EndedRequest request) {
        inFlight.remove(exchange);
        protection.ended(request, permit, clock.nanos());
        OptionalLong retryPauseNanos =
                stopping ? OptionalLong.empty() : phase.source().retries().pauseNanosAfter(request);
        if (retryPauseNanos.isPresent()) {
            // The slot stays taken: a request and its retries are one to the load.
            pausing++;
            long pauseMillis = Math.max(1, retryPauseNanos.getAsLong() / ProducerClock.NANOS_PER_MILLI);
            vertx.setTimer(pauseMillis, unused -> retry(phase, exchange, clock.nanos()));
        } else if (plan instanceof LoadPlan.Closed closed && !exhausted) {
            pausing++;
            boolean failed = request.outcome() instanceof Outcome.Failed || isOwnLimit(request.outcome());
            if (failed && closed.pauseAfterFailureNanos() > 0) {
                long pauseMillis = Math.max(1, closed.pauseAfterFailureNanos() / ProducerClock.NANOS_PER_MILLI);
                vertx.setTimer(pauseMillis, unused -> afterPause(clock.nanos()));
            } else {
                // Not from inside the end: the connection is back in the pool only after it.
                long endNanos = request.stamps().endNanos();
                context.runOnContext(unused -> afterPause(endNanos));
            }
        } else {
            completeIfIdle();
        }
    }

    /** What is short here is so a moment later, too. */
    private static boolean isOwnLimit(Outcome outcome) {
        return outcome instanceof Outcome.Cancelled cancelled
                && cancelled.ownLimit().isPresent();
    }

    private void retry(Requests phase, Exchange failed, long dueNanos) {
        Optional<Permit> permit =
                stopping ? Optional.empty() : protection.breaker().admit(clock.nanos());
        if (permit.isPresent()) {
            if (protection.spend().book()) {
                pausing--;
                RequestRecording recording = phase.source().retry(failed.recording(), dueNanos, clock.nanos());
                phase.observer().retried(dueNanos, recording.takenNanos());
                send(phase, recording, failed.body(), permit.get());
                return;
            }
            protection.breaker().cancelled(permit.get());
            exhausted = true;
        }
        // Not tried again: its slot is free for the next.
        if (plan instanceof LoadPlan.Closed && !exhausted) {
            afterPause(dueNanos);
        } else {
            pausing--;
            completeIfIdle();
        }
    }

    private void afterPause(long dueNanos) {
        pausing--;
        if (plan instanceof LoadPlan.Closed) {
            takeNext(dueNanos);
        }
        completeIfIdle();
    }

    private void completeIfIdle() {
        if (exhausted && inFlight.isEmpty() && (pausing == 0 || stopping) && !hasEnded) {
            hasEnded = true;
            Thread pacer = pacerThread;
            if (pacer != null) {
                LockSupport.unpark(pacer);
            }
            done.complete(null);
        }
    }

    /** Where requests of one kind come from and who hears of them. */
    record Requests(RequestSource source, RunObserver observer) {}

    /** One request that was let pass: tells the observer of its kind what happens to it. */
    private final class Flight implements ExchangeListener {

        private final Requests phase;
        private final Permit permit;
        private final RequestRecording recording;

        Flight(Requests phase, Permit permit, RequestRecording recording) {
            this.phase = phase;
            this.permit = permit;
            this.recording = recording;
        }

        @Override
        public void sent() {
            phase.observer().sent();
        }

        @Override
        public void content(long atNanos) {
            phase.observer().content(recording, atNanos);
        }

        @Override
        public void ended(Exchange exchange, EndedRequest request) {
            phase.observer().left(request.stamps().endNanos());
            phase.observer().ended(exchange.recording(), request);
            afterEnd(phase, permit, exchange, request);
        }
    }
}
