package dev.plumbline.producer.activity;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.time.ProducerClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The ledgers of one event loop, one for each series that it may drive. One thread. */
public final class Ledgers implements LoopLedger {

    private final Map<Series, ActivityLedger> ledgers = new HashMap<>();

    /** @param startNanos from when on time in flight is integrated */
    public Ledgers(ProducerClock clock, Set<Series> series, long startNanos) {
        series.forEach(each -> ledgers.put(each, new ActivityLedger(clock, each, startNanos)));
    }

    /** That of a series that was named at the start. */
    public ActivityLedger of(Series series) {
        return Optional.ofNullable(ledgers.get(series))
                .orElseThrow(() -> new IllegalArgumentException("nobody keeps a ledger of " + series.key()));
    }

    @Override
    public void delayed(long atNanos, long delayNanos) {
        ledgers.values().forEach(ledger -> ledger.delayed(atNanos, delayNanos));
    }

    @Override
    public void sick(long fromNanos, long toNanos, Activity.Sickness sickness) {
        ledgers.values().forEach(ledger -> ledger.sick(fromNanos, toNanos, sickness));
    }

    @Override
    public void sick(Series series, long fromNanos, long toNanos, Activity.Sickness sickness) {
        of(series).sick(fromNanos, toNanos, sickness);
    }

    /** The measured span of all of them begins. */
    public void measuredFrom(long atNanos) {
        ledgers.values().forEach(ledger -> ledger.measuredFrom(atNanos));
    }

    /** The measured span of all of them is over. */
    public void measuredUntil(long atNanos) {
        ledgers.values().forEach(ledger -> ledger.measuredUntil(atNanos));
    }

    /** Slots of all of them of which nothing is known. Any thread. */
    public long discardedSlots() {
        return ledgers.values().stream()
                .mapToLong(ActivityLedger::discardedSlots)
                .sum();
    }

    /** Everything until the stamp that was not told before, by series; it counts as told from now on. */
    public Map<Series, List<Activity>> drain(long atNanos) {
        Map<Series, List<Activity>> told = new HashMap<>();
        ledgers.forEach((series, ledger) -> told.put(series, ledger.drain(atNanos)));
        return told;
    }

    /** Takes back what {@link #drain} gave, because it could not be told. */
    public void putBack(Map<Series, List<Activity>> untold) {
        untold.forEach((series, activity) -> of(series).putBack(activity));
    }

    /** What {@link #drain} gave, by group. */
    public static Map<ComparisonGroup, List<Activity>> byGroup(Map<Series, List<Activity>> told) {
        Map<ComparisonGroup, List<Activity>> byGroup = new HashMap<>();
        told.forEach((series, activity) -> byGroup.computeIfAbsent(series.group(), unused -> new ArrayList<>())
                .addAll(activity));
        return byGroup;
    }
}
