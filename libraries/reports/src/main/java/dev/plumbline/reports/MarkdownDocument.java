package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.TokenCounting;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code summary.md}: what one pastes into a pull request. */
final class MarkdownDocument {

    private final StringBuilder out = new StringBuilder(4 << 10);

    private MarkdownDocument() {}

    static byte[] of(RunStory story) {
        MarkdownDocument document = new MarkdownDocument();
        document.write(story);
        return document.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What one pastes of a verdict on files. */
    static byte[] of(Judgement judgement) {
        MarkdownDocument document = new MarkdownDocument();
        document.write(judgement);
        return document.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void write(Judgement judgement) {
        RunVerdict verdict = judgement.verdict();
        line("### " + RunWords.word(verdict) + ": " + escaped(verdict.reason()));
        line("");
        line(codes(judgement.candidate()) + " held against " + codes(judgement.baseline()));
        findings(verdict);
        verdict.series().forEach(one -> {
            line("");
            line("**" + escaped(one.name() + ": " + one.verdict().headline()) + "**");
            findings(one.verdict());
        });
        differences(verdict);
        if (!judgement.notes().isEmpty()) {
            line("");
            judgement.notes().forEach(note -> line("- " + escaped(note)));
        }
    }

    private static String codes(List<String> names) {
        return names.stream().map(MarkdownDocument::code).collect(Collectors.joining(", "));
    }

    private void write(RunStory story) {
        RunIdentity identity = story.result().identity();
        ComparisonGroup group = identity.series().group();
        line("### " + RunWords.word(story.verdict()) + ": "
                + escaped(story.verdict().reason()));
        line("");
        line(escaped(group.model()) + " at " + escaped(group.target()) + ", scenario " + escaped(group.scenario())
                + ", "
                + RunWords.load(group.loadPoint()) + ", variant "
                + escaped(identity.series().variant()) + "; "
                + Instant.ofEpochMilli(identity.startEpochMillis()).truncatedTo(ChronoUnit.SECONDS) + ", "
                + Figures.significant(identity.durationSeconds()) + " s; run " + code(identity.runId())
                + story.verdict()
                        .baselineRunId()
                        .map(id -> ", held against " + code(id))
                        .orElse(""));
        ending(story.result().ending());
        series(story);
        findings(story.verdict());
        differences(story.verdict());
        if (!story.result().series().isEmpty()) {
            line("");
            line("All series together:");
        }
        replay(story);
        percentiles(story);
        numbers(story);
        sameTime(story);
        environment(story);
    }

    private void ending(RunEnding ending) {
        String sentence = RunWords.ending(ending);
        if (!sentence.isEmpty()) {
            line("");
            line("**" + escaped(sentence) + "**");
        }
    }

    /** All side by side, then what each was judged by, those that pass folded; nothing of a run of one. */
    private void series(RunStory story) {
        List<SeriesRow> rows = SeriesRow.of(story.result(), story.verdict());
        if (rows.isEmpty()) {
            return;
        }
        List<String> titles = SeriesRow.header(rows);
        line("");
        line("| " + String.join(" | ", titles) + " |");
        line("|---|---|" + "--:|".repeat(titles.size() - 2));
        rows.forEach(row -> line(
                "| " + row.cells().stream().map(MarkdownDocument::escaped).collect(Collectors.joining(" | ")) + " |"));
        for (RunStory.OfSeries one : story.series()) {
            boolean isFolded = switch (one.story().verdict().word()) {
                case PASS, NOT_JUDGED -> true;
                case REGRESSION, OVER_BUDGET, CANNOT_TELL, FAILED -> false;
            };
            String title = escaped(one.name() + ": " + one.story().verdict().headline());
            line("");
            line(isFolded ? "<details><summary>" + title + "</summary>" : "**" + title + "**");
            findings(one.story().verdict());
            if (isFolded) {
                line("");
                line("</details>");
            }
        }
    }

    private void findings(RunVerdict verdict) {
        if (verdict.findings().isEmpty()) {
            return;
        }
        line("");
        line("| | what | this run | limit or before | 95 % interval | why |");
        line("|---|---|--:|--:|---|---|");
        verdict.findings().stream()
                .map(FindingView::of)
                .forEach(finding -> line("| " + finding.answer().label() + " | " + escaped(finding.name()) + " | "
                        + escaped(finding.now()) + " | " + escaped(finding.against()) + " | "
                        + escaped(finding.effect())
                        + " | " + escaped(finding.why()) + " |"));
    }

    private void differences(RunVerdict verdict) {
        if (verdict.differences().isEmpty()) {
            return;
        }
        line("");
        line("| changed | this run | before |");
        line("|---|---|---|");
        verdict.differences()
                .forEach(difference -> line("| " + escaped(difference.key()) + " | " + escaped(difference.now()) + " | "
                        + escaped(difference.before()) + " |"));
    }

    private void percentiles(RunStory story) {
        RunFigures figures = story.figures();
        line("");
        line("Percentiles, error rate and rates are " + escaped(figures.over()) + ".");
        if (figures.hasLatencies()) {
            table(figures::latency);
        }
        figures.overUnvouched().ifPresent(title -> {
            line("");
            line("**" + escaped(title) + "**");
            table(figures::unvouchedLatency);
        });
    }

    private void table(Function<LatencyMetric, Histogram> latencies) {
        StringBuilder head = new StringBuilder("| ms | count | mean |");
        StringBuilder rule = new StringBuilder("|---|--:|--:|");
        for (Percentile percentile : Percentile.values()) {
            head.append(' ').append(percentile.label()).append(" |");
            rule.append("--:|");
        }
        line("");
        line(head + " max |");
        line(rule + "--:|");
        for (LatencyMetric metric : LatencyMetric.values()) {
            Histogram histogram = latencies.apply(metric);
            if (histogram.isEmpty()) {
                continue;
            }
            StringBuilder row = new StringBuilder("| ")
                    .append(metric.label())
                    .append(" | ")
                    .append(Figures.count(histogram.count()))
                    .append(" | ")
                    .append(Figures.significant(histogram.meanNanos().orElseThrow() / 1e6))
                    .append(" |");
            for (Percentile percentile : Percentile.values()) {
                row.append(' ')
                        .append(Figures.millis(percentile.nanosOf(histogram)))
                        .append(" |");
            }
            line(row + " " + Figures.millis(histogram.maxNanos()) + " |");
        }
    }

    private void numbers(RunStory story) {
        RequestCounts requests = story.figures().requests();
        line("");
        line("- requests: " + Figures.count(requests.completed()) + " completed, "
                + Figures.count(requests.failedTotal()) + " failed, " + Figures.count(requests.dropped()) + " dropped, "
                + Figures.count(requests.cancelled()) + " cancelled");
        if (!requests.failed().isEmpty()) {
            StringBuilder kinds = new StringBuilder("- failures:");
            requests.failed()
                    .forEach((kind, count) -> kinds.append(' ')
                            .append(code(kind.name()))
                            .append(' ')
                            .append(Figures.count(count)));
            line(kinds.toString());
        }
        story.result()
                .totals()
                .heard()
                .ifPresent(heard -> heard.causes().forEach(cause -> line("- failed: " + escaped(cause.text()))));
        line("- rates: "
                + escaped(story.figures().throughput(story.result().totals().outputUnit())));
        RunTotals totals = story.result().totals();
        totals.counting().flatMap(TokenCounting::note).ifPresent(note -> line("- output tokens: " + escaped(note)));
        story.notes().forEach(note -> line("- " + escaped(note)));
        totals.goodput()
                .ifPresent(goodput -> line("- goodput: " + Figures.count(goodput.good()) + " of "
                        + Figures.count(goodput.ended()) + " met " + code(goodput.goals())));
        if (totals.cost().isPresent()) {
            line("- cost: " + String.format(Locale.ROOT, "%.4f", totals.cost().getAsDouble()));
        }
        if (!story.result().outages().isEmpty()) {
            line("- of the local stack "
                    + escaped(RunWords.outages(story.result().outages())));
        }
    }

    private void replay(RunStory story) {
        Map<String, String> said = ReplayLines.of(story);
        if (said.isEmpty()) {
            return;
        }
        line("");
        line("| replay | |");
        line("|---|---|");
        said.forEach((what, value) -> line("| " + escaped(what) + " | " + escaped(value) + " |"));
    }

    private void sameTime(RunStory story) {
        Map<String, String> said = SameTime.lines(story);
        if (said.isEmpty()) {
            return;
        }
        line("");
        line("<details><summary>Target and load generator in the same seconds</summary>");
        line("");
        line("| | |");
        line("|---|---|");
        said.forEach((what, value) -> line("| " + escaped(what) + " | " + escaped(value) + " |"));
        line("");
        line("</details>");
    }

    private void environment(RunStory story) {
        Map<String, String> subject = story.result().environment().subject();
        Map<String, String> conditions = story.result().environment().conditions();
        if (subject.isEmpty() && conditions.isEmpty()) {
            return;
        }
        line("");
        line("<details><summary>Environment</summary>");
        line("");
        line("| | | |");
        line("|---|---|---|");
        subject.forEach((key, value) -> line("| subject | " + escaped(key) + " | " + escaped(value) + " |"));
        conditions.forEach((key, value) -> line("| condition | " + escaped(key) + " | " + escaped(value) + " |"));
        line("");
        line("</details>");
    }

    private void line(String text) {
        out.append(text).append('\n');
    }

    private static String code(String text) {
        return '`' + oneLine(text).replace('`', '\'').replace("|", "\\|") + '`';
    }

    /** Nothing from outside makes a table, a link, a mention, a picture or HTML. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 8);
        for (char c : oneLine(text).toCharArray()) {
            switch (c) {
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '&' -> safe.append("&amp;");
                case '@' -> safe.append("&#64;");
                case '|', '*', '_', '`', '[', ']', '\\', '~', '#' ->
                    safe.append('\\').append(c);
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }
}
