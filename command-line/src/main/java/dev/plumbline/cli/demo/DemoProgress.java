package dev.plumbline.cli.demo;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.LearningProgress;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowRecord;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where the demo stands, as a function of what came out of the pipe. No clock, no I/O: times come with the records or
 * from the caller.
 */
final class DemoProgress {

    /** What happens next. */
    enum Stage {
        /** Waiting for the first full window. */
        STARTING,
        /** The detector learns. */
        LEARNING,
        /** Learned; some windows must pass quietly. */
        QUIET,
        /** The regression is switched on. */
        SHIFTED,
        /** The alert came. */
        FOUND,
        /** An alert came although nothing had changed. */
        FALSE_ALARM
    }

    private final DemoPlan plan;
    private Stage stage = Stage.STARTING;
    private OptionalLong firstFullWindowEndEpochMillis = OptionalLong.empty();
    private OptionalLong shiftEpochMillis = OptionalLong.empty();
    private Optional<AlertRecord> alert = Optional.empty();
    private long learned;
    private int quiet;
    private long windows;
    private long countedEvents;
    private ExcludedPart excluded = ExcludedPart.none();

    DemoProgress(DemoPlan plan) {
        this.plan = plan;
    }

    /** A window came: final or correction. */
    void onWindow(WindowRecord window) {
        countedEvents += window.countedEvents();
        if (window.revision() > 0) {
            return;
        }
        windows++;
        excluded = excluded.plus(window.excluded());
        double meanInFlight = window.delta().inFlightNanos() / 1e6 / window.id().lengthMillis();
        if (firstFullWindowEndEpochMillis.isEmpty()
                && window.delta().requests().completed() > 0
                && meanInFlight > 0.9 * plan.concurrency()) {
            firstFullWindowEndEpochMillis = OptionalLong.of(window.id().endEpochMillis());
            stage = Stage.LEARNING;
        }
    }

    /**
     * The detector judged a window.
     *
     * @param hasBaseline whether it held the window against a baseline
     * @param learning how far it is with learning one
     */
    void onJudged(boolean hasBaseline, Optional<LearningProgress> learning) {
        learning.ifPresent(so -> learned = so.windows());
        if (hasBaseline && stage == Stage.LEARNING) {
            stage = Stage.QUIET;
        } else if (hasBaseline && stage == Stage.QUIET) {
            quiet++;
        }
    }

    /** Whether it is time to switch the regression on. */
    boolean isShiftDue() {
        return stage == Stage.QUIET && quiet >= plan.quietWindows();
    }

    /** The regression was switched on. */
    void onShift(long epochMillis) {
        shiftEpochMillis = OptionalLong.of(epochMillis);
        stage = Stage.SHIFTED;
    }

    /** The detector raised or changed an alert. */
    void onAlert(AlertRecord record) {
        boolean isOver = switch (record.transition()) {
            case FIRED, EXTENDED -> false;
            case RESOLVED, ENDED -> true;
        };
        if (isOver) {
            return;
        }
        if (shiftEpochMillis.isEmpty() || record.atEpochMillis() <= shiftEpochMillis.getAsLong()) {
            stage = Stage.FALSE_ALARM;
            alert = Optional.of(record);
        } else if (stage == Stage.SHIFTED || stage == Stage.FOUND) {
            stage = Stage.FOUND;
            alert = Optional.of(record);
        }
    }

    Stage stage() {
        return stage;
    }

    /** The newest transition of the alert; empty until it fired. */
    Optional<AlertRecord> alert() {
        return alert;
    }

    OptionalLong firstFullWindowEndEpochMillis() {
        return firstFullWindowEndEpochMillis;
    }

    OptionalLong shiftEpochMillis() {
        return shiftEpochMillis;
    }

    /** Windows that the detector has learned from so far. */
    long learnedWindows() {
        return learned;
    }

    /** What the load generator did not vouch for so far. */
    ExcludedPart excluded() {
        return excluded;
    }

    int quietWindows() {
        return quiet;
    }

    /** Final windows so far. */
    long windows() {
        return windows;
    }

    /** Request events in finals and corrections so far. */
    long countedEvents() {
        return countedEvents;
    }
}
