package dev.plumbline.cli.wording;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.judgement.result.RunVerdict.AlertFinding;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Finding;
import dev.plumbline.judgement.result.RunVerdict.IncidentFinding;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunVerdict.ValuesFinding;
import dev.plumbline.judgement.result.RunVerdict.Word;
import dev.plumbline.judgement.statistics.Ratio;
import dev.plumbline.reports.Figures;
import java.util.Locale;
import java.util.Optional;

/** Findings and verdicts on a screen. */
public final class FindingText {

    private FindingText() {}

    /** A finding in one line: answer, numbers, change with its interval, reason. */
    public static String line(Finding finding, Screen screen) {
        return switch (finding) {
            case BudgetFinding budget -> mark(budget.answer(), screen) + " " + budget.budget() + "   " + budget.why();
            case ComparisonFinding comparison ->
                compared(
                        comparison.answer(),
                        comparison.metric().displayName(),
                        comparison.before().stream()
                                .mapToObj(before -> value(comparison.metric(), before))
                                .findFirst(),
                        comparison.now().stream()
                                .mapToObj(now -> value(comparison.metric(), now))
                                .findFirst(),
                        comparison.ratio(),
                        comparison.why(),
                        screen);
            case AlertFinding alert ->
                mark(alert.answer(), screen) + " alert "
                        + Figures.clock(alert.alert().atEpochMillis()) + "   "
                        + alert.alert().summary() + (alert.resolved() ? " (resolved)" : "");
            case IncidentFinding incident ->
                mark(incident.answer(), screen) + " incident " + incident.name() + "   " + incident.why();
            case SampleRatioFinding share -> mark(share.answer(), screen) + " share   " + share.why();
            case ValuesFinding values ->
                compared(
                        values.answer(),
                        values.name(),
                        values.before().stream()
                                .mapToObj(before -> value(values.unit(), before))
                                .findFirst(),
                        values.now().stream()
                                .mapToObj(now -> value(values.unit(), now))
                                .findFirst(),
                        values.ratio(),
                        values.why(),
                        screen);
        };
    }

    private static String compared(
            Answer answer,
            String name,
            Optional<String> before,
            Optional<String> now,
            Optional<Ratio> change,
            String why,
            Screen screen) {
        return mark(answer, screen) + " " + String.format(Locale.ROOT, "%-18s", name) + " "
                + before.map(number -> number + " -> ").orElse("")
                + now.map(number -> number + "   ").orElse("")
                + change.map(ratio -> Figures.change(ratio.value()) + " (" + Figures.change(ratio.low()) + " .. "
                                + Figures.change(ratio.high()) + ")   ")
                        .orElse("")
                + why;
    }

    private static String value(String unit, double value) {
        return unit.equals("ns")
                ? Figures.duration(value)
                : Figures.significant(value) + (unit.isEmpty() ? "" : " " + unit);
    }

    private static String value(JudgedMetric metric, double value) {
        if (metric.latency().isPresent()) {
            return Figures.duration(value);
        }
        return metric == JudgedMetric.OUTPUT_TOKEN_RATE
                ? Figures.significant(value) + " tok/s"
                : Figures.significant(100 * value) + " %";
    }

    /** As wide as the longest of them. */
    private static String mark(Answer answer, Screen screen) {
        String text = String.format(Locale.ROOT, "%-11s", answer.label());
        return switch (answer) {
            case PASS -> screen.reassuring(text);
            case FAIL -> screen.alarming(text);
            case CANNOT_TELL -> screen.bold(text);
            case OBSERVED -> screen.quiet(text);
        };
    }

    /** The word of a verdict, as the beginning of its line. */
    public static String word(Word word, Screen screen) {
        String text = word.label().toUpperCase(Locale.ROOT);
        return switch (word) {
            case PASS -> screen.reassuring(text);
            case REGRESSION, OVER_BUDGET, FAILED -> screen.alarming(text);
            case CANNOT_TELL, NOT_JUDGED -> screen.bold(text);
        };
    }
}
