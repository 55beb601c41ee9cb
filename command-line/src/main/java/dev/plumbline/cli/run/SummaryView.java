package dev.plumbline.cli.run;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.wording.FindingText;
import dev.plumbline.cli.wording.SeriesTable;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.WindowRates;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Finding;
import dev.plumbline.judgement.result.RunVerdict.SeriesVerdict;
import dev.plumbline.judgement.result.TokenCounting;
import dev.plumbline.judgement.run.ClientsInStep;
import dev.plumbline.reports.Figures;
import dev.plumbline.reports.RunFigures;
import dev.plumbline.reports.SeriesRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A run that is over, on one screen. */
final class SummaryView {

    private static final List<LatencyMetric> SHOWN =
            List.of(LatencyMetric.TTFT, LatencyMetric.TPOT, LatencyMetric.ITL, LatencyMetric.E2E);
    /** The fact that says with whom the load was shared. */
    static final String SHARED = "shared";

    /** The fact that says how the load went on whose producer was gone. */
    static final String WENT_ON = "wentOn";

    private static final int MOST_FINDINGS = 12;
    private static final int MOST_OUTAGES = 8;
    private static final int MOST_ROWS = 24;
    private static final int MOST_CANARIES = 3;

    private SummaryView() {}

    static List<String> lines(RunResult result, RunVerdict verdict, Path folder, Screen screen) {
        RunFigures figures = RunFigures.of(result);
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("  " + FindingText.word(verdict.word(), screen) + "  " + verdict.reason());
        lines.add("");
        lines.add(row("run", result.identity().runId() + "   " + ending(result.ending())));
        lines.add(row("measured", measured(result, figures.requests())));
        result.totals()
                .heard()
                .ifPresent(heard -> heard.causes().forEach(cause -> lines.add(row("failed", cause.text()))));
        lines.add("");
        lines.addAll(series(result, verdict, screen));
        lines.add("    " + (result.series().isEmpty() ? "" : "all series together, ") + figures.over());
        if (figures.hasLatencies()) {
            lines.addAll(latencies(figures::latency, screen));
        }
        figures.overUnvouched().ifPresent(title -> {
            lines.add("");
            lines.add("    " + screen.alarming(title));
            lines.addAll(latencies(figures::unvouchedLatency, screen));
        });
        fact(result, RunCommand.BATCHED).ifPresent(text -> lines.add(row("batch", text)));
        fact(result, PromptUnit.NAME).ifPresent(text -> lines.add(row("lengths", "in " + text)));
        fact(result, SHARED).ifPresent(text -> lines.add(row("share", text)));
        fact(result, "warmedUp").ifPresent(text -> lines.add(row("warm-up", text)));
        fact(result, "firstWave").ifPresent(text -> lines.add(row("first wave", text)));
        ClientsInStep.of(result).ifPresent(found -> lines.add(row("in step", found.text())));
        lines.add("");
        lines.add(row("throughput", figures.throughput(result.totals().outputUnit())));
        result.totals().counting().flatMap(TokenCounting::note).ifPresent(note -> lines.add(row("tokens", note)));
        result.totals().heard().flatMap(RunTotals.Heard::replayed).ifPresent(replayed -> {
            String title = "replay";
            for (String line : TraceTally.lines(replayed)) {
                lines.add(row(title, line));
                title = "";
            }
        });
        result.totals()
                .goodput()
                .ifPresent(goodput -> lines.add(row(
                        "goodput",
                        Figures.significant(100.0 * goodput.good() / Math.max(1, goodput.ended())) + " % of all met "
                                + goodput.goals())));
        if (result.totals().cost().isPresent()) {
            lines.add(row("cost", cost(result, figures)));
        }
        lines.add(row("exactness", exactness(result, screen)));
        fact(result, WENT_ON).ifPresent(text -> lines.add(row("went on", text)));
        fact(result, "detectorBaseline").ifPresent(text -> lines.add(row("detector", "held against " + text)));
        fact(result, "detectorDecision").ifPresent(text -> lines.add(row("", text)));
        outages(result.outages()).forEach(line -> lines.add(row("gone", line)));
        if (result.series().isEmpty()) {
            lines.addAll(findings(verdict.findings(), screen));
        }
        if (!verdict.differences().isEmpty()) {
            lines.add("");
            lines.add(row(
                    "differs",
                    verdict.differences().stream()
                            .map(one -> one.key() + ": " + one.before() + " -> " + one.now())
                            .collect(Collectors.joining("; "))));
        }
        lines.add("");
        lines.add(row("files", folder + "/   report.html, summary.json, events.jsonl, ..."));
        return lines;
    }

    private static String cost(RunResult result, RunFigures figures) {
        double seconds = result.identity().durationSeconds();
        OptionalDouble per1k =
                seconds > 0 ? new WindowRates(figures.measured(), seconds).costPer1kTokens() : OptionalDouble.empty();
        return String.format(Locale.ROOT, "%.4f", result.totals().cost().getAsDouble())
                + " for what was measured, at the stated prices"
                + (per1k.isPresent()
                        ? "; " + Figures.significant(per1k.getAsDouble()) + " for 1,000 output tokens"
                        : "");
    }

    private static List<String> findings(List<Finding> findings, Screen screen) {
        List<String> lines = new ArrayList<>();
        if (!findings.isEmpty()) {
            lines.add("");
            findings.stream()
                    .limit(MOST_FINDINGS)
                    .forEach(finding -> lines.add("    " + FindingText.line(finding, screen)));
            if (findings.size() > MOST_FINDINGS) {
                lines.add("    and " + (findings.size() - MOST_FINDINGS) + " more in the report");
            }
        }
        return lines;
    }

    /** A row for each series, then what the worst and each canary were judged by; nothing of a run of one. */
    private static List<String> series(RunResult result, RunVerdict verdict, Screen screen) {
        List<SeriesRow> rows = SeriesRow.of(result, verdict);
        if (rows.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>(SeriesTable.lines(rows, screen, MOST_ROWS));
        Set<String> shown = new LinkedHashSet<>();
        verdict.worst().map(SeriesVerdict::name).ifPresent(shown::add);
        RunSeries measured = result.measured();
        result.series().stream()
                .filter(one -> measured.servedBeside(one.series()).isPresent())
                .limit(MOST_CANARIES)
                .forEach(one -> shown.add(one.name()));
        for (SeriesVerdict one : verdict.series()) {
            if (shown.contains(one.name())) {
                lines.add("");
                lines.add(
                        "    " + screen.bold(one.name()) + ": " + one.verdict().headline());
                lines.addAll(findings(one.verdict().findings(), screen).stream()
                        .skip(1)
                        .toList());
            }
        }
        lines.add("");
        return lines;
    }

    private static List<String> latencies(Function<LatencyMetric, Histogram> latencies, Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.quiet(String.format(
                Locale.ROOT, "    %-12s %9s %9s %9s %9s %10s", "ms", "p50", "p95", "p99", "max", "values")));
        for (LatencyMetric metric : SHOWN) {
            Histogram values = latencies.apply(metric);
            if (!values.isEmpty()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "    %-12s %9s %9s %9s %9s %10s",
                        metric.label(),
                        Figures.millis(values.quantileNanos(0.5)),
                        Figures.millis(values.quantileNanos(0.95)),
                        Figures.millis(values.quantileNanos(0.99)),
                        Figures.millis(values.maxNanos()),
                        Figures.count(values.count())));
            }
        }
        return lines;
    }

    /** A line for each, the newest ones where there are many. */
    private static List<String> outages(List<Outage> outages) {
        List<String> lines = new ArrayList<>();
        int left = Math.max(0, outages.size() - MOST_OUTAGES);
        if (left > 0) {
            lines.add(Figures.count(left) + " times before, see report.html");
        }
        outages.subList(left, outages.size())
                .forEach(outage -> lines.add(Figures.clock(outage.sinceEpochMillis()) + "  " + outage.part() + ", "
                        + outage.cause()
                        + (outage.awayMillis().isPresent()
                                ? ", back after "
                                        + Figures.seconds(outage.awayMillis().getAsLong())
                                : ", not back")));
        return lines;
    }

    private static String ending(RunEnding ending) {
        return switch (ending) {
            case RunEnding.Completed unused -> "ran to its end";
            case RunEnding.LimitReached limit -> "ended early: " + limit.detail();
            case RunEnding.Interrupted unused -> "interrupted; what was measured is complete";
            case RunEnding.Broken unused -> "broke off; what was measured before is complete";
        };
    }

    private static String measured(RunResult result, RequestCounts counts) {
        String text = Figures.seconds(Math.round(result.identity().durationSeconds() * 1e3)) + ", "
                + Figures.count(counts.total()) + " requests: " + Figures.count(counts.completed()) + " completed, "
                + Figures.count(counts.failedTotal()) + " failed";
        if (counts.dropped() > 0) {
            text += ", " + Figures.count(counts.dropped()) + " dropped";
        }
        if (counts.cancelled() > 0) {
            text += ", " + Figures.count(counts.cancelled()) + " cancelled at the end";
        }
        if (counts.failedTotal() > 0) {
            text += " ("
                    + counts.failed().entrySet().stream()
                            .map(entry -> entry.getKey() + " " + Figures.count(entry.getValue()))
                            .collect(Collectors.joining(", "))
                    + ")";
        }
        return text;
    }

    private static String exactness(RunResult result, Screen screen) {
        long acknowledged = result.totals().acknowledgedEvents();
        long counted = result.totals().countedEvents();
        return Figures.count(acknowledged) + " events acknowledged by Kafka, " + Figures.count(counted) + " counted in "
                + result.windows().size() + " windows"
                + (acknowledged == counted ? "" : screen.alarming("  NOT EQUAL"))
                + (result.totals().lostEvents() > 0
                        ? ", " + Figures.count(result.totals().lostEvents()) + " lost on the way to Kafka"
                        : "");
    }

    private static Optional<String> fact(RunResult result, String name) {
        return Optional.ofNullable(result.plan().get(name));
    }

    private static String row(String name, String text) {
        return String.format(Locale.ROOT, "    %-12s ", name) + text;
    }
}
