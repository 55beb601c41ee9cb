package dev.plumbline.reports;

import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunVerdict;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How a run is told to people. */
final class RunWords {

    private RunWords() {}

    /** How it was judged, as the beginning of a title. */
    static String word(RunVerdict verdict) {
        String label = verdict.word().label();
        return label.substring(0, 1).toUpperCase(Locale.ROOT) + label.substring(1);
    }

    /** One sentence; empty when the run went to its end. */
    static String ending(RunEnding ending) {
        return switch (ending) {
            case RunEnding.Completed completed -> "";
            case RunEnding.LimitReached limit -> "Ended early by --" + limit.limit() + ": " + limit.detail();
            case RunEnding.Interrupted interrupted -> "Interrupted: what was measured until then is complete.";
            case RunEnding.Broken broken -> "Broken off: " + broken.detail();
        };
    }

    /** How often which part was gone, and for how long in all. */
    static String outages(List<Outage> outages) {
        Map<String, List<Outage>> byPart =
                outages.stream().collect(Collectors.groupingBy(Outage::part, TreeMap::new, Collectors.toList()));
        return byPart.entrySet().stream()
                .map(part -> "the " + part.getKey() + " was gone "
                        + (part.getValue().size() == 1
                                ? "once"
                                : Figures.count(part.getValue().size()) + " times")
                        + ", "
                        + Figures.seconds(part.getValue().stream()
                                .mapToLong(outage -> outage.awayMillis().orElse(0))
                                .sum())
                        + (part.getValue().stream()
                                        .allMatch(outage -> outage.awayMillis().isPresent())
                                ? ""
                                : " and to the end"))
                .collect(Collectors.joining("; "));
    }

    private static String arrivals(Arrivals arrivals) {
        return switch (arrivals) {
            case Arrivals.Constant constant -> "evenly spaced";
            case Arrivals.Poisson poisson -> "Poisson arrivals";
            case Arrivals.Gamma gamma ->
                "gamma arrivals of shape "
                        + BigDecimal.valueOf(gamma.shape()).stripTrailingZeros().toPlainString();
            case Arrivals.Other other -> "arrivals " + other.key();
        };
    }

    static String load(LoadPoint load) {
        return switch (load) {
            case LoadPoint.ClosedLoop closed -> "concurrency " + closed.concurrency();
            case LoadPoint.OpenLoop open ->
                BigDecimal.valueOf(open.requestsPerSecond())
                                .stripTrailingZeros()
                                .toPlainString() + " requests/s"
                        + open.arrivals().map(known -> ", " + arrivals(known)).orElse("");
            case LoadPoint.Trace trace ->
                "trace " + trace.name() + " at speed "
                        + BigDecimal.valueOf(trace.speed()).stripTrailingZeros().toPlainString()
                        + (trace.sessions().isPresent()
                                ? ", " + trace.sessions().getAsInt() + " sessions at a time"
                                : "");
            case LoadPoint.ShapedRate shaped ->
                "requests/s " + shaped.shape().text() + ", " + arrivals(shaped.arrivals());
            case LoadPoint.ShapedSlots shaped -> "concurrency " + shaped.shape().text();
            case LoadPoint.Other other -> "load " + other.key();
        };
    }
}
