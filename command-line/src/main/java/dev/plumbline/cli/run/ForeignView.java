package dev.plumbline.cli.run;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.judgement.compat.ForeignFigures;
import dev.plumbline.judgement.compat.ForeignFigures.Figure;
import dev.plumbline.reports.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A run as another tool would tell it. */
final class ForeignView {

    private ForeignView() {}

    static List<String> lines(ForeignFigures foreign, Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("    as " + foreign.tool().label() + " would tell it, over all measured requests");
        int widest = foreign.figures().stream()
                .mapToInt(figure -> figure.name().length())
                .max()
                .orElse(0);
        foreign.figures()
                .forEach(figure ->
                        lines.add(String.format(Locale.ROOT, "    %-" + Math.max(1, widest) + "s  ", figure.name())
                                + values(figure)
                                + (figure.unit().isEmpty() ? "" : " " + figure.unit())));
        foreign.notes().forEach(note -> lines.add(screen.quiet("    note: " + note)));
        foreign.missing().forEach((name, why) -> lines.add(screen.quiet("    not told: " + name + " (" + why + ")")));
        return lines;
    }

    private static String values(Figure figure) {
        return figure.values().entrySet().stream().map(ForeignView::value).collect(Collectors.joining("  "));
    }

    private static String value(Map.Entry<String, Double> value) {
        String number = Math.abs(value.getValue() - Math.rint(value.getValue())) < 1e-9
                ? Figures.count(Math.round(value.getValue()))
                : Figures.significant(value.getValue());
        return value.getKey().isEmpty() ? number : value.getKey() + " " + number;
    }
}
