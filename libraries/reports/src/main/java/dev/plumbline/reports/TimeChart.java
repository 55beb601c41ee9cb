package dev.plumbline.reports;

import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.reports.TimeFrame.Mark;
import dev.plumbline.reports.TimeFrame.Shade;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Lines over time as SVG: one point per window in its middle, a gap where a window has no value.
 *
 * @param unit of the values, written at the axis
 */
record TimeChart(String id, String title, String unit, String definition, List<Line> lines) {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 236;
    private static final int LEFT = 52;
    private static final int RIGHT = 12;
    private static final int TOP = 24;
    private static final int BOTTOM = 26;
    private static final int MOST_DOTS = 90;
    private static final int MANY_POINTS = 400;
    private static final double LOGARITHMIC_FROM = 40;

    TimeChart {
        lines = List.copyOf(lines);
    }

    /**
     * One line.
     *
     * @param look name of its style: {@code a}, {@code b} or {@code c}
     * @param values one per window
     */
    record Line(String label, String look, List<OptionalDouble> values) {
        Line {
            values = List.copyOf(values);
        }

        static Line of(String label, String look, List<RunWindow> windows, Function<RunWindow, OptionalDouble> value) {
            return new Line(label, look, windows.stream().map(value).toList());
        }

        OptionalDouble highest() {
            return values.stream()
                    .flatMapToDouble(OptionalDouble::stream)
                    .filter(Double::isFinite)
                    .max();
        }

        OptionalDouble lowestAboveZero() {
            return values.stream()
                    .flatMapToDouble(OptionalDouble::stream)
                    .filter(value -> value > 0)
                    .min();
        }
    }

    boolean hasValues() {
        return lines.stream().anyMatch(line -> line.highest().isPresent());
    }

    void write(Markup out, TimeFrame frame, List<RunWindow> windows) {
        Axis axis = axis();
        out.begin("figure", "class", "chart");
        caption(out, axis);
        out.begin("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", title);
        out.begin(
                "svg",
                "viewBox",
                "0 0 " + WIDTH + " " + HEIGHT,
                "role",
                "img",
                "aria-labelledby",
                id + "-title " + id + "-text");
        out.element("title", title, "id", id + "-title");
        out.element("desc", description(), "id", id + "-text");
        shades(out, frame);
        grid(out, axis, frame);
        for (Line line : lines) {
            line(out, line, axis, frame, windows);
        }
        marks(out, frame);
        out.end().end();
        out.endLine();
    }

    /** The frame without lines: also used by charts that draw something else into it. */
    static void grid(Markup out, Axis axis, TimeFrame frame) {
        for (double tick : axis.ticks()) {
            String y = y(axis.at(tick));
            out.empty("path", "class", "grid", "d", "M" + LEFT + " " + y + "H" + (WIDTH - RIGHT));
            out.element(
                    "text",
                    Axis.label(tick),
                    "class",
                    "tick end",
                    "x",
                    Integer.toString(LEFT - 6),
                    "y",
                    y,
                    "dy",
                    ".32em");
        }
        for (long tick : frame.ticks()) {
            double share = frame.at(tick);
            String x = x(share);
            out.empty("path", "class", "grid", "d", "M" + x + " " + (HEIGHT - BOTTOM) + "v4");
            out.element(
                    "text",
                    frame.elapsed(tick),
                    "class",
                    share > 0.97 ? "tick end" : "tick middle",
                    "x",
                    share > 0.97 ? Integer.toString(WIDTH - 2) : x,
                    "y",
                    Integer.toString(HEIGHT - BOTTOM + 17));
        }
    }

    static void shades(Markup out, TimeFrame frame) {
        for (Shade shade : frame.shades()) {
            double from = frame.at(shade.fromEpochMillis());
            double until = frame.at(shade.untilEpochMillis());
            out.empty(
                    "rect",
                    "class",
                    switch (shade.depth()) {
                        case SOME -> "shade some";
                        case NOT_JUDGED -> "shade unjudged";
                    },
                    "x",
                    x(from),
                    "y",
                    Integer.toString(TOP),
                    "width",
                    number(Math.max(1, (until - from) * (WIDTH - LEFT - RIGHT))),
                    "height",
                    Integer.toString(HEIGHT - TOP - BOTTOM));
        }
    }

    static void marks(Markup out, TimeFrame frame) {
        double taken = Double.NEGATIVE_INFINITY;
        for (Mark mark : frame.marks()) {
            if (!frame.holds(mark.atEpochMillis())) {
                continue;
            }
            String look = switch (mark.meaning()) {
                case FIRED -> "mark fired";
                case ENDED -> "mark ended";
                case RESOLVED -> "mark resolved";
                case CHANGE_POINT -> "mark began";
            };
            double at = LEFT + frame.at(mark.atEpochMillis()) * (WIDTH - LEFT - RIGHT);
            out.begin("g", "class", look);
            out.element("title", mark.label() + " at " + TimeFrame.clock(mark.atEpochMillis()));
            out.empty("path", "d", "M" + number(at) + " " + (TOP - 4) + "V" + (HEIGHT - BOTTOM));
            double width = 6.2 * mark.label().length();
            double left = Math.min(Math.max(at - width / 2, LEFT), WIDTH - RIGHT - width);
            if (left > taken) {
                out.element("text", mark.label(), "class", "tick", "x", number(left), "y", Integer.toString(TOP - 9));
                taken = left + width + 8;
            }
            out.end();
        }
    }

    static String x(double share) {
        return number(LEFT + share * (WIDTH - LEFT - RIGHT));
    }

    static String y(double share) {
        return number(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM));
    }

    static String viewBox() {
        return "0 0 " + WIDTH + " " + HEIGHT;
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private Axis axis() {
        double highest = lines.stream()
                .flatMapToDouble(line -> line.highest().stream())
                .max()
                .orElse(1);
        OptionalDouble lowest = lines.stream()
                .flatMapToDouble(line -> line.lowestAboveZero().stream())
                .min();
        return lowest.isPresent() && highest / lowest.getAsDouble() > LOGARITHMIC_FROM && !anyZero()
                ? Axis.logarithmic(lowest.getAsDouble(), highest)
                : Axis.fromZero(highest);
    }

    private boolean anyZero() {
        return lines.stream()
                .flatMap(line -> line.values().stream())
                .flatMapToDouble(OptionalDouble::stream)
                .anyMatch(value -> value <= 0);
    }

    private void caption(Markup out, Axis axis) {
        out.begin("figcaption");
        out.begin("span", "class", "title").text(title);
        if (!unit.isEmpty()) {
            out.element("span", " " + unit + (axis.logarithmic() ? ", logarithmic" : ""), "class", "unit");
        }
        out.end();
        out.begin("span", "class", "legend");
        for (Line line : lines) {
            if (line.highest().isPresent()) {
                out.begin("span", "class", "key")
                        .begin("svg", "viewBox", "0 0 22 8", "class", "swatch", "aria-hidden", "true")
                        .empty("path", "class", "line " + line.look(), "d", "M0 4H22")
                        .end()
                        .text(line.label())
                        .end();
            }
        }
        out.end();
        out.element("span", definition, "class", "definition");
        out.end();
    }

    /** What a reader hears: the extremes of every line. */
    private String description() {
        List<String> parts = new ArrayList<>();
        for (Line line : lines) {
            OptionalDouble highest = line.highest();
            if (highest.isPresent()) {
                double lowest = line.values().stream()
                        .flatMapToDouble(OptionalDouble::stream)
                        .min()
                        .orElse(0);
                parts.add(line.label() + " from " + Figures.significant(lowest) + " to "
                        + Figures.significant(highest.getAsDouble()) + (unit.isEmpty() ? "" : " " + unit));
            }
        }
        return String.join("; ", parts);
    }

    private void line(Markup out, Line line, Axis axis, TimeFrame frame, List<RunWindow> windows) {
        StringBuilder path = new StringBuilder(windows.size() * 12);
        List<Integer> dots = new ArrayList<>();
        boolean drawing = false;
        for (int i = 0; i < windows.size(); i++) {
            OptionalDouble value = line.values().get(i);
            if (value.isEmpty()) {
                drawing = false;
                continue;
            }
            boolean last = i + 1 == windows.size() || line.values().get(i + 1).isEmpty();
            if (windows.size() <= MOST_DOTS || (!drawing && last)) {
                dots.add(i);
            }
            path.append(drawing ? 'L' : 'M').append(point(windows.get(i), value.getAsDouble(), axis, frame));
            drawing = true;
        }
        String look = windows.size() > MANY_POINTS ? "line thin " : "line ";
        out.empty("path", "class", look + line.look(), "d", path.toString());
        for (int i : dots) {
            double value = line.values().get(i).orElseThrow();
            String[] point = point(windows.get(i), value, axis, frame).split(" ", 2);
            out.begin("circle", "class", "dot " + line.look(), "cx", point[0], "cy", point[1], "r", "2.4")
                    .element(
                            "title",
                            line.label() + " " + Figures.significant(value) + (unit.isEmpty() ? "" : " " + unit)
                                    + " at " + frame.elapsed(windows.get(i).startEpochMillis()))
                    .end();
        }
    }

    private static String point(RunWindow window, double value, Axis axis, TimeFrame frame) {
        double middle = window.startEpochMillis() + window.lengthMillis() / 2.0;
        return x(frame.at(middle)) + " " + y(axis.at(value));
    }
}
