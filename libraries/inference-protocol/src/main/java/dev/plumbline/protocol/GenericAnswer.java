package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Reads JSON texts as a {@link GenericTarget} describes them. */
final class GenericAnswer implements Dialect {

    private static final ObjectReader JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxStringLength(AnswerLimits.DEFAULT.maxBodyBytes())
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private final JsonPointer text;
    private final Optional<JsonPointer> reasoning;
    private final Optional<JsonPointer> finishReason;
    private final Optional<JsonPointer> promptTokens;
    private final Optional<JsonPointer> outputTokens;
    private final JsonPointer error;
    private final boolean keepsText;

    GenericAnswer(GenericTarget target, boolean keepsText) {
        this.text = JsonPointer.compile(target.text());
        this.reasoning = target.reasoning().map(JsonPointer::compile);
        this.finishReason = target.finishReason().map(JsonPointer::compile);
        this.promptTokens = target.promptTokens().map(JsonPointer::compile);
        this.outputTokens = target.outputTokens().map(JsonPointer::compile);
        this.error = JsonPointer.compile(target.error());
        this.keepsText = keepsText;
    }

    @Override
    public void read(byte[] bytes, int offset, int length, boolean namedError, Consumer<StreamItem> sink) {
        if (JsonAnswer.isDone(bytes, offset, length)) {
            sink.accept(new StreamItem.Done());
            return;
        }
        JsonNode json;
        try {
            json = JSON.readTree(bytes, offset, length);
        } catch (IOException e) {
            sink.accept(
                    namedError
                            ? new StreamItem.ServerError("an event named error")
                            : new StreamItem.Malformed(
                                    "not JSON: " + e.getClass().getSimpleName()));
            return;
        }
        JsonNode failure = json.at(error);
        if (namedError || !(failure.isMissingNode() || failure.isNull())) {
            sink.accept(new StreamItem.ServerError(message(failure)));
            return;
        }
        String answer = textAt(json, Optional.of(text));
        String thought = textAt(json, reasoning);
        Usage usage = new Usage(
                countAt(json, promptTokens), countAt(json, outputTokens), OptionalLong.empty(), OptionalLong.empty());
        sink.accept(new StreamItem.Chunk(
                !answer.isEmpty() || !thought.isEmpty(),
                !answer.isEmpty(),
                keepsText ? thought + answer : "",
                Optional.of(textAt(json, finishReason))
                        .filter(reason -> !reason.isEmpty())
                        .map(JsonAnswer::oneLine),
                usage.equals(Usage.NOTHING) ? Optional.empty() : Optional.of(usage),
                Optional.empty()));
    }

    private static String message(JsonNode failure) {
        String words = failure.isObject()
                ? failure.path("message").asText("")
                : failure.isValueNode() ? failure.asText("") : "";
        return words.isBlank() ? "an error without a message" : JsonAnswer.oneLine(words);
    }

    private static String textAt(JsonNode json, Optional<JsonPointer> pointer) {
        JsonNode found = pointer.map(json::at).orElse(json.path(""));
        return found.isValueNode() && !found.isNull() ? found.asText() : "";
    }

    private static OptionalLong countAt(JsonNode json, Optional<JsonPointer> pointer) {
        JsonNode found = pointer.map(json::at).orElse(json.path(""));
        return found.isIntegralNumber() && found.canConvertToLong()
                ? Usage.believed(found.longValue())
                : OptionalLong.empty();
    }
}
