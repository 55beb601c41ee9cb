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
            sink.accept(JsonAnswer.notUnderstood("not JSON", bytes, offset, length, namedError));
            return;
        }
        JsonNode failure = json.at(error);
        if (namedError || !(failure.isMissingNode() || failure.isNull())) {
            sink.accept(serverError(failure));
            return;
        }
        JsonNode said = json.at(text);
        String answer = said.isArray() ? partsOf(said, false) : textOf(said);
        String thought = reasoning.map(json::at).map(GenericAnswer::textOf).orElse("")
                + (said.isArray() ? partsOf(said, true) : "");
        Usage usage = Usage.told(
                countAt(json, promptTokens),
                countAt(json, outputTokens),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty());
        // Which reasons a described server gives is for its description: all but those that say that something went
        // wrong.
        Optional<String> finish = finishReason
                .map(json::at)
                .map(GenericAnswer::textOf)
                .filter(FinishReason::isStated)
                .map(Words::of);
        boolean fails = finish.filter(FinishReason::isFailure).isPresent();
        if (finish.isEmpty() && usage.equals(Usage.NOTHING) && said.isMissingNode() && thought.isEmpty()) {
            sink.accept(new StreamItem.Foreign(Words.of(bytes, offset, length), false, false));
            return;
        }
        sink.accept(new StreamItem.Chunk(
                !answer.isEmpty() || !thought.isEmpty(),
                !answer.isEmpty(),
                keepsText ? thought + answer : "",
                fails ? Optional.empty() : finish,
                usage.equals(Usage.NOTHING) ? Optional.empty() : Optional.of(usage),
                Optional.empty()));
        if (fails) {
            sink.accept(FinishReason.objection(finish.get()));
        }
    }

    private static StreamItem.ServerError serverError(JsonNode failure) {
        String said = Words.of(
                failure.isObject()
                        ? failure.path("message").asText("")
                        : failure.isValueNode() ? failure.asText("") : "");
        boolean busy = Busy.isToldBy(said)
                || Busy.isCodedBy(failure.path("code").asText(""))
                || Busy.isCodedBy(failure.path("type").asText(""));
        return new StreamItem.ServerError(said.isEmpty() ? "an error without a message" : said, busy);
    }

    private static String textOf(JsonNode found) {
        return found.isValueNode() && !found.isNull() ? found.asText() : "";
    }

    /** The texts in a list of parts that are reasoning by their type, or those that are not. */
    private static String partsOf(JsonNode list, boolean reasoning) {
        StringBuilder texts = new StringBuilder();
        for (JsonNode part : list) {
            String type = part.path("type").asText("");
            JsonNode thinking = part.path("thinking");
            boolean isReasoning = type.contains("think") || type.contains("reason") || !thinking.isMissingNode();
            if (isReasoning == reasoning) {
                texts.append(textOf(part)).append(textOf(part.path("text"))).append(textOf(thinking));
                thinking.findValuesAsText("text").forEach(texts::append);
            }
        }
        return texts.toString();
    }

    private static OptionalLong countAt(JsonNode json, Optional<JsonPointer> pointer) {
        JsonNode found = pointer.map(json::at).orElse(json.path(""));
        return found.isIntegralNumber() && found.canConvertToLong()
                ? Usage.believed(found.longValue())
                : OptionalLong.empty();
    }
}
