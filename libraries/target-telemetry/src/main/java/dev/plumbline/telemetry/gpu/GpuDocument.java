package dev.plumbline.telemetry.gpu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import java.util.List;
import java.util.Optional;

/** The JSON that a tool prints, as samples. */
interface GpuDocument {

    /** Most GPUs of one source. */
    int MAX_GPUS = 1_024;

    /** The GPUs in a document of any content; none where it is of another form. */
    List<GpuSample> read(String json, Observation observation);

    /** A JSON document; empty when it is none. */
    static Optional<JsonNode> parse(String json) {
        try {
            return Optional.ofNullable(Json.READER.readTree(json));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Where the reader lives: an interface has no private constants. */
    final class Json {
        private static final ObjectReader READER = JsonMapper.builder().build().reader();

        private Json() {}
    }
}
