package dev.plumbline.cli.measured;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * A file that can be opened several times, packed by gzip or not.
 *
 * @param name for people
 */
record Source(Path file, String name) {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;

    /** How much of a file has to tell what it is. */
    private static final int HEAD_TOKENS = 4_000;

    private static final int HEAD_DEPTH = 3;

    /** NaN and Infinity, which Python writes, are read, and then refused or absent by name. */
    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(200)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(10_000)
                            .build())
                    .build())
            .build();

    static Source of(Path file) {
        return new Source(file, file.toString());
    }

    /** The bytes, unpacked. */
    InputStream open() throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        raw.mark(2);
        int first = raw.read();
        int second = raw.read();
        raw.reset();
        return first == GZIP_FIRST && second == GZIP_SECOND
                ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER_BYTES), BUFFER_BYTES)
                : raw;
    }

    JsonParser json() throws IOException {
        return MAPPER.createParser(open());
    }

    /** The first character that is not white space; empty where there is none. */
    OptionalInt firstCharacter() throws IOException {
        try (InputStream bytes = open()) {
            int c = bytes.read();
            while (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xEF || c == 0xBB || c == 0xBF) {
                c = bytes.read();
            }
            return c < 0 ? OptionalInt.empty() : OptionalInt.of(c);
        }
    }

    /**
     * Names of the fields at its beginning, those of inner objects behind a dot and of objects in an array behind {@code []}, down to
     * {@value #HEAD_DEPTH}. What is no JSON ends the list without a word: whoever reads all of it says so.
     */
    Set<String> head() throws IOException {
        Set<String> names = new HashSet<>();
        try (JsonParser parser = json()) {
            String[] path = new String[HEAD_DEPTH + 1];
            int depth = 0;
            int tokens = 0;
            JsonToken token = parser.nextToken();
            while (token != null && tokens++ < HEAD_TOKENS) {
                if (token.isStructStart()) {
                    depth++;
                    if (token == JsonToken.START_ARRAY && depth <= HEAD_DEPTH) {
                        path[depth] = "[]";
                    }
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token == JsonToken.FIELD_NAME && depth <= HEAD_DEPTH) {
                    path[depth] = parser.currentName();
                    StringBuilder full = new StringBuilder();
                    for (int i = 1; i <= depth; i++) {
                        full.append(i > 1 ? "." : "").append(path[i]);
                    }
                    names.add(full.toString());
                }
                token = parser.nextToken();
            }
        } catch (JsonProcessingException e) {
            return names;
        }
        return names;
    }
}
