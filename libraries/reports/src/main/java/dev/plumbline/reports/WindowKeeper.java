package dev.plumbline.reports;

import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;

/**
 * The windows of a run, in bounded memory. Finals and corrections are added up where they lie; when there are more than
 * the limit, neighbours are merged pairwise, so that an endless run keeps between half the limit and the limit, each as
 * long as it has to be, and loses no count and no value of a distribution.
 *
 * <p>A window takes some 10 KiB, up to 50 KiB when every metric is spread over three decades. One thread at a time.
 */
public final class WindowKeeper {

    /** How many windows are kept unless something else is asked for: five and a half hours of 10 s. */
    public static final int DEFAULT_LIMIT = 2_000;

    private final int limit;
    private final TreeMap<Long, Slot> slots = new TreeMap<>();
    /** Length of a slot; 0 before the first window. */
    private long slotMillis;

    /**
     * @param limit the most windows that are kept, 2 or more
     */
    public WindowKeeper(int limit) {
        if (limit < 2) {
            throw new IllegalArgumentException("limit of " + limit + " windows is below 2");
        }
        this.limit = limit;
    }

    /** @param toldMillis length of the windows that came, without the time between them */
    private record Slot(
            long startEpochMillis,
            long endEpochMillis,
            long toldMillis,
            WindowSummary measured,
            ExcludedPart excluded) {
        Slot plus(Slot other) {
            return new Slot(
                    Math.min(startEpochMillis, other.startEpochMillis),
                    Math.max(endEpochMillis, other.endEpochMillis),
                    toldMillis + other.toldMillis,
                    measured.plus(other.measured),
                    excluded.plus(other.excluded));
        }

        Slot correctedBy(Slot correction) {
            Slot both = plus(correction);
            return new Slot(both.startEpochMillis, both.endEpochMillis, toldMillis, both.measured, both.excluded);
        }

        /** Whether there was load, or a request ended, as far as anybody can tell. */
        boolean holdsSomething() {
            return !measured.hasNoLoad()
                    || excluded.offered() > 0
                    || excluded.requests().total() > 0;
        }

        boolean hasGap() {
            return toldMillis < endEpochMillis - startEpochMillis;
        }
    }

    /** Adds a record of the windows topic, final or correction, in any order; each once, all of one series or of one run. */
    public void add(WindowRecord record) {
        slotMillis = Math.max(slotMillis, record.id().lengthMillis());
        add(
                new Slot(
                        record.id().startEpochMillis(),
                        record.id().endEpochMillis(),
                        record.id().lengthMillis(),
                        record.delta(),
                        record.excluded()),
                record.revision() == 0 ? Slot::plus : Slot::correctedBy);
        while (slots.size() > limit) {
            List<Slot> all = List.copyOf(slots.values());
            slots.clear();
            slotMillis *= 2;
            all.forEach(slot -> add(slot, Slot::plus));
        }
    }

    /**
     * What is kept, oldest first. Windows at a gap are partial: every second that is measured is in a window, so measuring
     * broke off in the one before it and began again in the one behind. So are neighbours that were merged over a gap. Behind the
     * end of the load nobody measures, and windows are there only for requests that ended in them.
     *
     * @param loadStartEpochMillis when the measured load began: a window that starts earlier is partial
     * @param loadEndEpochMillis when measuring ended: a window that ends later is partial
     */
    public List<RunWindow> windows(long loadStartEpochMillis, long loadEndEpochMillis) {
        List<RunWindow> windows = new ArrayList<>(slots.size());
        List<Slot> all = slots.values().stream()
                .filter(slot -> slot.startEpochMillis < loadEndEpochMillis || slot.holdsSomething())
                .toList();
        for (int i = 0; i < all.size(); i++) {
            Slot slot = all.get(i);
            boolean isAtGap = (i > 0 && all.get(i - 1).endEpochMillis < slot.startEpochMillis)
                    || (i + 1 < all.size()
                            && slot.endEpochMillis < Math.min(all.get(i + 1).startEpochMillis, loadEndEpochMillis));
            windows.add(new RunWindow(
                    slot.startEpochMillis,
                    slot.endEpochMillis - slot.startEpochMillis,
                    slot.measured,
                    slot.excluded,
                    WindowRecord.coverage(slot.measured, slot.excluded),
                    slot.startEpochMillis < loadStartEpochMillis
                            || slot.endEpochMillis > loadEndEpochMillis
                            || slot.hasGap()
                            || isAtGap));
        }
        return List.copyOf(windows);
    }

    /**
     * The same windows, neighbours merged until there are at most {@code limit}; the given list when it is short enough. Alike
     * ones are merged first, those that can be judged with each other and whole ones with whole ones, so that the numbers of
     * the run stay what they were as long as that is possible.
     */
    static List<RunWindow> merged(List<RunWindow> windows, int limit) {
        int most = Math.max(1, limit);
        List<RunWindow> merged = windows;
        int before = Integer.MAX_VALUE;
        while (merged.size() > most && merged.size() < before) {
            before = merged.size();
            merged = pairs(merged, WindowKeeper::areAlike);
        }
        while (merged.size() > most) {
            merged = pairs(merged, (a, b) -> true);
        }
        return merged;
    }

    private static List<RunWindow> pairs(List<RunWindow> windows, BiPredicate<RunWindow, RunWindow> belong) {
        List<RunWindow> fewer = new ArrayList<>(windows.size() / 2 + 1);
        for (int i = 0; i < windows.size(); i++) {
            RunWindow window = windows.get(i);
            if (i + 1 < windows.size() && belong.test(window, windows.get(i + 1))) {
                i++;
                window = both(window, windows.get(i));
            }
            fewer.add(window);
        }
        return fewer;
    }

    private static boolean areAlike(RunWindow a, RunWindow b) {
        return a.canBeJudged() == b.canBeJudged() && a.partial() == b.partial();
    }

    private static RunWindow both(RunWindow a, RunWindow b) {
        WindowSummary measured = a.measured().plus(b.measured());
        ExcludedPart excluded = a.excluded().plus(b.excluded());
        return new RunWindow(
                a.startEpochMillis(),
                b.endEpochMillis() - a.startEpochMillis(),
                measured,
                excluded,
                WindowRecord.coverage(measured, excluded),
                a.partial() || b.partial());
    }

    private void add(Slot slot, BinaryOperator<Slot> toWhatIsThere) {
        slots.merge(Math.floorDiv(slot.startEpochMillis, slotMillis), slot, toWhatIsThere);
    }
}
