package dev.plumbline.cli.history;

import dev.plumbline.cli.terminal.Table;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Provenance;
import dev.plumbline.contract.verdict.BaselineRecord.Source;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.judgement.series.BaselineMaker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Baselines of detectors in words. */
final class BaselineText {

    static final List<String> HEADER =
            List.of("BASELINE", "GRADE", "WINDOWS", "TARGET/MODEL/SCENARIO/LOAD", "CONDITIONS", "DECIDED");

    private BaselineText() {}

    /** One as a row below {@link #HEADER}. */
    static List<String> row(BaselineRecord baseline) {
        return List.of(
                baseline.baselineId(),
                baseline.grade().name(),
                baseline.learned().windows() + " of " + seconds(baseline),
                GroupText.of(baseline.group()),
                baseline.conditions().orElse("not told"),
                baseline.decision().map(BaselineText::told).orElse("-"));
    }

    /** All of them as a table. */
    static List<String> table(List<BaselineRecord> baselines) {
        Table table = new Table(HEADER);
        baselines.forEach(baseline -> table.row(row(baseline)));
        return table.lines();
    }

    /** Who decided, until when, and why. */
    static String told(Decision decision) {
        return decision.who() + " at " + Instant.ofEpochMilli(decision.atEpochMillis())
                + (decision.untilEpochMillis().isPresent()
                        ? " until "
                                + Instant.ofEpochMilli(
                                        decision.untilEpochMillis().getAsLong())
                        : "")
                + ": " + decision.why();
    }

    /** Everything of one that a person reads. */
    static List<String> page(BaselineRecord baseline) {
        List<String> lines = new ArrayList<>();
        lines.add("baseline    " + baseline.baselineId());
        lines.add(
                "kind        " + baseline.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        lines.add("of          " + GroupText.of(baseline.group()) + ", learned from "
                + baseline.learned().from().variant());
        lines.add("conditions  " + baseline.conditions().orElse("not told"));
        lines.add("windows     " + baseline.learned().windows() + " of " + seconds(baseline) + ", "
                + Instant.ofEpochMilli(baseline.learned().fromEpochMillis()) + " to "
                + Instant.ofEpochMilli(baseline.learned().untilEpochMillis()));
        lines.add("grade       " + baseline.grade()
                + (baseline.gradeReasons().isEmpty() ? "" : ": " + String.join("; ", baseline.gradeReasons())));
        BaselineMaker.whyUnfit(baseline).ifPresent(why -> lines.add("unfit       " + why));
        for (Source source : baseline.provenance().map(Provenance::sources).orElse(List.of())) {
            lines.add("source      run " + source.runId() + ", " + source.windows() + " windows");
        }
        baseline.decision().ifPresent(decision -> lines.add("decided     " + told(decision)));
        baseline.provenance().flatMap(Provenance::supersedes).ifPresent(id -> lines.add("supersedes  " + id));
        Table table = new Table(List.of("METRIC", "BASELINE", "JUDGED BY"));
        baseline.calibrations().forEach(calibration -> table.row(calibration(calibration)));
        lines.addAll(table.lines());
        return lines;
    }

    private static List<String> calibration(Calibration calibration) {
        String name = calibration.metric().displayName();
        return switch (calibration) {
            case Calibration.Quantile quantile ->
                List.of(
                        name,
                        String.format(Locale.ROOT, "%.2f ms", quantile.valueNanos() / 1e6),
                        quantile.samples() + " requests" + noise(quantile.designEffect()));
            case Calibration.Rate rate ->
                List.of(
                        name,
                        String.format(Locale.ROOT, "%.4g", Math.exp(rate.log().mean())),
                        rate.log().windows() + " windows");
            case Calibration.ErrorShare errors ->
                List.of(
                        name,
                        String.format(
                                Locale.ROOT,
                                "%.2f %%",
                                errors.ended() == 0 ? 0.0 : 100.0 * errors.errors() / errors.ended()),
                        errors.ended() + " requests");
            case Calibration.Unusable unusable -> List.of(name, "-", "not judged: " + unusable.detail());
        };
    }

    private static String noise(double designEffect) {
        return designEffect > 1.05 ? String.format(Locale.ROOT, ", worth %.0f %% of so many", 100 / designEffect) : "";
    }

    private static String seconds(BaselineRecord baseline) {
        return baseline.learned().windowLengthMillis() / 1_000 + " s";
    }

    /** Several, in a line. */
    static String ids(List<BaselineRecord> baselines) {
        return baselines.stream().map(BaselineRecord::baselineId).collect(Collectors.joining(", "));
    }

    /** Why a baseline is less than good; empty where it is good. */
    static Optional<String> doubt(BaselineRecord baseline) {
        return baseline.gradeReasons().isEmpty()
                ? Optional.empty()
                : Optional.of("grade " + baseline.grade() + ": " + String.join("; ", baseline.gradeReasons()));
    }
}
