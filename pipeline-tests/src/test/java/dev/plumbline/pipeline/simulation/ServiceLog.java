package dev.plumbline.pipeline.simulation;

import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.pipeline.simulation.MeasuredService.Truth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The windows of the measured service as they lie in the topic, each with the truth: how long the service had been slow by
 * then in windows that could be judged. Where it is doubtful whether one could be, it is said that it could not.
 */
final class ServiceLog {

    /** Windows that are remembered of what was asked for; other work among them voids latencies. */
    private static final int WORK_REMEMBERED = 75;

    /** A window, its place in the topic, and how many windows up to it were slow, or of other work. */
    record Entry(long offset, WindowRecord window, int slowInARow, int otherWorkInARow) {}

    private final MeasuredService service;
    private final NavigableMap<Long, Entry> byOffset = new TreeMap<>();
    private final NavigableMap<Long, WindowRecord> records = new TreeMap<>();
    private long lastEnd;
    private long lastOtherWorkEnd;
    private int slowInARow;
    private int otherWorkInARow;
    private int sinceStart;

    ServiceLog(MeasuredService service) {
        this.service = service;
    }

    /** @param isLeftOut whether judging it throws an exception */
    void add(long offset, WindowRecord window, boolean isLeftOut) {
        records.put(offset, window);
        boolean ends = window.endedEpochMillis().isPresent();
        if (window.revision() > 0) {
            if (ends && window.id().endEpochMillis() >= lastEnd) {
                restarted();
            }
            return;
        }
        long start = window.id().startEpochMillis();
        Truth truth = service.truth(start);
        if (start >= lastEnd) {
            if (start - lastEnd >= 5 * window.id().lengthMillis()) {
                restarted();
            }
            lastEnd = window.id().endEpochMillis();
            sinceStart++;
            otherWorkInARow = truth.isOfOtherWork() && !truth.isOrdinaryWork() ? otherWorkInARow + 1 : 0;
            if (truth.isOfOtherWork()) {
                lastOtherWorkEnd = lastEnd;
            }
            boolean isJudged = !isLeftOut
                    && window.coverage() >= WindowRecord.MINIMUM_COVERAGE
                    && window.delta().requests().completed() >= 5
                    && sinceStart > Detection.SETTINGS.skipWindows() + 1
                    && lastEnd - lastOtherWorkEnd
                            > WORK_REMEMBERED * window.id().lengthMillis();
            slowInARow = isJudged && truth.isSlow() ? slowInARow + 1 : 0;
        }
        byOffset.put(offset, new Entry(offset, window, slowInARow, otherWorkInARow));
        if (ends) {
            restarted();
        }
    }

    private void restarted() {
        sinceStart = 0;
        slowInARow = 0;
        otherWorkInARow = 0;
    }

    /** Windows up to this place in which the service was slow and could be judged, without one between that was neither. */
    int slowInARow(long offset) {
        Map.Entry<Long, Entry> entry = byOffset.floorEntry(offset);
        return entry == null ? 0 : entry.getValue().slowInARow();
    }

    /** Windows up to this place in which all that was asked for was other work. */
    int otherWorkInARow(long offset) {
        Map.Entry<Long, Entry> entry = byOffset.floorEntry(offset);
        return entry == null ? 0 : entry.getValue().otherWorkInARow();
    }

    /** The records of the service from a place on and before another, corrections among them. */
    Collection<WindowRecord> between(long from, long to) {
        return Collections.unmodifiableCollection(records.subMap(from, to).values());
    }

    /** The windows from a place on, in the order of the topic. */
    List<Entry> from(long offset) {
        return Collections.unmodifiableList(
                new ArrayList<>(byOffset.tailMap(offset, true).values()));
    }
}
