package dev.plumbline.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What the target truly did, from its emit log: by request id, received and first content in nanoseconds of one clock. */
final class Truth {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Truth() {}

    record Emitted(long receivedNanos, long firstContentNanos) {
        long ttftNanos() {
            return firstContentNanos - receivedNanos;
        }
    }

    /** Reads the log; a last line that is not whole yet is left out. */
    static Map<String, Emitted> read(Path log) throws IOException {
        Map<String, Emitted> emitted = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.endsWith("}")) {
                    continue;
                }
                JsonNode record = JSON.readTree(line);
                if (record.hasNonNull("firstContentNanos")) {
                    emitted.put(
                            record.get("requestId").asText(),
                            new Emitted(
                                    record.get("receivedNanos").asLong(),
                                    record.get("firstContentNanos").asLong()));
                }
            }
        }
        return emitted;
    }
}
