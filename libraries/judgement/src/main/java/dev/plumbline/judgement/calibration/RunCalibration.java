package dev.plumbline.judgement.calibration;

import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.contract.verdict.BaselineRecord.Provenance;
import dev.plumbline.contract.verdict.BaselineRecord.Source;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.series.BaselineMaker;
import dev.plumbline.judgement.series.JudgementSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a detector's baseline of stored runs, so that it judges from its next window on and need not learn for half an hour first.
 *
 * <p>Taken are the windows that a detector would have learned from: whole ones with load from begin to end, covered, with a request
 * that completed. The warm-up of a run is in none of its windows. Shorter windows are added up to those of the detector where all
 * parts of one are there; longer ones cannot be taken apart.
 */
public final class RunCalibration {

    private static final int WANTED_WINDOWS = 60;

    private RunCalibration() {}

    /**
     * A baseline of runs of one series each.
     *
     * @param sources at least one, oldest first
     * @param decision who chose them, and why
     * @param supersedes id of the baseline whose place it takes
     * @param windowMillis length of the windows that the detector judges
     * @param settings how it judges
     * @throws UnfitSourceException if they are of different series or conditions, hold too few such windows, or moved so much that
     *     nothing can be held against them
     */
    public static BaselineRecord of(
            List<RunResult> sources,
            Kind kind,
            Decision decision,
            Optional<String> supersedes,
            long windowMillis,
            JudgementSettings settings) {
        Series series = sources.getFirst().identity().series();
        List<WindowRecord> all = new ArrayList<>();
        List<Source> told = new ArrayList<>();
        for (RunResult source : sources) {
            Series other = source.identity().series();
            if (!other.comparison().equals(series.comparison())) {
                throw new UnfitSourceException("run " + source.identity().runId()
                        + " is of another group or other conditions than "
                        + sources.getFirst().identity().runId() + ": choose runs of the same");
            }
            List<WindowRecord> windows = windows(source, series, windowMillis);
            if (!windows.isEmpty()) {
                told.add(new Source(
                        source.identity().runId(),
                        windows.getFirst().id().startEpochMillis(),
                        windows.getLast().id().endEpochMillis(),
                        windows.size()));
                all.addAll(windows);
            }
        }
        if (all.size() < BaselineMaker.FEWEST_WINDOWS) {
            throw new UnfitSourceException(tooFew(sources, all.size(), windowMillis));
        }
        BaselineRecord made;
        try {
            made = BaselineMaker.of(
                    all, kind, Optional.of(new Provenance(told, Optional.of(decision), supersedes)), settings);
        } catch (IllegalArgumentException e) {
            throw new UnfitSourceException(named(sources) + " cannot be a detector's baseline: " + e.getMessage());
        }
        BaselineMaker.whyUnfit(made).ifPresent(why -> {
            throw new UnfitSourceException(
                    named(sources) + " cannot be a baseline: " + why + "; choose a steadier or a longer run");
        });
        return made;
    }

    private static String named(List<RunResult> sources) {
        return sources.size() == 1
                ? "run " + sources.getFirst().identity().runId()
                : "runs " + sources.getFirst().identity().runId() + " to "
                        + sources.getLast().identity().runId();
    }

    private static String tooFew(List<RunResult> sources, int windows, long windowMillis) {
        long longer = sources.stream()
                .filter(run -> run.windows().stream().anyMatch(window -> windowMillis % window.lengthMillis() != 0))
                .count();
        long minutes = Math.ceilDiv((WANTED_WINDOWS + 2) * windowMillis, 60_000L);
        return named(sources) + (sources.size() == 1 ? " has " : " have ") + windows + " whole windows of "
                + seconds(windowMillis) + ", " + BaselineMaker.FEWEST_WINDOWS
                + " are needed for a detector's baseline and " + WANTED_WINDOWS + " are good: "
                + (longer > 0
                        ? "its windows are no parts of those; choose a run that was judged in windows of "
                                + seconds(windowMillis) + " or shorter"
                        : "a run of " + minutes + (minutes == 1 ? " minute" : " minutes") + " has them");
    }

    private static String seconds(long millis) {
        return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis / 1e3 + " s";
    }

    /** The windows of a run that a detector would learn from, in its length, oldest first. */
    static List<WindowRecord> windows(RunResult run, Series series, long windowMillis) {
        Map<Long, List<RunWindow>> parts = new TreeMap<>();
        for (RunWindow window : run.windows()) {
            if (isTaught(run, window) && windowMillis % window.lengthMillis() == 0) {
                parts.computeIfAbsent(
                                window.startEpochMillis() - Math.floorMod(window.startEpochMillis(), windowMillis),
                                start -> new ArrayList<>())
                        .add(window);
            }
        }
        List<WindowRecord> whole = new ArrayList<>();
        parts.forEach((start, these) -> {
            if (these.stream().mapToLong(RunWindow::lengthMillis).sum() == windowMillis) {
                WindowSummary measured =
                        these.stream().map(RunWindow::measured).reduce(WindowSummary.empty(), WindowSummary::plus);
                if (measured.requests().completed() > 0) {
                    whole.add(new WindowRecord(
                            new WindowId(series, start, windowMillis), 0, measured, ExcludedPart.none()));
                }
            }
        });
        return whole;
    }

    private static boolean isTaught(RunResult run, RunWindow window) {
        return !window.partial()
                && window.canBeJudged()
                && !run.liesAfterLoad(window)
                && window.measured().edges().isEmpty();
    }
}
