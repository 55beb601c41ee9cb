package dev.plumbline.cli.run;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.result.Replayed;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.run.Soundness;
import dev.plumbline.reports.WindowKeeper;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was heard of one series of a run, or of all of them together, added up. It reads no clock. One thread. */
final class SeriesTally {

    private final Optional<Goals> goals;
    private final Prices prices;
    private final WindowKeeper windows;
    private final VerdictTally verdicts = new VerdictTally();
    private final FailureCauses causes = new FailureCauses();
    /** Of a load that is shared; what the windows count is all of it. */
    private final Optional<SharedWindows> shared;

    private final CountingTally counting = new CountingTally();
    private final Map<LatencyMetric, HistogramAccumulator> heard = new EnumMap<>(LatencyMetric.class);
    private long events;
    private long countedEvents;
    private long lastWindowEndEpochMillis;
    private long good;
    private long judgedByGoals;
    private double cost;

    /**
     * @param goals of a good request, where stated
     * @param mostWindows that are kept, 2 or more
     * @param shared of a load that is shared
     */
    SeriesTally(Optional<Goals> goals, Prices prices, int mostWindows, Optional<SharedWindows> shared) {
        this.shared = shared;
        this.goals = goals;
        this.prices = prices;
        this.windows = new WindowKeeper(mostWindows);
    }

    /** Adds a request that ended. */
    void event(RequestEvent event) {
        events++;
        shared.ifPresent(windows -> windows.ours(event.endEpochMillis()));
        switch (event.outcome()) {
            case Outcome.Completed completed -> {
                counting.add(event.response().tokens());
                for (LatencyMetric metric : LatencyMetric.values()) {
                    metric.ofRequest(event)
                            .ifPresent(nanos -> heard.computeIfAbsent(metric, any -> new HistogramAccumulator())
                                    .record(nanos));
                }
            }
            case Outcome.Failed failed -> causes.add(failed);
            case Outcome.Dropped dropped -> {}
            case Outcome.Cancelled cancelled -> {}
        }
        goals.ifPresent(stated -> {
            if (!(event.outcome() instanceof Outcome.Cancelled)) {
                judgedByGoals++;
                good += stated.areMetBy(event) ? 1 : 0;
            }
        });
        cost += prices.cost(event.response().tokens());
    }

    /** Adds a request of somebody with whom the load is shared. */
    void partnersEvent(RequestEvent event) {
        shared.ifPresent(windows -> windows.theirs(event.endEpochMillis()));
    }

    /** From when on every event is heard. */
    void listensFrom(long epochMillis) {
        shared.ifPresent(windows -> windows.listensFrom(epochMillis));
    }

    /** Adds a window, or a correction. */
    void window(WindowRecord window) {
        shared.ifPresent(windows -> windows.window(window.id().startEpochMillis(), window.countedEvents()));
        windows.add(window);
        verdicts.add(window);
        countedEvents += window.countedEvents();
        lastWindowEndEpochMillis =
                Math.max(lastWindowEndEpochMillis, window.id().endEpochMillis());
    }

    /** Adds the detector's verdict on a window. */
    void verdict(VerdictRecord verdict) {
        verdicts.add(verdict);
    }

    /** Request events that were read. */
    long events() {
        return events;
    }

    /**
     * Request events of the run that the windows hold; also those of anybody else who is no partner.
     *
     * @param untilEpochMillis where the load is shared: of windows that began by then
     */
    long countedEvents(long untilEpochMillis) {
        return shared.map(windows -> windows.counted(untilEpochMillis)).orElse(countedEvents);
    }

    /** End of the newest window; 0 before the first. */
    long lastWindowEndEpochMillis() {
        return lastWindowEndEpochMillis;
    }

    /** What the detector said of it. */
    VerdictTally verdicts() {
        return verdicts;
    }

    /** Whether the newest window that was read is judged; true before the first. */
    boolean isJudged() {
        return verdicts.lastEndEpochMillis() >= lastWindowEndEpochMillis;
    }

    List<RunWindow> windows(long startEpochMillis, long endEpochMillis) {
        return windows.windows(startEpochMillis, endEpochMillis);
    }

    /**
     * Its totals.
     *
     * @param measured its windows
     * @param counted events that the windows hold
     * @param acknowledged events that Kafka acknowledged
     * @param lost events that were lost on the way there
     * @param gpuSeconds for which GPUs are paid; 0 for a part of those that share them
     */
    RunTotals totals(
            long offered,
            long acknowledged,
            long lost,
            long counted,
            List<RunWindow> measured,
            double gpuSeconds,
            Optional<Replayed> replayed,
            Optional<String> absentShares) {
        return new RunTotals(
                offered,
                acknowledged,
                lost,
                counted,
                goals.map(stated -> new RunTotals.Goodput(stated.text(), good, judgedByGoals)),
                prices.cost(cost, gpuSeconds),
                Optional.of(new RunTotals.Heard(
                        causes.causes(),
                        unvouched(measured),
                        Optional.of(counting.counting()),
                        replayed,
                        absentShares)));
    }

    private Map<LatencyMetric, Histogram> unvouched(List<RunWindow> measured) {
        if (Soundness.vouched(measured) >= Soundness.LEAST_VOUCHED) {
            return Map.of();
        }
        Map<LatencyMetric, Histogram> latencies = new EnumMap<>(LatencyMetric.class);
        heard.forEach((metric, values) -> latencies.put(metric, values.toHistogram()));
        return latencies;
    }
}
