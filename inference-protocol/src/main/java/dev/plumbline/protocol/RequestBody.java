package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * The JSON of a request, all of it except the prompt fixed for a run.
 *
 * @param streaming asks for server-sent events with a usage chunk
 * @param maxTokens longest answer, in tokens, 1 or more
 * @param temperature 0 or more; 0 asks for the most likely token every time
 */
public record RequestBody(
        EndpointType endpointType, String model, boolean streaming, int maxTokens, double temperature) {

    private static final JsonFactory JSON = new JsonFactory();

    public RequestBody {
        Objects.requireNonNull(endpointType, "endpointType");
        Objects.requireNonNull(model, "model");
        if (maxTokens < 1 || !(temperature >= 0)) {
            throw new IllegalArgumentException("max_tokens " + maxTokens + ", temperature " + temperature);
        }
    }

    /** The bytes to post, UTF-8. */
    public byte[] withPrompt(String prompt) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(prompt.length() + 256);
        try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeStringField("model", model);
            switch (endpointType) {
                case CHAT -> {
                    json.writeArrayFieldStart("messages");
                    json.writeStartObject();
                    json.writeStringField("role", "user");
                    json.writeStringField("content", prompt);
                    json.writeEndObject();
                    json.writeEndArray();
                }
                case COMPLETIONS -> json.writeStringField("prompt", prompt);
            }
            json.writeNumberField("max_tokens", maxTokens);
            json.writeNumberField("temperature", temperature);
            json.writeBooleanField("stream", streaming);
            if (streaming) {
                json.writeObjectFieldStart("stream_options");
                json.writeBooleanField("include_usage", true);
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing JSON into memory failed", e);
        }
        return bytes.toByteArray();
    }
}
