package dev.plumbline.producer.selfcheck;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.producer.activity.ActivityLedger;
import dev.plumbline.producer.activity.Slot;
import dev.plumbline.producer.time.ProducerClock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the producer itself was well, slot by slot. It accuses itself before anybody accuses the target.
 *
 * <ul>
 *   <li>Dispatch lag: at the end of each slot, the 99th percentile (nearest rank) of taken - due over the requests that
 *       were taken in it must lie within the budget.
 *   <li>Event loop: a tick that comes later than its interval plus the budget makes every slot that it should have come
 *       in sick.
 *   <li>CPU: the process must not use more than a share of all cores over a slot.
 *   <li>Own limits: a request that could not be made for want of files, ports or memory was not dispatched in time.
 * </ul>
 *
 * <p>One thread, that of its event loop; the counters may be read by any.
 */
public final class SelfCheck {

    private final ProducerClock clock;
    private final ActivityLedger ledger;
    private final Budgets budgets;
    private final ProcessCpu cpu;
    private final Map<Activity.Sickness, AtomicLong> sickSlots = new EnumMap<>(Activity.Sickness.class);

    private final RecentDelays delays = new RecentDelays();

    private Slot slot;
    private long slotStartNanos;
    private long slotStartCpuNanos;
    private long taken;
    private long takenLate;
    private long expectedTickNanos;

    /** @param startNanos the first tick is expected one interval later */
    public SelfCheck(ProducerClock clock, ActivityLedger ledger, Budgets budgets, ProcessCpu cpu, long startNanos) {
        this.clock = clock;
        this.ledger = ledger;
        this.budgets = budgets;
        this.cpu = cpu;
        for (Activity.Sickness sickness : Activity.Sickness.values()) {
            sickSlots.put(sickness, new AtomicLong());
        }
        this.slot = Slot.at(clock, startNanos);
        this.slotStartNanos = startNanos;
        this.slotStartCpuNanos = cpu.usedNanos();
        this.expectedTickNanos = startNanos + budgets.tickIntervalNanos();
    }

    /** A request was taken up. */
    public void taken(long dueNanos, long takenNanos) {
        taken++;
        if (takenNanos - dueNanos > budgets.dispatchLagNanos()) {
            takenLate++;
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
        expectedTickNanos = atNanos + budgets.tickIntervalNanos();
        if (atNanos >= slot.untilNanos()) {
            endSlot(atNanos, Slot.at(clock, atNanos));
        }
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

    private void endSlot(long atNanos, Slot now) {
        // The last instant of the old slots: a slot ends where the current one starts.
        long lastNanos = Math.max(slotStartNanos, now.fromNanos() - 1);
        if (takenLate > taken / 100) {
            accuse(slotStartNanos, lastNanos, Activity.Sickness.DISPATCH_LAG);
        }
        long cpuNow = cpu.usedNanos();
        double available = (double) (atNanos - slotStartNanos) * cpu.cores();
        // A slot of less than 100 ms (the first, the last) is too short for the kernel's own accounting.
        if (atNanos - slotStartNanos >= 100_000_000L
                && cpuNow - slotStartCpuNanos > budgets.cpuSaturationRatio() * available) {
            accuse(slotStartNanos, lastNanos, Activity.Sickness.CPU_SATURATED);
        }
        taken = 0;
        takenLate = 0;
        slotStartCpuNanos = cpuNow;
        slot = now;
        slotStartNanos = atNanos;
    }

    private void accuse(long fromNanos, long toNanos, Activity.Sickness sickness) {
        ledger.sick(fromNanos, toNanos, sickness);
        AtomicLong count = sickSlots.get(sickness);
        if (count != null) {
            count.incrementAndGet();
        }
    }
}
