package dev.plumbline.judgement.series;

import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Grade;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.contract.window.WindowId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What people decided about the baselines of a comparison group under its conditions.
 *
 * <p>A decision holds for windows that begin at or after it, and before its end: by the time of the windows, so that whoever
 * reads them again judges the same.
 *
 * @param chosen baselines that were pinned or promoted, of this group and these conditions
 * @param others ids of baselines that were chosen for this group under other conditions; they are not used, and it is said
 * @param reset the newest by which what was learned counts no more
 */
public record Decisions(List<BaselineRecord> chosen, List<String> others, Optional<BaselineReset> reset) {

    /** Nothing was decided. */
    public static final Decisions NONE = new Decisions(List.of(), List.of(), Optional.empty());

    public Decisions {
        chosen = List.copyOf(chosen);
        others = List.copyOf(others);
        Objects.requireNonNull(reset, "reset");
    }

    /** The chosen baseline that a window is held against: a pinned one before one of green runs. */
    Optional<BaselineRecord> chosenFor(WindowId window) {
        return of(Kind.PINNED, window).or(() -> of(Kind.LAST_GREEN, window));
    }

    private Optional<BaselineRecord> of(Kind kind, WindowId window) {
        return chosen.stream()
                .filter(baseline -> baseline.kind() == kind)
                .filter(baseline -> baseline.grade() != Grade.D)
                .filter(baseline -> baseline.learned().windowLengthMillis() == window.lengthMillis())
                .filter(baseline -> baseline.decision()
                        .map(decision -> decision.holdsAt(window.startEpochMillis()))
                        .orElse(true))
                .findFirst();
    }

    /** Since when what was learned before does not count, for a window; empty where all of it counts. */
    public Optional<Decision> resetBefore(WindowId window) {
        return reset.map(BaselineReset::decision)
                .filter(decision -> window.startEpochMillis() >= decision.atEpochMillis());
    }

    /** Why a chosen baseline is not used, to be added to another reason; blank where there is none. */
    String whyNot(WindowId window) {
        Optional<String> otherLength = chosen.stream()
                .filter(baseline -> baseline.learned().windowLengthMillis() != window.lengthMillis())
                .findFirst()
                .map(baseline -> "; " + baseline.baselineId() + " is not used: it is of windows of "
                        + baseline.learned().windowLengthMillis() / 1_000.0 + " s");
        return otherLength
                .or(() -> others.stream()
                        .findFirst()
                        .map(id -> "; " + id + " is not used: it was measured under other conditions"))
                .orElse("");
    }
}
