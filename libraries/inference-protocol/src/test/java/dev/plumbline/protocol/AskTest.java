package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AskTest {

    private static final Ask.ToolCall CALL =
            new Ask.ToolCall("call_1", "weather", JsonFields.parse("{\"city\":\"Rome\"}"));
    private static final Ask.ToolCall OTHER = new Ask.ToolCall("call_2", "time", JsonFields.NONE);

    private static final Ask AGENT = new Ask(
            List.of(
                    new Ask.Message(Ask.Role.SYSTEM, "help"),
                    new Ask.Message(Ask.Role.USER, "warm?"),
                    new Ask.Message(Ask.Role.ASSISTANT, "", List.of(CALL, OTHER)),
                    Ask.Message.result(CALL, "21"),
                    Ask.Message.result(OTHER, "9:00"),
                    new Ask.Message(Ask.Role.USER, "and now?")),
            5);

    private static String written(EndpointType type, boolean streaming, Ask ask) {
        return new String(
                Protocol.of(type, RequestParameters.of("run-model", streaming, 9, 0))
                        .body(ask),
                StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            CHAT | true | {"model":"run-model","messages":[{"role":"user","content":"hi"}],"temperature":0.70,"max_tokens":16,"stream_options":{"include_usage":true},"stream":true}
            CHAT | false | {"model":"run-model","messages":[{"role":"user","content":"hi"}],"temperature":0.70,"max_tokens":16,"stream":false}
            MESSAGES | true | {"model":"run-model","messages":[{"role":"user","content":"hi"}],"temperature":0.70,"max_tokens":16,"stream_options":{"x":1},"stream":true}
            OLLAMA_CHAT | false | {"model":"run-model","messages":[{"role":"user","content":"hi"}],"temperature":0.70,"max_tokens":16,"stream_options":{"x":1},"stream":false}
            """)
    void aBodyIsSentAsItIsButForModelAndStream(EndpointType type, boolean streaming, String expected) {
        Ask ask = Ask.of(
                RawBody.parse(
                        "{\"model\":\"theirs\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true,"
                                + "\"temperature\":0.70,\"max_tokens\":16,\"stream_options\":{\"x\":1}}"),
                9);
        assertThat(written(type, streaming, ask)).isEqualTo(expected);
        assertThat(ask.maxTokens()).isEqualTo(16);
        assertThat(ask.text()).isEqualTo("hi");
    }

    @ParameterizedTest
    @CsvSource({"COMPLETIONS, prompt", "OLLAMA_GENERATE, prompt", "RESPONSES, input"})
    void aBodyOfAnApiWithoutMessagesIsSentToo(EndpointType type, String member) throws IOException {
        JsonNode body = new ObjectMapper()
                .readTree(written(type, true, Ask.of(RawBody.parse("{\"" + member + "\":\"say a\"}"), 9)));
        assertThat(body.at("/" + member).asText()).isEqualTo("say a");
        assertThat(body.has("max_tokens")).as("what is not stated is not added").isFalse();
        assertThat(body.has("temperature")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(EndpointType.class)
    void aBodyOfAnotherApiIsRefusedByName(EndpointType type) {
        Ask none = Ask.of(RawBody.parse("{\"max_tokens\":3,\"text\":\"hi\"}"), 9);
        assertThat(none.refusal(type).orElseThrow()).doesNotContain("\n");
        if (type == EndpointType.GENERIC) {
            assertThat(none.refusal(type).orElseThrow()).contains("own template");
            return;
        }
        assertThat(none.refusal(type).orElseThrow()).contains(type.shortName(), "it has max_tokens, text");
        assertThatThrownBy(() -> written(type, true, none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("what is asked has no ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "none", textBlock = """
            {"max_tokens":16}                            | 16
            {"max_completion_tokens":7,"max_tokens":16}  | 7
            {"max_output_tokens":5}                      | 5
            {"options":{"num_predict":4}}                | 4
            {"options":{"num_predict":-1}}               | none
            {"max_tokens":null}                          | none
            {"prompt":"x"}                               | none
            """)
    void theLongestAnswerIsThatOfTheBody(String body, Integer stated) {
        RawBody raw = RawBody.parse(body);
        assertThat(raw.maxTokens().isPresent()).isEqualTo(stated != null);
        assertThat(Ask.of(raw, 99).maxTokens()).isEqualTo(stated == null ? 99 : stated);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"max_tokens":0}     | has "max_tokens": 0, expected a whole number of 1 or more
            {"max_tokens":"16"}  | has "max_tokens": "16", expected a whole number of 1 or more
            {"max_tokens":1.5}   | has "max_tokens": 1.5, expected a whole number of 1 or more
            [1]                  | is not a JSON object, {…}
            """)
    void aBodyThatCannotBeOneIsRefused(String body, String why) {
        assertThatThrownBy(() -> RawBody.parse(body))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(why);
    }

    @Test
    void theTextOfABodyIsWhatAModelReads() {
        assertThat(RawBody.parse("""
                {"model":"m","tools":[{"type":"function","function":{"name":"f"}}],"system":"s",
                 "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]},
                  {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},
                  {"role":"tool","tool_call_id":"1","content":"r"}],"user":"nobody"}
                """).text()).isEqualTo("s\n\na\n\nf\n\n{}\n\nr");
        assertThat(RawBody.parse("{\"prompt\":[\"a\",\"b\"]}").text()).isEqualTo("a\n\nb");
        assertThat(RawBody.parse("{\"prompt\":[1,2]}").text())
                .as("ids of tokens")
                .isEmpty();
    }

    @Test
    void furtherFieldsWinOverWhatWouldBeWritten() {
        assertThat(written(
                        EndpointType.CHAT,
                        true,
                        Ask.of("hi", 5)
                                .with(JsonFields.parse(
                                        "{\"user\":\"u\",\"temperature\":1,\"stream_options\":{\"more\":true}}"))))
                .isEqualTo(
                        "{\"model\":\"run-model\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":5,"
                                + "\"stream_options\":{\"include_usage\":true,\"more\":true},\"user\":\"u\",\"temperature\":1,"
                                + "\"stream\":true}");
        assertThat(written(
                        EndpointType.OLLAMA_GENERATE,
                        false,
                        Ask.of("hi", 5).with(JsonFields.of("options", "{\"num_ctx\":8192}"))))
                .isEqualTo(
                        "{\"model\":\"run-model\",\"prompt\":\"hi\",\"options\":{\"num_predict\":5,\"temperature\":0.0,"
                                + "\"num_ctx\":8192},\"stream\":false}");
    }

    @Test
    void aFieldThatTheRunSaysIsRefused() {
        for (String name : List.of("model", "stream", "messages", "prompt", "input")) {
            assertThatThrownBy(() -> Ask.of("hi", 5).with(JsonFields.of(name, "1")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        assertThat(Ask.of("hi", 5).with(JsonFields.of("user", "1")).refusal(EndpointType.GENERIC))
                .hasValueSatisfying(why -> assertThat(why).contains("user"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            CHAT | /messages | [{"role":"system","content":"help"},{"role":"user","content":"warm?"},{"role":"assistant","content":"","tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Rome\\"}"}},{"id":"call_2","type":"function","function":{"name":"time","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"21"},{"role":"tool","tool_call_id":"call_2","content":"9:00"},{"role":"user","content":"and now?"}]
            OLLAMA_CHAT | /messages | [{"role":"system","content":"help"},{"role":"user","content":"warm?"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"weather","arguments":{"city":"Rome"}}},{"function":{"name":"time","arguments":{}}}]},{"role":"tool","tool_name":"weather","content":"21"},{"role":"tool","tool_name":"time","content":"9:00"},{"role":"user","content":"and now?"}]
            MESSAGES | /messages | [{"role":"user","content":"warm?"},{"role":"assistant","content":[{"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Rome"}},{"type":"tool_use","id":"call_2","name":"time","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"21"},{"type":"tool_result","tool_use_id":"call_2","content":"9:00"}]},{"role":"user","content":"and now?"}]
            RESPONSES | /input | [{"role":"system","content":"help"},{"role":"user","content":"warm?"},{"type":"function_call","call_id":"call_1","name":"weather","arguments":"{\\"city\\":\\"Rome\\"}"},{"type":"function_call","call_id":"call_2","name":"time","arguments":"{}"},{"type":"function_call_output","call_id":"call_1","output":"21"},{"type":"function_call_output","call_id":"call_2","output":"9:00"},{"role":"user","content":"and now?"}]
            COMPLETIONS | /prompt | "help\\n\\nwarm?\\n\\nweather\\n\\n{\\"city\\":\\"Rome\\"}\\n\\ntime\\n\\n{}\\n\\n21\\n\\n9:00\\n\\nand now?"
            """)
    void callsOfToolsAreWrittenInEachApisWay(EndpointType type, String at, String expected) throws IOException {
        JsonNode body = new ObjectMapper().readTree(written(type, true, AGENT));
        assertThat(body.at(at)).isEqualTo(new ObjectMapper().readTree(expected));
        assertThat(AGENT.refusal(type)).isEmpty();
    }

    @Test
    void onlyAnAssistantCallsAndATooIsAnsweredByOneCall() {
        assertThatThrownBy(() -> new Ask.Message(Ask.Role.USER, "x", List.of(CALL)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Ask.Message(Ask.Role.TOOL, "x", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Ask(List.of(), 5)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void promptsOfOneRequestAreAListWhereTheApiTakesSeveral() throws Exception {
        Ask several = Ask.of("one", 5).with(List.of(Ask.of("two", 9), Ask.of("three", 3)));
        RequestParameters parameters = new RequestParameters(
                "m",
                true,
                8,
                new Generation(Generation.Sampling.BY_SERVER, Generation.Ending.BY_SERVER, JsonFields.of("n", "2")));
        Protocol completions = Protocol.of(EndpointType.COMPLETIONS, parameters);
        JsonNode body = new ObjectMapper().readTree(completions.body(several));
        assertThat(body.path("prompt").toString()).isEqualTo("[\"one\",\"two\",\"three\"]");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(5);
        assertThat(completions.choices(several)).isEqualTo(6);
        assertThat(completions.choices(Ask.of("one", 5))).isEqualTo(2);
        assertThat(several.text()).isEqualTo("one\n\ntwo\n\nthree");
        assertThat(several.refusal(EndpointType.CHAT))
                .contains("has 3 prompts, and endpoint type chat takes one in a request");
        assertThat(Protocol.of(EndpointType.MESSAGES, RequestParameters.of("m", true, 8, 0))
                        .choices(Ask.of("one", 5)))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"prompt\":\"a\"}                        | 1",
                "{\"prompt\":[\"a\",\"b\"]}              | 2",
                "{\"prompt\":[\"a\",\"b\"],\"n\":3}    | 6",
                "{\"prompt\":[[1,2],[3]]}                    | 2",
                "{\"prompt\":[1,2,3]}                        | 1",
                "{\"prompt\":\"a\",\"n\":0}              | 1",
                "{\"prompt\":\"a\",\"n\":null}           | 1"
            })
    void aBodySaysHowManyAnswersItAsksFor(String body, int choices) {
        Protocol completions = Protocol.of(EndpointType.COMPLETIONS, RequestParameters.of("m", true, 8, 0));
        assertThat(completions.choices(Ask.of(RawBody.parse(body), 4))).isEqualTo(choices);
    }
}
