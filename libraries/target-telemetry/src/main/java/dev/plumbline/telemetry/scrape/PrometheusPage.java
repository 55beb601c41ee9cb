package dev.plumbline.telemetry.scrape;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Collectors;

/**
 * A page in Prometheus' text format 0.0.4 or OpenMetrics, as values by name and labels.
 *
 * <p>Buckets, creation times, exemplars and time stamps are left out: nobody here needs them and they are most of a page.
 * Names are compared with {@code :} and {@code _} as one, because some exporters rewrite the first into the second.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">the format</a>
 */
public final class PrometheusPage {

    /** Most values that are kept; what comes after is counted as skipped. */
    static final int MAX_VALUES = 100_000;

    private static final int MAX_LINE_LENGTH = 32 << 10;

    /** One line: labels and a finite value. */
    public record Value(Map<String, String> labels, double number) {
        public Value {
            labels = Map.copyOf(labels);
        }

        /** A label's text; empty when there is no such label or it is empty. */
        public Optional<String> label(String name) {
            return Optional.ofNullable(labels.get(name)).filter(text -> !text.isEmpty());
        }
    }

    private final Map<String, List<Value>> valuesByName;
    private final long skippedLines;

    private PrometheusPage(Map<String, List<Value>> valuesByName, long skippedLines) {
        this.valuesByName = valuesByName;
        this.skippedLines = skippedLines;
    }

    /** Reads a page of any content. */
    public static PrometheusPage parse(String text) {
        Map<String, List<Value>> values = new HashMap<>();
        long skipped = 0;
        int kept = 0;
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            if (end < 0) {
                end = text.length();
            }
            String line = end - start > MAX_LINE_LENGTH
                    ? "?"
                    : text.substring(start, end).strip();
            start = end + 1;
            if (line.isEmpty() || line.charAt(0) == '#') {
                continue;
            }
            Optional<PrometheusLine> read = kept < MAX_VALUES ? PrometheusLine.read(line) : Optional.empty();
            if (read.isEmpty()) {
                skipped++;
            } else if (read.get().isWanted()) {
                kept++;
                values.computeIfAbsent(plain(read.get().name()), name -> new ArrayList<>())
                        .add(new Value(read.get().labels(), read.get().number()));
            }
        }
        return new PrometheusPage(values, skipped);
    }

    private static String plain(String name) {
        return name.replace(':', '_');
    }

    /** Lines that were not understood or too many. */
    public long skippedLines() {
        return skippedLines;
    }

    /** Whether there is nothing on it. */
    public boolean isEmpty() {
        return valuesByName.isEmpty();
    }

    /** Names on the page, with {@code :} written as {@code _}. */
    public Set<String> names() {
        return Set.copyOf(valuesByName.keySet());
    }

    /** Everything under a name, in the order of the page. */
    public List<Value> values(String name) {
        return List.copyOf(valuesByName.getOrDefault(plain(name), List.of()));
    }

    /**
     * What labels of several lines mean, where one number is wanted.
     *
     * @param ranks lines that differ in nothing but these speak of the same thing, and the largest of them counts
     * @param parts a line with one of these is a part of one without, and is left out where there is one without
     */
    public record Labelling(Set<String> ranks, Set<String> parts) {
        public Labelling {
            ranks = Set.copyOf(ranks);
            parts = Set.copyOf(parts);
        }

        /** Every line counts. */
        public static Labelling plain() {
            return new Labelling(Set.of(), Set.of());
        }
    }

    /** One number for the first of several names that is on the page: the sum of its lines. */
    public OptionalDouble sum(Collection<String> names, Labelling labelling) {
        return folded(names, labelling, Double::sum);
    }

    /** The largest number under the first of several names that is on the page. */
    public OptionalDouble largest(Collection<String> names, Labelling labelling) {
        return folded(names, labelling, Math::max);
    }

    private OptionalDouble folded(Collection<String> names, Labelling labelling, DoubleBinaryOperator fold) {
        for (String name : names) {
            List<Value> found = valuesByName.getOrDefault(plain(name), List.of());
            if (!found.isEmpty()) {
                List<Value> wholes = found.stream()
                        .filter(value -> labelling.parts().stream()
                                .noneMatch(part -> value.label(part).isPresent()))
                        .toList();
                Map<Map<String, String>, Double> largest = (wholes.isEmpty() ? found : wholes)
                        .stream()
                                .collect(Collectors.toMap(
                                        value -> without(value.labels(), labelling.ranks()),
                                        Value::number,
                                        Math::max,
                                        HashMap::new));
                return largest.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .reduce(fold);
            }
        }
        return OptionalDouble.empty();
    }

    private static Map<String, String> without(Map<String, String> labels, Set<String> ranks) {
        TreeMap<String, String> rest = new TreeMap<>(labels);
        rest.keySet().removeAll(ranks);
        return rest;
    }
}
