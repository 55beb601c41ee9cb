package dev.plumbline.judgement.result;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A run that has ended, before it is judged. A baseline is the same record of an earlier run.
 *
 * @param plan the settings by which it can be repeated, by flag name without dashes; no secret among them
 * @param environment subject (may differ from a baseline's, and is reported) and conditions (must match)
 * @param windows its windows, oldest first, corrections added in; neighbours are merged where an endless run had more than
 *     are kept, so lengths may differ
 * @param alerts transitions that the detector published during the run, oldest first
 * @param detectorWindows windows in which the detector judged every gating metric; 0 while it only learned. Files of versions
 *     that did not ask hold all that it held against a baseline
 * @param openIncident the detector's incident that was open at the last window, whether an alert of this run tells of it or
 *     it began before; empty in files of versions that did not ask
 * @param outages of parts of the local stack that were started again, oldest first; none in files of versions that did not
 *     start them again
 * @param unjudgedWindows windows beside these that the detector did not learn from either: too little coverage, other work,
 *     or no verdict came; empty in files of versions that did not ask
 * @param series each series of a run of several, of which everything above is the sum; none in a run of one
 */
public record RunResult(
        RunIdentity identity,
        Map<String, String> plan,
        Environment environment,
        RunEnding ending,
        RunTotals totals,
        List<RunWindow> windows,
        List<AlertRecord> alerts,
        long detectorWindows,
        Optional<OpenIncident> openIncident,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Outage> outages,
        OptionalLong unjudgedWindows,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SeriesResult> series) {

    public RunResult {
        Objects.requireNonNull(identity, "identity");
        plan = Collections.unmodifiableMap(new TreeMap<>(plan));
        identity = identity.withArrivalsOf(plan);
        Objects.requireNonNull(environment, "environment");
        Objects.requireNonNull(ending, "ending");
        Objects.requireNonNull(totals, "totals");
        windows = List.copyOf(windows);
        alerts = List.copyOf(alerts);
        Objects.requireNonNull(openIncident, "openIncident");
        // A file of an earlier version has no such field.
        outages = List.copyOf(Objects.requireNonNullElse(outages, List.of()));
        Objects.requireNonNull(unjudgedWindows, "unjudgedWindows");
        series = List.copyOf(Objects.requireNonNullElse(series, List.of()));
        if (detectorWindows < 0 || unjudgedWindows.orElse(0) < 0) {
            throw new IllegalArgumentException(
                    "detector windows " + detectorWindows + ", not judged " + unjudgedWindows + ": negative");
        }
    }

    /**
     * Whether a window lies behind the end of the load: requests ended in it that had fallen due before, the longest ones. They count
     * in everything that is of requests; there is no rate, and as a sample of their own they show nothing but that.
     */
    public boolean liesAfterLoad(RunWindow window) {
        return window.startEpochMillis() >= identity.endEpochMillis()
                && window.measured().offered() == 0
                && window.measured().inFlightNanos() == 0;
    }

    /** The same run with more facts in its plan. */
    public RunResult withFacts(Map<String, String> facts) {
        Map<String, String> more = new TreeMap<>(plan);
        more.putAll(facts);
        return copy(more, windows, series);
    }

    /** The same run with fewer, longer windows; everything else stays. */
    public RunResult withWindows(List<RunWindow> fewer) {
        return copy(plan, fewer, series);
    }

    /** The same run with fewer, longer windows, of each of its series as well; everything else stays. */
    public RunResult withFewerWindows(UnaryOperator<List<RunWindow>> fewer) {
        return copy(
                plan,
                fewer.apply(windows),
                series.stream()
                        .map(one -> one.withWindows(fewer.apply(one.windows())))
                        .toList());
    }

    /** The same run as if no detector had looked at it. */
    public RunResult withoutDetector() {
        return new RunResult(
                identity,
                plan,
                environment,
                ending,
                totals,
                windows,
                List.of(),
                0,
                Optional.empty(),
                outages,
                OptionalLong.empty(),
                series);
    }

    /** Every copy is made here, so that none forgets anything. */
    private RunResult copy(Map<String, String> facts, List<RunWindow> some, List<SeriesResult> parts) {
        return new RunResult(
                identity,
                facts,
                environment,
                ending,
                totals,
                some,
                alerts,
                detectorWindows,
                openIncident,
                outages,
                unjudgedWindows,
                parts);
    }

    /** A series of this run as a run of its own: what is not of a series alone is the run's. */
    public RunResult part(SeriesResult one) {
        return new RunResult(
                new RunIdentity(
                        identity.runId(),
                        one.series(),
                        identity.url(),
                        identity.startEpochMillis(),
                        identity.endEpochMillis(),
                        identity.windowMillis()),
                plan,
                environment,
                ending,
                one.totals(),
                one.windows(),
                alerts.stream()
                        .filter(alert -> alert.series().equals(one.series()))
                        .toList(),
                one.detectorWindows(),
                one.openIncident(),
                outages,
                one.unjudgedWindows());
    }

    /** What it measured apart. */
    public RunSeries measured() {
        return series.isEmpty()
                ? RunSeries.one(identity.series())
                : new RunSeries(
                        identity.series(),
                        series.stream().map(SeriesResult::series).toList());
    }

    /** Each series as a run of its own, in order; this run where it has one only. */
    public List<RunResult> parts() {
        return series.isEmpty()
                ? List.of(this)
                : series.stream().map(this::part).toList();
    }

    /** A run of one series. */
    public RunResult(
            RunIdentity identity,
            Map<String, String> plan,
            Environment environment,
            RunEnding ending,
            RunTotals totals,
            List<RunWindow> windows,
            List<AlertRecord> alerts,
            long detectorWindows,
            Optional<OpenIncident> openIncident,
            List<Outage> outages,
            OptionalLong unjudgedWindows) {
        this(
                identity,
                plan,
                environment,
                ending,
                totals,
                windows,
                alerts,
                detectorWindows,
                openIncident,
                outages,
                unjudgedWindows,
                List.of());
    }

    /** A run of which nobody counted the windows that were not judged. */
    public RunResult(
            RunIdentity identity,
            Map<String, String> plan,
            Environment environment,
            RunEnding ending,
            RunTotals totals,
            List<RunWindow> windows,
            List<AlertRecord> alerts,
            long detectorWindows,
            Optional<OpenIncident> openIncident,
            List<Outage> outages) {
        this(
                identity,
                plan,
                environment,
                ending,
                totals,
                windows,
                alerts,
                detectorWindows,
                openIncident,
                outages,
                OptionalLong.empty());
    }

    /** A run whose stack was whole all the time. */
    public RunResult(
            RunIdentity identity,
            Map<String, String> plan,
            Environment environment,
            RunEnding ending,
            RunTotals totals,
            List<RunWindow> windows,
            List<AlertRecord> alerts,
            long detectorWindows,
            Optional<OpenIncident> openIncident) {
        this(identity, plan, environment, ending, totals, windows, alerts, detectorWindows, openIncident, List.of());
    }

    /** A run in which the detector only learned. */
    public RunResult(
            RunIdentity identity,
            Map<String, String> plan,
            Environment environment,
            RunEnding ending,
            RunTotals totals,
            List<RunWindow> windows,
            List<AlertRecord> alerts) {
        this(identity, plan, environment, ending, totals, windows, alerts, 0);
    }

    /** A run without an open incident. */
    public RunResult(
            RunIdentity identity,
            Map<String, String> plan,
            Environment environment,
            RunEnding ending,
            RunTotals totals,
            List<RunWindow> windows,
            List<AlertRecord> alerts,
            long detectorWindows) {
        this(identity, plan, environment, ending, totals, windows, alerts, detectorWindows, Optional.empty());
    }
}
