package dev.plumbline.contract.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.run.RunRecord;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Snapshot;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowRecord;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Turns one kind of record into bytes and back. Encoding is deterministic: equal values give equal bytes.
 *
 * <p>Safe for any thread.
 */
public final class Codec<T> {

    /** Longest record that is decoded, in bytes. */
    public static final int MAX_BYTES = 4 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxStringLength(MAX_BYTES)
                            .build())
                    .build())
            .addModule(new Jdk8Module())
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    /** Records of the events topic. */
    public static final Codec<Event> EVENTS = new Codec<>(Event.class);

    /** Records of the telemetry topic. */
    public static final Codec<TelemetryRecord> TELEMETRY = new Codec<>(TelemetryRecord.class);

    /** Records of the windows topics. */
    public static final Codec<WindowRecord> WINDOWS = new Codec<>(WindowRecord.class);

    /** Records between the stages of the aggregator. */
    public static final Codec<Partial> PARTIALS = new Codec<>(Partial.class);

    /** Records of the verdicts topic. */
    public static final Codec<VerdictRecord> VERDICTS = new Codec<>(VerdictRecord.class);

    /** Records of the snapshots topic. */
    public static final Codec<Snapshot> SNAPSHOTS = new Codec<>(Snapshot.class);

    /** Records of the baselines topic. */
    public static final Codec<BaselineRecord> BASELINES = new Codec<>(BaselineRecord.class);

    /** Records of the alerts topic. */
    public static final Codec<AlertRecord> ALERTS = new Codec<>(AlertRecord.class);

    /** Records of the controls topic. */
    public static final Codec<Control> CONTROLS = new Codec<>(Control.class);

    /** Records of the runs topic. */
    public static final Codec<RunRecord> RUNS = new Codec<>(RunRecord.class);

    /** Records of the undecodable topic. */
    public static final Codec<UndecodableRecord> UNDECODABLE = new Codec<>(UndecodableRecord.class);

    private final Class<T> type;
    private final ObjectReader reader;
    private final ObjectWriter writer;

    Codec(Class<T> type) {
        this.type = type;
        this.reader = MAPPER.readerFor(type);
        this.writer = MAPPER.writerFor(type);
    }

    /** The wire form of a value. */
    public byte[] encode(T value) {
        try {
            return writer.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot encode " + type.getSimpleName(), e);
        }
    }

    /** Reads bytes of any origin; {@code null}, empty, too long, malformed and invalid ones are undecodable. */
    public Decoded<T> decode(byte @org.jspecify.annotations.Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return new Decoded.Undecodable<>("no bytes");
        }
        if (bytes.length > MAX_BYTES) {
            return new Decoded.Undecodable<>(bytes.length + " bytes, more than the " + MAX_BYTES + " allowed");
        }
        try {
            T value = reader.readValue(bytes);
            return value == null ? new Decoded.Undecodable<>("JSON null") : new Decoded.Value<>(value);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return new Decoded.Undecodable<>(oneLine(e));
        }
    }

    private static String oneLine(Throwable e) {
        String message =
                e instanceof JsonProcessingException json ? json.getOriginalMessage() : String.valueOf(e.getMessage());
        String line = message.lines().findFirst().orElse(e.getClass().getSimpleName());
        return line.length() <= 300 ? line : line.substring(0, 300);
    }
}
