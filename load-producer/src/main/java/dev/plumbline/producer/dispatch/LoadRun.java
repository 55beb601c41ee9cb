package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.limits.CircuitBreaker.Permit;
import dev.plumbline.producer.limits.SpendGuard.Worst;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.schedule.RateCurve;
import dev.plumbline.producer.schedule.SlotChange;
import dev.plumbline.producer.time.ProducerClock;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
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
    private final Protection protection;
    private final Lanes lanes;
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
        this.lanes = setting.lanes();
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

    /** A session that was offered is over, with all its turns; of a pair both halves. */
    abstract void freed(Round last);

    /** A session is over because its next turn, which was due then, was dropped. */
    abstract void turnedAway(long dueNanos);

    /** Most requests in flight; a turn that falls due beyond is dropped. */
    abstract int mostInFlight();

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

    /** What became of what fell due. */
    enum Taken {
        /** It was sent, at least to one target. */
        UP,
        /** It was dropped: it cannot be sent now. */
        DROPPED,
        /** Not now: none is ready, and {@link #offerDue} is called when one is. */
        NOT_READY,
        /** Not now: every target is left alone. */
        LEFT_ALONE,
        /** Not at all, and nothing after it. */
        NO_MORE
    }

    /**
     * A request, and whether it may be sent.
     *
     * @param otherwise why it is dropped where it may not
     */
    private record Gate(Prepared request, Optional<Permit> permit, Outcome.DropReason otherwise) {
        boolean isOpen() {
            return permit.isPresent();
        }
    }

    /**
     * Takes up the first turn of the next session.
     *
     * @param mayDrop whether it is dropped where it cannot be sent, or waits. Where another target than that which is left alone may
     *     be asked it is dropped all the same: those behind it do not wait for it
     * @param mostInFlight beyond it, of the same target, it is not sent
     */
    final Taken takeNext(long dueNanos, boolean mayDrop, int mostInFlight) {
        Phase phase = course.phaseAt(dueNanos);
        boolean isMain = phase == course.phase();
        if (isStopping || (isMain && course.isCountReached()) || (course.isOver(dueNanos) && !course.hasGrace())) {
            return Taken.NO_MORE;
        }
        Preparation from = isMain ? measured : unmeasured;
        Optional<Volley> next = from.next(() -> context.runOnContext(unused -> offerDue()));
        if (next.isEmpty()) {
            return Taken.NOT_READY;
        }
        List<Gate> gates = gates(next.get(), mostInFlight);
        if (!mayDrop && isNobodyToBeAsked(gates)) {
            return Taken.LEFT_ALONE;
        }
        if (isMain && !course.issue()) {
            close(gates);
            return Taken.NO_MORE;
        }
        from.take();
        return take(phase, from, gates, dueNanos);
    }

    private List<Gate> gates(Volley volley, int mostInFlight) {
        List<Gate> gates = new ArrayList<>(2);
        for (Prepared request : volley.inOrder(isReversed(volley))) {
            // What falls due together is sent together, or not at all.
            boolean isFull = inFlight.size(request.lane()) > mostInFlight - volley.countOf(request.lane());
            gates.add(new Gate(
                    request,
                    isFull
                            ? Optional.empty()
                            : protection.breaker(request.lane()).admit(clock.nanos()),
                    isFull ? Outcome.DropReason.IN_FLIGHT_CAP : Outcome.DropReason.CIRCUIT_BREAKER));
        }
        return gates;
    }

    /** From one session of this loop to the next, so that neither half is always the first. */
    private boolean isReversed(Volley volley) {
        return volley.requests().getFirst().ordinal() / course.loops() % 2 == 1;
    }

    private boolean isNobodyToBeAsked(List<Gate> gates) {
        return gates.stream().noneMatch(Gate::isOpen)
                && !protection.mayAnyPassBut(
                        gates.stream()
                                .map(gate -> protection.breaker(gate.request().lane()))
                                .toList(),
                        clock.nanos());
    }

    private Taken take(Phase phase, Preparation from, List<Gate> gates, long dueNanos) {
        List<Worst> booked = gates.stream()
                .filter(Gate::isOpen)
                .map(gate -> gate.request().worst())
                .toList();
        if (!booked.isEmpty() && !protection.spend().book(booked)) {
            close(gates);
            return Taken.NO_MORE;
        }
        boolean isPair = gates.size() == 2 && gates.getFirst().request().half().isPresent();
        Round round = new Round(gates.size(), booked.size(), isPair);
        for (Gate gate : gates) {
            Offer offer = new Offer(phase, from, gate.request(), dueNanos, round);
            gate.permit()
                    .ifPresentOrElse(
                            permit -> inFlight.send(offer, permit), () -> inFlight.drop(offer, gate.otherwise()));
        }
        if (booked.isEmpty() && round.isPair()) {
            lanes.pairOver(phase, false);
        }
        return booked.isEmpty() ? Taken.DROPPED : Taken.UP;
    }

    private void close(List<Gate> gates) {
        gates.forEach(gate ->
                gate.permit().ifPresent(protection.breaker(gate.request().lane())::cancelled));
    }

    @Override
    public final void spent() {
        isExhausted = true;
    }

    @Override
    public final void over(Offer offer, RequestRecording recording, EndedRequest last) {
        Round round = offer.round();
        if (!round.isOverWith(new Round.Over(offer, recording.answer(), last))) {
            return;
        }
        if (round.isPair()) {
            lanes.pairOver(offer.phase(), round.isWhole());
        }
        List<Round.Over> goingOn = isExhausted ? List.of() : round.goingOn();
        if (goingOn.isEmpty()) {
            freed(round);
            completeIfIdle();
            return;
        }
        thinking++;
        offer.from()
                .follow(
                        goingOn.stream()
                                .map(one ->
                                        new RequestSource.Answered(one.offer().request(), one.answer()))
                                .toList(),
                        next -> context.runOnContext(
                                unused -> think(offer.from(), next, round, Round.endNanos(goingOn))));
    }

    private void think(Preparation from, Optional<Volley> next, Round before, long endNanos) {
        if (next.isEmpty()) {
            thinking--;
            freed(before);
            completeIfIdle();
            return;
        }
        // Nobody thinks in a rehearsal: it is there to make requests.
        long thinkNanos = course.phase() == Phase.REHEARSAL ? 0 : next.get().thinkNanos();
        takeWhenDue(from, next.get(), endNanos + thinkNanos);
    }

    /** A timer knows whole milliseconds, and none is taken up before it is due. */
    private void takeWhenDue(Preparation from, Volley turn, long dueNanos) {
        long aheadNanos = dueNanos - clock.nanos();
        if (aheadNanos > 0 && !isExhausted) {
            long aheadMillis = Math.ceilDiv(aheadNanos, ProducerClock.NANOS_PER_MILLI);
            vertx.setTimer(aheadMillis, unused -> takeWhenDue(from, turn, dueNanos));
            return;
        }
        thinking--;
        if (!isTaken(from, turn, dueNanos)) {
            turnedAway(dueNanos);
            completeIfIdle();
        }
    }

    private boolean isTaken(Preparation from, Volley turn, long dueNanos) {
        Phase phase = course.phaseAt(dueNanos);
        if (isExhausted || (phase == course.phase() && !course.issue())) {
            return false;
        }
        Taken taken = take(phase, from, gates(turn, mostInFlight()), dueNanos);
        isExhausted |= taken == Taken.NO_MORE;
        return taken == Taken.UP;
    }

    /** Whether nothing is in flight, and no session is between two turns. */
    final boolean isIdle() {
        return inFlight.size() == 0 && thinking == 0;
    }

    /** It is over when nothing more is offered and everything has ended. Who pauses or thinks offers nothing afterwards. */
    final void completeIfIdle() {
        if (hasEnded || !isExhausted) {
            return;
        }
        if (inFlight.size() == 0) {
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
