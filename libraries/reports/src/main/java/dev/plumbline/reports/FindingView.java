package dev.plumbline.reports;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.judgement.result.RunVerdict.AlertFinding;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Finding;
import dev.plumbline.judgement.result.RunVerdict.IncidentFinding;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunVerdict.ValuesFinding;
import dev.plumbline.judgement.statistics.Ratio;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * A finding in words, the same in every document for people.
 *
 * @param kind budget, comparison, alert, incident, sample ratio or values
 * @param name what it is about
 * @param now the number of this run, or empty
 * @param against the limit, or the number before, or empty
 * @param effect how far, with its interval, or empty
 * @param ratio of a comparison, to be drawn
 * @param why one line
 */
record FindingView(
        Answer answer,
        String kind,
        String name,
        String now,
        String against,
        String effect,
        Optional<Ratio> ratio,
        String why) {

    static FindingView of(Finding finding) {
        return switch (finding) {
            case BudgetFinding budget -> budget(budget);
            case ComparisonFinding comparison -> comparison(comparison);
            case AlertFinding alert -> alert(alert);
            case IncidentFinding incident ->
                new FindingView(
                        incident.answer(), "incident", incident.name(), "", "", "", Optional.empty(), incident.why());
            case SampleRatioFinding share -> share(share);
            case ValuesFinding values -> values(values);
        };
    }

    /** Unit of the numbers of a comparison. */
    static String unitOf(JudgedMetric metric) {
        return switch (metric) {
            case TTFT_P50, TTFT_P95, TPOT_P50, TPOT_P95, E2E_P50, E2E_P95 -> "ns";
            case OUTPUT_TOKEN_RATE -> "tok/s";
            case ACHIEVED_RATIO, ERROR_RATE -> "share";
        };
    }

    private static FindingView budget(BudgetFinding budget) {
        String interval = budget.low().isPresent() && budget.high().isPresent()
                ? Figures.significant(budget.low().getAsDouble()) + " to "
                        + withUnit(budget.high().getAsDouble(), budget.unit())
                : "";
        return new FindingView(
                budget.answer(),
                "budget",
                budget.budget(),
                budget.value().isPresent() ? withUnit(budget.value().getAsDouble(), budget.unit()) : "",
                withUnit(budget.limit(), budget.unit()),
                interval,
                Optional.empty(),
                budget.why());
    }

    private static FindingView comparison(ComparisonFinding comparison) {
        return new FindingView(
                comparison.answer(),
                "comparison",
                comparison.metric().displayName(),
                number(comparison.metric(), comparison.now()),
                number(comparison.metric(), comparison.before()),
                effect(comparison.ratio()),
                comparison.ratio(),
                comparison.why());
    }

    private static FindingView values(ValuesFinding values) {
        return new FindingView(
                values.answer(),
                "values",
                values.name(),
                number(values.unit(), values.now()),
                number(values.unit(), values.before()),
                effect(values.ratio()),
                values.ratio(),
                values.why());
    }

    private static String effect(Optional<Ratio> change) {
        return change.map(ratio -> Figures.change(ratio.value()) + " (" + Figures.change(ratio.low()) + " to "
                        + Figures.change(ratio.high()) + ")")
                .orElse("");
    }

    private static FindingView alert(AlertFinding finding) {
        AlertRecord alert = finding.alert();
        String moved = alert.evidence().moved().stream()
                .map(MetricVerdict::metric)
                .map(JudgedMetric::displayName)
                .collect(Collectors.joining(", "));
        Optional<Ratio> ratio = alert.evidence().moved().stream()
                .flatMap(verdict -> verdict.effect().stream())
                .findFirst()
                .map(effect -> new Ratio(effect.ratio(), effect.ratioLow(), effect.ratioHigh()));
        return new FindingView(
                finding.answer(),
                "alert",
                moved.isEmpty() ? alert.alertId() : moved,
                "",
                "",
                effect(ratio),
                ratio,
                alert.summary() + "; since " + Figures.clock(alert.sinceEpochMillis())
                        + (finding.resolved() ? ", resolved during the run" : ", not resolved"));
    }

    private static FindingView share(SampleRatioFinding share) {
        long all = share.canary() + share.beside();
        return new FindingView(
                share.answer(),
                "sample ratio",
                "share of the canary",
                all == 0 ? "" : Figures.significant(100.0 * share.canary() / all) + " %",
                Figures.significant(100 * share.asked()) + " %",
                "",
                Optional.empty(),
                share.why());
    }

    private static String number(JudgedMetric metric, OptionalDouble value) {
        return number(unitOf(metric), value);
    }

    private static String number(String unit, OptionalDouble value) {
        if (value.isEmpty()) {
            return "";
        }
        double number = value.getAsDouble();
        return switch (unit) {
            case "ns" -> Figures.duration(number);
            case "share" -> Figures.significant(number * 100) + " %";
            default -> withUnit(number, unit);
        };
    }

    private static String withUnit(double value, String unit) {
        return unit.isEmpty() ? Figures.significant(value) : Figures.significant(value) + " " + unit;
    }
}
