package dev.plumbline.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToLongBiFunction;

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
 * @param thereP50Millis median of the way there: from the tool's stamp of sending to the target's of receiving, less the shortest
 *     such way
 * @param thereP99Millis its 99th percentile; the target's own processor is in it
 * @param backP50Millis median of the way back: from the target's stamp of writing the first content to the tool's of seeing it, less
 *     the shortest such way
 * @param backP99Millis its 99th percentile
 */
record Measurement(
        int requests,
        double perSecond,
        double chunksPerSecond,
        double errorP50Millis,
        double errorP99Millis,
        double firstSecondMillis,
        OptionalDouble tenthSecondMillis,
        double thereP50Millis,
        double thereP99Millis,
        double backP50Millis,
        double backP99Millis) {

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
        List<Double> there = beyondShortest(known, truth, (mine, theirs) -> theirs.receivedNanos() - mine.sentNanos());
        List<Double> back =
                beyondShortest(known, truth, (mine, theirs) -> mine.firstContentNanos() - theirs.firstContentNanos());
        return new Measurement(
                known.size(),
                known.size() / seconds,
                chunksPerSecond(known, seconds),
                quantile(errors(known, truth), 0.5),
                quantile(errors(known, truth), 0.99),
                ofSecond(known, truth, first, 0).orElseThrow(),
                ofSecond(known, truth, first, 9),
                quantile(there, 0.5),
                quantile(there, 0.99),
                quantile(back, 0.5),
                quantile(back, 0.99));
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

    /** Milliseconds of a way beyond the shortest: the two clocks may have different origins. */
    private static List<Double> beyondShortest(
            List<Sighting> known, Map<String, Truth.Emitted> truth, ToLongBiFunction<Sighting, Truth.Emitted> way) {
        List<Long> nanos = new ArrayList<>(known.size());
        for (Sighting each : known) {
            Truth.Emitted emitted = truth.get(each.id());
            if (emitted != null) {
                nanos.add(way.applyAsLong(each, emitted));
            }
        }
        long shortest = nanos.stream().mapToLong(Long::longValue).min().orElse(0);
        return nanos.stream().map(each -> (each - shortest) / 1e6).toList();
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
