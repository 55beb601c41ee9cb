package dev.plumbline.workload.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records of comma-separated values by RFC 4180: quotes around what holds separators, line breaks or, doubled, quotes. One thread. */
final class CsvRecords {

    private final Lines lines;
    private final char separator;

    /** One record, and where it begins. */
    record Row(List<String> fields, Place place) {}

    CsvRecords(Lines lines, char separator) {
        this.lines = lines;
        this.separator = separator;
    }

    /** The next; blank lines between records are none. */
    Optional<Row> next() throws IOException {
        Optional<Lines.Line> first = lines.nextFilled();
        return first.isEmpty() ? Optional.empty() : Optional.of(row(first.get()));
    }

    private Row row(Lines.Line first) throws IOException {
        Place place = first.place();
        List<String> fields = new ArrayList<>();
        String line = first.text();
        int at = 0;
        while (true) {
            if (at < line.length() && line.charAt(at) == '"') {
                StringBuilder field = new StringBuilder();
                at++;
                while (true) {
                    int quote = line.indexOf('"', at);
                    if (quote < 0) {
                        field.append(line, at, line.length()).append('\n');
                        if (field.length() > Text.MOST_BYTES) {
                            throw place.unusable("has a field of more than " + (Text.MOST_BYTES >> 20)
                                    + " MiB: look whether a quote is missing");
                        }
                        line = lines.next()
                                .orElseThrow(
                                        () -> place.unusable(
                                                "opens a quote that is never closed: close it, or double a quote that is meant"))
                                .text();
                        at = 0;
                    } else if (quote + 1 < line.length() && line.charAt(quote + 1) == '"') {
                        field.append(line, at, quote + 1);
                        at = quote + 2;
                    } else {
                        field.append(line, at, quote);
                        at = quote + 1;
                        break;
                    }
                }
                if (at < line.length() && line.charAt(at) != separator) {
                    throw place.unusable("goes on behind the closing quote of field " + (fields.size() + 1)
                            + ": double quotes that are meant");
                }
                fields.add(field.toString());
            } else {
                int end = line.indexOf(separator, at);
                fields.add(line.substring(at, end < 0 ? line.length() : end));
                at = end < 0 ? line.length() : end;
            }
            if (at >= line.length()) {
                return new Row(fields, place);
            }
            at++;
            if (at == line.length()) {
                // A separator at the end: one more field, an empty one.
                fields.add("");
                return new Row(fields, place);
            }
        }
    }
}
