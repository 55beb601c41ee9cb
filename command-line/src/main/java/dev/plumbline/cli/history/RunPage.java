package dev.plumbline.cli.history;

import dev.plumbline.cli.terminal.Table;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.AlertFinding;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Finding;
import dev.plumbline.judgement.result.RunVerdict.IncidentFinding;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunVerdict.ValuesFinding;
import dev.plumbline.judgement.result.TokenCounting;
import dev.plumbline.reports.Figures;
import dev.plumbline.reports.RunFigures;
import dev.plumbline.reports.SeriesRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** A run on one page: what was driven, where, what came of it, how it was judged and why. */
final class RunPage {

    private static final List<LatencyMetric> SHOWN = List.of(
            LatencyMetric.TTFT,
            LatencyMetric.TTFA,
            LatencyMetric.ITL,
            LatencyMetric.TPOT,
            LatencyMetric.E2E,
            LatencyMetric.RESPONSE);

    private final StoredRun run;
    private final RunLine line;
    private final List<String> lines = new ArrayList<>();

    private RunPage(StoredRun run, RunLine line) {
        this.run = run;
        this.line = line;
    }

    static List<String> lines(StoredRun run, RunLine line) {
        RunPage page = new RunPage(run, line);
        page.identity();
        page.environment();
        page.numbers();
        page.verdict();
        return page.lines;
    }

    private void identity() {
        RunIdentity identity = run.result().identity();
        lines.add("run        " + run.runId() + (line.green() ? ", green" : "")
                + (line.pins().isEmpty() ? "" : ", pinned as " + String.join(", ", line.pins())));
        lines.add("target     " + GroupText.of(run.group()) + ", variant "
                + identity.series().variant() + ", at " + identity.url());
        lines.add("started    " + line.cells().get(1) + ", " + line.cells().get(3) + ", windows of "
                + Figures.seconds(identity.windowMillis()));
        lines.add("ended      " + ending(run.result().ending()));
        pairs("plan", run.result().plan());
    }

    private void environment() {
        pairs("subject", run.result().environment().subject());
        pairs("conditions", run.result().environment().conditions());
    }

    private void pairs(String title, Map<String, String> pairs) {
        if (!pairs.isEmpty()) {
            lines.add(padded(title)
                    + String.join(
                            ", ",
                            pairs.entrySet().stream()
                                    .map(pair -> pair.getKey() + "=" + pair.getValue())
                                    .toList()));
        }
    }

    private void numbers() {
        RunResult result = run.result();
        RunFigures figures = RunFigures.of(result);
        lines.add(String.format(
                Locale.ROOT,
                "requests   %s completed, %s failed, %s dropped, %s cancelled; %s events acknowledged, %s counted, %s lost",
                Figures.count(figures.requests().completed()),
                Figures.count(figures.requests().failedTotal()),
                Figures.count(figures.requests().dropped()),
                Figures.count(figures.requests().cancelled()),
                Figures.count(result.totals().acknowledgedEvents()),
                Figures.count(result.totals().countedEvents()),
                Figures.count(result.totals().lostEvents())));
        result.totals()
                .heard()
                .ifPresent(heard -> heard.causes().forEach(cause -> lines.add(padded("failed") + cause.text())));
        lines.add(padded("throughput") + figures.throughput(line.outputUnit()));
        result.totals().counting().flatMap(TokenCounting::note).ifPresent(note -> lines.add(padded("tokens") + note));
        result.totals()
                .goodput()
                .ifPresent(goodput -> lines.add("goodput    " + Figures.count(goodput.good()) + " of "
                        + Figures.count(goodput.ended()) + " met " + goodput.goals()));
        lines.add("");
        lines.add("  " + (result.series().isEmpty() ? "" : "all series together, ") + figures.over());
        if (figures.hasLatencies()) {
            table(figures::latency);
        }
        figures.overUnvouched().ifPresent(title -> {
            lines.add("");
            lines.add("  " + title);
            table(figures::unvouchedLatency);
        });
        lines.add("");
    }

    private void table(Function<LatencyMetric, Histogram> latencies) {
        Table table = new Table(List.of("", "p50", "p95", "p99", "max", "values"));
        for (LatencyMetric metric : SHOWN) {
            Histogram values = latencies.apply(metric);
            if (!values.isEmpty()) {
                table.row(List.of(
                        metric.label(),
                        RunLine.duration(values.quantileNanos(0.5)),
                        RunLine.duration(values.quantileNanos(0.95)),
                        RunLine.duration(values.quantileNanos(0.99)),
                        RunLine.duration(values.maxNanos()),
                        Figures.count(values.count())));
            }
        }
        table.lines().forEach(row -> lines.add("  " + row));
    }

    private void verdict() {
        RunVerdict verdict = run.verdict();
        lines.add("verdict    " + verdict.word().label() + ": " + verdict.reason());
        verdict.baselineRunId().ifPresent(id -> lines.add("baseline   " + id));
        verdict.differences()
                .forEach(difference -> lines.add("differs    " + difference.key() + ": " + difference.now()
                        + ", baseline " + difference.before()));
        verdict.findings().forEach(finding -> lines.add("  " + text(finding)));
        List<SeriesRow> rows = SeriesRow.of(run.result(), verdict);
        if (rows.isEmpty()) {
            return;
        }
        lines.add("");
        Table table = new Table(SeriesRow.header(rows));
        rows.forEach(row -> table.row(row.cells()));
        table.lines().forEach(row -> lines.add("  " + row));
        verdict.series().forEach(one -> {
            lines.add("");
            lines.add(one.name() + ": " + one.verdict().headline());
            one.verdict().findings().forEach(finding -> lines.add("  " + text(finding)));
        });
    }

    private static String text(Finding finding) {
        return String.format(Locale.ROOT, "%-12s", finding.answer().label())
                + switch (finding) {
                    case BudgetFinding budget -> budget.budget() + ": " + budget.why();
                    case ComparisonFinding comparison ->
                        comparison.metric().displayName()
                                + comparison
                                        .ratio()
                                        .map(ratio -> String.format(
                                                Locale.ROOT,
                                                " %s (%s .. %s)",
                                                Figures.change(ratio.value()),
                                                Figures.change(ratio.low()),
                                                Figures.change(ratio.high())))
                                        .orElse("")
                                + ": " + comparison.why();
                    case AlertFinding alert -> alert.alert().summary() + (alert.resolved() ? ", resolved since" : "");
                    case IncidentFinding incident -> "incident of " + incident.name() + ": " + incident.why();
                    case SampleRatioFinding share -> share.why();
                    case ValuesFinding values -> values.name() + ": " + values.why();
                };
    }

    private static String ending(RunEnding ending) {
        return switch (ending) {
            case RunEnding.Completed completed -> "as planned";
            case RunEnding.LimitReached limit -> "by --" + limit.limit() + ": " + limit.detail();
            case RunEnding.Interrupted interrupted -> "interrupted";
            case RunEnding.Broken broken -> "broken: " + broken.detail();
        };
    }

    private static String padded(String title) {
        return String.format(Locale.ROOT, "%-10s ", title);
    }
}
