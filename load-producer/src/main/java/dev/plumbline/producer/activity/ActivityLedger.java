package dev.plumbline.producer.activity;

import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.distribution.Sums;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop did, by slot of wall-clock time, since it last told: requests that fell due, the exact integral of
 * requests in flight over time, tokens that streamed, sickness, and where the measured span begins and ends.
 *
 * <p>Every slot of the measured span is told, also when nothing happened in it: that nothing was due is knowledge, and a
 * slot that nobody tells is not known at all. Requests enter and leave whether they are measured or not, for all of them are the
 * load; of their time in flight and their tokens the part within the span is told. Where nothing is measured nothing is told.
 *
 * <p>Measured requests may end behind the span. What they cost is told in the slot of their end, and so is sickness while anything
 * is in flight, because it is said of their ends.
 *
 * <p>One thread writes. Memory: one entry per slot since the last {@link #drain}, at most {@value #MAX_SLOTS}.
 */
public final class ActivityLedger implements LoopLedger {

    /** Longest time without a drain that is kept apart by slot; older slots are discarded and counted. */
    static final int MAX_SLOTS = 3_600;

    private static final long SLOT_NANOS = Activity.SLOT_MILLIS * ProducerClock.NANOS_PER_MILLI;

    private static final class Entry {
        private long offered;
        private long inFlightNanos;
        private long outputTokens;
        private final Set<Activity.Sickness> sickness = EnumSet.noneOf(Activity.Sickness.class);
        private Optional<HistogramAccumulator> delays = Optional.empty();
        private OptionalLong costBillionths = OptionalLong.empty();
        private Optional<GaugeSum> roundsInStep = Optional.empty();
        private Optional<LoadEdges> edges = Optional.empty();

        Optional<Circumstances> circumstances() {
            return delays.isEmpty() && costBillionths.isEmpty() && roundsInStep.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Circumstances(
                            roundsInStep
                                    .map(rounds -> Map.of(Circumstances.ROUNDS_IN_STEP, rounds))
                                    .orElse(Map.of()),
                            Map.of(),
                            costBillionths,
                            delays.map(HistogramAccumulator::toHistogram)));
        }

        void add(Circumstances more) {
            more.costBillionths().ifPresent(this::spend);
            more.generatorDelay().ifPresent(histogram -> delays().add(histogram));
            Optional.ofNullable(more.gauges().get(Circumstances.ROUNDS_IN_STEP)).ifPresent(this::add);
        }

        void add(LoadEdges more) {
            edges = Sums.of(edges, Optional.of(more), LoadEdges::plus);
        }

        void add(GaugeSum rounds) {
            roundsInStep = Sums.of(roundsInStep, Optional.of(rounds), GaugeSum::plus);
        }

        void spend(long billionths) {
            costBillionths = OptionalLong.of(costBillionths.orElse(0) + billionths);
        }

        HistogramAccumulator delays() {
            HistogramAccumulator kept = delays.orElseGet(HistogramAccumulator::new);
            delays = Optional.of(kept);
            return kept;
        }
    }

    /** Where stamps of a slot are counted, as long as their anchor is this one. */
    private record Place(Anchor anchor, Slot slot, Entry entry) {

        boolean holds(Anchor at, long nanos) {
            return nanos >= slot.fromNanos() && nanos < slot.untilNanos() && anchor.equals(at);
        }
    }

    private final ProducerClock clock;
    private final Series series;
    private final TreeMap<Long, Entry> slots = new TreeMap<>();
    private @Nullable Place last;
    private long inFlight;
    private long integratedUntilNanos;
    private long toldUntilNanos = Long.MIN_VALUE;

    /** Nothing was in flight after this stamp, where nothing is. */
    private long lastInFlightNanos = Long.MIN_VALUE;

    private final LongAdder discardedSlots = new LongAdder();

    /** The measured span, both ends included; later than any stamp while nothing is measured. */
    private long firstMeasuredNanos = Long.MAX_VALUE;

    private long lastMeasuredNanos = Long.MAX_VALUE;

    private boolean isBeginTold;
    private boolean isEndTold;

    /** A stamp in the first slot of the measured span that was not told. */
    private long untoldNanos;

    /** Up to this stamp of the measured span slots are there. */
    private long reachedNanos = Long.MIN_VALUE;

    /** @param startNanos from when on time in flight is integrated */
    public ActivityLedger(ProducerClock clock, Series series, long startNanos) {
        this.clock = clock;
        this.series = series;
        this.integratedUntilNanos = startNanos;
    }

    /**
     * When the measured span begins, which may lie ahead; it goes on until {@link #measuredUntil} says otherwise. A span before it
     * must be over.
     */
    public void measuredFrom(long atNanos) {
        if (lastMeasuredNanos < Long.MAX_VALUE) {
            advance(lastMeasuredNanos + 1);
        }
        firstMeasuredNanos = atNanos;
        lastMeasuredNanos = Long.MAX_VALUE;
        untoldNanos = atNanos;
        isBeginTold = false;
        isEndTold = false;
    }

    /**
     * When the measured span is over, which may lie ahead; the stamp is the first that is not measured. It may be said again, with
     * an earlier stamp that is not behind what was told.
     */
    public void measuredUntil(long atNanos) {
        lastMeasuredNanos = atNanos - 1;
    }

    /** A measured request fell due. */
    public void offered(long dueNanos) {
        entryAt(dueNanos).offered++;
    }

    /** A request went into flight, measured or not; stamps of enter and leave never decrease. */
    public void entered(long atNanos) {
        integrate(atNanos);
        inFlight++;
    }

    /** A request ended that had entered. */
    public void left(long atNanos) {
        integrate(atNanos);
        inFlight--;
        lastInFlightNanos = atNanos;
    }

    /** Requests in flight, measured or not. */
    public long inFlight() {
        return inFlight;
    }

    /**
     * Output tokens streamed in; negative corrects an earlier count. Counts within the measured span only. What came before
     * everything was told, but is only known now, counts from where that ended: of what is told no more is told.
     */
    public void tokens(long atNanos, long count) {
        if (count != 0 && isMeasured(atNanos)) {
            entryAt(Math.max(atNanos, toldUntilNanos)).outputTokens += count;
        }
    }

    /** A measured request ended that cost so many billionths of the currency of the stated price. */
    public void spent(long atNanos, long billionths) {
        entryAt(atNanos).spend(billionths);
    }

    /** As many measured requests as there are clients were sent since it was said last, together or not. */
    public void round(long atNanos, boolean isInStep) {
        if (isMeasured(atNanos)) {
            entryAt(atNanos).add(GaugeSum.of(isInStep ? 1 : 0));
        }
    }

    @Override
    public void delayed(long atNanos, long delayNanos) {
        Slot slot = Slot.at(clock, atNanos);
        if (isMeasured(slot)) {
            entry(slot).delays().record(delayNanos);
        }
    }

    /**
     * The producer does not vouch for the slots from one stamp to another, both included. Where nothing is measured, and no measured
     * request can have ended, there is nothing to vouch for.
     */
    @Override
    public void sick(long fromNanos, long toNanos, Activity.Sickness sickness) {
        long at = Math.max(Math.min(fromNanos, toNanos), toNanos - (MAX_SLOTS - 1) * SLOT_NANOS);
        while (at <= toNanos) {
            Slot slot = Slot.at(clock, at);
            if (isMeasured(slot) || mayHoldAnEnd(slot) || slots.containsKey(slot.startEpochMillis())) {
                entry(slot).sickness.add(sickness);
            }
            at = slot.untilNanos();
        }
    }

    @Override
    public void sick(Series of, long fromNanos, long toNanos, Activity.Sickness sickness) {
        if (of.equals(series)) {
            sick(fromNanos, toNanos, sickness);
        }
    }

    /** Slots that were discarded because nobody drained for too long: of these nothing is known. Any thread. */
    public long discardedSlots() {
        return discardedSlots.sum();
    }

    /** Everything until the stamp that was not told before, in order of time; it counts as told from now on. */
    public List<Activity> drain(long atNanos) {
        advance(atNanos);
        toldUntilNanos = Math.max(toldUntilNanos, atNanos);
        List<Activity> told = new ArrayList<>(slots.size());
        slots.forEach((start, slot) -> told.add(new Activity(
                series.variant(),
                series.conditions(),
                start,
                slot.offered,
                slot.inFlightNanos,
                slot.outputTokens,
                slot.sickness,
                slot.circumstances(),
                slot.edges)));
        slots.clear();
        last = null;
        return told;
    }

    private void advance(long atNanos) {
        integrate(atNanos);
        reach(atNanos);
    }

    /** Takes back what {@link #drain} gave, because it could not be told. */
    public void putBack(List<Activity> untold) {
        for (Activity activity : untold) {
            Entry entry = entry(activity.slotStartEpochMillis());
            entry.offered += activity.offered();
            entry.inFlightNanos += activity.inFlightNanos();
            entry.outputTokens += activity.outputTokens();
            entry.sickness.addAll(activity.sickness());
            activity.circumstances().ifPresent(entry::add);
            activity.edges().ifPresent(entry::add);
        }
    }

    /**
     * There is an entry for each slot of the measured span that has begun by now, once, and the first and the last say that they
     * are; of one that the wall clock went through before, because it was set back, one that is not vouched for: it would count
     * double.
     */
    private void reach(long atNanos) {
        long reached = Math.min(atNanos, lastMeasuredNanos);
        if (reached < firstMeasuredNanos) {
            return;
        }
        long cutNanos = clock.anchorAt(reached).fromNanos();
        if (reachedNanos < cutNanos) {
            // The slot that was reached last ends sooner than was known then.
            untoldNanos = Math.max(firstMeasuredNanos, Math.min(untoldNanos, cutNanos));
        }
        reachedNanos = reached;
        long oldestNanos = Slot.at(clock, reached).fromNanos() - (MAX_SLOTS - 1) * SLOT_NANOS;
        if (Slot.at(clock, untoldNanos).fromNanos() < oldestNanos) {
            discardedSlots.add((oldestNanos - Slot.at(clock, untoldNanos).fromNanos()) / SLOT_NANOS);
            untoldNanos = oldestNanos;
        }
        while (untoldNanos <= reached) {
            Slot slot = Slot.at(clock, untoldNanos);
            Entry entry = entry(slot);
            if (slot.isRepeated()) {
                entry.sickness.add(Activity.Sickness.WATERMARK_STALLED);
            }
            if (!isBeginTold && slot.fromNanos() <= firstMeasuredNanos) {
                isBeginTold = true;
                entry.add(new LoadEdges(1, 0));
            }
            untoldNanos = slot.untilNanos();
        }
        if (!isEndTold && atNanos > lastMeasuredNanos) {
            isEndTold = true;
            entryAt(lastMeasuredNanos).add(new LoadEdges(0, 1));
        }
    }

    private boolean isMeasured(long atNanos) {
        return firstMeasuredNanos <= atNanos && atNanos <= lastMeasuredNanos;
    }

    private boolean isMeasured(Slot slot) {
        return lastMeasuredNanos >= firstMeasuredNanos
                && slot.untilNanos() > firstMeasuredNanos
                && slot.fromNanos() <= lastMeasuredNanos;
    }

    /** Whether measured requests may have ended in a slot behind the measured span. */
    private boolean mayHoldAnEnd(Slot slot) {
        return lastMeasuredNanos >= firstMeasuredNanos
                && slot.fromNanos() > lastMeasuredNanos
                && (inFlight > 0 || slot.fromNanos() <= lastInFlightNanos);
    }

    private void integrate(long atNanos) {
        if (inFlight > 0 && atNanos > firstMeasuredNanos) {
            long from = Math.max(integratedUntilNanos, firstMeasuredNanos);
            // Where no end is known the last stamp has none behind it.
            long end = lastMeasuredNanos < atNanos ? lastMeasuredNanos + 1 : atNanos;
            while (from < end) {
                Slot slot = Slot.at(clock, from);
                long until = Math.min(end, slot.untilNanos());
                entry(slot).inFlightNanos += inFlight * (until - from);
                from = until;
            }
        }
        integratedUntilNanos = Math.max(integratedUntilNanos, atNanos);
    }

    /** Most stamps lie in the slot of the one before; but a slot may have been cut since, by another anchor. */
    private Entry entryAt(long atNanos) {
        Anchor anchor = clock.anchorAt(atNanos);
        Place place = last;
        if (place == null || !place.holds(anchor, atNanos)) {
            Slot slot = Slot.at(clock, atNanos);
            place = new Place(anchor, slot, entry(slot));
            // One that was discarded at once is not kept in mind.
            last = slots.containsKey(slot.startEpochMillis()) ? place : null;
        }
        return place.entry();
    }

    private Entry entry(Slot slot) {
        return entry(slot.startEpochMillis());
    }

    private Entry entry(long startEpochMillis) {
        Entry entry = slots.computeIfAbsent(startEpochMillis, unused -> new Entry());
        if (slots.size() > MAX_SLOTS) {
            slots.pollFirstEntry();
            last = null;
            discardedSlots.increment();
        }
        return entry;
    }
}
