package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.protocol.Generation.Ending;
import dev.plumbline.protocol.Generation.Field;
import dev.plumbline.protocol.Generation.MaxTokensField;
import dev.plumbline.protocol.Generation.Sampling;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GenerationTest {

    private static final Sampling SAMPLING =
            new Sampling(OptionalDouble.of(0.5), OptionalDouble.of(0.9), OptionalLong.of(7));

    private static Ending ending(boolean ignoresEos, MaxTokensField field) {
        return new Ending(List.of("END", "\n"), OptionalInt.of(3), ignoresEos, field);
    }

    private static String written(EndpointType type, Generation generation) {
        return new String(
                Protocol.of(type, new RequestParameters("m", false, 9, generation))
                        .body(Ask.of("hi", 5)),
                StandardCharsets.UTF_8);
    }

    /** What an API has no field for is not written; that it is refused before is the next test. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            CHAT | {"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"temperature":0.5,"top_p":0.9,"seed":7,"stop":["END","\\n"],"min_tokens":3,"ignore_eos":true,"user":"u","stream":false}
            COMPLETIONS | {"model":"m","prompt":"hi","max_tokens":5,"temperature":0.5,"top_p":0.9,"seed":7,"stop":["END","\\n"],"min_tokens":3,"ignore_eos":true,"user":"u","stream":false}
            OLLAMA_GENERATE | {"model":"m","prompt":"hi","options":{"num_predict":5,"temperature":0.5,"top_p":0.9,"seed":7,"stop":["END","\\n"]},"user":"u","stream":false}
            OLLAMA_CHAT | {"model":"m","messages":[{"role":"user","content":"hi"}],"options":{"num_predict":5,"temperature":0.5,"top_p":0.9,"seed":7,"stop":["END","\\n"]},"user":"u","stream":false}
            MESSAGES | {"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"temperature":0.5,"top_p":0.9,"stop_sequences":["END","\\n"],"user":"u","stream":false}
            RESPONSES | {"model":"m","input":"hi","max_output_tokens":5,"temperature":0.5,"top_p":0.9,"store":false,"user":"u","stream":false}
            """)
    void eachApiHasItsOwnNames(EndpointType type, String expected) {
        assertThat(written(
                        type,
                        new Generation(SAMPLING, ending(true, MaxTokensField.AUTO), JsonFields.of("user", "\"u\""))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            CHAT | {"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"stream":false}
            COMPLETIONS | {"model":"m","prompt":"hi","max_tokens":5,"stream":false}
            OLLAMA_GENERATE | {"model":"m","prompt":"hi","options":{"num_predict":5},"stream":false}
            MESSAGES | {"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5,"stream":false}
            RESPONSES | {"model":"m","input":"hi","max_output_tokens":5,"store":false,"stream":false}
            """)
    void byItsDefaultsAServerIsSentNoFieldOfSampling(EndpointType type, String expected) {
        assertThat(written(type, Generation.SERVER_DEFAULTS)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "CHAT, AUTO, 127.0.0.1, max_tokens",
        "CHAT, AUTO, api.openai.com, max_completion_tokens",
        "CHAT, AUTO, mine.openai.azure.com, max_completion_tokens",
        "CHAT, MAX_TOKENS, api.openai.com, max_tokens",
        "CHAT, MAX_COMPLETION_TOKENS, 127.0.0.1, max_completion_tokens",
        "CHAT, NONE, 127.0.0.1, ",
        "COMPLETIONS, AUTO, api.openai.com, max_tokens",
        "RESPONSES, AUTO, api.openai.com, max_output_tokens",
        "RESPONSES, NONE, api.openai.com, ",
        "OLLAMA_CHAT, NONE, 127.0.0.1, "
    })
    void theLongestAnswerHasTheNameThatIsAskedFor(EndpointType type, MaxTokensField field, String host, String name) {
        String body = written(
                type,
                new Generation(
                                Sampling.BY_SERVER,
                                new Ending(List.of(), OptionalInt.empty(), false, field),
                                JsonFields.NONE)
                        .at(type, host));
        if (name == null) {
            assertThat(body).doesNotContain(":5");
        } else {
            assertThat(body).contains("\"" + name + "\":5").doesNotContainPattern(":5.*:5");
        }
    }

    @ParameterizedTest
    @EnumSource(EndpointType.class)
    void whatAnApiHasNoPlaceForIsRefusedByName(EndpointType type) {
        Map<Field, Generation> each = Map.of(
                Field.TEMPERATURE,
                        with(new Sampling(OptionalDouble.of(1), OptionalDouble.empty(), OptionalLong.empty())),
                Field.TOP_P, with(new Sampling(OptionalDouble.empty(), OptionalDouble.of(0.9), OptionalLong.empty())),
                Field.SAMPLING_SEED,
                        with(new Sampling(OptionalDouble.empty(), OptionalDouble.empty(), OptionalLong.of(1))),
                Field.STOP, with(new Ending(List.of("x"), OptionalInt.empty(), false, MaxTokensField.AUTO)),
                Field.MIN_TOKENS, with(new Ending(List.of(), OptionalInt.of(1), false, MaxTokensField.AUTO)),
                Field.IGNORE_EOS, with(new Ending(List.of(), OptionalInt.empty(), true, MaxTokensField.AUTO)),
                Field.MAX_TOKENS_FIELD, with(new Ending(List.of(), OptionalInt.empty(), false, MaxTokensField.NONE)),
                Field.EXTRA_BODY, new Generation(Sampling.BY_SERVER, Ending.BY_SERVER, JsonFields.of("user", "1")));
        List<Field> refused = switch (type) {
            case CHAT, COMPLETIONS -> List.of();
            case OLLAMA_GENERATE, OLLAMA_CHAT -> List.of(Field.MIN_TOKENS, Field.IGNORE_EOS);
            case MESSAGES -> List.of(Field.SAMPLING_SEED, Field.MIN_TOKENS, Field.IGNORE_EOS, Field.MAX_TOKENS_FIELD);
            case RESPONSES -> List.of(Field.SAMPLING_SEED, Field.STOP, Field.MIN_TOKENS, Field.IGNORE_EOS);
            case GENERIC -> List.of(Field.values());
        };
        assertThat(each.keySet()).containsExactlyInAnyOrder(Field.values());
        String plain = type == EndpointType.GENERIC ? "" : written(type, Generation.SERVER_DEFAULTS);
        each.forEach((field, generation) -> {
            Optional<Generation.Unsupported> unsupported = generation.unsupported(type, Optional.empty());
            assertThat(unsupported.map(Generation.Unsupported::field))
                    .as("%s of %s", field, type)
                    .isEqualTo(refused.contains(field) ? Optional.of(field) : Optional.empty());
            if (!refused.contains(field)) {
                assertThat(written(type, generation))
                        .as("%s of %s", field, type)
                        .isNotEqualTo(plain);
            }
        });
    }

    private static Generation with(Sampling sampling) {
        return new Generation(sampling, Ending.BY_SERVER, JsonFields.NONE);
    }

    private static Generation with(Ending ending) {
        return new Generation(Sampling.BY_SERVER, ending, JsonFields.NONE);
    }

    @Test
    void severalAnswersAreAskedForWhereTheApiHasThem() {
        Generation several = new Generation(Sampling.BY_SERVER, Ending.BY_SERVER, JsonFields.of("n", "4"));
        assertThat(several.answersToEach()).isEqualTo(4);
        assertThat(Generation.DETERMINISTIC.answersToEach()).isEqualTo(1);
        assertThat(several.unsupported(EndpointType.CHAT, Optional.empty())).isEmpty();
        assertThat(several.unsupported(EndpointType.MESSAGES, Optional.empty()))
                .contains(new Generation.Unsupported(
                        Field.EXTRA_BODY, "endpoint type messages gives one answer and has no n"));
        for (String none : List.of("0", "-1", "129", "1.5", "\"2\"", "null")) {
            JsonFields fields = JsonFields.of("n", none);
            assertThatThrownBy(() -> new Generation(Sampling.BY_SERVER, Ending.BY_SERVER, fields))
                    .as(none)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 128");
        }
    }

    @Test
    void theShortestAnswerIsNeverLongerThanTheLongest() {
        Generation generation = with(new Ending(List.of(), OptionalInt.of(100), false, MaxTokensField.AUTO));
        assertThat(written(EndpointType.CHAT, generation)).contains("\"min_tokens\":5");
    }

    @Test
    void aRunThatSaysNothingHasTheConditionsThatItAlwaysHad() {
        assertThat(Generation.DETERMINISTIC.conditions()).isEqualTo(Map.of("temperature", "0.0"));
        assertThat(Generation.SERVER_DEFAULTS.conditions()).isEqualTo(Map.of("generation", "defaults"));
        assertThat(new Generation(SAMPLING, ending(true, MaxTokensField.NONE), JsonFields.of("user", "\"secret\""))
                        .conditions())
                .containsOnlyKeys(
                        "temperature",
                        "topP",
                        "samplingSeed",
                        "stop",
                        "minTokens",
                        "ignoreEos",
                        "maxTokensField",
                        "extraBody.user")
                .containsEntry("stop", "[\"END\",\"\\n\"]")
                .hasEntrySatisfying(
                        "extraBody.user", digest -> assertThat(digest).matches("[0-9a-f]{16}"));
    }

    @Test
    void whoWantsATemperatureIsToldThatThereIsNone() {
        GenericTarget wanting = new GenericTarget(
                "POST",
                "{\"p\":\"{{prompt}}\",\"t\":{{temperature}}}",
                GenericTarget.Framing.SSE,
                "/text",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "/error");
        assertThat(Generation.SERVER_DEFAULTS.unsupported(EndpointType.GENERIC, Optional.of(wanting)))
                .hasValueSatisfying(refused -> assertThat(refused.field()).isEqualTo(Field.TEMPERATURE));
        assertThat(with(new Sampling(OptionalDouble.of(1), OptionalDouble.empty(), OptionalLong.empty()))
                        .unsupported(EndpointType.GENERIC, Optional.of(wanting)))
                .isEmpty();
        assertThatThrownBy(() ->
                        Protocol.generic(wanting, new RequestParameters("m", true, 9, Generation.SERVER_DEFAULTS)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("{{temperature}}");
    }

    @ParameterizedTest
    @CsvSource({"model", "stream", "messages", "prompt", "input", "max_tokens"})
    void whatTheRunSaysIsNoFurtherField(String name) {
        assertThatThrownBy(() -> new Generation(Sampling.BY_SERVER, Ending.BY_SERVER, JsonFields.of(name, "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void theFurtherFieldsOfAnAskWinOverThoseOfTheRun() {
        Generation generation = new Generation(
                Sampling.BY_SERVER, Ending.BY_SERVER, JsonFields.parse("{\"user\":\"run\",\"a\":{\"x\":1}}"));
        String body = new String(
                Protocol.of(EndpointType.COMPLETIONS, new RequestParameters("m", false, 9, generation))
                        .body(Ask.of("hi", 5).with(JsonFields.parse("{\"user\":\"ask\",\"a\":{\"y\":2}}"))),
                StandardCharsets.UTF_8);
        assertThat(body)
                .isEqualTo(
                        "{\"model\":\"m\",\"prompt\":\"hi\",\"max_tokens\":5,\"user\":\"ask\",\"a\":{\"x\":1,\"y\":2},"
                                + "\"stream\":false}");
    }
}
