package dev.plumbline.producer.dispatch;

import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.schedule.RateCurve;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sessions fall due by a sequence, whatever becomes of those before.
 *
 * <p>A pacer thread parks until the next due time and then wakes the loop; the loop walks the sequence itself and takes everything
 * that is due. So nothing queues between the two, and a late wake-up only makes requests late, which their due time shows; none is
 * skipped.
 */
final class OpenRun extends LoadRun {

    private static final long NOTHING_DUE = Long.MAX_VALUE;

    private final LoadPlan.Open plan;
    private final AtomicLong pacedDueNanos = new AtomicLong(NOTHING_DUE);
    private long nextDueNanos = NOTHING_DUE;
    private boolean isTurnPosted;
    private volatile @Nullable Thread pacerThread;

    OpenRun(LoadPlan.Open plan, Setting setting) {
        super(setting);
        this.plan = plan;
    }

    @Override
    void start() {
        advance();
        // One thread per run, gone with it.
        Thread pacer = new Thread(() -> pace(Thread.currentThread()), "load-pacer");
        pacer.setDaemon(true);
        pacerThread = pacer;
        offerDue();
        pacer.start();
    }

    @Override
    void offerDue() {
        for (int turn = 0; nextDueNanos <= clock.nanos() && !isExhausted(); turn++) {
            if (turn == MOST_PER_TURN) {
                offerSoon();
                return;
            }
            switch (takeNext(nextDueNanos, true, plan.maxInFlight())) {
                case UP, DROPPED -> advance();
                case NOT_READY, LEFT_ALONE -> {
                    return;
                }
                case NO_MORE -> exhaust();
            }
        }
        if (isExhausted() || nextDueNanos == NOTHING_DUE || isTheLastIssued()) {
            exhaust();
            completeIfIdle();
        } else if (course().hasGrace() || !course().isOver(nextDueNanos)) {
            pacedDueNanos.set(nextDueNanos);
            LockSupport.unpark(pacerThread);
        }
        // Else nothing is due any more, and the time until the end is measured all the same: the tick sees the end.
    }

    private void advance() {
        long fireNanos = plan.fireTimes().nextDueNanos();
        nextDueNanos = fireNanos == FireTimes.NEVER ? NOTHING_DUE : course().startNanos() + fireNanos;
    }

    @Override
    boolean retime(UnaryOperator<RateCurve> change) {
        OptionalLong due = plan.fireTimes().retime(change);
        if (due.isEmpty() || isExhausted()) {
            return false;
        }
        nextDueNanos = course().startNanos() + due.getAsLong();
        offerDue();
        return true;
    }

    /** So that a counted load is over with its last request, and not when one more would have been due. */
    private boolean isTheLastIssued() {
        return course().phaseAt(nextDueNanos) == course().phase() && course().isCountReached();
    }

    /** By a timer: a task that is posted may run before the loop has read anything. */
    private void offerSoon() {
        if (!isTurnPosted) {
            isTurnPosted = true;
            vertx.setTimer(1, unused -> {
                isTurnPosted = false;
                offerDue();
            });
        }
    }

    /** On the pacer's own thread. At most one wake-up of the loop is under way at a time. */
    private void pace(Thread self) {
        while (!hasEnded() && !self.isInterrupted()) {
            long due = pacedDueNanos.get();
            if (due == NOTHING_DUE) {
                LockSupport.park(this);
                continue;
            }
            long ahead = due - clock.nanos();
            if (ahead > 0) {
                LockSupport.parkNanos(this, ahead);
            } else if (pacedDueNanos.compareAndSet(due, NOTHING_DUE)) {
                context.runOnContext(unused -> offerDue());
            }
        }
    }

    /** The next falls due by the sequence. */
    @Override
    void freed(Round last) {}

    /** As if it had been answered. */
    @Override
    void turnedAway(long dueNanos) {}

    @Override
    int mostInFlight() {
        return plan.maxInFlight();
    }

    @Override
    void ended() {
        LockSupport.unpark(pacerThread);
    }
}
