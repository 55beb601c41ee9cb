package dev.plumbline.cli.wording;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.judgement.result.RunVerdict.Word;
import dev.plumbline.reports.Figures;
import dev.plumbline.reports.SeriesRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The series of a run side by side on a terminal: a row each, the verdict in its colour, numbers to the right. */
public final class SeriesTable {

    private static final int WORDS = 2;

    private SeriesTable() {}

    /** @param most rows that are shown; the rest is counted */
    public static List<String> lines(List<SeriesRow> rows, Screen screen, int most) {
        List<String> titles = SeriesRow.header(rows);
        List<SeriesRow> shown = rows.subList(0, Math.min(most, rows.size()));
        int[] widths = titles.stream().mapToInt(String::length).toArray();
        for (SeriesRow row : shown) {
            List<String> cells = row.cells();
            for (int i = 0; i < cells.size(); i++) {
                widths[i] = Math.max(widths[i], cells.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(screen.quiet("    " + line(titles, widths)));
        shown.forEach(row -> {
            String line = line(row.cells(), widths);
            int at = widths[0] + WORDS;
            String word = line.substring(at, at + widths[1]);
            lines.add("    " + line.substring(0, at) + coloured(word, row.word(), screen)
                    + line.substring(at + widths[1]));
        });
        if (rows.size() > shown.size()) {
            lines.add("    and " + Figures.count(rows.size() - (long) shown.size()) + " more in the report");
        }
        return lines;
    }

    /** Two blanks between; the first two columns are words. */
    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            line.append(i == 0 ? "" : "  ")
                    .append(String.format(Locale.ROOT, "%" + (i < WORDS ? "-" : "") + widths[i] + "s", cells.get(i)));
        }
        return line.toString();
    }

    private static String coloured(String text, Word word, Screen screen) {
        return switch (word) {
            case PASS -> screen.reassuring(text);
            case REGRESSION, OVER_BUDGET, FAILED -> screen.alarming(text);
            case CANNOT_TELL -> screen.bold(text);
            case NOT_JUDGED -> screen.quiet(text);
        };
    }
}
