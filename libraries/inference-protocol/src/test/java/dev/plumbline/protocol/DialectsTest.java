package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no capture shows: tool calls, reasoning, errors in other clothes, limits, descriptions. */
class DialectsTest {

    private static final RequestParameters STREAMED = RequestParameters.of("m", true, 8, 0);

    @Test
    void messagesKnowThinkingToolsErrorsAndCaches() {
        Protocol messages = Protocol.of(EndpointType.MESSAGES, STREAMED);
        assertThat(
                        chunk(
                                messages,
                                "{\"type\":\"content_block_delta\",\"delta\":{\"thinking\":\"hm\",\"type\":\"thinking_delta\"}}"))
                .isEqualTo(StreamItem.Chunk.REASONING);
        assertThat(
                        chunk(
                                messages,
                                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"x\"}}"))
                .isEqualTo(StreamItem.Chunk.NOTHING);
        assertThat(
                        chunk(
                                messages,
                                "{\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}},\"type\":\"content_block_start\"}"))
                .isEqualTo(StreamItem.Chunk.ANSWER);
        assertThat(chunk(messages, "{\"type\":\"ping\"}")).isEqualTo(StreamItem.Chunk.NOTHING);
        assertThat(events(
                        messages,
                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"))
                .containsExactly(new StreamItem.ServerError("Overloaded", true));
        assertThat(chunk(
                                messages,
                                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"input_tokens\":3,"
                                        + "\"cache_read_input_tokens\":5,\"cache_creation_input_tokens\":2,\"output_tokens\":7}}")
                        .usage())
                .contains(new Usage(OptionalLong.of(10), OptionalLong.of(7), OptionalLong.empty(), OptionalLong.of(5)));
        assertThat(whole(
                        Protocol.of(EndpointType.MESSAGES, RequestParameters.of("m", false, 8, 0)),
                        "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":\"end_turn\","
                                + "\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}"))
                .singleElement()
                .isInstanceOfSatisfying(StreamItem.Chunk.class, answer -> {
                    assertThat(answer.answer()).isTrue();
                    assertThat(answer.finishReason()).contains("end_turn");
                    assertThat(answer.usage().orElseThrow().output()).hasValue(2);
                });
    }

    @Test
    void responsesKnowReasoningToolsFailuresAndRepetitions() {
        Protocol responses = Protocol.of(EndpointType.RESPONSES, STREAMED);
        assertThat(chunk(responses, "{\"delta\":\"hm\",\"type\":\"response.reasoning_text.delta\"}"))
                .isEqualTo(StreamItem.Chunk.REASONING);
        assertThat(chunk(responses, "{\"type\":\"response.function_call_arguments.delta\",\"delta\":\"{\"}"))
                .isEqualTo(StreamItem.Chunk.ANSWER);
        assertThat(chunk(responses, "{\"type\":\"response.output_text.done\",\"text\":\"all of it again\"}"))
                .isEqualTo(StreamItem.Chunk.NOTHING);
        assertThat(chunk(responses, "{\"type\":\"response.output_text.delta\",\"delta\":\"\"}"))
                .isEqualTo(StreamItem.Chunk.NOTHING);
        assertThat(events(responses, "{\"type\":\"error\",\"code\":\"x\",\"message\":\"no more\",\"param\":null}"))
                .containsExactly(new StreamItem.ServerError("no more"));
        assertThat(
                        events(
                                responses,
                                "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"message\":\"broken\"}}}"))
                .containsExactly(new StreamItem.ServerError("broken"));
        assertThat(events(
                        responses,
                        "{\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\","
                                + "\"incomplete_details\":{\"reason\":\"max_output_tokens\"}}}"))
                .hasSize(2)
                .last()
                .isEqualTo(new StreamItem.Done());
        assertThat(whole(
                        Protocol.of(EndpointType.RESPONSES, RequestParameters.of("m", false, 8, 0)),
                        "{\"object\":\"response\",\"status\":\"completed\",\"error\":null,\"output\":[{\"type\":\"reasoning\","
                                + "\"summary\":[{\"text\":\"hm\"}]},{\"type\":\"message\",\"content\":[{\"type\":\"output_text\","
                                + "\"text\":\"a\"}]}],\"usage\":{\"output_tokens\":2}}"))
                .first()
                .isInstanceOfSatisfying(StreamItem.Chunk.class, answer -> {
                    assertThat(answer.answer()).isTrue();
                    assertThat(answer.finishReason()).contains("completed");
                });
    }

    @Test
    void ollamaLeavesOutWhatIsZeroAndMayThink() {
        Protocol ollama = Protocol.of(EndpointType.OLLAMA_CHAT, STREAMED);
        assertThat(lines(ollama, "{\"message\":{\"content\":\"\",\"thinking\":\"hm\"},\"done\":false}\n"))
                .containsExactly(StreamItem.Chunk.REASONING);
        List<StreamItem> last = lines(
                ollama,
                "{\"message\":{\"content\":\"a\"},\"done\":false}\n"
                        + "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}");
        assertThat(last).hasSize(3);
        assertThat(((StreamItem.Chunk) last.get(1)).timings()).isEmpty();
        assertThat(((StreamItem.Chunk) last.get(1)).finishReason()).contains("stop");
        assertThat(lines(ollama, "{\"done_reason\":\"load\",\"done\":false}\n"))
                .containsExactly(StreamItem.Chunk.NOTHING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OLLAMA_GENERATE | application/json | {'response':'a','done':false}; | true | labelled application/json, but a stream of lines",
                "OLLAMA_GENERATE | application/x-ndjson | {'response':'a','done':true}; | false | labelled application/x-ndjson, but JSON in one piece",
                "CHAT | application/json | data: {'choices':[]};; | true | labelled application/json, but a stream of events",
                "CHAT | text/plain | : ping;; | true | labelled text/plain, but a stream of events",
                "CHAT | text/event-stream | {'choices':[]} | false | labelled text/event-stream, but JSON in one piece",
                "CHAT | text/event-stream | {;'choices':[];} | false | labelled text/event-stream, but JSON in one piece",
                "CHAT | text/event-stream | {'choices':[{'delta':{'content':'a'}}]}; | true | labelled text/event-stream, but a stream of lines",
                "CHAT | | {'choices':[]} | false | 'without a label, and JSON in one piece'",
                "MESSAGES | application/json; charset=utf-8 | event: ping;data: {'type':'ping'};; | true | 'labelled application/json; charset=utf-8, but a stream of events'"
            })
    void theFirstBytesDecideAndTheLabelIsNoted(
            EndpointType type, String label, String body, boolean isStream, String remark) {
        String text = body.replace(';', '\n').replace('\'', '"');
        for (int pieces : new int[] {1, text.length()}) {
            List<StreamItem> items = new ArrayList<>();
            AnswerReader reader = Protocol.of(type, STREAMED).answer(200, Optional.ofNullable(label), items::add);
            if (pieces == 1) {
                feed(reader, text);
            } else {
                text.chars().forEach(c -> feed(reader, Character.toString(c)));
            }
            reader.end(true);
            assertThat(items).first().isEqualTo(new StreamItem.Reframed(isStream, remark));
            assertThat(reader.isStream()).isEqualTo(isStream);
            assertThat(items).noneMatch(StreamItem.Malformed.class::isInstance);
        }
    }

    @Test
    void textIsKeptOnlyWhenAskedForAndNeverPrinted() {
        Protocol keeping = Protocol.of(EndpointType.CHAT, STREAMED).keepingText();
        StreamItem.Chunk kept =
                chunk(keeping, "{\"choices\":[{\"delta\":{\"reasoning\":\"hm \",\"content\":\"s3cret\"}}]}");
        assertThat(kept.text()).isEqualTo("hm s3cret");
        assertThat(kept.toString()).doesNotContain("s3cret");
        assertThat(chunk(
                                Protocol.of(EndpointType.RESPONSES, STREAMED).keepingText(),
                                "{\"delta\":\"ab\",\"type\":\"response.output_text.delta\"}")
                        .text())
                .isEqualTo("ab");
        assertThat(chunk(
                                Protocol.of(EndpointType.RESPONSES, STREAMED).keepingText(),
                                "{\"item\":{},\"delta\":\"ab\",\"type\":\"response.output_text.done\"}")
                        .text())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CHAT", "OLLAMA_GENERATE"})
    void eventsAndStreamsAreBounded(EndpointType type) {
        Protocol bounded = Protocol.of(type, STREAMED).withLimits(new AnswerLimits(64, 100, 200));
        List<StreamItem> items = new ArrayList<>();
        AnswerReader reader = bounded.answer(200, Optional.of("x"), items::add);
        feed(reader, "x".repeat(65));
        feed(reader, "\n{}\n");
        reader.end(true);
        assertThat(items).containsExactly(new StreamItem.Malformed("an event of more than 64 bytes"));
        items.clear();
        AnswerReader longer = bounded.answer(200, Optional.of("x"), items::add);
        for (int i = 0; i < 9; i++) {
            feed(longer, "\n".repeat(25));
        }
        assertThat(items).containsExactly(new StreamItem.Malformed("an answer of more than 200 bytes"));
        items.clear();
        AnswerReader error = bounded.answer(500, Optional.of("x"), items::add);
        feed(error, " ".repeat(101));
        assertThat(items).containsExactly(new StreamItem.Malformed("an answer of more than 100 bytes"));
    }

    @Test
    void aDescribedAnswerWithoutAFinishReasonIsCompleteAtItsCleanEndOnly() {
        GenericTarget plain = generic("{\"q\":\"{{prompt}}\"}", GenericTarget.Framing.JSON, Optional.empty());
        Protocol protocol = Protocol.generic(plain, RequestParameters.of("m", false, 8, 0));
        assertThat(finish(protocol, "{\"a\":{\"b\":\"hi\"}}", true)).contains("end-of-answer");
        assertThat(finish(protocol, "{\"a\":{\"b\":\"\"}}", true)).isEmpty();
        assertThat(finish(protocol, "{\"error\":\"no\",\"a\":{\"b\":\"hi\"}}", true))
                .isEmpty();
        Protocol lines = Protocol.generic(
                generic("", GenericTarget.Framing.NDJSON, Optional.empty()), RequestParameters.of("m", true, 8, 0));
        assertThat(finish(lines, "{\"a\":{\"b\":\"hi\"}}\n", false)).isEmpty();
        assertThat(finish(lines, "{\"a\":{\"b\":\"hi\"}}\n", true)).contains("end-of-answer");
        assertThat(lines.headers()).containsEntry("Accept", "application/x-ndjson");
        assertThat(lines.body("x")).isEmpty();
    }

    @Test
    void aTemplateIsFilledWithEscapedTexts() {
        GenericTarget target = generic(
                "{\"p\":\"{{prompt}}\",\"m\":\"{{model}}\",\"n\":{{max_tokens}},\"t\":{{temperature}},\"s\":{{seed}},"
                        + "\"stream\":{{stream}}}",
                GenericTarget.Framing.SSE,
                Optional.of("/f"));
        Protocol protocol = Protocol.generic(target, new RequestParameters("m\"1", true, 9, 0.5, OptionalLong.of(7)));
        assertThat(new String(protocol.body("a \"quote\"\n$1 {{model}} é"), StandardCharsets.UTF_8))
                .isEqualTo("{\"p\":\"a \\\"quote\\\"\\n$1 {{model}} é\",\"m\":\"m\\\"1\",\"n\":9,\"t\":0.5,\"s\":7,"
                        + "\"stream\":true}");
    }

    @Test
    void aWrongDescriptionIsRefusedByName() {
        assertThatThrownBy(() -> generic("{\"p\":\"{{promt}}\"}", GenericTarget.Framing.SSE, Optional.empty()))
                .hasMessageContaining("{{promt}}");
        assertThatThrownBy(() -> generic("{\"p\":{{prompt}}", GenericTarget.Framing.SSE, Optional.empty()))
                .hasMessageContaining("not JSON");
        assertThatThrownBy(() -> generic("", GenericTarget.Framing.SSE, Optional.of("f")))
                .hasMessageContaining("finish-reason 'f'");
    }

    @ParameterizedTest
    @CsvSource({
        "http://h:8000, CHAT, http://h:8000/v1/chat/completions",
        "http://h:8000/v1/, CHAT, http://h:8000/v1/chat/completions",
        "https://h/openai/v1, RESPONSES, https://h:443/openai/v1/responses",
        "https://h/x/chat/completions?v=1, CHAT, https://h:443/x/chat/completions?v=1",
        "http://h:11434/v1, OLLAMA_CHAT, http://h:11434/api/chat",
        "http://h:11434/api/generate, OLLAMA_GENERATE, http://h:11434/api/generate",
        "http://[::1]:9, MESSAGES, http://[::1]:9/v1/messages",
        "http://h/any/thing?x=y, GENERIC, http://h:80/any/thing?x=y",
        "http://h, GENERIC, http://h:80/"
    })
    void theUrlOfAnApiIsFoundBelowAnyBase(String base, EndpointType type, String expected) {
        assertThat(TargetUrl.below(base, type, Optional.empty(), Map.of()).uri())
                .hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h:8000", "ftp://h", "http://", "http://user:s3cret@h/", "http://h:8000/ s3cret"})
    void whatIsNoUrlIsRefusedWithoutItsSecrets(String base) {
        assertThatThrownBy(() -> TargetUrl.below(base, EndpointType.CHAT, Optional.empty(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("s3cret");
    }

    @Test
    void shortNamesAreUnderstoodInAnyCase() {
        for (EndpointType type : EndpointType.values()) {
            assertThat(EndpointType.named(type.shortName())).isEqualTo(type);
            assertThat(EndpointType.named(type.name())).isEqualTo(type);
        }
        assertThatThrownBy(() -> EndpointType.named("grpc")).hasMessageContaining("ollama-chat");
    }

    private static GenericTarget generic(String body, GenericTarget.Framing framing, Optional<String> finish) {
        return new GenericTarget(
                "POST", body, framing, "/a/b", Optional.empty(), finish, Optional.empty(), Optional.empty(), "/error");
    }

    private static Optional<String> finish(Protocol protocol, String body, boolean cleanly) {
        List<StreamItem> items = new ArrayList<>();
        AnswerReader reader = protocol.answer(200, Optional.empty(), items::add);
        feed(reader, body);
        reader.end(cleanly);
        return items.stream()
                .filter(StreamItem.Chunk.class::isInstance)
                .flatMap(item -> ((StreamItem.Chunk) item).finishReason().stream())
                .findFirst();
    }

    private static StreamItem.Chunk chunk(Protocol protocol, String json) {
        List<StreamItem> items = events(protocol, json);
        return (StreamItem.Chunk) items.get(0);
    }

    private static List<StreamItem> events(Protocol protocol, String json) {
        return read(protocol, "text/event-stream", "data: " + json + "\n\n");
    }

    private static List<StreamItem> lines(Protocol protocol, String text) {
        return read(protocol, "application/x-ndjson", text);
    }

    private static List<StreamItem> whole(Protocol protocol, String json) {
        return read(protocol, "application/json", json);
    }

    private static List<StreamItem> read(Protocol protocol, String contentType, String body) {
        List<StreamItem> items = new ArrayList<>();
        AnswerReader reader = protocol.answer(200, Optional.of(contentType), items::add);
        feed(reader, body);
        reader.end(true);
        return items;
    }

    private static void feed(AnswerReader reader, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        reader.feed(bytes, 0, bytes.length);
    }
}
