package dev.plumbline.cli.sweep;

import dev.plumbline.cli.run.RunCommand;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.sweep.LoadSearch;
import dev.plumbline.judgement.sweep.Saturation;
import dev.plumbline.reports.RunFigures;
import dev.plumbline.reports.RunRates;
import dev.plumbline.workload.Batch;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What came of one run of a sweep.
 *
 * @param folder with its files
 */
record Row(Point point, RunResult result, RunVerdict verdict, Path folder) {

    /** What a factor was, for people: of a batch which of the two kinds. */
    String cell(String factor) {
        String value = point.settings().getOrDefault(factor, "");
        return factor.equals(Batch.NAME)
                ? Optional.ofNullable(result.plan().get(RunCommand.BATCHED)).orElse(value)
                : value;
    }

    RunFigures figures() {
        return RunFigures.of(result);
    }

    Optional<RunRates> rates() {
        return figures().rates();
    }

    Histogram latency(LatencyMetric metric) {
        return figures().latency(metric);
    }

    /** Where it lies on the curve of throughput over requests in flight; empty where nobody knows. */
    Optional<Saturation.Point> onCurve() {
        return rates().filter(known -> known.countedOutputPerSecond().isPresent() && known.meanInFlight() > 0)
                .map(known -> new Saturation.Point(
                        known.meanInFlight(), known.countedOutputPerSecond().getAsDouble()));
    }

    /** What it says of the goals of a search; of a run of several series they hold when they hold in each. */
    LoadSearch.Tried tried(double load, List<String> goals) {
        List<BudgetFinding> found = Stream.concat(
                        verdict.series().isEmpty() ? verdict.findings().stream() : Stream.empty(),
                        verdict.series().stream().flatMap(one -> one.verdict().findings().stream()))
                .filter(BudgetFinding.class::isInstance)
                .map(BudgetFinding.class::cast)
                .filter(finding -> goals.contains(finding.budget()))
                .toList();
        Answer answer = found.stream().anyMatch(finding -> finding.answer() == Answer.FAIL)
                ? Answer.FAIL
                : goals.stream()
                                        .allMatch(goal -> found.stream()
                                                .anyMatch(finding ->
                                                        finding.budget().equals(goal)))
                                && found.stream().allMatch(finding -> finding.answer() == Answer.PASS)
                        ? Answer.PASS
                        : Answer.CANNOT_TELL;
        OptionalDouble badness = found.stream()
                .map(Row::badness)
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .max();
        return new LoadSearch.Tried(load, answer, badness);
    }

    /** The number over its limit, or the other way round where large ones are good. */
    private static OptionalDouble badness(BudgetFinding finding) {
        if (finding.value().isEmpty()
                || !(finding.limit() > 0)
                || !(finding.value().getAsDouble() > 0)) {
            return OptionalDouble.empty();
        }
        double ratio = finding.value().getAsDouble() / finding.limit();
        return OptionalDouble.of(finding.budget().contains(">") ? 1 / ratio : ratio);
    }
}
