package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestsTest {

    @ParameterizedTest
    @CsvSource({
        "CHAT, /messages/0/content, /max_tokens, /temperature, /seed",
        "COMPLETIONS, /prompt, /max_tokens, /temperature, /seed",
        "OLLAMA_GENERATE, /prompt, /options/num_predict, /options/temperature, /options/seed",
        "OLLAMA_CHAT, /messages/0/content, /options/num_predict, /options/temperature, /options/seed",
        "MESSAGES, /messages/0/content, /max_tokens, /temperature, ",
        "RESPONSES, /input, /max_output_tokens, /temperature, "
    })
    void aRequestIsWhatServersExpect(
            EndpointType type, String prompt, String maxTokens, String temperature, String seed) throws IOException {
        for (boolean streaming : new boolean[] {true, false}) {
            JsonNode body = new ObjectMapper()
                    .readTree(Protocol.of(type, new RequestParameters("m\"1", streaming, 9, 0.5, OptionalLong.of(7)))
                            .body("say \"hi\""));
            assertThat(body.at("/model").asText()).isEqualTo("m\"1");
            assertThat(body.at(prompt).asText()).isEqualTo("say \"hi\"");
            assertThat(body.at(maxTokens).asInt()).isEqualTo(9);
            assertThat(body.at(temperature).asDouble()).isEqualTo(0.5);
            assertThat(body.at("/stream").isBoolean()).isTrue();
            assertThat(body.at("/stream").asBoolean()).isEqualTo(streaming);
            if (seed == null) {
                assertThat(body.has("seed")).isFalse();
            } else {
                assertThat(body.at(seed).asLong()).isEqualTo(7);
            }
            boolean openAi = type == EndpointType.CHAT || type == EndpointType.COMPLETIONS;
            assertThat(body.at("/stream_options/include_usage").asBoolean()).isEqualTo(streaming && openAi);
        }
    }

    @ParameterizedTest
    @CsvSource({"CHAT, /messages", "OLLAMA_CHAT, /messages", "MESSAGES, /messages", "RESPONSES, /input"})
    void aConversationIsSentAsItWent(EndpointType type, String at) throws IOException {
        Ask ask = new Ask(
                List.of(
                        new Ask.Message(Ask.Role.SYSTEM, "be brief"),
                        new Ask.Message(Ask.Role.USER, "say a"),
                        new Ask.Message(Ask.Role.ASSISTANT, "a"),
                        new Ask.Message(Ask.Role.USER, "say b")),
                5);
        JsonNode body = new ObjectMapper()
                .readTree(
                        Protocol.of(type, RequestParameters.of("m", true, 9, 0)).body(ask));
        List<String> sent = new ArrayList<>();
        body.at(at)
                .forEach(message -> sent.add(message.at("/role").asText() + ": "
                        + message.at("/content").asText()));
        // That API takes it beside the messages and refuses it among them.
        boolean isBeside = type == EndpointType.MESSAGES;
        assertThat(body.at("/system").asText()).isEqualTo(isBeside ? "be brief" : "");
        assertThat(sent)
                .isEqualTo(Stream.of("system: be brief", "user: say a", "assistant: a", "user: say b")
                        .skip(isBeside ? 1 : 0)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({"COMPLETIONS, /prompt, /max_tokens", "OLLAMA_GENERATE, /prompt, /options/num_predict"})
    void anApiWithoutMessagesGetsTheConversationAsText(EndpointType type, String at, String maxTokens)
            throws IOException {
        Ask ask =
                new Ask(List.of(new Ask.Message(Ask.Role.USER, "say a"), new Ask.Message(Ask.Role.ASSISTANT, "a")), 5);
        JsonNode body = new ObjectMapper()
                .readTree(
                        Protocol.of(type, RequestParameters.of("m", true, 9, 0)).body(ask));
        assertThat(body.at(at).asText()).isEqualTo("say a\n\na");
        assertThat(body.at(maxTokens).asInt())
                .as("what is asked goes before what all have in common")
                .isEqualTo(5);
    }
}
