package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** The request bodies of each API. */
final class Requests {

    private static final JsonFactory JSON = new JsonFactory();

    private Requests() {}

    static RequestWriter of(EndpointType type, RequestParameters parameters) {
        return switch (type) {
            case CHAT -> object(parameters, Requests::chat);
            case COMPLETIONS -> object(parameters, Requests::completions);
            case OLLAMA_GENERATE -> object(parameters, Requests::ollamaGenerate);
            case OLLAMA_CHAT -> object(parameters, Requests::ollamaChat);
            case MESSAGES -> object(parameters, Requests::anthropic);
            case RESPONSES -> object(parameters, Requests::responses);
            case GENERIC -> throw new IllegalArgumentException("a generic target needs its description");
        };
    }

    static RequestWriter filling(GenericTarget target, RequestParameters parameters) {
        return ask -> target.filled(placeholder -> switch (placeholder) {
                    case "prompt" -> escaped(ask.text());
                    case "model" -> escaped(parameters.model());
                    case "max_tokens" -> Integer.toString(ask.maxTokens());
                    case "temperature" -> Double.toString(parameters.temperature());
                    case "seed" -> Long.toString(parameters.samplingSeed().orElse(0));
                    case "stream" -> Boolean.toString(parameters.streaming());
                    default -> throw new IllegalArgumentException("no placeholder " + placeholder);
                })
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String escaped(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    /** Writes the keys of one request. */
    @FunctionalInterface
    private interface Keys {
        void write(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException;
    }

    private static RequestWriter object(RequestParameters parameters, Keys keys) {
        return ask -> {
            ByteArrayOutputStream bytes =
                    new ByteArrayOutputStream(ask.messages().getLast().text().length() + 256);
            try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
                json.writeStartObject();
                json.writeStringField("model", parameters.model());
                keys.write(json, parameters, ask);
                json.writeBooleanField("stream", parameters.streaming());
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException("writing JSON into memory failed", e);
            }
            return bytes.toByteArray();
        };
    }

    private static void chat(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException {
        messages(json, ask);
        openAiSampling(json, parameters, ask);
    }

    private static void completions(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException {
        json.writeStringField("prompt", ask.text());
        openAiSampling(json, parameters, ask);
    }

    private static void openAiSampling(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException {
        json.writeNumberField("max_tokens", ask.maxTokens());
        json.writeNumberField("temperature", parameters.temperature());
        if (parameters.samplingSeed().isPresent()) {
            json.writeNumberField("seed", parameters.samplingSeed().getAsLong());
        }
        if (parameters.streaming()) {
            json.writeObjectFieldStart("stream_options");
            json.writeBooleanField("include_usage", true);
            json.writeEndObject();
        }
    }

    private static void ollamaGenerate(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException {
        json.writeStringField("prompt", ask.text());
        ollamaOptions(json, parameters, ask);
    }

    private static void ollamaChat(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException {
        messages(json, ask);
        ollamaOptions(json, parameters, ask);
    }

    private static void ollamaOptions(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException {
        json.writeObjectFieldStart("options");
        json.writeNumberField("num_predict", ask.maxTokens());
        json.writeNumberField("temperature", parameters.temperature());
        if (parameters.samplingSeed().isPresent()) {
            json.writeNumberField("seed", parameters.samplingSeed().getAsLong());
        }
        json.writeEndObject();
    }

    private static void anthropic(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException {
        String system = ask.messages().stream()
                .filter(message -> message.role() == Ask.Role.SYSTEM)
                .map(Ask.Message::text)
                .collect(Collectors.joining("\n\n"));
        if (!system.isEmpty()) {
            json.writeStringField("system", system);
        }
        json.writeArrayFieldStart("messages");
        write(
                json,
                ask.messages().stream()
                        .filter(message -> message.role() != Ask.Role.SYSTEM)
                        .toList());
        json.writeEndArray();
        json.writeNumberField("max_tokens", ask.maxTokens());
        json.writeNumberField("temperature", parameters.temperature());
    }

    private static void responses(JsonGenerator json, RequestParameters parameters, Ask ask) throws IOException {
        if (ask.messages().size() == 1) {
            json.writeStringField("input", ask.text());
        } else {
            json.writeArrayFieldStart("input");
            write(json, ask.messages());
            json.writeEndArray();
        }
        json.writeNumberField("max_output_tokens", ask.maxTokens());
        json.writeNumberField("temperature", parameters.temperature());
        // Nothing that a benchmark asks is worth keeping on the server.
        json.writeBooleanField("store", false);
    }

    private static void messages(JsonGenerator json, Ask ask) throws IOException {
        json.writeArrayFieldStart("messages");
        write(json, ask.messages());
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, List<Ask.Message> messages) throws IOException {
        for (Ask.Message message : messages) {
            json.writeStartObject();
            json.writeStringField("role", message.role().word());
            json.writeStringField("content", message.text());
            json.writeEndObject();
        }
    }
}
