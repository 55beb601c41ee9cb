package dev.plumbline.telemetry.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.contract.telemetry.ModelLifecycle.InMemory;
import dev.plumbline.contract.telemetry.Observation;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What {@code /api/ps} lists, by the server's name of the model. */
record RunningModels(Map<String, InMemory> models) {

    /** A server holds a handful; what it lists beyond is left out. */
    private static final int MAX_MODELS = 256;

    RunningModels {
        models = Map.copyOf(models);
    }

    static RunningModels read(JsonNode root) {
        Map<String, InMemory> models = new TreeMap<>();
        for (JsonNode model : root.path("models")) {
            String name = model.path("name").asText("");
            if (!name.isBlank() && name.length() <= Observation.MAX_NAME_LENGTH && models.size() < MAX_MODELS) {
                models.put(
                        name,
                        new InMemory(
                                count(model.path("size")),
                                count(model.path("size_vram")),
                                count(model.path("context_length")),
                                expiry(model.path("expires_at").asText(""))));
            }
        }
        return new RunningModels(models);
    }

    private static OptionalLong count(JsonNode number) {
        return number.isIntegralNumber() && number.longValue() >= 0
                ? OptionalLong.of(number.longValue())
                : OptionalLong.empty();
    }

    private static OptionalLong expiry(String text) {
        try {
            long millis = OffsetDateTime.parse(text).toInstant().toEpochMilli();
            return millis > 0 ? OptionalLong.of(millis) : OptionalLong.empty();
        } catch (DateTimeException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    /** Whether a model is in it; {@code name} and {@code name:latest} are one. */
    boolean contains(String model) {
        return models.containsKey(fullName(model));
    }

    static String fullName(String model) {
        return model.lastIndexOf(':') > model.lastIndexOf('/') ? model : model + ":latest";
    }
}
