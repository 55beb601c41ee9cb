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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** The request bodies of each API. */
final class Requests {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int INITIAL_BYTES = 1024;
    private static final Set<String> SAID_BY_RUN = Set.of("model", "stream");
    private static final Set<String> SAID_BY_RUN_OF_OPENAI = Set.of("model", "stream", "stream_options");

    private Requests() {}

    static RequestWriter of(EndpointType type, RequestParameters parameters) {
        return switch (type) {
            case CHAT -> object(type, parameters, Requests::chat);
            case COMPLETIONS -> object(type, parameters, Requests::completions);
            case OLLAMA_GENERATE -> object(type, parameters, Requests::ollamaGenerate);
            case OLLAMA_CHAT -> object(type, parameters, Requests::ollamaChat);
            case MESSAGES -> object(type, parameters, Requests::anthropic);
            case RESPONSES -> object(type, parameters, Requests::responses);
            case GENERIC -> throw new IllegalArgumentException("a generic target needs its description");
        };
    }

    /** @throws IllegalArgumentException if the body wants a temperature and none is to be sent */
    static RequestWriter filling(GenericTarget target, RequestParameters parameters) {
        Generation.Sampling sampling = parameters.generation().sampling();
        if (target.fills("temperature") && sampling.temperature().isEmpty()) {
            throw new IllegalArgumentException("body has {{temperature}}, and by its defaults a server is sent none:"
                    + " state a temperature, or take it out of the body");
        }
        return ask -> {
            requireFit(ask, EndpointType.GENERIC);
            return target.filled(placeholder -> switch (placeholder) {
                        case "prompt" -> escaped(ask.text());
                        case "model" -> escaped(parameters.model());
                        case "max_tokens" -> Integer.toString(ask.maxTokens());
                        case "temperature" ->
                            Double.toString(sampling.temperature().orElse(0));
                        case "seed" -> Long.toString(sampling.seed().orElse(0));
                        case "stream" -> Boolean.toString(parameters.streaming());
                        default -> throw new IllegalArgumentException("no placeholder " + placeholder);
                    })
                    .getBytes(StandardCharsets.UTF_8);
        };
    }

    private static String escaped(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    /** Writes what one API has between the model and whether it streams. */
    @FunctionalInterface
    private interface Keys {
        void write(Members members, RequestParameters parameters, Ask ask) throws IOException;
    }

    private static RequestWriter object(EndpointType type, RequestParameters parameters, Keys keys) {
        return ask -> {
            requireFit(ask, type);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(INITIAL_BYTES);
            try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
                json.writeStartObject();
                json.writeStringField("model", parameters.model());
                // Who asks knows more of it than who runs.
                JsonFields further = parameters.generation().extra().with(ask.extra());
                if (ask.body().isPresent()) {
                    written(json, type, parameters, ask.body().get().fields().with(further));
                } else {
                    Members members = new Members(json, further);
                    keys.write(members, parameters, ask);
                    members.end();
                }
                json.writeBooleanField("stream", parameters.streaming());
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException("writing JSON into memory failed", e);
            }
            return bytes.toByteArray();
        };
    }

    private static void requireFit(Ask ask, EndpointType type) {
        ask.refusal(type).ifPresent(refusal -> {
            throw new IllegalArgumentException("what is asked " + refusal);
        });
    }

    /** What somebody wrote, but for what the run says. */
    private static void written(JsonGenerator json, EndpointType type, RequestParameters parameters, JsonFields fields)
            throws IOException {
        if (hasStreamOptions(type)) {
            fields.without(SAID_BY_RUN_OF_OPENAI).write(json);
            streamOptions(new Members(json, JsonFields.NONE), parameters);
        } else {
            fields.without(SAID_BY_RUN).write(json);
        }
    }

    private static boolean hasStreamOptions(EndpointType type) {
        return type == EndpointType.CHAT || type == EndpointType.COMPLETIONS;
    }

    /** How many answers a request has: for each of its prompts as many as {@code n} says. */
    static int choices(EndpointType type, RequestParameters parameters, Ask ask) {
        if (!type.takesSeveralAnswers()) {
            return 1;
        }
        JsonFields further = parameters.generation().extra().with(ask.extra());
        Optional<RawBody> body = ask.body();
        int ofEach = further.json(Generation.ANSWERS)
                .or(() -> body.flatMap(written -> written.fields().json(Generation.ANSWERS)))
                .map(Generation::answers)
                .orElse(OptionalInt.of(1))
                .orElse(1);
        int prompts = body.map(written -> type.takesSeveralPrompts() ? written.prompts() : 1)
                .orElse(1 + ask.beside().size());
        return Math.min(StreamItem.MOST_CHOICES, prompts * ofEach);
    }

    private static void streamOptions(Members members, RequestParameters parameters) throws IOException {
        if (parameters.streaming()) {
            members.object("stream_options", options -> options.flag("include_usage", true));
        }
    }

    private static void chat(Members members, RequestParameters parameters, Ask ask) throws IOException {
        messages(members, ask, Requests::openAiMessage);
        openAiSampling(members, parameters, ask);
    }

    private static void completions(Members members, RequestParameters parameters, Ask ask) throws IOException {
        if (ask.beside().isEmpty()) {
            members.text("prompt", ask.text());
        } else {
            members.texts("prompt", ask.prompts());
        }
        openAiSampling(members, parameters, ask);
    }

    private static void openAiSampling(Members members, RequestParameters parameters, Ask ask) throws IOException {
        Generation generation = parameters.generation();
        switch (generation.ending().maxTokensField()) {
            case AUTO, MAX_TOKENS -> members.number("max_tokens", ask.maxTokens());
            case MAX_COMPLETION_TOKENS -> members.number("max_completion_tokens", ask.maxTokens());
            case NONE -> {}
        }
        drawn(members, generation.sampling());
        seeded(members, generation.sampling());
        Generation.Ending ending = generation.ending();
        if (!ending.stop().isEmpty()) {
            members.texts("stop", ending.stop());
        }
        if (ending.minTokens().isPresent()) {
            members.number("min_tokens", Math.min(ending.minTokens().getAsInt(), ask.maxTokens()));
        }
        if (ending.ignoresEos()) {
            members.flag("ignore_eos", true);
        }
        streamOptions(members, parameters);
    }

    /** What every API calls alike. */
    private static void drawn(Members members, Generation.Sampling sampling) throws IOException {
        if (sampling.temperature().isPresent()) {
            members.number("temperature", sampling.temperature().getAsDouble());
        }
        if (sampling.topP().isPresent()) {
            members.number("top_p", sampling.topP().getAsDouble());
        }
    }

    private static void seeded(Members members, Generation.Sampling sampling) throws IOException {
        if (sampling.seed().isPresent()) {
            members.number("seed", sampling.seed().getAsLong());
        }
    }

    private static void ollamaGenerate(Members members, RequestParameters parameters, Ask ask) throws IOException {
        members.text("prompt", ask.text());
        ollamaOptions(members, parameters, ask);
    }

    private static void ollamaChat(Members members, RequestParameters parameters, Ask ask) throws IOException {
        messages(members, ask, Requests::ollamaMessage);
        ollamaOptions(members, parameters, ask);
    }

    private static void ollamaOptions(Members members, RequestParameters parameters, Ask ask) throws IOException {
        Generation generation = parameters.generation();
        members.object("options", options -> {
            if (generation.statesLongest()) {
                options.number("num_predict", ask.maxTokens());
            }
            drawn(options, generation.sampling());
            seeded(options, generation.sampling());
            if (!generation.ending().stop().isEmpty()) {
                options.texts("stop", generation.ending().stop());
            }
        });
    }

    private static void anthropic(Members members, RequestParameters parameters, Ask ask) throws IOException {
        String system = ask.messages().stream()
                .filter(message -> message.role() == Ask.Role.SYSTEM)
                .map(Ask.Message::text)
                .collect(Collectors.joining("\n\n"));
        if (!system.isEmpty()) {
            members.text("system", system);
        }
        members.array("messages", json -> anthropicMessages(json, ask.messages()));
        members.number("max_tokens", ask.maxTokens());
        drawn(members, parameters.generation().sampling());
        List<String> stop = parameters.generation().ending().stop();
        if (!stop.isEmpty()) {
            members.texts("stop_sequences", stop);
        }
    }

    private static void responses(Members members, RequestParameters parameters, Ask ask) throws IOException {
        if (ask.messages().size() == 1 && ask.messages().getFirst().calls().isEmpty()) {
            members.text("input", ask.text());
        } else {
            members.array("input", json -> {
                for (Ask.Message message : ask.messages()) {
                    responsesItems(json, message);
                }
            });
        }
        if (parameters.generation().statesLongest()) {
            members.number("max_output_tokens", ask.maxTokens());
        }
        drawn(members, parameters.generation().sampling());
        // Nothing that a benchmark asks is worth keeping on the server.
        members.flag("store", false);
    }

    /** Writes one message. */
    @FunctionalInterface
    private interface OneMessage {
        void write(JsonGenerator json, Ask.Message message) throws IOException;
    }

    private static void messages(Members members, Ask ask, OneMessage one) throws IOException {
        members.array("messages", json -> {
            for (Ask.Message message : ask.messages()) {
                one.write(json, message);
            }
        });
    }

    private static void openAiMessage(JsonGenerator json, Ask.Message message) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", message.role().word());
        if (message.role() == Ask.Role.TOOL) {
            json.writeStringField("tool_call_id", message.calls().getFirst().id());
        }
        json.writeStringField("content", message.text());
        if (message.role() == Ask.Role.ASSISTANT && !message.calls().isEmpty()) {
            json.writeArrayFieldStart("tool_calls");
            for (Ask.ToolCall call : message.calls()) {
                json.writeStartObject();
                json.writeStringField("id", call.id());
                json.writeStringField("type", "function");
                json.writeObjectFieldStart("function");
                json.writeStringField("name", call.name());
                // A text that holds JSON, not an object.
                json.writeStringField("arguments", call.arguments().json());
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void ollamaMessage(JsonGenerator json, Ask.Message message) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", message.role().word());
        if (message.role() == Ask.Role.TOOL) {
            json.writeStringField("tool_name", message.calls().getFirst().name());
        }
        json.writeStringField("content", message.text());
        if (message.role() == Ask.Role.ASSISTANT && !message.calls().isEmpty()) {
            json.writeArrayFieldStart("tool_calls");
            for (Ask.ToolCall call : message.calls()) {
                json.writeStartObject();
                json.writeObjectFieldStart("function");
                json.writeStringField("name", call.name());
                object(json, "arguments", call.arguments());
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /** Results of tools that follow each other are one message of the user: that API refuses a call whose result comes later. */
    private static void anthropicMessages(JsonGenerator json, List<Ask.Message> messages) throws IOException {
        boolean inResults = false;
        for (Ask.Message message : messages) {
            boolean isResult = message.role() == Ask.Role.TOOL;
            if (inResults && !isResult) {
                json.writeEndArray();
                json.writeEndObject();
                inResults = false;
            }
            if (isResult) {
                if (!inResults) {
                    json.writeStartObject();
                    json.writeStringField("role", "user");
                    json.writeArrayFieldStart("content");
                    inResults = true;
                }
                json.writeStartObject();
                json.writeStringField("type", "tool_result");
                json.writeStringField("tool_use_id", message.calls().getFirst().id());
                json.writeStringField("content", message.text());
                json.writeEndObject();
            } else if (message.role() != Ask.Role.SYSTEM) {
                anthropicMessage(json, message);
            }
        }
        if (inResults) {
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void anthropicMessage(JsonGenerator json, Ask.Message message) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", message.role().word());
        if (message.calls().isEmpty()) {
            json.writeStringField("content", message.text());
        } else {
            json.writeArrayFieldStart("content");
            // An empty text block is refused.
            if (!message.text().isEmpty()) {
                json.writeStartObject();
                json.writeStringField("type", "text");
                json.writeStringField("text", message.text());
                json.writeEndObject();
            }
            for (Ask.ToolCall call : message.calls()) {
                json.writeStartObject();
                json.writeStringField("type", "tool_use");
                json.writeStringField("id", call.id());
                json.writeStringField("name", call.name());
                object(json, "input", call.arguments());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void responsesItems(JsonGenerator json, Ask.Message message) throws IOException {
        if (message.role() == Ask.Role.TOOL) {
            json.writeStartObject();
            json.writeStringField("type", "function_call_output");
            json.writeStringField("call_id", message.calls().getFirst().id());
            json.writeStringField("output", message.text());
            json.writeEndObject();
            return;
        }
        if (!message.text().isEmpty() || message.calls().isEmpty()) {
            json.writeStartObject();
            json.writeStringField("role", message.role().word());
            json.writeStringField("content", message.text());
            json.writeEndObject();
        }
        for (Ask.ToolCall call : message.calls()) {
            json.writeStartObject();
            json.writeStringField("type", "function_call");
            json.writeStringField("call_id", call.id());
            json.writeStringField("name", call.name());
            json.writeStringField("arguments", call.arguments().json());
            json.writeEndObject();
        }
    }

    private static void object(JsonGenerator json, String name, JsonFields fields) throws IOException {
        json.writeObjectFieldStart(name);
        fields.write(json);
        json.writeEndObject();
    }
}
