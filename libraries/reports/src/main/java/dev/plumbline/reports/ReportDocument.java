package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.result.TokenCounting;
import dev.plumbline.judgement.run.Soundness;
import dev.plumbline.judgement.statistics.Ratio;
import dev.plumbline.reports.FolderContents.StoredFile;
import dev.plumbline.reports.TimeChart.Line;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code report.html}: one file that needs nothing else, no script and no other host; it forbids itself both. The verdict
 * comes first with its reasons, then the numbers, then how they were made.
 */
final class ReportDocument {

    /** No line has more points than this: neighbours are merged. */
    static final int MOST_POINTS = 2_000;

    private static final int MOST_ROWS = 60;
    private static final int MOST_ALERTS = 50;
    private static final int FEWEST_DRAWN = 10;
    /** No line of a series among many has to do with fewer. */
    private static final int FEWEST_POINTS = 200;

    private static final String SECURITY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    /** Beyond these a series stands in the table of all and has no section of its own. */
    private static final int MOST_SECTIONS = 24;

    private final Markup out;
    private final RunStory story;
    private final RunResult result;
    private final RunFigures figures;
    /** Of every id in this part of the document; empty for the run, other than any for a series. */
    private final String prefix;

    private final int mostPoints;

    private ReportDocument(Markup out, RunStory story, String prefix, int mostPoints) {
        this.out = out;
        this.story = story;
        this.result = story.result();
        this.figures = story.figures();
        this.prefix = prefix;
        this.mostPoints = mostPoints;
    }

    static byte[] of(RunStory story) {
        return new ReportDocument(new Markup(), story, "", MOST_POINTS).write().getBytes(StandardCharsets.UTF_8);
    }

    private String write() {
        ComparisonGroup group = result.identity().series().group();
        String decision = RunWords.word(story.verdict());
        out.ours("<!DOCTYPE html>\n");
        out.begin("html", "lang", "en").begin("head");
        out.empty("meta", "charset", "utf-8");
        out.empty("meta", "http-equiv", "Content-Security-Policy", "content", SECURITY);
        out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        out.empty("meta", "name", "color-scheme", "content", "light dark");
        out.empty("link", "rel", "icon", "href", "data:,");
        out.element(
                "title",
                decision + " · " + group.model() + " · " + result.identity().runId());
        out.begin("style").ours(style("report.css"));
        if (!result.series().isEmpty()) {
            out.ours(style("report-series.css"));
        }
        out.end();
        out.end().text("\n").begin("body");
        header(group, decision);
        out.begin("main").text("\n");
        if (result.series().isEmpty()) {
            reasons();
        } else {
            series();
        }
        replay();
        keyFigures();
        percentiles();
        overTime();
        distributions();
        outages();
        sameTime();
        environment();
        definitions();
        files();
        return out.end().end().endLine().toString();
    }

    private void header(ComparisonGroup group, String decision) {
        RunIdentity identity = result.identity();
        out.begin("header", "class", "verdict " + look(story.verdict().decision()));
        out.begin("div", "class", "wide");
        out.begin("p", "class", "decision")
                .element("span", sign(story.verdict().decision()), "class", "sign", "aria-hidden", "true")
                .text(decision)
                .end();
        out.element("h1", story.verdict().reason());
        out.begin("p", "class", "who")
                .element("strong", group.model())
                .text(" at ")
                .element("strong", group.target())
                .text(", scenario " + group.scenario() + ", " + RunWords.load(group.loadPoint()) + ", variant "
                        + identity.series().variant()
                        + (group.tenant().equals("default") ? "" : ", tenant " + group.tenant()))
                .end();
        out.begin("p", "class", "when")
                .text(utc(identity.startEpochMillis()) + " to " + utc(identity.endEpochMillis()) + ", "
                        + duration(identity.durationSeconds()) + ". Run ")
                .element("code", identity.runId());
        story.verdict()
                .baselineRunId()
                .ifPresent(id -> out.text(", held against ").element("code", id));
        out.text(".").end();
        String ending = RunWords.ending(result.ending());
        if (!ending.isEmpty()) {
            out.element("p", ending, "class", "ending");
        }
        out.end().endLine();
    }

    /** Each series of several: all side by side, then each with what it was judged by, its numbers and its time. */
    private void series() {
        List<RunStory.OfSeries> all = story.series();
        section("series", "Series");
        out.element(
                "p",
                "What is measured apart, and judged apart. Their sum is below, as all series together.",
                "class",
                "note");
        seriesTable(all);
        differences();
        out.endLine();
        for (int i = 0; i < Math.min(MOST_SECTIONS, all.size()); i++) {
            RunStory.OfSeries one = all.get(i);
            out.begin("section", "class", "series", "aria-labelledby", idOf(i));
            out.begin("h2", "id", idOf(i))
                    .text(one.name() + " ")
                    .element(
                            "span",
                            one.story().verdict().word().label(),
                            "class",
                            "badge " + look(one.story().verdict().decision()))
                    .end();
            out.element("p", one.story().verdict().reason());
            new ReportDocument(out, one.story(), idOf(i) + "-", Math.max(FEWEST_POINTS, MOST_POINTS / all.size()))
                    .part();
            out.endLine();
        }
        if (all.size() > MOST_SECTIONS) {
            out.element(
                    "p",
                    "The first " + MOST_SECTIONS + " of " + all.size() + "; summary.json has all.",
                    "class",
                    "note");
        }
    }

    private static String idOf(int series) {
        return "series-" + (series + 1);
    }

    private void seriesTable(List<RunStory.OfSeries> all) {
        List<SeriesRow> rows = SeriesRow.of(result, story.verdict());
        out.begin("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", "Series");
        out.begin("table", "class", "numbers series").begin("thead").begin("tr");
        SeriesRow.header(rows).forEach(title -> out.element("th", title, "scope", "col"));
        out.end().end().begin("tbody").text("\n");
        for (int i = 0; i < rows.size(); i++) {
            List<String> cells = rows.get(i).cells();
            out.begin("tr").begin("th", "scope", "row");
            if (i < MOST_SECTIONS) {
                out.element("a", cells.get(0), "href", "#" + idOf(i));
            } else {
                out.text(cells.get(0));
            }
            out.end();
            out.begin("td", "class", "answer")
                    .element(
                            "span",
                            cells.get(1),
                            "class",
                            "badge " + look(all.get(i).story().verdict().decision()))
                    .end();
            cells.subList(2, cells.size()).forEach(cell -> out.element("td", cell));
            out.endLine();
        }
        out.end().end().end();
    }

    /** One series of several, below its heading. */
    private void part() {
        reasons();
        keyFigures();
        percentiles();
        overTime();
    }

    private void reasons() {
        List<FindingView> findings =
                story.verdict().findings().stream().map(FindingView::of).toList();
        section("why", "Why");
        if (findings.isEmpty()) {
            out.element(
                    "p",
                    "Nothing was judged: no budget was stated, and there was no baseline to hold this run against.");
            out.endLine();
            return;
        }
        out.begin("table", "class", "findings").begin("thead").begin("tr");
        for (String head :
                List.of("Answer", "What", "This run", "Limit or before", "Change, 95 % interval", "Reason")) {
            out.element("th", head, "scope", "col");
        }
        out.end().end().begin("tbody").text("\n");
        findings.forEach(this::finding);
        out.end().end();
        differences();
        out.endLine();
    }

    private void differences() {
        if (story.verdict().differences().isEmpty()) {
            return;
        }
        out.element("h3", "What is not as it was", "class", "after");
        out.begin("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", "What is not as it was");
        out.begin("table").begin("thead").begin("tr");
        for (String head : List.of("", "This run", "Before")) {
            out.element("th", head, "scope", "col");
        }
        out.end().end().begin("tbody").text("\n");
        story.verdict()
                .differences()
                .forEach(difference -> out.begin("tr")
                        .element("th", difference.key(), "scope", "row")
                        .element("td", difference.now())
                        .element("td", difference.before())
                        .endLine());
        out.end().end().end();
    }

    private void finding(FindingView finding) {
        out.begin("tr");
        out.begin("td", "class", "answer")
                .element("span", finding.answer().label(), "class", "badge " + look(finding.answer()))
                .end();
        out.begin("th", "scope", "row")
                .text(finding.name())
                .element("small", " " + finding.kind())
                .end();
        cell("This run", finding.now());
        cell(finding.kind().equals("budget") ? "Limit" : "Before", finding.against());
        out.begin("td", "class", "effect", "data-label", "Interval");
        finding.ratio().ifPresent(this::interval);
        out.text(finding.effect()).end();
        out.element("td", finding.why(), "class", "reason");
        out.endLine();
    }

    private void cell(String label, String value) {
        if (value.isEmpty()) {
            out.element("td", "", "class", "number none");
        } else {
            out.element("td", value, "class", "number", "data-label", label);
        }
    }

    /** A ratio and its interval between two thirds and one and a half, the band of changes below 10 % shaded. */
    private void interval(Ratio ratio) {
        double width = 116;
        out.begin("svg", "viewBox", "0 0 120 16", "class", "interval", "aria-hidden", "true");
        double left = 2 + width * logShare(1 / 1.1);
        out.empty(
                "rect",
                "class",
                "band",
                "x",
                TimeChart.number(left),
                "y",
                "1",
                "width",
                TimeChart.number(2 + width * logShare(1.1) - left),
                "height",
                "14");
        out.empty("path", "class", "zero", "d", "M" + TimeChart.number(2 + width / 2) + " 0V16");
        out.empty(
                "path",
                "class",
                "range",
                "d",
                "M" + TimeChart.number(2 + width * logShare(ratio.low())) + " 8H"
                        + TimeChart.number(2 + width * logShare(ratio.high())));
        out.empty(
                "circle",
                "class",
                "value",
                "cx",
                TimeChart.number(2 + width * logShare(ratio.value())),
                "cy",
                "8",
                "r",
                "3.5");
        out.end();
    }

    private static double logShare(double ratio) {
        double share = 0.5 + Math.log(Math.max(ratio, 1e-9)) / Math.log(1.5 * 1.5);
        return Math.max(0, Math.min(1, share));
    }

    private void keyFigures() {
        section("figures", "Key figures" + (result.series().isEmpty() ? "" : ", all series together"));
        RequestCounts requests = figures.requests();
        out.begin("dl", "class", "cards");
        card(
                "Requests completed",
                Figures.count(requests.completed()),
                rest(requests) + (requests.retried() > 0 ? ", " + Figures.count(requests.retried()) + " retries" : ""));
        OptionalDouble errorShare = figures.errorShare();
        card(
                "Error rate",
                errorShare.isPresent() ? percent(errorShare.getAsDouble()) : "–",
                errorShare.isEmpty() ? "no request that can be judged was sent and ended" : failures());
        latencyCard("TTFT", LatencyMetric.TTFT);
        latencyCard("TPOT", LatencyMetric.TPOT);
        latencyCard("End to end", LatencyMetric.E2E);
        figures.rates().ifPresent(rates -> {
            String base = rates.wholeWindows()
                    ? "over " + Figures.count(rates.windows())
                            + (rates.windows() == 1 ? " whole window" : " whole windows")
                    : "over the length of the run";
            rates.countedOutputPerSecond()
                    .ifPresent(output -> card("Output " + unit(), Figures.significant(output) + " /s", base));
            card(
                    "Requests",
                    Figures.significant(rates.completedPerSecond()) + " /s",
                    "of " + Figures.significant(rates.offeredPerSecond()) + " /s offered, " + base);
            card("In flight", Figures.significant(rates.meanInFlight()), "requests, mean " + base);
        });
        figures.unvouchedCompletedPerSecond()
                .ifPresent(rate -> card(
                        "Requests",
                        Figures.significant(rate) + " /s",
                        "over the whole run, not vouched for: no whole window in which all was well"));
        RunTotals totals = result.totals();
        totals.goodput()
                .ifPresent(goodput -> card(
                        "Goodput",
                        goodput.ended() == 0 ? "none ended" : percent((double) goodput.good() / goodput.ended()),
                        Figures.count(goodput.good()) + " of " + Figures.count(goodput.ended()) + " met "
                                + goodput.goals()));
        if (totals.cost().isPresent()) {
            card(
                    "Cost",
                    String.format(Locale.ROOT, "%.4f", totals.cost().getAsDouble()),
                    "in the currency of the prices");
        }
        figures.coverage()
                .ifPresent(coverage -> card(
                        "Coverage",
                        percent(coverage),
                        "of the load came from healthy producers"
                                + (figures.lowCoverageWindows() == 0
                                        ? ""
                                        : "; " + Figures.count(figures.lowCoverageWindows()) + " of "
                                                + Figures.count(figures.windows())
                                                + " windows are not judged, because they were not well")));
        card(
                "Events counted",
                Figures.count(totals.countedEvents()),
                Figures.count(totals.acknowledgedEvents()) + " acknowledged, " + Figures.count(totals.lostEvents())
                        + " lost");
        out.end();
        out.element("p", "Percentiles, error rate and rates are " + figures.over() + ".", "class", "note");
        totals.counting()
                .flatMap(TokenCounting::note)
                .ifPresent(note -> out.element("p", "Output tokens are " + note + ".", "class", "note"));
        story.notes().forEach(note -> out.element("p", note + ".", "class", "note"));
        List<RunTotals.Cause> causes =
                totals.heard().map(RunTotals.Heard::causes).orElse(List.of());
        if (!causes.isEmpty()) {
            out.element("h3", "Why requests failed", "class", "after").begin("ul");
            causes.forEach(cause -> out.element("li", cause.text()));
            out.end();
        }
        out.endLine();
    }

    /** Of what can be judged, as the share above it. */
    private String failures() {
        RequestCounts judged = figures.judged().requests();
        return Figures.count(judged.failedTotal()) + " of "
                + Figures.count(judged.completed() + judged.failedTotal())
                + judged.failed().entrySet().stream()
                        .map(kind -> ", " + ErrorChart.name(kind.getKey()) + " " + Figures.count(kind.getValue()))
                        .collect(Collectors.joining());
    }

    /** What a number of output tokens is a number of. */
    private String unit() {
        return result.totals().outputUnit();
    }

    private static String rest(RequestCounts requests) {
        return Figures.count(requests.failedTotal()) + " failed, " + Figures.count(requests.dropped()) + " dropped, "
                + Figures.count(requests.cancelled()) + " cancelled";
    }

    private void latencyCard(String label, LatencyMetric metric) {
        Histogram histogram = figures.latency(metric);
        if (!histogram.isEmpty()) {
            card(
                    label + " p95",
                    Figures.duration(Percentile.P95.nanosOf(histogram).orElseThrow()),
                    "p50 " + Figures.duration(Percentile.P50.nanosOf(histogram).orElseThrow()) + ", p99 "
                            + Figures.duration(Percentile.P99.nanosOf(histogram).orElseThrow()));
        }
    }

    private void card(String label, String value, String more) {
        out.begin("div").element("dt", label).element("dd", value);
        if (!more.isEmpty()) {
            out.element("dd", more, "class", "more");
        }
        out.end();
    }

    private void percentiles() {
        section("percentiles", "Latency percentiles" + (result.series().isEmpty() ? "" : ", all series together"));
        if (figures.hasLatencies()) {
            out.element("p", capital(figures.over()) + ".", "class", "note");
            percentileTable("Latency percentiles", figures::latency);
        } else {
            out.element(
                    "p",
                    figures.lowCoverageWindows() > 0
                            ? "None: in no window did healthy producers offer enough of the load."
                            : "None: no request ended.");
        }
        figures.overUnvouched().ifPresent(title -> {
            out.element("h3", capital(title), "class", "after");
            percentileTable("Latency percentiles that are not vouched for", figures::unvouchedLatency);
        });
        if (!result.windows().isEmpty()
                && figures.measured().latency(LatencyMetric.TTFT).isEmpty()
                && !figures.measured().latency(LatencyMetric.E2E).isEmpty()) {
            out.element(
                    "p",
                    "Answers were not streamed: time to first token and time per token do not exist here.",
                    "class",
                    "note");
        }
        out.endLine();
    }

    private void percentileTable(String label, Function<LatencyMetric, Histogram> latencies) {
        out.begin("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", label);
        out.begin("table", "class", "numbers").begin("thead").begin("tr");
        out.element("th", "ms", "scope", "col");
        for (String head : List.of("count", "mean", "min")) {
            out.element("th", head, "scope", "col");
        }
        for (Percentile percentile : Percentile.values()) {
            out.element("th", percentile.label(), "scope", "col");
        }
        out.element("th", "max", "scope", "col").end().end().begin("tbody").text("\n");
        boolean few = false;
        for (LatencyMetric metric : LatencyMetric.values()) {
            Histogram histogram = latencies.apply(metric);
            if (!histogram.isEmpty()) {
                few |= row(metric, histogram);
            }
        }
        out.end().end().end();
        if (few) {
            out.begin("p", "class", "note")
                    .element("span", "Slanted", "class", "few")
                    .text(
                            ": fewer than five values lie beyond this percentile; it is hardly more than the largest value.")
                    .end();
        }
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private boolean row(LatencyMetric metric, Histogram histogram) {
        boolean few = false;
        out.begin("tr").element("th", name(metric), "scope", "row");
        out.element("td", Figures.count(histogram.count()));
        out.element("td", Figures.significant(histogram.meanNanos().orElseThrow() / 1e6));
        out.element("td", Figures.millis(histogram.minNanos()));
        for (Percentile percentile : Percentile.values()) {
            boolean pale = percentile.restsOnFew(histogram);
            few |= pale;
            OptionalLong nanos = percentile.nanosOf(histogram);
            if (pale) {
                out.element("td", Figures.millis(nanos), "class", "few");
            } else {
                out.element("td", Figures.millis(nanos));
            }
        }
        out.element("td", Figures.millis(histogram.maxNanos()));
        out.endLine();
        return few;
    }

    private void overTime() {
        section("time", "Over time" + (result.series().isEmpty() ? "" : ", all series together"));
        List<RunWindow> windows = WindowKeeper.merged(windows(false), mostPoints);
        if (windows.isEmpty()) {
            out.element("p", "No window was closed.");
            out.endLine();
            return;
        }
        TimeFrame frame = TimeFrame.of(result);
        out.begin("p")
                .text("One point per window of "
                        + duration(windows.get(windows.size() / 2).lengthMillis() / 1e3)
                        + ", against the time since the start of the run ("
                        + utc(result.identity().startEpochMillis())
                        + "). Windows that were measured in part only, or that nobody vouches for, have no rates.")
                .end();
        afterLoad()
                .map(window ->
                        window.measured().requests().plus(window.excluded().requests()))
                .ifPresent(late -> out.element(
                        "p",
                        Figures.count(late.total()) + (late.total() == 1 ? " request" : " requests")
                                + " had fallen due before the end of the load and ended behind it: "
                                + Figures.count(late.completed()) + " completed, " + rest(late)
                                + ". They are in all numbers of requests, and not in the pictures: only those are left there that took"
                                + " long.",
                        "class",
                        "note"));
        shadeKey(frame);
        alerts();
        out.begin("div", "class", "charts").text("\n");
        latencies("ttft", "Time to first token", LatencyMetric.TTFT, windows, frame, true);
        latencies("tpot", "Time per output token", LatencyMetric.TPOT, windows, frame, false);
        if (figures.measured().latency(LatencyMetric.TTFT).isEmpty()) {
            latencies("e2e", "End to end", LatencyMetric.E2E, windows, frame, true);
        }
        chart(
                new TimeChart(
                        prefix + "throughput",
                        "Requests",
                        "per second",
                        "fell due in the window, and completed in it",
                        List.of(
                                rate("offered", "b", windows, RunRates::offeredPerSecond),
                                rate("completed", "a", windows, RunRates::completedPerSecond))),
                windows,
                frame);
        if (figures.measured().tokens().streamedOutput() > 0) {
            chart(
                    new TimeChart(
                            prefix + "tokens",
                            "Output " + unit(),
                            "per second",
                            "counted in the window in which they arrived",
                            List.of(rate("output " + unit(), "a", windows, RunRates::outputTokensPerSecond))),
                    windows,
                    frame);
        }
        chart(
                new TimeChart(
                        prefix + "flight",
                        "Requests in flight",
                        "mean",
                        "sent and not ended, averaged over the window",
                        List.of(rate("in flight", "a", windows, RunRates::meanInFlight))),
                windows,
                frame);
        Map<FailureKind, Long> failed = figures.measured().requests().failed();
        if (!failed.isEmpty()) {
            ErrorChart.write(out, prefix + "errors", frame, windows, failed);
        }
        if (windows.stream().anyMatch(window -> window.coverage() < 1)) {
            chart(
                    new TimeChart(
                            prefix + "coverage",
                            "Coverage",
                            "%",
                            "share of the load that healthy producers offered; below 80 % a window is not judged",
                            List.of(Line.of(
                                    "coverage", "a", windows, window -> OptionalDouble.of(100 * window.coverage())))),
                    windows,
                    frame);
        }
        out.end();
        if (figures.requests().failed().isEmpty()) {
            out.element("p", "No request failed.", "class", "note");
        }
        windowTable(frame);
        out.endLine();
    }

    /** Windows of the load, or those behind its end. */
    private List<RunWindow> windows(boolean afterLoad) {
        return result.windows().stream()
                .filter(window -> result.liesAfterLoad(window) == afterLoad)
                .toList();
    }

    /** All that lies behind the end of the load, as one window; empty where nothing does. */
    private Optional<RunWindow> afterLoad() {
        return WindowKeeper.merged(windows(true), 1).stream().findFirst();
    }

    private void latencies(
            String id, String title, LatencyMetric metric, List<RunWindow> windows, TimeFrame frame, boolean withP99) {
        Histogram all = figures.measured().latency(metric);
        if (all.isEmpty()) {
            return;
        }
        long highest = windows.stream()
                .map(window -> (withP99 ? Percentile.P99 : Percentile.P95)
                        .nanosOf(window.measured().latency(metric)))
                .flatMapToLong(OptionalLong::stream)
                .max()
                .orElse(1);
        double unitNanos = DistributionChart.unitNanos(highest);
        List<Line> lines = new ArrayList<>();
        if (withP99) {
            lines.add(percentileLine(Percentile.P99, "c", metric, windows, unitNanos));
        }
        lines.add(percentileLine(Percentile.P95, "b", metric, windows, unitNanos));
        lines.add(percentileLine(Percentile.P50, "a", metric, windows, unitNanos));
        chart(
                new TimeChart(prefix + id, title, DistributionChart.unit(unitNanos), definition(metric), lines),
                windows,
                frame);
    }

    private static Line percentileLine(
            Percentile percentile, String look, LatencyMetric metric, List<RunWindow> windows, double unitNanos) {
        return Line.of(percentile.label(), look, windows, window -> {
            OptionalLong nanos = percentile.nanosOf(window.measured().latency(metric));
            return nanos.isPresent() ? OptionalDouble.of(nanos.getAsLong() / unitNanos) : OptionalDouble.empty();
        });
    }

    private static Line rate(String label, String look, List<RunWindow> windows, ToDoubleFunction<RunRates> rate) {
        return Line.of(label, look, windows, window -> {
            Optional<RunRates> rates = RunRates.of(window);
            return rates.isPresent()
                    ? OptionalDouble.of(Math.max(0, rate.applyAsDouble(rates.get())))
                    : OptionalDouble.empty();
        });
    }

    private void chart(TimeChart chart, List<RunWindow> windows, TimeFrame frame) {
        if (chart.hasValues()) {
            chart.write(out, frame, windows);
        }
    }

    private void shadeKey(TimeFrame frame) {
        if (frame.shades().isEmpty()) {
            return;
        }
        out.begin("p", "class", "note")
                .element("span", "", "class", "patch unjudged")
                .text(" producers were not well: not judged  ")
                .element("span", "", "class", "patch some")
                .text(" a part was left out, the rest is judged");
        Map<String, Set<Sickness>> reasons = figures.excluded().reasons();
        if (!reasons.isEmpty()) {
            out.text(". Why: "
                    + reasons.entrySet().stream()
                            .map(entry -> entry.getKey() + ": " + Soundness.reasons(entry.getValue()))
                            .collect(Collectors.joining("; ")));
        }
        out.text(".").end();
    }

    private void alerts() {
        List<AlertRecord> alerts = result.alerts();
        if (alerts.isEmpty()) {
            return;
        }
        Map<String, String> names = TimeFrame.namesOf(alerts);
        out.begin("ul", "class", "alerts");
        for (AlertRecord alert : alerts.subList(0, Math.min(MOST_ALERTS, alerts.size()))) {
            out.begin("li")
                    .element("strong", names.getOrDefault(alert.alertId(), ""))
                    .text(" " + alert.transition().name().toLowerCase(Locale.ROOT) + " at "
                            + TimeFrame.clock(alert.atEpochMillis()) + ", began at "
                            + TimeFrame.clock(alert.sinceEpochMillis()) + ": " + alert.summary())
                    .end();
        }
        if (alerts.size() > MOST_ALERTS) {
            out.element("li", Figures.count(alerts.size() - (long) MOST_ALERTS) + " more are in summary.json.");
        }
        out.end();
    }

    private void windowTable(TimeFrame frame) {
        List<RunWindow> windows = windows(false);
        List<RunWindow> rows = WindowKeeper.merged(windows, MOST_ROWS);
        out.begin("details").element("summary", "The same as a table");
        if (rows.size() < windows.size()) {
            out.element("p", "Neighbours are merged; windows.json has all.");
        }
        out.begin("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", "Windows");
        out.begin("table", "class", "numbers").begin("thead").begin("tr");
        for (String head : List.of(
                "from",
                "completed",
                "failed",
                "TTFT p50 ms",
                "TTFT p95 ms",
                "TPOT p50 ms",
                "e2e p95 ms",
                "req/s",
                unit().equals("chunks") ? "output chunks/s" : "output tok/s",
                "coverage")) {
            out.element("th", head, "scope", "col");
        }
        out.end().end().begin("tbody").text("\n");
        rows.forEach(window -> windowRow(frame.elapsed(window.startEpochMillis()), window));
        afterLoad().ifPresent(window -> windowRow("after the end", window));
        out.end().end().end().end();
    }

    private void windowRow(String from, RunWindow window) {
        Optional<RunRates> rates = RunRates.of(window);
        out.begin("tr").element("th", from, "scope", "row");
        out.element("td", Figures.count(window.measured().requests().completed()));
        out.element("td", Figures.count(window.measured().requests().failedTotal()));
        out.element(
                "td", Figures.millis(Percentile.P50.nanosOf(window.measured().latency(LatencyMetric.TTFT))));
        out.element(
                "td", Figures.millis(Percentile.P95.nanosOf(window.measured().latency(LatencyMetric.TTFT))));
        out.element(
                "td", Figures.millis(Percentile.P50.nanosOf(window.measured().latency(LatencyMetric.TPOT))));
        out.element(
                "td", Figures.millis(Percentile.P95.nanosOf(window.measured().latency(LatencyMetric.E2E))));
        out.element(
                "td",
                rates.map(known -> Figures.significant(known.completedPerSecond()))
                        .orElse("-"));
        out.element(
                "td",
                rates.map(known -> Figures.significant(known.outputTokensPerSecond()))
                        .orElse("-"));
        out.element("td", percent(window.coverage())).endLine();
    }

    private void distributions() {
        boolean judged = isDrawn(figures::latency);
        if (!judged && !isDrawn(figures::unvouchedLatency)) {
            return;
        }
        section("distributions", "How the latencies are spread" + (judged ? "" : ", not vouched for"));
        out.begin("div", "class", "charts").text("\n");
        for (LatencyMetric metric : LatencyMetric.values()) {
            Histogram histogram = judged ? figures.latency(metric) : figures.unvouchedLatency(metric);
            if (histogram.count() >= FEWEST_DRAWN && isShown(metric)) {
                DistributionChart.write(out, "spread-" + metric.label(), name(metric), definition(metric), histogram);
            }
        }
        out.end();
        out.endLine();
    }

    private static boolean isDrawn(Function<LatencyMetric, Histogram> latencies) {
        return Stream.of(LatencyMetric.values())
                .anyMatch(metric -> isShown(metric) && latencies.apply(metric).count() >= FEWEST_DRAWN);
    }

    private static boolean isShown(LatencyMetric metric) {
        return switch (metric) {
            case TTFT, ITL, TPOT, E2E, RESPONSE, TIME_TO_FAILURE -> true;
            case TTFA, DISPATCH_LAG, GATE_WAIT -> false;
        };
    }

    /** Nothing is shown of a stack that was whole all the time. */
    private void outages() {
        if (result.outages().isEmpty()) {
            return;
        }
        section("outages", "Parts that were gone");
        out.element(
                "p",
                "Parts of the local stack ended and were started again: " + RunWords.outages(result.outages())
                        + ". Events that Kafka acknowledged are counted all the same.");
        out.begin("div", "class", "scroll", "tabindex", "0", "role", "group", "aria-label", "Parts that were gone");
        out.begin("table").begin("thead").begin("tr");
        for (String head : List.of("Since", "Part", "Ended by", "Starts", "Away", "Last words")) {
            out.element("th", head, "scope", "col");
        }
        out.end().end().begin("tbody").text("\n");
        result.outages().stream()
                .limit(MOST_ROWS)
                .forEach(outage -> out.begin("tr")
                        .element("td", utc(outage.sinceEpochMillis()))
                        .element("th", outage.part(), "scope", "row")
                        .element("td", outage.cause())
                        .element("td", Figures.count(outage.starts()))
                        .element(
                                "td",
                                outage.awayMillis().isPresent()
                                        ? Figures.seconds(outage.awayMillis().getAsLong())
                                        : "to the end")
                        .element("td", outage.lastWords())
                        .endLine());
        out.end().end().end();
        if (result.outages().size() > MOST_ROWS) {
            out.element(
                    "p",
                    "The first " + MOST_ROWS + " of "
                            + Figures.count(result.outages().size()) + "; summary.json has all.",
                    "class",
                    "note");
        }
        out.endLine();
    }

    private void replay() {
        Map<String, String> said = ReplayLines.of(story);
        if (said.isEmpty()) {
            return;
        }
        section("replay", "What of the trace the load was");
        out.begin("dl", "class", "settings definitions");
        said.forEach((what, value) -> out.element("dt", what).element("dd", value));
        out.end();
        out.endLine();
    }

    private void sameTime() {
        Map<String, String> said = SameTime.lines(story);
        if (said.isEmpty()) {
            return;
        }
        section("same-time", "What target and load generator said in the same seconds");
        out.begin("dl", "class", "settings definitions");
        said.forEach((what, value) -> out.element("dt", what).element("dd", value));
        out.end();
        out.endLine();
    }

    private void environment() {
        section("environment", "What was measured, and how");
        out.begin("div", "class", "columns");
        settings("Subject: may differ from a baseline's", result.environment().subject());
        settings("Conditions: must be the same", result.environment().conditions());
        settings("Plan", result.plan());
        out.end();
        out.endLine();
    }

    private void settings(String title, Map<String, String> settings) {
        out.begin("div").element("h3", title);
        if (settings.isEmpty()) {
            out.element("p", "unknown", "class", "note");
        } else {
            out.begin("dl", "class", "settings");
            settings.forEach((key, value) -> out.element("dt", key).element("dd", value));
            out.end();
        }
        out.end();
    }

    private void definitions() {
        section("definitions", "How each number is defined");
        out.begin("dl", "class", "settings definitions");
        for (LatencyMetric metric : LatencyMetric.values()) {
            out.element("dt", name(metric)).element("dd", definition(metric) + ".");
        }
        out.element("dt", "Percentile")
                .element(
                        "dd",
                        "Nearest rank over all values of the run's judged windows, their distributions merged; within 0.54 % of"
                                + " the exact value. Percentiles are never averaged.");
        out.element("dt", "Error rate")
                .element(
                        "dd",
                        "Failed / (completed + failed) in the windows that are judged. Dropped and cancelled requests were not sent"
                                + " or not let end.");
        out.element("dt", "Requests and tokens per second")
                .element(
                        "dd",
                        "Over windows that were under load from end to end and well covered. Output tokens count when they"
                                + " arrive, requests when they complete. Where no window was: requests that fell due and completed,"
                                + " over the length of the load.");
        out.element("dt", "Coverage")
                .element(
                        "dd",
                        "The share of the load that healthy producers offered. What a producer measured while it was late,"
                                + " stalled or overloaded is counted and left out of every distribution.");
        out.element("dt", "95 % interval")
                .element("dd", "Where the true value lies with 95 % confidence, given the noise between windows.");
        out.end();
        out.endLine();
    }

    private void files() {
        section("files", "Files beside this one");
        out.begin("ul", "class", "files");
        for (StoredFile file : story.contents().files()) {
            out.begin("li")
                    .element("a", file.name(), "href", "./" + file.name())
                    .text(" " + bytes(file.bytes()))
                    .end();
        }
        out.begin("li").element("a", "summary.json", "href", "./summary.json").end();
        out.end();
        for (Dropped dropped : story.contents().dropped()) {
            out.element(
                    "p",
                    dropped.file() + " lost its oldest " + Figures.count(dropped.lines()) + " lines ("
                            + utc(dropped.fromEpochMillis()) + " to " + utc(dropped.untilEpochMillis())
                            + "), because the space for this run was used up. No number above depends on them.",
                    "class",
                    "note");
        }
        if (story.contents().unwritten() > 0) {
            out.element(
                    "p",
                    Figures.count(story.contents().unwritten())
                            + " lines could not be written. No number above depends on them.",
                    "class",
                    "note");
        }
        out.endLine();
    }

    private void section(String id, String title) {
        out.begin("section", "aria-labelledby", prefix + id)
                .element(prefix.isEmpty() ? "h2" : "h3", title, "id", prefix + id);
    }

    private static String name(LatencyMetric metric) {
        return switch (metric) {
            case TTFT -> "TTFT, time to first token";
            case TTFA -> "TTFA, time to first answer";
            case ITL -> "ITL, gap between chunks";
            case TPOT -> "TPOT, time per output token";
            case E2E -> "E2E, end to end";
            case RESPONSE -> "Response time";
            case DISPATCH_LAG -> "Dispatch lag";
            case GATE_WAIT -> "Gate wait";
            case TIME_TO_FAILURE -> "Time to failure";
        };
    }

    private static String definition(LatencyMetric metric) {
        return switch (metric) {
            case TTFT -> "from sending to the first chunk with content";
            case TTFA -> "from sending to the first content that is not reasoning";
            case ITL -> "each gap between chunks with content, of all requests";
            case TPOT -> "(last content − first content) / (output tokens − 1)";
            case E2E -> "from sending to the last content";
            case RESPONSE -> "from the moment the schedule wanted it to the last content";
            case DISPATCH_LAG -> "from due to taken up: the generator's own lateness";
            case GATE_WAIT -> "from taken up to sent: waiting for a free slot or a connection";
            case TIME_TO_FAILURE -> "from sending until the failure was known; failed requests only";
        };
    }

    private static String look(Decision decision) {
        return switch (decision) {
            case PASS -> "good";
            case REGRESSION, FAILED -> "bad";
            case INCONCLUSIVE -> "unsure";
            case NOT_JUDGED -> "quiet";
        };
    }

    private static String sign(Decision decision) {
        return switch (decision) {
            case PASS -> "✓";
            case REGRESSION, FAILED -> "✗";
            case INCONCLUSIVE -> "?";
            case NOT_JUDGED -> "–";
        };
    }

    private static String look(Answer answer) {
        return switch (answer) {
            case PASS -> "good";
            case FAIL -> "bad";
            case CANNOT_TELL -> "unsure";
            case OBSERVED -> "quiet";
        };
    }

    private static String percent(double share) {
        if (share == 0 || share == 1) {
            return share == 0 ? "0 %" : "100 %";
        }
        return Figures.significant(share * 100) + " %";
    }

    private static String utc(long epochMillis) {
        return Instant.ofEpochMilli(epochMillis)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString()
                .replace('T', ' ')
                .replace("Z", " UTC");
    }

    private static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole >= 3_600) {
            return String.format(Locale.ROOT, "%d h %02d min", whole / 3_600, whole / 60 % 60);
        }
        if (whole >= 120) {
            return whole % 60 == 0
                    ? whole / 60 + " min"
                    : String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
        }
        return seconds == whole ? whole + " s" : Figures.significant(seconds) + " s";
    }

    private static String bytes(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " B";
        }
        return bytes < 1 << 20
                ? Figures.significant(bytes / 1024.0) + " KiB"
                : Figures.significant(bytes / (1024.0 * 1024)) + " MiB";
    }

    private static String style(String name) {
        try (InputStream css = ReportDocument.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(css, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the style of the report", e);
        }
    }
}
