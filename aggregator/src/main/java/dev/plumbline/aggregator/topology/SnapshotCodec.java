package dev.plumbline.aggregator.topology;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Snapshots: a byte with the version of their form, and JSON. They are written and read by the same application only, so
 * unlike a topic's records unreadable ones are a fault and not a value, and nothing in them is guessed: a field that is
 * missing, or that nobody knows, is a fault, too.
 *
 * <p>Safe for any thread.
 */
final class SnapshotCodec<S> {

    /** Raised whenever the form of a snapshot changes; the tests keep the bytes of this one. */
    static final byte VERSION = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    private static final String REMEDY =
            "start with a new plumbline.aggregator.application-id, which goes on behind what the windows topic says";

    private final Class<S> type;
    private final ObjectWriter writer;
    private final ObjectReader reader;

    SnapshotCodec(Class<S> type) {
        this.type = type;
        this.writer = MAPPER.writerFor(type);
        this.reader = MAPPER.readerFor(type);
    }

    byte[] encode(S snapshot) {
        try {
            byte[] json = writer.writeValueAsBytes(snapshot);
            byte[] bytes = new byte[json.length + 1];
            bytes[0] = VERSION;
            System.arraycopy(json, 0, bytes, 1, json.length);
            return bytes;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot encode " + type.getSimpleName(), e);
        }
    }

    S decode(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != VERSION) {
            throw new IllegalStateException("the stored " + type.getSimpleName() + " has "
                    + (bytes.length == 0 || bytes[0] == '{' ? "no version" : "version " + bytes[0])
                    + ", this program reads version " + VERSION + ": " + REMEDY);
        }
        try {
            return reader.readValue(bytes, 1, bytes.length - 1);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the stored " + type.getSimpleName() + ": " + REMEDY, e);
        }
    }
}
