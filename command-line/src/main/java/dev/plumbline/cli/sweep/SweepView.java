package dev.plumbline.cli.sweep;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.terminal.Table;
import dev.plumbline.judgement.sweep.Saturation;
import dev.plumbline.reports.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** A sweep on a screen. */
final class SweepView {

    private static final int BAR = 24;
    private static final String[] EIGHTHS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

    private SweepView() {}

    static List<String> lines(SweepResult result, Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        List<String> header = new ArrayList<>(result.factors());
        SweepResult.COLUMNS.forEach(column -> header.add(column.unit()));
        header.add("verdict");
        header.add("throughput");
        Table table = new Table(header);
        double most = result.rows().stream()
                .map(row -> throughput(row))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .max()
                .orElse(0);
        for (Row row : result.rows()) {
            List<String> cells = new ArrayList<>();
            result.factors().forEach(factor -> cells.add(row.cell(factor)));
            SweepResult.COLUMNS.forEach(column -> cells.add(cell(column, row)));
            cells.add(row.verdict().word().label());
            OptionalDouble value = throughput(row);
            cells.add(value.isPresent() ? bar(value.getAsDouble(), most) : "");
            table.row(cells);
        }
        List<String> rows = table.lines();
        for (int i = 0; i < rows.size(); i++) {
            lines.add("  " + (i == 0 ? screen.quiet(rows.get(i)) : rows.get(i)));
        }
        lines.add("  " + screen.quiet("latencies in ms; throughput by output tokens"));
        lines.add("");
        result.found().forEach(found -> lines.add("  " + screen.bold("knee") + "      " + found.text()));
        saturation(result).forEach(line -> lines.add("  saturates " + line));
        return lines;
    }

    private static OptionalDouble throughput(Row row) {
        return row.rates().map(rates -> rates.countedOutputPerSecond()).orElse(OptionalDouble.empty());
    }

    /** Of a length that tells eighths of a character. */
    static String bar(double value, double most) {
        if (!(most > 0)) {
            return "";
        }
        int eighths = (int) Math.round(value / most * BAR * 8);
        return "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
    }

    static String cell(SweepResult.Column column, Row row) {
        OptionalDouble value = column.value().apply(row);
        if (value.isEmpty()) {
            return "-";
        }
        return column.name().equals("error_share")
                ? String.format(Locale.ROOT, "%.1f %%", value.getAsDouble() * 100)
                : Figures.significant(value.getAsDouble());
    }

    /** Where throughput saturates, a sentence; none where that cannot be told. */
    static List<String> saturation(SweepResult result) {
        Optional<Saturation> curve = result.saturation();
        if (curve.isEmpty()) {
            return List.of();
        }
        Saturation found = curve.get();
        return List.of(String.format(
                Locale.ROOT,
                "towards %s tok/s; half of that at %s in flight (95 %%: %s to %s), from where on more in flight mostly"
                        + " waits%s",
                Figures.significant(found.ceiling()),
                Figures.significant(found.knee()),
                Figures.significant(found.kneeLow()),
                Figures.significant(found.kneeHigh()),
                found.worstMisfit() > 0.1
                        ? "; a point lies " + Math.round(found.worstMisfit() * 100)
                                + " % off that curve: take it as a hint"
                        : ""));
    }
}
