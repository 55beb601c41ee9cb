package dev.plumbline.judgement.compat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A run as another tool would tell it.
 *
 * @param figures in that tool's order
 * @param notes where our reckoning may differ from the tool's own, a line each
 * @param missing what the tool tells and our events do not, with the reason
 */
public record ForeignFigures(ForeignTool tool, List<Figure> figures, List<String> notes, Map<String, String> missing) {

    public ForeignFigures {
        Objects.requireNonNull(tool, "tool");
        figures = List.copyOf(figures);
        notes = List.copyOf(notes);
        missing = Collections.unmodifiableMap(new LinkedHashMap<>(missing));
    }

    /**
     * One figure.
     *
     * @param name as the tool has it
     * @param unit as the tool has it; empty for a number of things
     * @param values by the tool's names of them; of a single number under {@link #SINGLE}
     */
    public record Figure(String name, String unit, Map<String, Double> values) {

        /** Name of the value of a figure that has one. */
        public static final String SINGLE = "";

        public Figure {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(unit, "unit");
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        static Figure of(String name, String unit, double value) {
            return new Figure(name, unit, Map.of(SINGLE, value));
        }

        /** Whether it is one number. */
        public boolean isSingle() {
            return values.size() == 1 && values.containsKey(SINGLE);
        }
    }

    /** A value by name, for example of {@code time_to_first_token} its {@code p50}; for who knows that it is there. */
    public double value(String figure, String value) {
        return figures.stream()
                .filter(each -> each.name().equals(figure))
                .findFirst()
                .map(found -> found.values().get(value))
                .orElseThrow(() -> new IllegalArgumentException("no " + figure + " " + value));
    }
}
