package dev.plumbline.workload.trace;

import java.util.Iterator;
import java.util.Optional;

/** Lines that know their numbers. */
final class Lines {

    private static final String MARK = "\ufeff";

    private final Iterator<String> lines;
    private int number;

    Lines(Iterator<String> lines) {
        this.lines = lines;
    }

    /** The number of the line that was given last, from 1. */
    int number() {
        return number;
    }

    /** The next; empty behind the last one. */
    Optional<String> next() {
        if (!lines.hasNext()) {
            return Optional.empty();
        }
        number++;
        String line = lines.next();
        // A mark of the encoding is no character of the first line.
        return Optional.of(number == 1 && line.startsWith(MARK) ? line.substring(1) : line);
    }

    /** The next that is not blank. */
    Optional<String> nextFilled() {
        Optional<String> line = next();
        while (line.isPresent() && line.get().isBlank()) {
            line = next();
        }
        return line;
    }
}
