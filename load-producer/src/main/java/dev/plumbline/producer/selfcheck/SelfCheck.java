package dev.plumbline.producer.selfcheck;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.activity.LoopLedger;
import dev.plumbline.producer.activity.Slot;
import dev.plumbline.producer.time.ProducerClock;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Whether the producer itself was well, slot by slot. It accuses itself before anybody accuses the target.
 *
 * <ul>
 *   <li>Dispatch lag: at the end of each slot, the 99th percentile (nearest rank) of taken - due over the requests that
 *       were taken in it must lie within the budget.
 *   <li>Event loop: a tick that comes later than its interval plus the budget makes every slot that it should have come
 *       in sick. So does what waited for the loop in a slot, for the series whose latencies that are judged it moves by more than
 *       a share of them: {@link RecentAnswers} says when that is.
 *   <li>CPU: over a slot the process must not use more than a share of all cores, nor an event loop more than that of one.
 *   <li>Lost time: over a slot no kind of {@link LostTime} may take more than a share. Of what a hypervisor took it is also asked
 *       to be such a share of what all processors wanted, so that it is the machine that is short and not one thread of many.
 *   <li>Own limits: a request that could not be made for want of files, ports or memory was not dispatched in time.
 * </ul>
 *
 * <p>One thread, that of its event loop; the counters may be read by any.
 */
public final class SelfCheck {

    private static final long SLOT_NANOS = Activity.SLOT_MILLIS * ProducerClock.NANOS_PER_MILLI;

    private final ProducerClock clock;
    private final LoopLedger ledger;
    private final Budgets budgets;
    private final ProcessCpu cpu;
    private final Supplier<LostTime> lostTime;
    private final Map<Activity.Sickness, AtomicLong> sickSlots = new EnumMap<>(Activity.Sickness.class);

    private final RecentDelays delays = new RecentDelays();
    /** By series, as what moves the latencies of one may be nothing to those of another. */
    private final Map<Series, RecentAnswers> answers = new HashMap<>();

    private final Waits waits;

    private Slot slot;
    private long slotStartNanos;
    private long slotStartCpuNanos;
    /** Empty before the first slot ends: until then no thread of the loop has asked. */
    private OptionalLong slotStartLoopCpuNanos = OptionalLong.empty();

    private LostTime slotStartLostTime;
    private volatile OptionalLong loopCpuNanos = OptionalLong.empty();
    private long taken;
    private long takenLate;
    private long expectedTickNanos;

    /**
     * @param lostTime as it was seen last; asked once a slot, so it must not take long
     * @param startNanos the first tick is expected one interval later
     */
    public SelfCheck(
            ProducerClock clock,
            LoopLedger ledger,
            Budgets budgets,
            ProcessCpu cpu,
            Supplier<LostTime> lostTime,
            long startNanos) {
        this.clock = clock;
        this.ledger = ledger;
        this.budgets = budgets;
        this.cpu = cpu;
        this.lostTime = lostTime;
        this.waits = new Waits(budgets.tickIntervalNanos());
        for (Activity.Sickness sickness : Activity.Sickness.values()) {
            sickSlots.put(sickness, new AtomicLong());
        }
        this.slot = Slot.at(clock, startNanos);
        this.slotStartNanos = startNanos;
        this.slotStartCpuNanos = cpu.usedNanos();
        this.slotStartLostTime = lostTime.get();
        this.expectedTickNanos = startNanos + budgets.tickIntervalNanos();
    }

    /** A request was taken up. */
    public void taken(long dueNanos, long takenNanos) {
        taken++;
        if (takenNanos - dueNanos > budgets.dispatchLagNanos()) {
            takenLate++;
        }
    }

    /** The first content of an answer came; of one in one piece, all of it. */
    public void answered(Series series, long sentNanos, long contentNanos) {
        if (contentNanos <= expectedTickNanos) {
            answers.computeIfAbsent(series, unused -> new RecentAnswers()).add(contentNanos - sentNanos);
        }
    }

    /** A request that was due could not be made for want of something here. */
    public void unsent(long atNanos) {
        accuse(atNanos, atNanos, Activity.Sickness.DISPATCH_LAG);
    }

    /** Events were lost because the queue towards Kafka was full. */
    public void queueFull(long atNanos) {
        accuse(atNanos, atNanos, Activity.Sickness.KAFKA_BUFFER_FULL);
    }

    /** The regular tick; everything until it is judged before it returns. */
    public void tick(long atNanos) {
        long delayNanos = Math.max(0, atNanos - expectedTickNanos);
        ledger.delayed(atNanos, delayNanos);
        delays.add(atNanos, delayNanos);
        if (atNanos - expectedTickNanos > budgets.eventLoopStallNanos()) {
            accuse(expectedTickNanos, atNanos, Activity.Sickness.EVENT_LOOP_STALLED);
        }
        long dueNanos = expectedTickNanos;
        expectedTickNanos = atNanos + budgets.tickIntervalNanos();
        if (atNanos >= slot.untilNanos()) {
            Slot now = Slot.at(clock, atNanos);
            dueNanos = waits.add(dueNanos, now.fromNanos(), atNanos);
            endSlot(atNanos, now);
        }
        waits.add(dueNanos, atNanos, atNanos);
    }

    /**
     * By how much at most a stamp between the two may be late: the largest delay of the loop that a tick saw, or that the next one
     * will see.
     */
    public long largestDelayNanos(long fromNanos, long toNanos) {
        return Math.max(delays.largestSince(fromNanos), Math.max(0, toNanos - expectedTickNanos));
    }

    /** Judges the slot that is still open, because nothing follows. */
    public void finish(long atNanos) {
        tick(atNanos);
        endSlot(atNanos, slot);
    }

    /** Accusations by kind; a slot that was accused twice counts twice. */
    public long accusations(Activity.Sickness sickness) {
        AtomicLong count = sickSlots.get(sickness);
        return count == null ? 0 : count.get();
    }

    /** CPU time of the loop's thread as of the end of the last slot; empty before, and where the JVM cannot tell. Any thread. */
    public OptionalLong loopCpuNanos() {
        return loopCpuNanos;
    }

    private void endSlot(long atNanos, Slot now) {
        // The last instant of the old slots: a slot ends where the current one starts.
        long lastNanos = Math.max(slotStartNanos, now.fromNanos() - 1);
        if (takenLate > taken / 100) {
            accuse(slotStartNanos, lastNanos, Activity.Sickness.DISPATCH_LAG);
        }
        // Of a slot that was cut short (the first, the last) the rest is taken for well.
        long spanNanos = Math.max(SLOT_NANOS, lastNanos - slotStartNanos);
        if (budgets.delayRatio() <= 1) {
            accuseWhereMoved(lastNanos, spanNanos);
        }
        long cpuNow = cpu.usedNanos();
        OptionalLong loopCpuNow = cpu.usedByThisThreadNanos();
        LostTime lostNow = lostTime.get();
        long elapsedNanos = atNanos - slotStartNanos;
        // A slot of less than 100 ms is too short for the kernel's own accounting.
        if (elapsedNanos >= 100_000_000L) {
            judgeCpu(lastNanos, elapsedNanos, cpuNow, loopCpuNow);
            judgeLostTime(lastNanos, elapsedNanos, lostNow.since(slotStartLostTime));
        }
        taken = 0;
        takenLate = 0;
        waits.clear();
        slotStartCpuNanos = cpuNow;
        slotStartLoopCpuNanos = loopCpuNow;
        loopCpuNanos = loopCpuNow;
        slotStartLostTime = lostNow;
        slot = now;
        slotStartNanos = atNanos;
    }

    private void accuseWhereMoved(long lastNanos, long spanNanos) {
        boolean isAnyMoved = false;
        for (Map.Entry<Series, RecentAnswers> each : answers.entrySet()) {
            if (each.getValue().areMovedBy(waits, spanNanos, budgets.delayRatio())) {
                ledger.sick(each.getKey(), slotStartNanos, lastNanos, Activity.Sickness.EVENT_LOOP_STALLED);
                isAnyMoved = true;
            }
        }
        if (isAnyMoved) {
            count(Activity.Sickness.EVENT_LOOP_STALLED);
        }
    }

    private void judgeCpu(long lastNanos, long elapsedNanos, long cpuNow, OptionalLong loopCpuNow) {
        double ofOneCore = budgets.cpuSaturationRatio() * elapsedNanos;
        if (cpuNow - slotStartCpuNanos > ofOneCore * cpu.cores()) {
            accuse(slotStartNanos, lastNanos, Activity.Sickness.CPU_SATURATED);
        }
        if (budgets.cpuSaturationRatio() < 1
                && loopCpuNow.isPresent()
                && slotStartLoopCpuNanos.isPresent()
                && loopCpuNow.getAsLong() - slotStartLoopCpuNanos.getAsLong() > ofOneCore) {
            accuse(slotStartNanos, lastNanos, Activity.Sickness.EVENT_LOOP_SATURATED);
        }
    }

    private void judgeLostTime(long lastNanos, long elapsedNanos, LostTime lost) {
        double ratio = budgets.lostTimeRatio();
        if (ratio >= 1) {
            return;
        }
        if (lost.collectorNanos().orElse(0) > ratio * elapsedNanos) {
            accuse(slotStartNanos, lastNanos, Activity.Sickness.COLLECTOR_PAUSED);
        }
        if (lost.throttledNanos().orElse(0) > ratio * elapsedNanos) {
            accuse(slotStartNanos, lastNanos, Activity.Sickness.CPU_THROTTLED);
        }
        if (lost.stolen().isPresent()
                && lost.stolen().get().nanos()
                        > ratio * Math.max(elapsedNanos, lost.stolen().get().wantedNanos())) {
            accuse(slotStartNanos, lastNanos, Activity.Sickness.CPU_STOLEN);
        }
    }

    private void accuse(long fromNanos, long toNanos, Activity.Sickness sickness) {
        ledger.sick(fromNanos, toNanos, sickness);
        count(sickness);
    }

    private void count(Activity.Sickness sickness) {
        AtomicLong count = sickSlots.get(sickness);
        if (count != null) {
            count.incrementAndGet();
        }
    }
}
