package dev.plumbline.producer.dispatch;

import dev.plumbline.producer.phases.Rounds;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.schedule.SlotChange;
import dev.plumbline.producer.time.ProducerClock;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * So many sessions at a time: the next falls due when one is over.
 *
 * <p>Each slot goes round: it offers, waits until what it offered is over, and offers again. Where there are to be fewer, those that
 * have not begun never do, and then whoever comes round next stays away; nothing is cancelled for it.
 */
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
    /** When slots begin that have not, soonest first. */
    private final PriorityQueue<Long> begins = new PriorityQueue<>();

    private Optional<SlotChange> nextChange = Optional.empty();
    /** Slots there are to be. */
    private int wanted;
    /** Slots that have begun and go round. */
    private int alive;
    /** Measured sessions that have not begun. */
    private long sessionsLeft;

    private boolean isBeginPosted;
    private int droppedInARow;
    private Rounds rounds;

    ClosedRun(LoadPlan.Closed plan, Setting setting) {
        super(setting);
        this.plan = plan;
        this.sessionsLeft = plan.sessions();
        this.rounds = new Rounds(plan.slots());
    }

    @Override
    void start() {
        nextChange = plan.changes().next();
        wanted = plan.slots();
        for (int slot = 0; slot < wanted; slot++) {
            begins.add(course().startNanos() + plan.begins().nextDueNanos());
        }
        if (sessionsLeft == 0 || (wanted == 0 && nextChange.isEmpty())) {
            exhaust();
        }
        beginSlots(false);
        completeIfIdle();
    }

    /** Nobody has asked for a slot before its turn comes, so that is when it is due: waiting for it is no lateness. */
    private void beginSlots(boolean isLate) {
        for (int turn = 0; turn < MOST_PER_TURN && !begins.isEmpty() && !isExhausted(); turn++) {
            long now = clock.nanos();
            if (begins.peek() > now) {
                break;
            }
            long dueNanos = begins.remove();
            alive++;
            offer(isLate ? now : dueNanos);
        }
        if (!begins.isEmpty() && !isExhausted() && !isBeginPosted) {
            isBeginPosted = true;
            long aheadMillis = (begins.peek() - clock.nanos()) / ProducerClock.NANOS_PER_MILLI;
            vertx.setTimer(Math.max(1, aheadMillis), unused -> {
                isBeginPosted = false;
                beginSlots(true);
                completeIfIdle();
            });
        }
    }

    @Override
    boolean resize(SlotChange change, long fromNanos) {
        if (isExhausted()) {
            return false;
        }
        wanted = change.slots();
        rounds = new Rounds(wanted);
        for (int surplus = alive + begins.size() - wanted; surplus > 0 && !begins.isEmpty(); surplus--) {
            begins.remove();
        }
        // Some that were to stay away may not have come round yet: they stay.
        int missing = wanted - alive - begins.size();
        if (missing > 0) {
            FireTimes times = change.begins(wanted - missing);
            for (int slot = 0; slot < missing; slot++) {
                begins.add(fromNanos + times.nextDueNanos());
            }
            isBeginPosted = false;
            beginSlots(true);
        }
        return true;
    }

    @Override
    void offerDue() {
        change();
        for (int waiting = waitingSinceNanos.size(); waiting > 0 && !isExhausted(); waiting--) {
            offer(waitingSinceNanos.removeFirst());
        }
    }

    /** Changes that are due are seen at the tick; the slots begin when the change says. */
    private void change() {
        while (nextChange.isPresent() && course().isMeasuredFromKnown() && !isExhausted()) {
            if (course().measuredFromNanos() + nextChange.get().atNanos() > clock.nanos()) {
                break;
            }
            resize(nextChange.get(), course().measuredFromNanos());
            nextChange = plan.changes().next();
        }
        if (alive == 0 && course().isCountReached() && !isExhausted()) {
            // With no slot at the moment nobody would come round to see it.
            exhaust();
            completeIfIdle();
        }
    }

    /** A slot that is free again offers, unless it is one too many: then it stays away. */
    private void comeRound(long dueNanos) {
        if (alive > wanted) {
            alive--;
            exhaustBehindTheLast();
        } else {
            offer(dueNanos);
        }
        completeIfIdle();
    }

    private void offer(long dueNanos) {
        if (isExhausted()) {
            return;
        }
        if (sessionsLeft == 0) {
            exhaustBehindTheLast();
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
        sessionsLeft -= course().phaseAt(dueNanos) == course().phase() ? 1 : 0;
    }

    private void goOn(boolean atOnce) {
        if (atOnce) {
            // Later, so that a row of them does not nest.
            context.runOnContext(unused -> comeRound(clock.nanos()));
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
        if (last.hasFailed() && plan.pauseAfterFailureNanos() > 0) {
            pause(Math.max(1, plan.pauseAfterFailureNanos() / ProducerClock.NANOS_PER_MILLI));
            return;
        }
        // Not from inside the end: the connection is back in the pool only after it.
        context.runOnContext(unused -> comeRound(last.endNanos()));
    }

    @Override
    void started(Lanes hearing, Lane lane) {
        long now = clock.nanos();
        rounds.started(now).ifPresent(isInStep -> hearing.roundOver(lane, now, isInStep));
    }

    @Override
    void turnedAway(long dueNanos) {
        context.runOnContext(unused -> comeRound(dueNanos));
    }

    /** As many as it has slots anyway. */
    @Override
    int mostInFlight() {
        return Integer.MAX_VALUE;
    }

    /** No sooner than the last session is over: it may still have turns. */
    private void exhaustBehindTheLast() {
        if (sessionsLeft == 0 && isIdle()) {
            exhaust();
        }
    }

    private void pause(long millis) {
        vertx.setTimer(millis, unused -> comeRound(clock.nanos()));
    }
}
