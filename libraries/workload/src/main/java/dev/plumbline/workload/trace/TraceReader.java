package dev.plumbline.workload.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;

/**
 * Reads traces, line by line. The format is recognized by the first row, never by a name. No more is held than the rows that are
 * chosen and the one that is being read.
 */
public final class TraceReader {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private TraceReader() {}

    /**
     * Reads a trace.
     *
     * @param lines of the file, without their ends, read as they are wanted
     * @throws BadTrace for the first line that cannot be a row of it, and where it is too large
     */
    public static Trace read(Iterator<String> lines, TraceSelection selection) throws BadTrace {
        TraceRows rows = new TraceRows(selection);
        TraceFormat format = each(lines, rows, selection.classField());
        return rows.trace(format);
    }

    /**
     * Reads a trace, unpacked or gzip.
     *
     * @throws BadTrace for the first line that cannot be a row of it, and where it is too large
     * @throws IOException where it cannot be read; {@link java.io.UncheckedIOException} behind its beginning
     */
    public static Trace read(TraceFiles files, TraceSelection selection) throws BadTrace, IOException {
        TraceRows rows = new TraceRows(selection);
        TraceFormat format = each(files, rows, selection.classField());
        return rows.trace(format);
    }

    /** Gives all rows to a sink, until it wants no more; returns what they were kept in. */
    static TraceFormat each(TraceFiles files, RowSink sink, ClassField classField) throws BadTrace, IOException {
        if (files.isFolder()) {
            return ServeGen.ofFolder(files, sink, classField);
        }
        Lines from = new Lines(TextLines.of(files.open()));
        Optional<String> first = from.nextFilled();
        return first.isPresent() && ServeGen.isArrivals(first.get())
                ? ServeGen.ofOne(files, sink, classField)
                : each(first, from, sink, classField);
    }

    /** The same of lines. */
    static TraceFormat each(Iterator<String> lines, RowSink sink, ClassField classField) throws BadTrace {
        Lines from = new Lines(lines);
        return each(from.nextFilled(), from, sink, classField);
    }

    private static TraceFormat each(Optional<String> first, Lines from, RowSink sink, ClassField classField)
            throws BadTrace {
        if (first.isEmpty()) {
            throw new BadTrace(0, "is empty: is it the right file?");
        }
        char begin = first.get().stripLeading().charAt(0);
        return begin == '{' || begin == '['
                ? json(new JsonChunks(first.get(), from), sink, classField)
                : CsvRows.each(first.get(), from, sink, classField);
    }

    private static TraceFormat json(JsonChunks chunks, RowSink sink, ClassField classField) throws BadTrace {
        JsonRows rows = null;
        for (Optional<JsonChunks.Chunk> next = chunks.next(); next.isPresent(); next = chunks.next()) {
            JsonChunks.Chunk chunk = next.get();
            JsonNode node = parsed(chunk);
            if (rows == null) {
                rows = JsonRows.recognized(node, chunk.line(), classField);
            }
            if (!rows.row(node, chunk.line(), sink)) {
                return rows.format();
            }
        }
        if (rows == null) {
            throw new BadTrace(0, "has no row: is it the right file?");
        }
        return rows.format();
    }

    private static JsonNode parsed(JsonChunks.Chunk chunk) throws BadTrace {
        try {
            return JSON.readTree(chunk.text());
        } catch (JsonProcessingException e) {
            int within = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new BadTrace(chunk.line() + Math.max(1, within) - 1, "not JSON: " + e.getOriginalMessage());
        }
    }
}
