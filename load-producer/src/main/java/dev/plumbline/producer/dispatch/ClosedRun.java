package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.recorder.EndedRequest;
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

    private boolean isBeginPosted;

    ClosedRun(LoadPlan.Closed plan, Setting setting) {
        super(setting);
        this.plan = plan;
    }

    @Override
    void start() {
        nextChange = plan.changes().next();
        wanted = plan.slots();
        for (int slot = 0; slot < wanted; slot++) {
            begins.add(course().startNanos() + plan.begins().nextDueNanos());
        }
        if (wanted > 0) {
            beginSlots(false);
        } else if (nextChange.isEmpty()) {
            exhaust();
        }
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

    /** Whether a slot that comes round is one too many, and stays away. */
    private boolean staysAway() {
        if (alive > wanted) {
            alive--;
            return true;
        }
        return false;
    }

    private void offer(long dueNanos) {
        if (isExhausted()) {
            return;
        }
        switch (takeNext(dueNanos, false, Integer.MAX_VALUE)) {
            case UP -> {}
            case NOT_READY -> waitingSinceNanos.addLast(dueNanos);
            case LEFT_ALONE -> pause(BREAKER_POLL_MILLIS);
            case NO_MORE -> exhaust();
        }
    }

    @Override
    void freed(EndedRequest last) {
        if (isExhausted() || staysAway()) {
            return;
        }
        if (isFailed(last.outcome()) && plan.pauseAfterFailureNanos() > 0) {
            pause(Math.max(1, plan.pauseAfterFailureNanos() / ProducerClock.NANOS_PER_MILLI));
            return;
        }
        // Not from inside the end: the connection is back in the pool only after it.
        context.runOnContext(unused -> {
            offer(last.stamps().endNanos());
            completeIfIdle();
        });
    }

    private void pause(long millis) {
        vertx.setTimer(millis, unused -> {
            if (!staysAway()) {
                offer(clock.nanos());
            }
            completeIfIdle();
        });
    }

    /** Or short of something here, which is so a moment later, too. */
    private static boolean isFailed(Outcome outcome) {
        return outcome instanceof Outcome.Failed
                || (outcome instanceof Outcome.Cancelled cancelled
                        && cancelled.ownLimit().isPresent());
    }
}
