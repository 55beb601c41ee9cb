package dev.plumbline.cli.sweep;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One combination of settings.
 *
 * @param settings value by flag without dashes, in the order in which they were asked for
 */
record Point(Map<String, String> settings) {

    static final Point EMPTY = new Point(Map.of());

    Point {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** This with one more, or another value of one. */
    Point with(String flag, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(flag, value);
        return new Point(more);
    }

    /** For people. */
    String label() {
        return settings.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
