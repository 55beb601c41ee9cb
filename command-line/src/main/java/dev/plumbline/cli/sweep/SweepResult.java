package dev.plumbline.cli.sweep;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.RunVerdict.Word;
import dev.plumbline.judgement.sweep.Saturation;
import dev.plumbline.reports.RunRates;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What a sweep has so far.
 *
 * @param id sorts by time
 * @param command that repeats it
 * @param factors flags that varied, the searched one last
 * @param rows in the order in which they were run
 * @param found what was searched, a line for each cell that is done
 * @param isComplete whether everything that was planned was run
 */
record SweepResult(
        String id, String command, List<String> factors, List<Row> rows, List<Found> found, boolean isComplete) {

    /** A column of all tables. */
    record Column(String name, String unit, Function<Row, OptionalDouble> value) {}

    static final List<Column> COLUMNS = List.of(
            new Column("requests_per_second", "req/s", row -> rate(row, RunRates::completedPerSecond)),
            new Column(
                    "output_tokens_per_second",
                    "tok/s",
                    row -> row.rates().map(RunRates::countedOutputPerSecond).orElse(OptionalDouble.empty())),
            new Column("in_flight", "in flight", row -> rate(row, RunRates::meanInFlight)),
            latency(LatencyMetric.TTFT, 0.5),
            latency(LatencyMetric.TTFT, 0.95),
            latency(LatencyMetric.TPOT, 0.5),
            latency(LatencyMetric.TPOT, 0.95),
            latency(LatencyMetric.E2E, 0.5),
            latency(LatencyMetric.E2E, 0.95),
            new Column("error_share", "errors", row -> row.figures().errorShare()));

    SweepResult {
        factors = List.copyOf(factors);
        rows = List.copyOf(rows);
        found = List.copyOf(found);
    }

    private static OptionalDouble rate(Row row, ToDoubleFunction<RunRates> of) {
        return row.rates()
                .map(known -> OptionalDouble.of(of.applyAsDouble(known)))
                .orElse(OptionalDouble.empty());
    }

    private static Column latency(LatencyMetric metric, double quantile) {
        String p = "p" + Math.round(quantile * 100);
        return new Column(metric.label() + "_" + p + "_ms", metric.label() + " " + p, row -> {
            Histogram values = row.latency(metric);
            OptionalLong nanos = values.quantileNanos(quantile);
            return nanos.isPresent() ? OptionalDouble.of(nanos.getAsLong() / 1e6) : OptionalDouble.empty();
        });
    }

    /** Where throughput saturates over requests in flight, all rows taken as one system; empty where something else varied. */
    Optional<Saturation> saturation() {
        boolean isLoadOnly =
                factors.stream().allMatch(factor -> factor.equals("concurrency") || factor.equals("request-rate"));
        return isLoadOnly
                ? Saturation.of(rows.stream()
                        .map(Row::onCurve)
                        .flatMap(Optional::stream)
                        .toList())
                : Optional.empty();
    }

    /** Rows whose run was over budget, regressed or failed. */
    List<Row> bad() {
        return rows.stream()
                .filter(row ->
                        row.verdict().word() == Word.REGRESSION || row.verdict().word() == Word.FAILED)
                .toList();
    }
}
