package dev.plumbline.workload.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
        TraceFormat format = each(lines, rows);
        return rows.trace(format);
    }

    /** Gives all rows to a sink, until it wants no more; returns what they were kept in. */
    static TraceFormat each(Iterator<String> lines, RowSink sink) throws BadTrace {
        Lines from = new Lines(lines);
        Optional<String> first = from.nextFilled();
        if (first.isEmpty()) {
            throw new BadTrace(0, "the file is empty: expected " + TraceFormat.known());
        }
        char begin = first.get().stripLeading().charAt(0);
        return begin == '{' || begin == '['
                ? json(new JsonChunks(first.get(), from), sink)
                : CsvRows.each(first.get(), from, sink);
    }

    private static TraceFormat json(JsonChunks chunks, RowSink sink) throws BadTrace {
        JsonRows rows = null;
        for (Optional<JsonChunks.Chunk> next = chunks.next(); next.isPresent(); next = chunks.next()) {
            JsonChunks.Chunk chunk = next.get();
            JsonNode node = parsed(chunk);
            if (rows == null) {
                rows = JsonRows.recognized(node, chunk.line());
            }
            if (!rows.row(node, chunk.line(), sink)) {
                return rows.format();
            }
        }
        if (rows == null) {
            throw new BadTrace(0, "no row is in it: expected " + TraceFormat.known());
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
