package dev.plumbline.producer.dispatch;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When which phase of a load is; one for all its event loops.
 *
 * <p>What falls due before the measured part warms the target. What falls due at its stated end or later is not measured; it keeps
 * the load up until the measured requests that are still under way have ended by themselves, or the grace is over. Were they
 * cancelled at the end, the long ones would be missing; would nothing follow them, they would end on an ever emptier target.
 *
 * @param phase of the measured part; where nothing of it is told it has no other part
 * @param startNanos nothing is due before
 * @param measuredFromNanos what is due earlier is the warm-up; equal to the start without one
 * @param endNanos nothing that is measured is due from then on; empty = no such limit
 * @param requestCount so many measured requests are due in all, and nothing after them; empty = no such limit
 * @param graceNanos how long after the end is waited for measured requests; 0 = they are cancelled at the end
 * @param coolDownNanos how long load goes on after the end whatever is under way
 * @param loops how many event loops share it
 * @param issued measured requests that were due so far
 */
public record Course(
        Phase phase,
        long startNanos,
        long measuredFromNanos,
        OptionalLong endNanos,
        OptionalLong requestCount,
        long graceNanos,
        long coolDownNanos,
        int loops,
        AtomicLong issued) {

    /** Where the measured part begins of a load whose warm-up has no stated end. */
    static final long NOT_YET = Long.MAX_VALUE;

    public Course {
        Objects.requireNonNull(phase, "phase");
        Objects.requireNonNull(endNanos, "endNanos");
        Objects.requireNonNull(requestCount, "requestCount");
        Objects.requireNonNull(issued, "issued");
        if (measuredFromNanos < startNanos || graceNanos < 0 || coolDownNanos < 0 || loops < 1) {
            throw new IllegalArgumentException("measured from " + measuredFromNanos + ", start " + startNanos
                    + ", grace " + graceNanos + ", cool-down " + coolDownNanos + ", loops " + loops);
        }
    }

    /** All of it is measured, on one loop; what is in flight at its end is cancelled. */
    public static Course of(long startNanos, OptionalLong endNanos, OptionalLong requestCount) {
        return new Course(Phase.MEASURED, startNanos, startNanos, endNanos, requestCount, 0, 0, 1, new AtomicLong());
    }

    /** Nothing of it is told. */
    public static Course rehearsal(long startNanos, OptionalLong endNanos, OptionalLong requestCount) {
        return new Course(Phase.REHEARSAL, startNanos, startNanos, endNanos, requestCount, 0, 0, 1, new AtomicLong());
    }

    /** This, shared by so many loops. */
    public Course sharedBy(int loops) {
        return copy(measuredFromNanos, endNanos, graceNanos, coolDownNanos, loops);
    }

    /** This, with a warm-up until a moment. */
    public Course measuredFrom(long nanos) {
        return copy(nanos, endNanos, graceNanos, coolDownNanos, loops);
    }

    /** This, with a warm-up that goes on until somebody says when it ends. */
    public Course notYetMeasured() {
        return copy(NOT_YET, OptionalLong.empty(), graceNanos, coolDownNanos, loops);
    }

    /** This, with another end. */
    public Course until(OptionalLong nanos) {
        return copy(measuredFromNanos, nanos, graceNanos, coolDownNanos, loops);
    }

    /** This, waiting at its end for what is under way. */
    public Course withGrace(long nanos) {
        return copy(measuredFromNanos, endNanos, nanos, coolDownNanos, loops);
    }

    /** This, with load that goes on for a while behind its end. */
    public Course withCoolDown(long nanos) {
        return copy(measuredFromNanos, endNanos, graceNanos, nanos, loops);
    }

    private Course copy(long measuredFrom, OptionalLong end, long grace, long coolDown, int loops) {
        return new Course(phase, startNanos, measuredFrom, end, requestCount, grace, coolDown, loops, new AtomicLong());
    }

    /** Whether it is known when the measured part begins. */
    boolean isMeasuredFromKnown() {
        return measuredFromNanos != NOT_YET;
    }

    /** In which phase what is due then belongs. */
    Phase phaseAt(long dueNanos) {
        if (dueNanos < measuredFromNanos) {
            return Phase.WARM_UP;
        }
        return isOver(dueNanos) ? Phase.COOL_DOWN : phase;
    }

    /** Whether the stated end has come. */
    boolean isOver(long nanos) {
        return nanos >= endNanos.orElse(Long.MAX_VALUE);
    }

    /** Whether load goes on behind the end, so that measured requests that are under way then may end by themselves. */
    boolean hasGrace() {
        return graceNanos > 0 || coolDownNanos > 0;
    }

    /** Whether as much of the load as is wanted has followed the end. */
    boolean isCooledDown(long nanos) {
        return isOver(nanos) && nanos - endNanos.getAsLong() >= coolDownNanos;
    }

    /** Whether nobody waits any longer for what was under way at the end. */
    boolean isGraceOver(long nanos) {
        return isOver(nanos) && nanos - endNanos.getAsLong() >= Math.max(graceNanos, coolDownNanos);
    }

    /** Whether as many were due as are wanted. */
    boolean isCountReached() {
        return issued.get() >= requestCount.orElse(Long.MAX_VALUE);
    }

    /** Takes one of the measured requests; false when there is none left. */
    boolean issue() {
        return issued.getAndIncrement() < requestCount.orElse(Long.MAX_VALUE);
    }

    /** Where the measured part ends that goes no further than this: no stamp at or after it belongs to it. */
    long measuredUntilNanos(long overNanos) {
        return Math.max(measuredFromNanos, Math.min(overNanos, endNanos.orElse(Long.MAX_VALUE)));
    }
}
