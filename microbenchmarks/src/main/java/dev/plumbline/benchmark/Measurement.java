package dev.plumbline.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How far one tool was from the truth in one turn.
 *
 * @param requests that both the tool and the target know
 * @param perSecond of them, from the first sent to the last
 * @param chunksPerSecond that the tool read
 * @param errorP50Millis median of measured minus true time to first token
 * @param errorP99Millis its 99th percentile
 * @param firstSecondMillis median error of the requests sent in the first second
 * @param tenthSecondMillis of those of the tenth; empty where the turn was shorter
 */
record Measurement(
        int requests,
        double perSecond,
        double chunksPerSecond,
        double errorP50Millis,
        double errorP99Millis,
        double firstSecondMillis,
        OptionalDouble tenthSecondMillis) {

    private static final double SECOND = 1e9;

    /** @throws IllegalArgumentException if tool and target have no request in common */
    static Measurement of(List<Sighting> seen, Map<String, Truth.Emitted> truth) {
        List<Sighting> known =
                seen.stream().filter(each -> truth.containsKey(each.id())).toList();
        if (known.isEmpty()) {
            throw new IllegalArgumentException(
                    seen.size() + " requests were seen and " + truth.size() + " answered, none of them the same");
        }
        long first = known.stream().mapToLong(Sighting::sentNanos).min().orElseThrow();
        long last = known.stream().mapToLong(Sighting::sentNanos).max().orElseThrow();
        double seconds = Math.max(1, last - first) / SECOND;
        return new Measurement(
                known.size(),
                known.size() / seconds,
                chunksPerSecond(known, seconds),
                quantile(errors(known, truth), 0.5),
                quantile(errors(known, truth), 0.99),
                ofSecond(known, truth, first, 0).orElseThrow(),
                ofSecond(known, truth, first, 9));
    }

    /**
     * Chunks that a tool read in so many seconds.
     *
     * @throws IllegalArgumentException if it read none
     */
    static double chunksPerSecond(List<Sighting> seen, double seconds) {
        if (seen.isEmpty()) {
            throw new IllegalArgumentException("no request was answered");
        }
        return seen.stream().mapToLong(Sighting::contentChunks).sum() / seconds;
    }

    private static OptionalDouble ofSecond(
            List<Sighting> known, Map<String, Truth.Emitted> truth, long firstNanos, int second) {
        List<Sighting> sent = known.stream()
                .filter(each -> (long) ((each.sentNanos() - firstNanos) / SECOND) == second)
                .toList();
        return sent.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(quantile(errors(sent, truth), 0.5));
    }

    private static List<Double> errors(List<Sighting> known, Map<String, Truth.Emitted> truth) {
        List<Double> errors = new ArrayList<>(known.size());
        for (Sighting each : known) {
            Truth.Emitted emitted = truth.get(each.id());
            if (emitted != null) {
                errors.add((each.ttftNanos() - emitted.ttftNanos()) / 1e6);
            }
        }
        return errors;
    }

    /** Nearest rank. */
    static double quantile(List<Double> values, double q) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) Math.max(0, Math.ceil(q * sorted.length) - 1)];
    }

    /** The median of some, and the smallest and largest of them: of five a 94 % interval of the median. */
    static String interval(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double median = sorted.length % 2 == 1
                ? sorted[sorted.length / 2]
                : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
        return Arrays.stream(new double[] {median, sorted[0], sorted[sorted.length - 1]})
                .mapToObj(value -> String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.0f", value))
                .reduce((a, b) -> a.contains("(") ? a + " to " + b + ")" : a + " (" + b)
                .orElseThrow();
    }
}
