package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.activity.ActivityLedger;
import dev.plumbline.producer.activity.Ledgers;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.schedule.RateCurve;
import dev.plumbline.producer.schedule.SlotChange;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.selfcheck.SelfCheck;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
    private final EventOutlet outlet;
    private final long markIntervalNanos;
    private final LoadCounters counters;
    private final EndedListener listener;
    private final Ledgers ledgers;
    private final SelfCheck selfCheck;
    private final long tickIntervalMillis;

    /** Per lane, as the target's answers differ; all runs of this loop learn together. */
    private final Map<Lane, TokensPerChunk> tokensPerChunk = new HashMap<>();

    private Optional<LoadRun> run = Optional.empty();
    private long timerId;
    private long lastMarkNanos;
    /** When it tried to tell last, whether or not the word was taken. */
    private long lastTriedNanos;

    private final Map<ComparisonGroup, Long> lostSinceMark = new HashMap<>();
    private boolean finished;
    private volatile OptionalLong measuredUntilNanos = OptionalLong.empty();

    /** Hears of requests that ended, on the loop. */
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
            Set<Series> series,
            EventOutlet outlet,
            long markIntervalNanos,
            Budgets budgets,
            ProcessCpu cpu,
            Supplier<LostTime> lostTime,
            LoadCounters counters,
            EndedListener listener) {
        this.index = index;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.clock = clock;
        this.outlet = outlet;
        this.markIntervalNanos = markIntervalNanos;
        this.counters = counters;
        this.listener = listener;
        long now = clock.nanos();
        this.ledgers = new Ledgers(clock, series, now);
        this.selfCheck = new SelfCheck(clock, ledgers, budgets, cpu, lostTime, now);
        this.tickIntervalMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(budgets.tickIntervalNanos()));
        this.lastMarkNanos = now;
        this.lastTriedNanos = now;
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
        return ledgers.discardedSlots();
    }

    /** Until when load was measured here, a stamp; empty while it is, and before. */
    public OptionalLong measuredUntilNanos() {
        return measuredUntilNanos;
    }

    /** Offers load that is measured, or a rehearsal, as the course says; nothing is limited. */
    public CompletableFuture<Void> offer(InferenceClient client, RequestSource source, LoadPlan plan, Course course) {
        return offer(client, source, plan, course, request -> {});
    }

    /** @param unmeasured hears of each request that is over and not measured, on the loop */
    public CompletableFuture<Void> offer(
            InferenceClient client, RequestSource source, LoadPlan plan, Course course, EndedListener unmeasured) {
        return offer(
                prepare(source, source, course.loops()), lane -> client, plan, course, Protection.none(), unmeasured);
    }

    /**
     * Begins to make requests ahead of a load.
     *
     * @param unmeasured requests of its warm-up and cool-down
     * @param loops how many share the load
     */
    public Load prepare(RequestSource measured, RequestSource unmeasured, int loops) {
        return prepare(measured, unmeasured, loops, 0);
    }

    /**
     * The same for a load in the middle of which it begins.
     *
     * @param begunBefore so many that fall due together are not asked, those with the first ordinals
     */
    public Load prepare(RequestSource measured, RequestSource unmeasured, int loops, long begunBefore) {
        return new Load(
                new Preparation(measured, begunBefore + index, loops), new Preparation(unmeasured, index, loops));
    }

    /** A load whose requests are being made. */
    public static final class Load {
        private final Preparation measured;
        private final Preparation unmeasured;

        Load(Preparation measured, Preparation unmeasured) {
            this.measured = measured;
            this.unmeasured = unmeasured;
        }

        /** Waits until as many of either kind are made as are kept ahead; false when one of them took longer. */
        public boolean awaitFilled(Duration each) throws InterruptedException {
            return measured.awaitFilled(each.toNanos()) && unmeasured.awaitFilled(each.toNanos());
        }
    }

    /**
     * Offers a load. Completes when its limits are reached or it is stopped.
     *
     * @param load is used up
     * @param clients who sends what takes a lane, on this loop
     * @param unmeasured hears of each request that is over and not measured, on the loop
     */
    public CompletableFuture<Void> offer(
            Load load,
            Function<Lane, InferenceClient> clients,
            LoadPlan plan,
            Course course,
            Protection protection,
            EndedListener unmeasured) {
        LoadRun next = LoadRun.of(
                plan,
                new LoadRun.Setting(
                        vertx,
                        context,
                        clock,
                        new LanesOfLoop(clients, protection, unmeasured),
                        course,
                        protection,
                        load.measured,
                        load.unmeasured));
        context.runOnContext(unused -> {
            if (finished) {
                next.stop();
                return;
            }
            run.ifPresent(LoadRun::stop);
            run = Optional.of(next);
            if (course.phase().isMeasured() && course.isMeasuredFromKnown()) {
                measuring(next, course);
            }
            next.start();
        });
        return next.done();
    }

    /** Every second of the measured span is told, from when the course says until it is over. */
    private void measuring(LoadRun measured, Course course) {
        ledgers.measuredFrom(course.measuredFromNanos());
        // A stated end is the end, however late the loop sees it.
        course.endNanos().ifPresent(ledgers::measuredUntil);
        var unused = measured.measuredUntil().thenAccept(until -> {
            ledgers.measuredUntil(until);
            measuredUntilNanos = OptionalLong.of(until);
        });
    }

    /**
     * Says when the measured part of the load begins that was not known until now.
     *
     * @param course the same for all loops; it begins to be measured a little ahead, so that all of them know in time
     * @param change gives the rate of an open loop from now on
     */
    public void measureFrom(Course course, UnaryOperator<RateCurve> change) {
        context.runOnContext(unused -> run.ifPresent(running -> {
            running.steer(course);
            running.retime(change);
            measuring(running, course);
        }));
    }

    /** Goes on at another rate; completes with false where no rate decides what falls due. */
    public CompletableFuture<Boolean> retime(UnaryOperator<RateCurve> change) {
        return changed(running -> running.retime(change));
    }

    /**
     * Goes on with more or fewer slots; completes with false where no slots decide what falls due.
     *
     * @param fromNanos the stamp from which the moments in the change count
     */
    public CompletableFuture<Boolean> resize(SlotChange change, long fromNanos) {
        return changed(running -> running.resize(change, fromNanos));
    }

    private CompletableFuture<Boolean> changed(Predicate<LoadRun> change) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        context.runOnContext(unused -> {
            try {
                done.complete(run.filter(change).isPresent());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
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

    void tick() {
        clock.look().ifPresent(LoadLoop::tell);
        run.ifPresent(LoadRun::tick);
        long now = clock.nanos();
        selfCheck.tick(now);
        // A word that was not taken is said again when the next one is due: while nobody takes any there is ever more
        // to it.
        if (now - lastTriedNanos >= markIntervalNanos || isAcross(clock.anchorAt(now))) {
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
        lastTriedNanos = at;
        Map<Series, List<Activity>> activity = ledgers.drain(at);
        Map<ComparisonGroup, Marker.Told> told = new HashMap<>();
        Ledgers.byGroup(activity)
                .forEach((group, ofGroup) ->
                        told.put(group, new Marker.Told(lostSinceMark.getOrDefault(group, 0L), ofGroup)));
        if (outlet.mark(new Marker(index, at, told, last))) {
            lostSinceMark.clear();
            lastMarkNanos = at;
        } else {
            ledgers.putBack(activity);
            counters.markerRefused();
        }
    }

    private boolean isBehindTheLoad(long endNanos) {
        return run.filter(running -> running.course().isOver(endNanos)).isPresent();
    }

    private EndedRequest withDelay(EndedRequest request) {
        OptionalLong sent = request.stamps().sentNanos();
        return sent.isEmpty()
                ? request
                : request.read(selfCheck.largestDelayNanos(
                        sent.getAsLong(), request.stamps().endNanos()));
    }

    private final class LanesOfLoop implements Lanes {

        private final Function<Lane, InferenceClient> clients;
        private final Protection protection;
        private final EndedListener unmeasured;

        LanesOfLoop(Function<Lane, InferenceClient> clients, Protection protection, EndedListener unmeasured) {
            this.clients = clients;
            this.protection = protection;
            this.unmeasured = unmeasured;
        }

        @Override
        public InferenceClient client(Lane lane) {
            return clients.apply(lane);
        }

        @Override
        public RunObserver observer(Offer offer) {
            return switch (offer.phase().told()) {
                case NOTHING -> (recording, request) -> unmeasured.ended(request);
                case ACTIVITY -> new Active(offer.lane(), unmeasured);
                case EVENTS -> new Measured(offer.lane(), protection);
            };
        }

        @Override
        public void pairOver(Phase phase, boolean isWhole) {
            if (phase.isMeasured()) {
                counters.pairOver(isWhole);
            }
        }

        @Override
        public void roundOver(Lane lane, long atNanos, boolean isInStep) {
            ledgers.of(lane.series()).round(atNanos, isInStep);
            counters.roundOver(isInStep);
        }
    }

    /** What every request of a load does: it is in flight, and its answer streams. */
    private class Active implements RunObserver {

        final ActivityLedger ledger;
        private final TokensPerChunk ofLane;
        private final EndedListener over;

        Active(Lane lane, EndedListener over) {
            this.ledger = ledgers.of(lane.series());
            this.ofLane = tokensPerChunk.computeIfAbsent(lane, unused -> new TokensPerChunk());
            this.over = over;
        }

        @Override
        public void entered(long atNanos) {
            ledger.entered(atNanos);
        }

        @Override
        public void content(RequestRecording recording, long atNanos) {
            long tokens = ofLane.ofNextChunk();
            recording.told(tokens);
            ledger.tokens(atNanos, tokens);
        }

        @Override
        public void left(long atNanos) {
            ledger.left(atNanos);
        }

        @Override
        public void ended(RequestRecording recording, EndedRequest request) {
            ledger.tokens(request.stamps().endNanos(), recording.outputTokenCorrection());
            recording.countedOutputTokens().ifPresent(counted -> ofLane.learn(counted, recording.contentChunks()));
            over.ended(request);
        }
    }

    /** What those do besides that count. */
    private final class Measured extends Active {

        private final Protection protection;
        private final Series series;
        private final LoadCounters ofSeries;

        Measured(Lane lane, Protection protection) {
            super(lane, listener);
            this.protection = protection;
            this.series = lane.series();
            this.ofSeries = counters.of(series);
        }

        @Override
        public void taken(long dueNanos, long takenNanos) {
            ledger.offered(dueNanos);
            selfCheck.taken(dueNanos, takenNanos);
            ofSeries.due();
        }

        @Override
        public void retried(long dueNanos, long takenNanos) {
            selfCheck.taken(dueNanos, takenNanos);
        }

        @Override
        public void entered(long atNanos) {
            super.entered(atNanos);
            ofSeries.entered();
        }

        @Override
        public void sent() {
            ofSeries.sent();
        }

        @Override
        public void content(RequestRecording recording, long atNanos) {
            if (recording.contentChunks() == 1) {
                recording.sentNanos().ifPresent(sent -> selfCheck.answered(series, sent, atNanos));
            }
            super.content(recording, atNanos);
        }

        @Override
        public void left(long atNanos) {
            super.left(atNanos);
            ofSeries.left();
        }

        @Override
        public void ended(RequestRecording recording, EndedRequest request) {
            long endNanos = request.stamps().endNanos();
            protection.costBillionths(request).ifPresent(cost -> ledger.spent(endNanos, cost));
            ofSeries.ended(request.attempt(), request.outcome());
            super.ended(recording, request);
            if (request.outcome() instanceof Outcome.Cancelled cancelled
                    && cancelled.ownLimit().isPresent()) {
                selfCheck.unsent(endNanos);
            }
            String phase = isBehindTheLoad(endNanos) ? Asked.DRAIN : Asked.MEASURED;
            if (!outlet.ended(withDelay(request).told(asked -> asked.in(phase)))) {
                lostSinceMark.merge(request.series().group(), 1L, Long::sum);
                selfCheck.queueFull(endNanos);
            }
        }
    }
}
