package dev.plumbline.cli.run;

import java.util.Map;
import java.util.TreeMap;

/**
 * How many events of a run itself are in windows that hold those of its partners, too: window by window, what is counted there less what
 * was heard of the partners. What somebody else adds is left, and shows.
 *
 * <p>Bounded: of old windows only the sum is kept. One thread.
 */
final class SharedWindows {

    private static final int MOST_WINDOWS = 4_096;

    private static final class Window {
        private long counted;
        private boolean isCounted;
        private long ours;
        private long theirs;
    }

    private final long windowMillis;
    private final TreeMap<Long, Window> byStart = new TreeMap<>();
    private long listensFromEpochMillis = Long.MIN_VALUE;
    private long settled;

    /** @param windowMillis length of the windows */
    SharedWindows(long windowMillis) {
        this.windowMillis = windowMillis;
    }

    /** From when on every event is heard; of a window that began before, what the partners had in it is not known. */
    void listensFrom(long epochMillis) {
        listensFromEpochMillis = epochMillis;
    }

    private Window at(long epochMillis) {
        Window window =
                byStart.computeIfAbsent(epochMillis - Math.floorMod(epochMillis, windowMillis), unused -> new Window());
        if (byStart.size() > MOST_WINDOWS) {
            var oldest = byStart.entrySet().iterator();
            Map.Entry<Long, Window> first = oldest.next();
            settled += ours(first.getKey(), first.getValue());
            oldest.remove();
        }
        return window;
    }

    /** An event of the run itself was heard, which ended then. */
    void ours(long endEpochMillis) {
        at(endEpochMillis).ours++;
    }

    /** The same of a partner. */
    void theirs(long endEpochMillis) {
        at(endEpochMillis).theirs++;
    }

    /** A window, or a correction of one, counts so many events. */
    void window(long startEpochMillis, long events) {
        Window window = at(startEpochMillis);
        window.counted += events;
        window.isCounted = true;
    }

    private long ours(long startEpochMillis, Window window) {
        if (!window.isCounted) {
            return 0;
        }
        return startEpochMillis < listensFromEpochMillis
                ? Math.min(window.ours, window.counted)
                : window.counted - window.theirs;
    }

    /** Events of the run itself in windows that began by then. */
    long counted(long untilEpochMillis) {
        return settled
                + byStart.headMap(untilEpochMillis, true).entrySet().stream()
                        .mapToLong(entry -> ours(entry.getKey(), entry.getValue()))
                        .sum();
    }
}
