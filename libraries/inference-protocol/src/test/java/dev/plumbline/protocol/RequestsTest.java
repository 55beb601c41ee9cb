package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.OptionalLong;
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
}
