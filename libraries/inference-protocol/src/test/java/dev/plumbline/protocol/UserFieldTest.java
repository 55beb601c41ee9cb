package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** In whose name is asked, where each API wants it. */
class UserFieldTest {

    private static JsonNode body(EndpointType type) throws IOException {
        Protocol protocol = Protocol.of(type, RequestParameters.of("m", true, 8, 0));
        return new ObjectMapper().readTree(protocol.body(Ask.of("Hi", 8).with(type.user("tenant-1"))));
    }

    @ParameterizedTest
    @CsvSource({"CHAT, /user", "COMPLETIONS, /user", "RESPONSES, /user", "MESSAGES, /metadata/user_id"})
    void itStandsWhereTheApiWantsIt(EndpointType type, String pointer) throws IOException {
        assertThat(body(type).at(pointer).asText()).isEqualTo("tenant-1");
    }

    @ParameterizedTest
    @EnumSource(names = {"OLLAMA_CHAT", "OLLAMA_GENERATE"})
    void whereThereIsNoPlaceForItNothingIsSent(EndpointType type) throws IOException {
        assertThat(body(type).toString()).doesNotContain("tenant-1");
    }

    @Test
    void aNameThatWouldHaveToBeQuotedIsRefused() {
        assertThatThrownBy(() -> EndpointType.CHAT.user("a\"b")).isInstanceOf(IllegalArgumentException.class);
    }
}
