package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import java.util.List;
import java.util.TreeMap;

/** How the values of a metric are spread, as bars over a logarithmic axis of time, with percentiles marked. */
final class DistributionChart {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 176;
    private static final int SIDE = 14;
    private static final int TOP = 46;
    private static final int BOTTOM = 24;
    private static final int MOST_BARS = 72;

    private DistributionChart() {}

    /** Draws a distribution that has values. */
    static void write(Markup out, String id, String label, String definition, Histogram histogram) {
        double unitNanos = unitNanos(histogram.maxNanos().orElseThrow());
        TreeMap<Integer, Long> bars = new TreeMap<>();
        int[] range = {Integer.MAX_VALUE, Integer.MIN_VALUE};
        histogram.forEachBucket((index, count) -> {
            range[0] = Math.min(range[0], index);
            range[1] = Math.max(range[1], index);
        });
        int perBar = Math.max(1, Math.ceilDiv(range[1] - range[0] + 1, MOST_BARS));
        histogram.forEachBucket((index, count) -> bars.merge((index - range[0]) / perBar, count, Long::sum));
        String text = label + ": " + Figures.count(histogram.count()) + " values, p50 "
                + percentile(histogram, Percentile.P50) + ", p95 " + percentile(histogram, Percentile.P95) + ", p99 "
                + percentile(histogram, Percentile.P99);
        out.begin("figure", "class", "chart");
        out.begin("figcaption")
                .begin("span", "class", "title")
                .text(label)
                .element("span", " " + unit(unitNanos) + ", logarithmic", "class", "unit")
                .end()
                .element("span", Figures.count(histogram.count()) + " values", "class", "legend")
                .element("span", definition, "class", "definition")
                .end();
        out.begin("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", label);
        out.begin("svg", "viewBox", "0 0 " + WIDTH + " " + HEIGHT, "role", "img", "aria-labelledby", id + "-title");
        out.element("title", text, "id", id + "-title");
        if (!bars.isEmpty()) {
            draw(out, bars, range, perBar, unitNanos, histogram);
        }
        out.end().end();
        out.endLine();
    }

    private static void draw(
            Markup out, TreeMap<Integer, Long> bars, int[] range, int perBar, double unitNanos, Histogram histogram) {
        double low = Buckets.upperBoundNanos(range[0] - 1) / unitNanos;
        double high = Buckets.upperBoundNanos(range[0] + perBar * (bars.lastKey() + 1) - 1) / unitNanos;
        Axis axis = Axis.logarithmic(low, high);
        double most = bars.values().stream().mapToLong(Long::longValue).max().orElse(1);
        bars.forEach((bar, count) -> {
            double left = x(axis, Buckets.upperBoundNanos(range[0] + bar * perBar - 1) / unitNanos);
            double right = x(axis, Buckets.upperBoundNanos(range[0] + (bar + 1) * perBar - 1) / unitNanos);
            double height = Math.max(1, count / most * (HEIGHT - TOP - BOTTOM));
            out.empty(
                    "rect",
                    "class",
                    "bar",
                    "x",
                    TimeChart.number(left),
                    "y",
                    TimeChart.number(HEIGHT - BOTTOM - height),
                    "width",
                    TimeChart.number(Math.max(0.8, right - left - 0.6)),
                    "height",
                    TimeChart.number(height));
        });
        out.empty("path", "class", "grid", "d", "M" + SIDE + " " + (HEIGHT - BOTTOM) + "H" + (WIDTH - SIDE));
        for (double tick : axis.ticks()) {
            out.element(
                    "text",
                    Axis.label(tick),
                    "class",
                    "tick middle",
                    "x",
                    TimeChart.number(x(axis, tick)),
                    "y",
                    Integer.toString(HEIGHT - BOTTOM + 16));
        }
        List<Percentile> marked = List.of(Percentile.P50, Percentile.P95, Percentile.P99);
        for (int i = 0; i < marked.size(); i++) {
            long nanos = marked.get(i).nanosOf(histogram).orElseThrow();
            double at = x(axis, nanos / unitNanos);
            String label = marked.get(i).label() + " " + Figures.duration(nanos);
            int line = 12 + 13 * i;
            boolean leftward = at > WIDTH - SIDE - 7.0 * label.length();
            out.begin("g", "class", "mark quantile")
                    .empty("path", "d", "M" + TimeChart.number(at) + " " + (line - 8) + "V" + (HEIGHT - BOTTOM))
                    .element(
                            "text",
                            label,
                            "class",
                            leftward ? "tick end" : "tick",
                            "x",
                            TimeChart.number(leftward ? at - 4 : at + 4),
                            "y",
                            Integer.toString(line))
                    .end();
        }
    }

    /** Nanoseconds of the unit in which a largest value reads well. */
    static double unitNanos(double largestNanos) {
        if (largestNanos < 1e6) {
            return 1e3;
        }
        return largestNanos < 1e10 ? 1e6 : 1e9;
    }

    static String unit(double unitNanos) {
        if (unitNanos < 1e6) {
            return "µs";
        }
        return unitNanos < 1e9 ? "ms" : "s";
    }

    private static String percentile(Histogram histogram, Percentile percentile) {
        return Figures.duration(percentile.nanosOf(histogram).orElseThrow());
    }

    private static double x(Axis axis, double value) {
        return SIDE + axis.at(value) * (WIDTH - 2.0 * SIDE);
    }
}
