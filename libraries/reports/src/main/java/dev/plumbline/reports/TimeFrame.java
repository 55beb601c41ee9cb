package dev.plumbline.reports;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What all charts over time of a report share: the span, stretches in which producers were not well, and marks. It ends with the
 * load; what ended behind it is a biased sample and no point of a line.
 *
 * @param startEpochMillis where elapsed time is 0
 */
record TimeFrame(
        long startEpochMillis, long fromEpochMillis, long untilEpochMillis, List<Shade> shades, List<Mark> marks) {

    /** More marks than these are not drawn; the list of alerts names all. */
    static final int MOST_MARKS = 24;

    private static final long[] STEPS_SECONDS = {
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
        604_800
    };
    private static final int MOST_TICKS = 9;

    TimeFrame {
        shades = List.copyOf(shades);
        marks = List.copyOf(marks);
        if (fromEpochMillis >= untilEpochMillis) {
            throw new IllegalArgumentException("time from " + fromEpochMillis + " until " + untilEpochMillis);
        }
    }

    /** A stretch in which a part of the load was excluded. */
    record Shade(long fromEpochMillis, long untilEpochMillis, Depth depth) {}

    /** How much was excluded. */
    enum Depth {
        /** A part: the rest is judged. */
        SOME,
        /** So much that the windows are not judged. */
        NOT_JUDGED
    }

    /** A moment. */
    record Mark(long atEpochMillis, Meaning meaning, String label) {}

    /** What a mark means. */
    enum Meaning {
        FIRED,
        RESOLVED,
        ENDED,
        CHANGE_POINT
    }

    /** Alerts are numbered in the order in which they were first told: A1, A2 … */
    static Map<String, String> namesOf(List<AlertRecord> alerts) {
        Map<String, String> names = new LinkedHashMap<>();
        alerts.forEach(alert -> names.putIfAbsent(alert.alertId(), "A" + (names.size() + 1)));
        return names;
    }

    static TimeFrame of(RunResult result) {
        List<RunWindow> windows = result.windows().stream()
                .filter(window -> !result.liesAfterLoad(window))
                .toList();
        // The first window may have begun before the run did.
        long from = windows.isEmpty()
                ? result.identity().startEpochMillis()
                : Math.max(result.identity().startEpochMillis(), windows.get(0).startEpochMillis());
        long until = windows.isEmpty()
                ? from + result.identity().windowMillis()
                : windows.get(windows.size() - 1).endEpochMillis();
        return new TimeFrame(
                result.identity().startEpochMillis(),
                from,
                Math.max(until, from + 1),
                shades(windows),
                marks(result, until));
    }

    /** Where a moment lies: 0 to 1. */
    double at(double epochMillis) {
        double share = (epochMillis - fromEpochMillis) / (untilEpochMillis - fromEpochMillis);
        return Math.max(0, Math.min(1, share));
    }

    boolean holds(long epochMillis) {
        return epochMillis >= fromEpochMillis && epochMillis <= untilEpochMillis;
    }

    /** Round moments since the start of the run. */
    List<Long> ticks() {
        for (long seconds : STEPS_SECONDS) {
            long step = seconds * 1_000;
            if ((untilEpochMillis - fromEpochMillis) / step < MOST_TICKS) {
                return ticks(step);
            }
        }
        long step = (untilEpochMillis - fromEpochMillis) / MOST_TICKS;
        return ticks(Math.max(86_400_000, step / 86_400_000 * 86_400_000));
    }

    /** Time since the start of the run; what was before it has 0. */
    String elapsed(long epochMillis) {
        long seconds = Math.max(0, Math.floorDiv(epochMillis - startEpochMillis, 1_000L));
        if (untilEpochMillis - fromEpochMillis >= 172_800_000L) {
            return String.format(Locale.ROOT, "%dd%02dh", seconds / 86_400, seconds / 3_600 % 24);
        }
        if (untilEpochMillis - fromEpochMillis >= 7_200_000L) {
            return String.format(Locale.ROOT, "%dh%02d", seconds / 3_600, seconds / 60 % 60);
        }
        return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }

    private List<Long> ticks(long step) {
        List<Long> ticks = new ArrayList<>();
        long first = startEpochMillis + Math.ceilDiv(fromEpochMillis - startEpochMillis, step) * step;
        for (long at = first; at <= untilEpochMillis; at += step) {
            ticks.add(at);
        }
        return ticks;
    }

    private static List<Shade> shades(List<RunWindow> windows) {
        List<Shade> shades = new ArrayList<>();
        for (RunWindow window : windows) {
            if (window.coverage() >= 1) {
                continue;
            }
            Depth depth = window.canBeJudged() ? Depth.SOME : Depth.NOT_JUDGED;
            Shade last = shades.isEmpty() ? null : shades.get(shades.size() - 1);
            if (last != null && last.depth == depth && last.untilEpochMillis == window.startEpochMillis()) {
                shades.set(shades.size() - 1, new Shade(last.fromEpochMillis, window.endEpochMillis(), depth));
            } else {
                shades.add(new Shade(window.startEpochMillis(), window.endEpochMillis(), depth));
            }
        }
        return shades;
    }

    /** A series ends with its last window, which may lie behind the end of the load: it is marked where the picture ends. */
    private static List<Mark> marks(RunResult result, long untilEpochMillis) {
        Map<String, String> names = namesOf(result.alerts());
        List<Mark> marks = new ArrayList<>();
        for (AlertRecord alert : result.alerts()) {
            String name = names.getOrDefault(alert.alertId(), "");
            switch (alert.transition()) {
                case FIRED -> {
                    marks.add(new Mark(alert.sinceEpochMillis(), Meaning.CHANGE_POINT, name + " began"));
                    marks.add(new Mark(alert.atEpochMillis(), Meaning.FIRED, name + " fired"));
                }
                case EXTENDED -> {
                    // More metrics of the same incident: the list of alerts says which.
                }
                case RESOLVED -> marks.add(new Mark(alert.atEpochMillis(), Meaning.RESOLVED, name + " resolved"));
                case ENDED ->
                    marks.add(new Mark(
                            Math.min(alert.atEpochMillis(), untilEpochMillis), Meaning.ENDED, name + " not resolved"));
            }
        }
        return marks.size() <= MOST_MARKS ? marks : marks.subList(0, MOST_MARKS);
    }

    /** Wall clock of a moment. */
    static String clock(long epochMillis) {
        return Figures.clock(epochMillis);
    }
}
