package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiAnswerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
                "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null}}]}",
                "{\"choices\":[{\"delta\":{}}]}",
                "{\"choices\":[{\"delta\":null}]}",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[]}}]}",
                "{\"choices\":[],\"prompt_progress\":{\"total\":5}}",
                "{\"error\":null,\"choices\":[]}",
                "{\"error\":false,\"choices\":[],\"message\":\"all is well\"}"
            })
    void isNotContent(String json) {
        assertThat(read(json)).isEqualTo(StreamItem.Chunk.NOTHING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"delta\":{\"content\":\" Hi\"},\"finish_reason\":null}]}",
                "{\"x\":{\"choices\":[1]},\"choices\":[{\"finish_reason\":null,\"logprobs\":{\"content\":[{}]},\"delta\":{\"content\":\"a\"}}]}",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]}}]}",
                "{\"choices\":[{\"delta\":{\"reasoning\":\"hm\",\"content\":\"a\"}}]}",
                "{\"choices\":[{\"text\":\"a\"}]}",
                "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}}]}"
            })
    void isAnAnswer(String json) {
        assertThat(read(json)).isEqualTo(StreamItem.Chunk.ANSWER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reasoning", "reasoning_content"})
    void reasoningIsContentButNotAnAnswer(String name) {
        assertThat(read("{\"choices\":[{\"delta\":{\"" + name + "\":\"hm\",\"content\":null}}]}"))
                .isEqualTo(StreamItem.Chunk.REASONING);
    }

    @Test
    void usageIsReadWithItsDetailsAndLlamaTimings() {
        StreamItem.Chunk chunk = (StreamItem.Chunk) read(
                "{\"choices\":[],\"usage\":{\"completion_tokens\":8,\"prompt_tokens\":12,\"prompt_tokens_details\":"
                        + "{\"audio\":0,\"cached_tokens\":11},\"completion_tokens_details\":{\"reasoning_tokens\":3}},"
                        + "\"timings\":{\"prompt_n\":1,\"prompt_ms\":6.294,\"predicted_ms\":11.706}}");
        assertThat(chunk.usage())
                .contains(new Usage(OptionalLong.of(12), OptionalLong.of(8), OptionalLong.of(3), OptionalLong.of(11)));
        assertThat(chunk.timings().orElseThrow().nanos())
                .containsEntry("prompt", 6_294_000L)
                .containsEntry("predicted", 11_706_000L);
    }

    @Test
    void nullUsageAndNullDetailsSayNothing() {
        assertThat(((StreamItem.Chunk) read("{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}")).usage())
                .isEmpty();
        StreamItem.Chunk chunk = (StreamItem.Chunk)
                read("{\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":2,\"prompt_tokens_details\":null}}");
        assertThat(chunk.usage())
                .contains(new Usage(
                        OptionalLong.empty(), OptionalLong.of(2), OptionalLong.empty(), OptionalLong.empty()));
    }

    @Test
    void theFinishReasonMayComeWithTheLastContent() {
        StreamItem.Chunk chunk = (StreamItem.Chunk)
                read("{\"choices\":[{\"delta\":{\"content\":\"ib\"},\"finish_reason\":\"length\"}]}");
        assertThat(chunk.answer()).isTrue();
        assertThat(chunk.finishReason()).isEqualTo(Optional.of("length"));
    }

    @Test
    void anErrorMayBeAnObjectOrAString() {
        assertThat(read("{\"error\":{\"code\":500,\"message\":\"Context size has been exceeded.\"}}"))
                .isEqualTo(new StreamItem.ServerError("Context size has been exceeded."));
        assertThat(read("{\"error\":\"Unauthorized\"}")).isEqualTo(new StreamItem.ServerError("Unauthorized"));
        assertThat(read("{\"error\":{}}")).isInstanceOf(StreamItem.ServerError.class);
        assertThat(read("{\"error\":true}")).isInstanceOf(StreamItem.ServerError.class);
    }

    @Test
    void anObjectWithNothingOfTheApiIsNothingButItsWords() {
        assertThat(read("{}")).isEqualTo(new StreamItem.Foreign("{}", false, false));
        assertThat(read("{\"object\":\"error\",\"message\":\"out of\\n memory\",\"code\":50001}"))
                .isEqualTo(new StreamItem.Foreign("out of memory", true, false));
        assertThat(read("{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"Field required\",\"input\":\"s3cret\"}]}"))
                .isEqualTo(new StreamItem.Foreign("Field required", true, false));
        assertThat(read("{\"model\":\"m\",\"response\":\"s3cret words\",\"done\":false}"))
                .isEqualTo(new StreamItem.Foreign("{\"model\":\"m\",", false, false));
    }

    @Test
    void whatBreaksOffIsNotRepeated() {
        assertThat(read("{\"choices\":[{\"delta\":{\"content\":\"s3cret"))
                .isEqualTo(new StreamItem.Malformed("not JSON"));
        assertThat(read("Internal\nServer Error"))
                .isEqualTo(new StreamItem.Malformed("not JSON: Internal Server Error"));
    }

    @Test
    void whatAValidatorEchoesOfThePromptIsCutOff() {
        StreamItem.ServerError error = (StreamItem.ServerError)
                read("{\"error\":{\"message\":\"[{'msg': 'Field required', 'input': {'prompt': 'secret'}}]\"}}");
        assertThat(error.message()).contains("Field required").doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "null",
                "3",
                "{",
                "{\"choices\":[",
                "{\"choices\":[{\"delta\":{\"content\":\"a",
                "<html>"
            })
    void whatIsNotAWholeObjectIsMalformed(String json) {
        assertThat(read(json)).isInstanceOf(StreamItem.Malformed.class);
    }

    @Test
    void doneIsRecognisedAndAnErrorEventWithAnyDataIsAnError() {
        assertThat(event("[DONE]", false)).isEqualTo(new StreamItem.Done());
        assertThat(event("oops", true)).isInstanceOf(StreamItem.ServerError.class);
    }

    @Test
    void aChunkSaysWhichOfSeveralAnswersItIsOf() {
        StreamItem.Chunk chunk = (StreamItem.Chunk) read("{\"choices\":[{\"text\":\" a\",\"index\":3}]}");
        assertThat(chunk.choice()).isEqualTo(3);
        assertThat(chunk.answer()).isTrue();
        assertThat(read("{\"choices\":[{\"index\":-1,\"text\":\"a\"}]}"))
                .isEqualTo(new StreamItem.ServerError("a choice with index -1"));
        assertThat(read("{\"choices\":[{\"index\":99999999999999999999,\"text\":\"a\"}]}"))
                .isInstanceOf(StreamItem.ServerError.class);
    }

    @Test
    void answersInOneObjectAreToldApartAndWhatIsOfAllComesWithTheLast() {
        List<StreamItem> items = items("{\"choices\":[{\"index\":0,\"text\":\"a\",\"finish_reason\":\"stop\"},"
                + "{\"finish_reason\":\"error\",\"text\":\"\",\"index\":1},{\"index\":2,\"text\":\"c\",\"finish_reason\":\"length\"}],"
                + "\"usage\":{\"prompt_tokens\":6,\"completion_tokens\":2,\"total_tokens\":8}}");
        assertThat(items)
                .containsExactly(
                        chunk(0, true, Optional.of("stop"), Optional.empty()),
                        chunk(1, false, Optional.empty(), Optional.empty()),
                        new StreamItem.ServerError("finish reason 'error'"),
                        chunk(
                                2,
                                true,
                                Optional.of("length"),
                                Optional.of(new Usage(
                                        OptionalLong.of(6),
                                        OptionalLong.of(2),
                                        OptionalLong.empty(),
                                        OptionalLong.empty()))));
    }

    private static StreamItem.Chunk chunk(
            int choice, boolean content, Optional<String> finishReason, Optional<Usage> usage) {
        return new StreamItem.Chunk(choice, content, content, "", finishReason, usage, Optional.empty());
    }

    private static List<StreamItem> items(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        List<StreamItem> items = new ArrayList<>();
        JsonAnswer.dialect(OpenAiAnswer::new, false).read(bytes, 0, bytes.length, false, items::add);
        return items;
    }

    private static StreamItem read(String json) {
        return item("#" + json + "#", 1, false);
    }

    private static StreamItem event(String data, boolean namedError) {
        return item(data, 0, namedError);
    }

    private static StreamItem item(String text, int margin, boolean namedError) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<StreamItem> items = new ArrayList<>();
        JsonAnswer.dialect(OpenAiAnswer::new, false)
                .read(bytes, margin, bytes.length - 2 * margin, namedError, items::add);
        assertThat(items).hasSize(1);
        return items.get(0);
    }
}
