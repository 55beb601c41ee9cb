package dev.plumbline.judgement.result;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one series of a run of several measured.
 *
 * @param name what tells it from the others, for people
 * @param totals its requests; its events are acknowledged when they were read, and what was lost is told of the whole run only, so
 *     it is 0 here
 * @param windows its windows, oldest first, as those of a run
 * @param detectorWindows windows in which the detector judged every gating metric of it
 * @param openIncident the detector's incident of it that was open at its last window
 * @param unjudgedWindows windows of it that the detector neither judged nor learned from
 */
public record SeriesResult(
        Series series,
        String name,
        RunTotals totals,
        List<RunWindow> windows,
        long detectorWindows,
        Optional<OpenIncident> openIncident,
        OptionalLong unjudgedWindows) {

    public SeriesResult {
        Objects.requireNonNull(series, "series");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(totals, "totals");
        windows = List.copyOf(windows);
        Objects.requireNonNull(openIncident, "openIncident");
        Objects.requireNonNull(unjudgedWindows, "unjudgedWindows");
        if (detectorWindows < 0 || unjudgedWindows.orElse(0) < 0) {
            throw new IllegalArgumentException(
                    "detector windows " + detectorWindows + ", not judged " + unjudgedWindows + ": negative");
        }
    }

    /** The same with fewer, longer windows. */
    public SeriesResult withWindows(List<RunWindow> fewer) {
        return new SeriesResult(series, name, totals, fewer, detectorWindows, openIncident, unjudgedWindows);
    }
}
