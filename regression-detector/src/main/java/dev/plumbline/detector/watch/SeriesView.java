package dev.plumbline.detector.watch;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.Map;
import java.util.Optional;

/**
 * A series as it stands.
 *
 * @param verdict the last one; empty until a window was judged
 * @param baseline what it is held against; empty while learning
 * @param totals what was counted of it since this start, all revisions, excluded parts' requests included; not what an
 *     earlier start has told already
 * @param transitions how often its alerts changed since this start; every transition has a number
 */
public record SeriesView(
        Series series,
        Optional<VerdictRecord> verdict,
        Optional<BaselineRecord> baseline,
        WindowSummary totals,
        Map<AlertRecord.Transition, Long> transitions) {

    public SeriesView {
        transitions = Map.copyOf(transitions);
    }

    /**
     * The state now. A verdict says how the series stood when its window ended; that no window came since is known by the
     * clock alone. A series that was ended by a goodbye is never stale.
     *
     * @return empty until a window was judged
     */
    public Optional<SeriesState> state(long nowEpochMillis, WatchLimits limits) {
        return verdict.map(last -> {
            boolean isOld = nowEpochMillis - last.window().endEpochMillis() >= limits.staleAfterMillis();
            return isOld && last.state() != SeriesState.ENDED ? SeriesState.STALE : last.state();
        });
    }

    /** Whether its numbers are of now: the series has neither ended nor stopped. False until a window was judged. */
    public boolean isCurrent(long nowEpochMillis, WatchLimits limits) {
        return state(nowEpochMillis, limits)
                .filter(state -> state != SeriesState.STALE && state != SeriesState.ENDED)
                .isPresent();
    }
}
