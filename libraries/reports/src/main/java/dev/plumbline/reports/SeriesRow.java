package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A series of a run of several beside the others: the same on the terminal and in every document for people. Latencies and rates are
 * of its judged windows, as everywhere; a dash where there is none.
 *
 * @param completed requests of every producer
 * @param failed of those that were sent and ended, as a share of what can be judged
 * @param ttftP50 in milliseconds, as all latencies
 * @param perSecond completed requests
 * @param goodput share of the requests that met the goals; empty where none were stated
 */
public record SeriesRow(
        String name,
        Word word,
        String completed,
        String failed,
        Latencies latencies,
        String perSecond,
        Optional<String> goodput) {

    /** In milliseconds. */
    public record Latencies(String ttftP50, String ttftP95, String tpotP50, String e2eP95) {}

    /** Each series, in order; none of a run of one. */
    public static List<SeriesRow> of(RunResult run, RunVerdict verdict) {
        return run.series().stream()
                .map(one -> of(one.name(), run.part(one), verdict.of(one).word()))
                .toList();
    }

    private static SeriesRow of(String name, RunResult part, Word word) {
        RunFigures figures = RunFigures.of(part);
        Histogram ttft = figures.latency(LatencyMetric.TTFT);
        return new SeriesRow(
                name,
                word,
                Figures.count(figures.requests().completed()),
                figures.errorShare().isPresent() ? percent(figures.errorShare().getAsDouble()) : "-",
                new Latencies(
                        Figures.millis(ttft.quantileNanos(0.5)),
                        Figures.millis(ttft.quantileNanos(0.95)),
                        Figures.millis(figures.latency(LatencyMetric.TPOT).quantileNanos(0.5)),
                        Figures.millis(figures.latency(LatencyMetric.E2E).quantileNanos(0.95))),
                figures.rates()
                        .map(rates -> Figures.significant(rates.completedPerSecond()))
                        .orElse("-"),
                part.totals().goodput().map(SeriesRow::share));
    }

    private static String share(RunTotals.Goodput goodput) {
        return goodput.ended() == 0 ? "-" : percent((double) goodput.good() / goodput.ended());
    }

    private static String percent(double share) {
        return share == 0 || share == 1 ? Math.round(share * 100) + " %" : Figures.significant(share * 100) + " %";
    }

    /**
     * Titles of the columns.
     *
     * @param rows of the run, of which all have a goodput or none
     */
    public static List<String> header(List<SeriesRow> rows) {
        List<String> titles = new ArrayList<>(List.of(
                "series",
                "verdict",
                "completed",
                "failed",
                "TTFT p50 ms",
                "p95",
                "TPOT p50 ms",
                "e2e p95 ms",
                "req/s"));
        if (rows.stream().anyMatch(row -> row.goodput().isPresent())) {
            titles.add("goodput");
        }
        return List.copyOf(titles);
    }

    /** Its cells, in the order of the titles. */
    public List<String> cells() {
        List<String> cells = new ArrayList<>(List.of(
                name,
                word.label(),
                completed,
                failed,
                latencies.ttftP50(),
                latencies.ttftP95(),
                latencies.tpotP50(),
                latencies.e2eP95(),
                perSecond));
        goodput.ifPresent(cells::add);
        return List.copyOf(cells);
    }
}
