package dev.plumbline.reports;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.judgement.result.RunWindow;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which share of the requests failed, by kind, as stacked bars over time. */
final class ErrorChart {

    /** Neighbours are merged into at most this many bars. */
    private static final int MOST_BARS = 100;

    private static final double[] ROUND_SHARES = {0.1, 0.2, 0.5, 1, 2, 5, 10, 25, 50, 100};

    private ErrorChart() {}

    static void write(Markup out, String id, TimeFrame frame, List<RunWindow> windows, Map<FailureKind, Long> totals) {
        List<RunWindow> bars = WindowKeeper.merged(windows, MOST_BARS);
        double highest = bars.stream()
                .map(bar -> RunFigures.errorShare(bar.measured().requests()))
                .mapToDouble(share -> share.orElse(0))
                .max()
                .orElse(0);
        Axis axis = Axis.fromZero(100 * highest);
        for (double share : ROUND_SHARES) {
            if (share >= 100 * highest) {
                axis = new Axis(0, share, false, List.of(0.0, share / 2, share));
                break;
            }
        }
        out.begin("figure", "class", "chart");
        out.begin("figcaption")
                .begin("span", "class", "title")
                .text("Failed requests")
                .element("span", " % of those sent", "class", "unit")
                .end()
                .begin("span", "class", "legend");
        totals.forEach((kind, count) -> out.begin("span", "class", "key")
                .begin("svg", "viewBox", "0 0 22 8", "class", "swatch", "aria-hidden", "true")
                .empty("rect", "class", look(kind), "width", "22", "height", "8")
                .end()
                .text(name(kind) + " " + Figures.count(count))
                .end());
        out.end()
                .element("span", "failed / (completed + failed), by the kind of failure", "class", "definition")
                .end();
        out.begin("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", "Failed requests");
        out.begin("svg", "viewBox", TimeChart.viewBox(), "role", "img", "aria-labelledby", id + "-title");
        out.element(
                "title",
                "Share of failed requests by kind, at most " + Figures.significant(100 * highest) + " %",
                "id",
                id + "-title");
        TimeChart.shades(out, frame);
        TimeChart.grid(out, axis, frame);
        for (RunWindow bar : bars) {
            bar(out, bar, axis, frame);
        }
        TimeChart.marks(out, frame);
        out.end().end();
        out.endLine();
    }

    /** A kind for people: {@code timeout first token}. */
    static String name(FailureKind kind) {
        return kind.name().replace('_', ' ').toLowerCase(Locale.ROOT).replace("http", "HTTP");
    }

    private static void bar(Markup out, RunWindow window, Axis axis, TimeFrame frame) {
        RequestCounts requests = window.measured().requests();
        double sent = requests.completed() + requests.failedTotal();
        double from = Double.parseDouble(TimeChart.x(frame.at(window.startEpochMillis())));
        double until = Double.parseDouble(TimeChart.x(frame.at(window.endEpochMillis())));
        double below = 0;
        for (Map.Entry<FailureKind, Long> failed : requests.failed().entrySet()) {
            double share = 100 * failed.getValue() / sent;
            double bottom = Double.parseDouble(TimeChart.y(axis.at(below)));
            double top = Double.parseDouble(TimeChart.y(axis.at(below + share)));
            out.begin(
                            "rect",
                            "class",
                            look(failed.getKey()),
                            "x",
                            TimeChart.number(from),
                            "y",
                            TimeChart.number(top),
                            "width",
                            TimeChart.number(Math.max(1, until - from - 0.5)),
                            "height",
                            TimeChart.number(Math.max(0.5, bottom - top)))
                    .element(
                            "title",
                            name(failed.getKey()) + ": " + Figures.count(failed.getValue()) + " of "
                                    + Figures.count((long) sent) + " at " + frame.elapsed(window.startEpochMillis()))
                    .end();
            below += share;
        }
    }

    private static String look(FailureKind kind) {
        return switch (kind) {
            case CONNECT, TLS -> "fill k1";
            case TIMEOUT_FIRST_TOKEN -> "fill k2";
            case TIMEOUT_STALL -> "fill k3";
            case TIMEOUT_TOTAL -> "fill k4";
            case REJECTED -> "fill k5";
            case HTTP_4XX -> "fill k6";
            case HTTP_5XX -> "fill k7";
            case STREAM_ERROR -> "fill k8";
            case TRUNCATED -> "fill k9";
            case MALFORMED, EMPTY -> "fill k10";
        };
    }
}
