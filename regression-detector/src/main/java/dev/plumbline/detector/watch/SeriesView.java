package dev.plumbline.detector.watch;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
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
 * @param openElsewhere incidents of it that are open under other conditions than those that were heard of last
 */
public record SeriesView(
        Series series,
        Optional<VerdictRecord> verdict,
        Optional<BaselineRecord> baseline,
        WindowSummary totals,
        Map<AlertRecord.Transition, Long> transitions,
        List<OpenIncident> openElsewhere) {

    public SeriesView {
        transitions = Map.copyOf(transitions);
        openElsewhere = List.copyOf(openElsewhere);
    }

    /** The same series under two conditions: as it stands under those that were heard of last. */
    SeriesView under(SeriesView other) {
        boolean isNewer = lastEndEpochMillis() >= other.lastEndEpochMillis();
        SeriesView newer = isNewer ? this : other;
        SeriesView older = isNewer ? other : this;
        Map<AlertRecord.Transition, Long> both = new EnumMap<>(newer.transitions);
        older.transitions.forEach((transition, times) -> both.merge(transition, times, Long::sum));
        List<OpenIncident> open = new ArrayList<>(newer.openElsewhere);
        open.addAll(older.openElsewhere);
        older.incident().ifPresent(open::add);
        return new SeriesView(newer.series, newer.verdict, newer.baseline, newer.totals.plus(older.totals), both, open);
    }

    private long lastEndEpochMillis() {
        return verdict.map(last -> last.window().endEpochMillis()).orElse(0L);
    }

    private Optional<OpenIncident> incident() {
        return verdict.flatMap(last -> last.snapshot().incident());
    }

    /** Whether an alert about a regression of it is open, under whatever conditions. */
    public boolean isIncidentOpen() {
        return verdict.flatMap(last -> last.snapshot().openRegression()).isPresent() || !openElsewhere.isEmpty();
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
