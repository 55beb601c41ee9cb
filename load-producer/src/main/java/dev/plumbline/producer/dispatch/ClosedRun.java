package dev.plumbline.producer.dispatch;

import dev.plumbline.producer.time.ProducerClock;
import java.util.ArrayDeque;

/** So many sessions at a time: the next falls due when one is over. */
final class ClosedRun extends LoadRun {

    /** How often slots ask whether a target that is left alone may be tried again. */
    private static final long BREAKER_POLL_MILLIS = 50;

    /**
     * How many may be dropped one after the other, because their target is left alone and another is not, before a slot pauses: few
     * enough to be no flood of events, and enough that the other target hardly waits.
     */
    private static final int MOST_DROPPED_IN_A_ROW = 4;

    private final LoadPlan.Closed plan;
    /** When what they have to offer fell due, of slots that could not offer it yet. */
    private final ArrayDeque<Long> waitingSinceNanos = new ArrayDeque<>();

    private int toBegin;
    /** Measured sessions that have not begun. */
    private long sessionsLeft;

    private long nextBeginNanos;
    private int droppedInARow;

    ClosedRun(LoadPlan.Closed plan, Setting setting) {
        super(setting);
        this.plan = plan;
        this.sessionsLeft = plan.sessions();
    }

    @Override
    void start() {
        toBegin = plan.slots();
        if (toBegin > 0 && sessionsLeft > 0) {
            nextBeginNanos = course.startNanos() + plan.begins().nextDueNanos();
            beginSlots(false);
        } else {
            exhaust();
        }
        completeIfIdle();
    }

    /** Nobody has asked for a slot before its turn comes, so that is when it is due: waiting for it is no lateness. */
    private void beginSlots(boolean isLate) {
        for (int turn = 0; turn < MOST_PER_TURN && toBegin > 0 && !isExhausted(); turn++) {
            long now = clock.nanos();
            if (nextBeginNanos > now) {
                break;
            }
            offer(isLate ? now : nextBeginNanos);
            if (--toBegin > 0) {
                nextBeginNanos = course.startNanos() + plan.begins().nextDueNanos();
            }
        }
        if (toBegin > 0 && !isExhausted()) {
            long aheadMillis = (nextBeginNanos - clock.nanos()) / ProducerClock.NANOS_PER_MILLI;
            vertx.setTimer(Math.max(1, aheadMillis), unused -> {
                beginSlots(true);
                completeIfIdle();
            });
        }
    }

    @Override
    void offerDue() {
        for (int waiting = waitingSinceNanos.size(); waiting > 0 && !isExhausted(); waiting--) {
            offer(waitingSinceNanos.removeFirst());
        }
    }

    private void offer(long dueNanos) {
        if (isExhausted()) {
            return;
        }
        if (sessionsLeft == 0) {
            exhaustIfIdle();
            return;
        }
        switch (takeNext(dueNanos, false, Integer.MAX_VALUE)) {
            case UP -> {
                droppedInARow = 0;
                begun(dueNanos);
            }
            case DROPPED -> {
                begun(dueNanos);
                goOn(++droppedInARow < MOST_DROPPED_IN_A_ROW);
            }
            case NOT_READY -> waitingSinceNanos.addLast(dueNanos);
            case LEFT_ALONE -> pause(BREAKER_POLL_MILLIS);
            case NO_MORE -> exhaust();
        }
    }

    private void begun(long dueNanos) {
        sessionsLeft -= course.phaseAt(dueNanos) == course.phase() ? 1 : 0;
    }

    private void goOn(boolean atOnce) {
        if (atOnce) {
            // Later, so that a row of them does not nest.
            context.runOnContext(unused -> {
                offer(clock.nanos());
                completeIfIdle();
            });
        } else {
            droppedInARow = 0;
            pause(BREAKER_POLL_MILLIS);
        }
    }

    @Override
    void freed(Round last) {
        if (isExhausted()) {
            return;
        }
        if (sessionsLeft == 0) {
            exhaustIfIdle();
            return;
        }
        if (last.hasFailed() && plan.pauseAfterFailureNanos() > 0) {
            pause(Math.max(1, plan.pauseAfterFailureNanos() / ProducerClock.NANOS_PER_MILLI));
            return;
        }
        // Not from inside the end: the connection is back in the pool only after it.
        context.runOnContext(unused -> {
            offer(last.endNanos());
            completeIfIdle();
        });
    }

    @Override
    void turnedAway(long dueNanos) {
        context.runOnContext(unused -> {
            offer(dueNanos);
            completeIfIdle();
        });
    }

    /** As many as it has slots anyway. */
    @Override
    int mostInFlight() {
        return Integer.MAX_VALUE;
    }

    /** Behind the last session: it may still have turns. */
    private void exhaustIfIdle() {
        if (isIdle()) {
            exhaust();
        }
    }

    private void pause(long millis) {
        vertx.setTimer(millis, unused -> {
            offer(clock.nanos());
            completeIfIdle();
        });
    }
}
