package dev.plumbline.contract.verdict;

import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Everything that is remembered of a series between two windows. Its size is bounded: at most one lane per metric and
 * {@link Lane}, at most {@link #MAX_WORK} entries of work and a handful of blocks.
 *
 * @param continuity where in time the series stands
 * @param lanes lanes with evidence; a lane that is absent has score 0
 * @param recent the last windows, in blocks, oldest first; the newest may still be filling
 * @param work what the last windows were made of, oldest first
 * @param incident the open alert, where there is one
 * @param endedEpochMillis when the last producer said goodbye; empty while the series goes on. Then the rest is empty but
 *     for {@code continuity}: what comes next is judged by itself
 * @param companion what is remembered beside the evidence; empty in what earlier versions wrote
 */
public record SeriesSnapshot(
        Continuity continuity,
        List<LaneState> lanes,
        List<Block> recent,
        List<Work> work,
        Optional<OpenIncident> incident,
        OptionalLong endedEpochMillis,
        Optional<Companion> companion) {

    /** How many windows of work are remembered. */
    public static final int MAX_WORK = 60;

    private static final SeriesSnapshot NEW =
            new SeriesSnapshot(new Continuity(0, 0, 0, 0), List.of(), List.of(), List.of(), Optional.empty());

    public SeriesSnapshot {
        Objects.requireNonNull(continuity, "continuity");
        lanes = List.copyOf(lanes);
        recent = List.copyOf(recent);
        work = List.copyOf(work);
        Objects.requireNonNull(incident, "incident");
        Objects.requireNonNull(endedEpochMillis, "endedEpochMillis");
        Objects.requireNonNull(companion, "companion");
        if (work.size() > MAX_WORK) {
            throw new IllegalArgumentException(work.size() + " entries of work, more than " + MAX_WORK);
        }
    }

    /** Of a series that goes on. */
    public SeriesSnapshot(
            Continuity continuity,
            List<LaneState> lanes,
            List<Block> recent,
            List<Work> work,
            Optional<OpenIncident> incident) {
        this(continuity, lanes, recent, work, incident, OptionalLong.empty(), Optional.empty());
    }

    /** The same with what is remembered beside the evidence. */
    public SeriesSnapshot with(Companion beside) {
        return new SeriesSnapshot(continuity, lanes, recent, work, incident, endedEpochMillis, Optional.of(beside));
    }

    /** The same after a goodbye. */
    public SeriesSnapshot ended(long epochMillis) {
        return new SeriesSnapshot(
                continuity,
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                OptionalLong.of(epochMillis),
                Optional.empty());
    }

    /** The alert about a regression that is open: of the series by itself, else of a canary beside what serves in the same seconds. */
    public Optional<OpenIncident> openRegression() {
        return incident.or(() -> companion
                .flatMap(Companion::canary)
                .flatMap(progress -> progress.alertId()
                        .map(alertId -> new OpenIncident(alertId, progress.sinceEpochMillis(), List.of(), 0))));
    }

    /** The alert that is open: about a regression, else about what grows. */
    public Optional<OpenIncident> openAlert() {
        return openRegression()
                .or(() -> companion
                        .flatMap(Companion::leaks)
                        .flatMap(LeakProgress::alert)
                        .map(open -> new OpenIncident(open.alertId(), open.sinceEpochMillis(), List.of(), 0)));
    }

    /** Of a series that was never seen. */
    public static SeriesSnapshot ofNewSeries() {
        return NEW;
    }

    /**
     * Where in time a series stands.
     *
     * @param lastEndEpochMillis end of the last window; 0 before the first
     * @param windowsSinceStart windows with load since the series began, or began again after a silence
     * @param silentWindows windows without any load, running: those that do not exist and, of a closed loop, those in which
     *     nothing was due. By its schedule an open loop may have nothing due in a window, and behind the end of a load nothing is
     * @param unansweredWindows windows with load of which nothing came back, running; windows without load are passed over
     */
    public record Continuity(
            long lastEndEpochMillis, long windowsSinceStart, long silentWindows, long unansweredWindows) {
        public Continuity {
            if (lastEndEpochMillis < 0 || windowsSinceStart < 0 || silentWindows < 0 || unansweredWindows < 0) {
                throw new IllegalArgumentException("negative count of windows");
            }
        }
    }

    /**
     * Windows that lie together, added up.
     *
     * @param summary judged distributions and counts only
     */
    public record Block(long windows, WindowSummary summary) {
        public Block {
            Objects.requireNonNull(summary, "summary");
            if (windows < 1) {
                throw new IllegalArgumentException("a block of " + windows + " windows");
            }
        }
    }

    /** What a window was made of: tells whether the same work is compared. */
    public record Work(long completed, long outputTokens, long offered) {}

    /**
     * An alert that was fired and not resolved.
     *
     * @param sinceEpochMillis its change point
     * @param members metrics that belong to it
     * @param calmWindows windows in a row in which every member was back near its baseline
     */
    public record OpenIncident(String alertId, long sinceEpochMillis, List<JudgedMetric> members, long calmWindows) {
        public OpenIncident {
            Objects.requireNonNull(alertId, "alertId");
            members = List.copyOf(members);
            if (calmWindows < 0) {
                throw new IllegalArgumentException("calmWindows " + calmWindows + " is negative");
            }
        }
    }
}
