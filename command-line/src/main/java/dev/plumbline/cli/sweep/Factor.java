package dev.plumbline.cli.sweep;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * What varies over a sweep.
 *
 * @param flag of a run, without its dashes
 * @param values as they are written, two or more or one, none twice
 */
record Factor(String flag, List<String> values) {

    Factor {
        values = List.copyOf(values);
    }

    /**
     * Reads {@code FLAG=A,B,…}.
     *
     * @throws IllegalArgumentException in one line
     */
    static Factor parse(String text) {
        int equals = text.indexOf('=');
        String flag = (equals < 0 ? text : text.substring(0, equals)).strip().replaceFirst("^--", "");
        List<String> values = equals < 0
                ? List.of()
                : Arrays.stream(text.substring(equals + 1).split(",", -1))
                        .map(String::strip)
                        .toList();
        if (flag.isEmpty() || values.isEmpty() || values.contains("")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not FLAG=A,B,...: write for example concurrency=1,2,4,8");
        }
        if (new HashSet<>(values).size() < values.size()) {
            throw new IllegalArgumentException("'" + text + "' has a value twice: --repeat runs points again");
        }
        return new Factor(flag, values);
    }
}
