package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.limits.CircuitBreaker.Permit;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.schedule.RateCurve;
import dev.plumbline.producer.schedule.SlotChange;
import dev.plumbline.producer.time.ProducerClock;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * Offers a load on one event loop along its {@link Course}: what falls due when is for its kinds to say, what becomes of it is
 * known to {@link InFlight}. All methods run on that loop, unless they say otherwise.
 */
abstract sealed class LoadRun implements InFlight.Owner permits OpenRun, ClosedRun {

    /** Most requests that one turn takes up: behind them the loop reads what has come. */
    static final int MOST_PER_TURN = 64;

    /**
     * Where a run sends, and when.
     *
     * @param unmeasured requests of the warm-up and the cool-down
     */
    record Setting(
            Vertx vertx,
            Context context,
            ProducerClock clock,
            Lanes lanes,
            Course course,
            Protection protection,
            Preparation measured,
            Preparation unmeasured) {}

    final Vertx vertx;
    final Context context;
    final ProducerClock clock;
    private Course course;
    final Protection protection;
    final InFlight inFlight;
    private final Preparation measured;
    private final Preparation unmeasured;
    private final CompletableFuture<Long> measuredUntil = new CompletableFuture<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    /** Sessions between two turns. */
    private int thinking;

    private boolean isExhausted;
    private boolean isStopping;
    private volatile boolean hasEnded;

    LoadRun(Setting setting) {
        this.vertx = setting.vertx();
        this.context = setting.context();
        this.clock = setting.clock();
        this.course = setting.course();
        this.protection = setting.protection();
        this.measured = setting.measured();
        this.unmeasured = setting.unmeasured();
        this.inFlight = new InFlight(vertx, clock, setting.lanes(), protection, this);
    }

    static LoadRun of(LoadPlan plan, Setting setting) {
        return switch (plan) {
            case LoadPlan.Open open -> new OpenRun(open, setting);
            case LoadPlan.Closed closed -> new ClosedRun(closed, setting);
        };
    }

    /**
     * Completes when nothing more is due and nothing is in flight, a load of a stated duration not before that is over;
     * exceptionally when requests cannot be made. Any thread.
     */
    final CompletableFuture<Void> done() {
        return done;
    }

    /** Completes, with a stamp, when the measured part is over; at the latest with {@link #done()}. Any thread. */
    final CompletableFuture<Long> measuredUntil() {
        return measuredUntil;
    }

    /** Along what it goes now. */
    final Course course() {
        return course;
    }

    /** Goes on along another course, which is the same as the one before until now. */
    final void steer(Course next) {
        course = next;
    }

    /**
     * Goes on at another rate.
     *
     * @param change gives the rate from now on, which is the same as the one before until now
     * @return false where no rate decides what falls due
     */
    boolean retime(UnaryOperator<RateCurve> change) {
        return false;
    }

    /**
     * Goes on with more or fewer slots.
     *
     * @param fromNanos the stamp from which the moments in the change count
     * @return false where no slots decide what falls due
     */
    boolean resize(SlotChange change, long fromNanos) {
        return false;
    }

    /** Begins. */
    abstract void start();

    /** Takes up what is due by now. */
    abstract void offerDue();

    /** One that was offered is over, with all its turns. */
    abstract void freed(EndedRequest last);

    /** The loop's regular tick: late pacing is made good, timeouts are enforced, the end is seen. */
    final void tick() {
        if (hasEnded) {
            return;
        }
        long now = clock.nanos();
        if (course.isOver(now)) {
            measuredUntil.complete(course.measuredUntilNanos(now));
            if ((inFlight.measured() == 0 && course.isCooledDown(now)) || course.isGraceOver(now)) {
                stop();
                return;
            }
        }
        Optional<RuntimeException> failure = measured.failure().or(unmeasured::failure);
        if (failure.isPresent()) {
            done.completeExceptionally(new IllegalStateException("requests cannot be made", failure.get()));
            stop();
            return;
        }
        offerDue();
        inFlight.tick();
    }

    /** Ends it: nothing more is taken up, what is in flight is cancelled. */
    final void stop() {
        isStopping = true;
        isExhausted = true;
        inFlight.cancel();
        completeIfIdle();
    }

    /** Nothing is offered any more. */
    final void exhaust() {
        isExhausted = true;
    }

    final boolean isExhausted() {
        return isExhausted;
    }

    final boolean hasEnded() {
        return hasEnded;
    }

    /** What became of a request that fell due. */
    enum Taken {
        /** It was sent, or dropped. */
        UP,
        /** Not now: none is ready, and {@link #offerDue} is called when one is. */
        NOT_READY,
        /** Not now: the target is left alone. */
        LEFT_ALONE,
        /** Not at all, and nothing after it. */
        NO_MORE
    }

    /**
     * Takes up the first turn of the next session.
     *
     * @param mayDrop whether it is dropped where it cannot be sent, or waits
     * @param mostInFlight beyond it, it is not sent
     */
    final Taken takeNext(long dueNanos, boolean mayDrop, int mostInFlight) {
        Phase phase = course.phaseAt(dueNanos);
        boolean isMain = phase == course.phase();
        if (isStopping || (isMain && course.isCountReached()) || (course.isOver(dueNanos) && !course.hasGrace())) {
            return Taken.NO_MORE;
        }
        Preparation from = isMain ? measured : unmeasured;
        boolean isFull = inFlight.size() >= mostInFlight;
        Optional<Permit> permit =
                isFull ? Optional.empty() : protection.breaker().admit(clock.nanos());
        if (permit.isEmpty() && !mayDrop) {
            return Taken.LEFT_ALONE;
        }
        Optional<Prepared> request = from.take(() -> context.runOnContext(unused -> offerDue()));
        if (request.isEmpty()) {
            permit.ifPresent(protection.breaker()::cancelled);
            return Taken.NOT_READY;
        }
        if (isMain && !course.issue()) {
            permit.ifPresent(protection.breaker()::cancelled);
            return Taken.NO_MORE;
        }
        return take(
                new Offer(phase, from, request.get(), dueNanos),
                permit,
                isFull ? Outcome.DropReason.IN_FLIGHT_CAP : Outcome.DropReason.CIRCUIT_BREAKER);
    }

    private Taken take(Offer offer, Optional<Permit> permit, Outcome.DropReason otherwise) {
        if (permit.isEmpty()) {
            inFlight.drop(offer, otherwise);
            return Taken.UP;
        }
        if (!protection.spend().book()) {
            protection.breaker().cancelled(permit.get());
            return Taken.NO_MORE;
        }
        inFlight.send(offer, permit.get());
        return Taken.UP;
    }

    @Override
    public final void spent() {
        isExhausted = true;
    }

    @Override
    public final void over(Offer offer, RequestRecording recording, EndedRequest last) {
        boolean isOver = offer.request().session().isOver() || !(last.outcome() instanceof Outcome.Completed);
        if (isOver || isExhausted) {
            freed(last);
            completeIfIdle();
            return;
        }
        thinking++;
        offer.from()
                .follow(
                        offer.request(),
                        recording.answer(),
                        next -> context.runOnContext(unused -> think(offer, next, last)));
    }

    private void think(Offer before, Optional<Prepared> next, EndedRequest last) {
        if (next.isEmpty()) {
            thinking--;
            freed(last);
            completeIfIdle();
            return;
        }
        long dueNanos = last.stamps().endNanos() + next.get().thinkNanos();
        long aheadNanos = dueNanos - clock.nanos();
        if (aheadNanos <= 0) {
            takeTurn(before, next.get(), dueNanos, last);
        } else {
            long aheadMillis = Math.max(1, aheadNanos / ProducerClock.NANOS_PER_MILLI);
            vertx.setTimer(aheadMillis, unused -> takeTurn(before, next.get(), dueNanos, last));
        }
    }

    private void takeTurn(Offer before, Prepared turn, long dueNanos, EndedRequest last) {
        thinking--;
        if (!isTaken(before, turn, dueNanos)) {
            freed(last);
            completeIfIdle();
        }
    }

    private boolean isTaken(Offer before, Prepared turn, long dueNanos) {
        Phase phase = course.phaseAt(dueNanos);
        if (isExhausted || (phase == course.phase() && !course.issue())) {
            return false;
        }
        Optional<Permit> permit = protection.breaker().admit(clock.nanos());
        Taken taken = take(new Offer(phase, before.from(), turn, dueNanos), permit, Outcome.DropReason.CIRCUIT_BREAKER);
        isExhausted |= taken == Taken.NO_MORE;
        return permit.isPresent() && taken == Taken.UP;
    }

    /** It is over when nothing more is offered and everything has ended. Who pauses offers nothing afterwards. */
    final void completeIfIdle() {
        if (hasEnded || !isExhausted) {
            return;
        }
        if (inFlight.size() == 0 && (thinking == 0 || isStopping)) {
            hasEnded = true;
            ended();
            measured.close();
            unmeasured.close();
            measuredUntil.complete(course.measuredUntilNanos(clock.nanos()));
            done.complete(null);
        }
    }

    /** It is over. */
    void ended() {}
}
