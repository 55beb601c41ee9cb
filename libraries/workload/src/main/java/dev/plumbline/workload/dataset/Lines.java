package dev.plumbline.workload.dataset;

import java.io.IOException;
import java.util.Optional;

/** The lines of a text. One thread. */
final class Lines {

    private final Bytes bytes;
    private final String file;

    /** One line without its end. */
    record Line(String text, Place place) {}

    Lines(Bytes bytes, String file) {
        this.bytes = bytes;
        this.file = file;
    }

    /** The next line, whether blank or not; empty behind the last. */
    Optional<Line> next() throws IOException {
        if (bytes.peek() == Bytes.END) {
            return Optional.empty();
        }
        Place place = new Place(file, bytes.line(), 0);
        Text text = new Text(place);
        for (int one = bytes.next(); one != Bytes.END && one != '\n'; one = bytes.next()) {
            text.add(one);
        }
        String line = text.text();
        return Optional.of(new Line(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line, place));
    }

    /** The next line that is not blank. */
    Optional<Line> nextFilled() throws IOException {
        Optional<Line> line = next();
        while (line.isPresent() && line.get().text().isBlank()) {
            line = next();
        }
        return line;
    }
}
