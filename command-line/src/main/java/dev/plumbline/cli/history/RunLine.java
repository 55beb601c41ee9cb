package dev.plumbline.cli.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.reports.Figures;
import dev.plumbline.reports.RunFigures;
import dev.plumbline.reports.RunRates;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A run in the list of runs.
 *
 * @param requests all that ended, dropped and cancelled ones included, of every producer
 * @param judgedRequests those among them that latencies and rates are of
 * @param latencies of the judged requests, as everywhere
 * @param vouched whether enough of the load can be judged
 * @param unvouched latencies of all completed requests, which nobody vouches for; empty where enough can be judged
 * @param outputTokensPerSecond as in its summary; empty where it is not known
 * @param outputUnit what they are: {@code tokens}, or {@code chunks} where nobody counted tokens
 * @param decision what the exit code told
 * @param word how it was judged
 * @param pins names that it is pinned as
 */
record RunLine(
        String runId,
        @JsonUnwrapped Shown shown,
        long requests,
        long judgedRequests,
        @JsonUnwrapped Latencies latencies,
        boolean vouched,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Latencies> unvouched,
        OptionalDouble outputTokensPerSecond,
        String outputUnit,
        Decision decision,
        String word,
        boolean green,
        List<String> pins) {

    private static final DateTimeFormatter START =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** What was driven, how long. */
    record Shown(
            long startEpochMillis, long durationMillis, String target, String model, String scenario, String load) {}

    /** Whole-run quantiles; empty when not streamed or nothing completed. */
    record Latencies(OptionalLong ttftP50Nanos, OptionalLong ttftP95Nanos, OptionalLong tpotP50Nanos) {

        static Latencies of(Function<LatencyMetric, Histogram> latencies) {
            Histogram ttft = latencies.apply(LatencyMetric.TTFT);
            return new Latencies(
                    ttft.quantileNanos(0.5),
                    ttft.quantileNanos(0.95),
                    latencies.apply(LatencyMetric.TPOT).quantileNanos(0.5));
        }
    }

    static RunLine of(StoredRun run, boolean green, Map<String, String> allPins) {
        RunFigures figures = RunFigures.of(run.result());
        var identity = run.result().identity();
        return new RunLine(
                run.runId(),
                new Shown(
                        identity.startEpochMillis(),
                        identity.endEpochMillis() - identity.startEpochMillis(),
                        run.group().target(),
                        run.group().model(),
                        run.group().scenario(),
                        run.group().loadPoint().key()),
                figures.requests().total(),
                figures.judgedRequests(),
                Latencies.of(figures::latency),
                figures.isVouched(),
                figures.isVouched() ? Optional.empty() : Optional.of(Latencies.of(figures::unvouchedLatency)),
                figures.rates().map(RunRates::countedOutputPerSecond).orElse(OptionalDouble.empty()),
                run.result().totals().outputUnit(),
                run.verdict().decision(),
                run.verdict().word().label(),
                green,
                allPins.entrySet().stream()
                        .filter(pin -> pin.getValue().equals(run.runId()))
                        .map(Map.Entry::getKey)
                        .toList());
    }

    static List<String> header() {
        return List.of(
                "RUN",
                "START",
                "TARGET/MODEL/SCENARIO/LOAD",
                "TIME",
                "REQUESTS",
                "JUDGED",
                "TTFT p50",
                "p95",
                "TPOT p50",
                "TOK/S",
                "VERDICT");
    }

    List<String> cells() {
        return List.of(
                runId,
                START.format(Instant.ofEpochMilli(shown.startEpochMillis())),
                String.join("/", shown.target(), shown.model(), shown.scenario(), shown.load()),
                time(shown.durationMillis()),
                Figures.count(requests),
                Figures.count(judgedRequests),
                duration(latencies.ttftP50Nanos()),
                duration(latencies.ttftP95Nanos()),
                duration(latencies.tpotP50Nanos()),
                outputTokens() + (outputUnit.equals("chunks") ? " chunks" : ""),
                verdict());
    }

    /** Whether some requests are counted and in no latency and no rate. */
    boolean leavesOut() {
        return judgedRequests < requests;
    }

    /** Per second, without its unit. */
    String outputTokens() {
        return outputTokensPerSecond.isPresent() ? Figures.significant(outputTokensPerSecond.getAsDouble()) : "-";
    }

    private String verdict() {
        List<String> words = new ArrayList<>();
        words.add(word);
        if (green) {
            words.add("green");
        }
        pins.forEach(pin -> words.add("pinned as " + pin));
        return String.join(", ", words);
    }

    static String time(long millis) {
        long seconds = Math.round(millis / 1e3);
        return seconds < 120 ? seconds + " s" : seconds < 7_200 ? seconds / 60 + " min" : seconds / 3_600 + " h";
    }

    static String duration(OptionalLong nanos) {
        return nanos.isPresent() ? Figures.duration(nanos.getAsLong()) : "-";
    }
}
