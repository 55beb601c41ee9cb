package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.activity.ActivityLedger;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.selfcheck.SelfCheck;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * One event loop of the producer: it ticks from the start to the end of the process, runs load, checks itself, and tells
 * with markers what it did and until when everything that ended is in the queue.
 *
 * <p>The order inside a tick matters: first the load catches up, then the self-check judges, then the marker is stamped and
 * posted. So a marker never vouches for what was not yet judged.
 *
 * <p>Public methods may be called from any thread; the work happens on the loop.
 */
public final class LoadLoop {

    private static final Logger LOG = Logger.getLogger(LoadLoop.class);

    private final int index;
    private final Vertx vertx;
    private final Context context;
    private final ProducerClock clock;
    private final Series series;
    private final EventOutlet outlet;
    private final long markIntervalNanos;
    private final LoadCounters counters;
    private final EndedListener listener;
    private final ActivityLedger ledger;
    private final SelfCheck selfCheck;
    private final long tickIntervalMillis;

    private Optional<LoadRun> run = Optional.empty();
    private long timerId;
    private long lastMarkNanos;
    private long lostSinceMark;
    private boolean finished;
    private volatile OptionalLong measuredUntilNanos = OptionalLong.empty();

    /** Hears of every measured request that ended, on the loop. */
    @FunctionalInterface
    public interface EndedListener {
        void ended(EndedRequest request);
    }

    /**
     * @param index of this loop among its siblings, from 0
     * @param vertx with exactly one event loop
     * @param markIntervalNanos how often it tells
     */
    public LoadLoop(
            int index,
            Vertx vertx,
            ProducerClock clock,
            Series series,
            EventOutlet outlet,
            long markIntervalNanos,
            Budgets budgets,
            ProcessCpu cpu,
            LoadCounters counters,
            EndedListener listener) {
        this.index = index;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.clock = clock;
        this.series = series;
        this.outlet = outlet;
        this.markIntervalNanos = markIntervalNanos;
        this.counters = counters;
        this.listener = listener;
        long now = clock.nanos();
        this.ledger = new ActivityLedger(clock, series, now);
        this.selfCheck = new SelfCheck(clock, ledger, budgets, cpu, now);
        this.tickIntervalMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(budgets.tickIntervalNanos()));
        this.lastMarkNanos = now;
    }

    /** Begins to tick and to tell. */
    public void start() {
        context.runOnContext(unused -> timerId = vertx.setPeriodic(tickIntervalMillis, id -> tick()));
    }

    /** How well this producer was. */
    public SelfCheck selfCheck() {
        return selfCheck;
    }

    /** Seconds of activity that were discarded because no marker took them in time. */
    public long discardedSlots() {
        return ledger.discardedSlots();
    }

    /** Until when load was measured here, a stamp; empty while it is, and before. */
    public OptionalLong measuredUntilNanos() {
        return measuredUntilNanos;
    }

    /** Offers load that is measured, all of it. Completes when its limits are reached or it is stopped. */
    public CompletableFuture<Void> measure(
            InferenceClient client, RequestSource source, LoadPlan plan, RunLimits limits) {
        return measure(client, source, plan, limits, Protection.none(), source, (recording, request) -> {});
    }

    /**
     * Offers load that is measured from the moment that the limits name.
     *
     * @param warmupSource of what is due before
     * @param warmupObserver hears of it
     */
    public CompletableFuture<Void> measure(
            InferenceClient client,
            RequestSource source,
            LoadPlan plan,
            RunLimits limits,
            Protection protection,
            RequestSource warmupSource,
            RunObserver warmupObserver) {
        LoadRun next = new LoadRun(
                vertx,
                context,
                clock,
                client,
                plan,
                limits,
                protection,
                new LoadRun.Requests(warmupSource, warmupObserver),
                new LoadRun.Requests(source, new Measured(protection)));
        return begin(next, () -> measuring(next, limits));
    }

    /** Offers load of which only the given observer hears. */
    public CompletableFuture<Void> rehearse(
            InferenceClient client,
            RequestSource source,
            LoadPlan plan,
            RunLimits limits,
            Protection protection,
            RunObserver observer) {
        LoadRun.Requests requests = new LoadRun.Requests(source, observer);
        return begin(
                new LoadRun(vertx, context, clock, client, plan, limits, protection, requests, requests), () -> {});
    }

    private CompletableFuture<Void> begin(LoadRun next, Runnable atItsStart) {
        context.runOnContext(unused -> {
            if (finished) {
                next.stop();
                return;
            }
            run.ifPresent(LoadRun::stop);
            run = Optional.of(next);
            atItsStart.run();
            next.start();
        });
        return next.done();
    }

    /** Every second of the measured span is told, from when the limits say until the run is over. */
    private void measuring(LoadRun measured, RunLimits limits) {
        ledger.measuredFrom(limits.measuredFromNanos());
        // A stated end is the end, however late the loop sees it.
        limits.endNanos().ifPresent(ledger::measuredUntil);
        var unused = measured.done().thenRun(() -> {
            long until = limits.measuredUntilNanos(clock.nanos());
            ledger.measuredUntil(until);
            measuredUntilNanos = OptionalLong.of(until);
        });
    }

    /** Ends the load: what is in flight is cancelled. */
    public void stopLoad() {
        context.runOnContext(unused -> run.ifPresent(LoadRun::stop));
    }

    /** Ends the load, tells for the last time and ticks no more. */
    public CompletableFuture<Void> finish() {
        CompletableFuture<Void> told = new CompletableFuture<>();
        context.runOnContext(unused -> {
            if (!finished) {
                finished = true;
                run.ifPresent(LoadRun::stop);
                vertx.cancelTimer(timerId);
                selfCheck.finish(clock.nanos());
                mark(clock.nanos(), true);
            }
            told.complete(null);
        });
        return told;
    }

    private void tick() {
        clock.look().ifPresent(LoadLoop::tell);
        run.ifPresent(LoadRun::tick);
        long now = clock.nanos();
        selfCheck.tick(now);
        if (now - lastMarkNanos >= markIntervalNanos || isAcross(clock.anchorAt(now))) {
            mark(now, false);
        }
    }

    /** The others wait for this loop's word before they claim anything of the time since the clock was set. */
    private boolean isAcross(Anchor anchor) {
        return lastMarkNanos < anchor.fromNanos();
    }

    private static void tell(Anchor anchor) {
        LOG.warnf(
                "The machine's wall clock was set, or the machine slept: it is %+d ms beside the time of this producer, which is"
                        + " right again from %s on, as epoch %d; what ends before keeps its place, and no duration is touched",
                anchor.movedMillis(), Instant.ofEpochMilli(anchor.fromEpochMillis()), anchor.epoch());
    }

    /** The stamp is the one until which the self-check judged: it must not run ahead into a slot that is not judged. */
    private void mark(long at, boolean last) {
        List<Activity> activity = ledger.drain(at);
        if (outlet.mark(
                new Marker(index, at, Map.of(series.group(), new Marker.Told(lostSinceMark, activity)), last))) {
            lostSinceMark = 0;
            lastMarkNanos = at;
        } else {
            ledger.putBack(activity);
            counters.markerRefused();
        }
    }

    private EndedRequest withDelay(EndedRequest request) {
        OptionalLong sent = request.stamps().sentNanos();
        return sent.isEmpty()
                ? request
                : request.read(selfCheck.largestDelayNanos(
                        sent.getAsLong(), request.stamps().endNanos()));
    }

    /** What happens to requests that count. */
    private final class Measured implements RunObserver {

        private final Protection protection;
        private final TokensPerChunk tokensPerChunk = new TokensPerChunk();

        Measured(Protection protection) {
            this.protection = protection;
        }

        @Override
        public void taken(long dueNanos, long takenNanos) {
            ledger.offered(dueNanos);
            selfCheck.taken(dueNanos, takenNanos);
            counters.due();
        }

        @Override
        public void retried(long dueNanos, long takenNanos) {
            selfCheck.taken(dueNanos, takenNanos);
        }

        @Override
        public void entered(long atNanos) {
            ledger.entered(atNanos);
            counters.entered();
        }

        @Override
        public void sent() {
            counters.sent();
        }

        @Override
        public void content(RequestRecording recording, long atNanos) {
            long tokens = tokensPerChunk.ofNextChunk();
            recording.told(tokens);
            ledger.tokens(atNanos, tokens);
        }

        @Override
        public void left(long atNanos) {
            ledger.left(atNanos);
            counters.left();
        }

        @Override
        public void ended(RequestRecording recording, EndedRequest request) {
            long endNanos = request.stamps().endNanos();
            ledger.tokens(endNanos, recording.outputTokenCorrection());
            recording
                    .countedOutputTokens()
                    .ifPresent(counted -> tokensPerChunk.learn(counted, recording.contentChunks()));
            protection.costBillionths(request).ifPresent(cost -> ledger.spent(endNanos, cost));
            counters.ended(request.attempt(), request.outcome());
            listener.ended(request);
            if (request.outcome() instanceof Outcome.Cancelled cancelled
                    && cancelled.ownLimit().isPresent()) {
                selfCheck.unsent(endNanos);
            }
            if (!outlet.ended(withDelay(request))) {
                lostSinceMark++;
                selfCheck.queueFull(endNanos);
            }
        }
    }
}
