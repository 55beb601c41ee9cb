package dev.plumbline.workload.trace;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;

/**
 * Reads traces. The format is recognized by the first row, never by a name. Rows are read one after the other, and no more is held
 * than the rows that are chosen and the one that is being read.
 */
public final class TraceReader {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LOOK_AHEAD = 1 << 16;
    private static final char MARK = '\ufeff';

    private TraceReader() {}

    /**
     * Reads a trace.
     *
     * @param text decoded as UTF-8; not closed
     * @throws BadTrace for the first line that cannot be a row of it, and where it is too large
     */
    public static Trace read(Reader text, TraceSelection selection) throws BadTrace, IOException {
        TraceRows rows = new TraceRows(selection);
        TraceFormat format = each(text, rows);
        return rows.trace(format);
    }

    /** Gives all rows to a sink, until it wants no more; returns what they were kept in. */
    static TraceFormat each(Reader text, RowSink sink) throws BadTrace, IOException {
        BoundedReader bounded = new BoundedReader(text);
        BufferedReader reader = new BufferedReader(bounded, LOOK_AHEAD);
        int first = firstCharacter(reader);
        if (first < 0) {
            throw new BadTrace(0, "the file is empty: expected " + TraceFormat.known());
        }
        return first == '{' || first == '[' ? json(reader, bounded, sink) : CsvRows.each(reader, sink);
    }

    private static TraceFormat json(Reader text, BoundedReader bounded, RowSink sink) throws BadTrace, IOException {
        JsonRows rows = null;
        int line = 1;
        try (JsonParser parser = JSON.createParser(text)) {
            parser.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
            JsonToken token = parser.nextToken();
            boolean isArray = token == JsonToken.START_ARRAY;
            if (isArray) {
                token = parser.nextToken();
            }
            while (token != null && token != JsonToken.END_ARRAY) {
                line = parser.currentTokenLocation().getLineNr();
                if (token != JsonToken.START_OBJECT) {
                    throw new BadTrace(line, "expected a JSON object, one for each row, and found " + parser.getText());
                }
                JsonNode node = JSON.readTree(parser);
                bounded.isRead();
                if (rows == null) {
                    rows = JsonRows.recognized(node, line);
                }
                if (!rows.row(node, line, sink)) {
                    return rows.format();
                }
                token = parser.nextToken();
            }
        } catch (JsonProcessingException e) {
            int at = e.getLocation() == null ? line : e.getLocation().getLineNr();
            throw new BadTrace(at, "not JSON: " + e.getOriginalMessage());
        }
        if (rows == null) {
            throw new BadTrace(line, "no row is in it: expected " + TraceFormat.known());
        }
        return rows.format();
    }

    /** The first that is no blank; all of it stays to be read but a mark of the encoding. */
    private static int firstCharacter(BufferedReader reader) throws IOException {
        reader.mark(1);
        if (reader.read() != MARK) {
            reader.reset();
        }
        reader.mark(LOOK_AHEAD);
        int next = reader.read();
        for (int i = 1; i < LOOK_AHEAD && Character.isWhitespace(next); i++) {
            next = reader.read();
        }
        reader.reset();
        return next;
    }
}
