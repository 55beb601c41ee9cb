package dev.plumbline.cli.run;

import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunSeries;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The windows of all series of a run, those of the same time put together: for the eye, which wants one line for all. A window is
 * there when every series has told its own, or one of a later time than the next has come: a class of which nothing came tells none.
 * What comes after that, and corrections, are left out here; results have them. One thread.
 */
final class JointWindows {

    private final RunSeries series;
    private final TreeMap<Long, Slot> open = new TreeMap<>();
    private long newestEndEpochMillis;
    private long toldToEpochMillis;

    JointWindows(RunSeries series) {
        this.series = series;
    }

    private record Slot(int series, WindowId id, WindowSummary measured, ExcludedPart excluded) {
        Slot plus(WindowRecord other) {
            return new Slot(series + 1, id, measured.plus(other.delta()), excluded.plus(other.excluded()));
        }
    }

    /** Adds a window; returns those that are complete now, oldest first. In a run of one series each is, corrections too. */
    List<WindowRecord> add(WindowRecord window) {
        if (!series.areSeveral()) {
            return List.of(window);
        }
        long end = window.id().endEpochMillis();
        if (window.revision() > 0 || end <= toldToEpochMillis) {
            return List.of();
        }
        newestEndEpochMillis = Math.max(newestEndEpochMillis, end);
        WindowId id = new WindowId(
                series.whole(), window.id().startEpochMillis(), window.id().lengthMillis());
        open.put(
                end,
                open.getOrDefault(end, new Slot(0, id, WindowSummary.empty(), ExcludedPart.none()))
                        .plus(window));
        List<WindowRecord> complete = new ArrayList<>();
        while (!open.isEmpty() && isComplete(open.firstEntry(), window.id().lengthMillis())) {
            Map.Entry<Long, Slot> first = open.firstEntry();
            open.remove(first.getKey());
            toldToEpochMillis = first.getKey();
            complete.add(new WindowRecord(
                    first.getValue().id(),
                    0,
                    first.getValue().measured(),
                    first.getValue().excluded()));
        }
        return complete;
    }

    private boolean isComplete(Map.Entry<Long, Slot> slot, long lengthMillis) {
        return slot.getValue().series() == series.parts().size() || slot.getKey() + lengthMillis < newestEndEpochMillis;
    }
}
