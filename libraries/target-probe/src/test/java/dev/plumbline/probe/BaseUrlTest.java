package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plumbline.protocol.EndpointType;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseUrlTest {

    @ParameterizedTest
    @CsvSource({
        "localhost:8000, http://localhost:8000, ''",
        "http://localhost:8000/, http://localhost:8000, ''",
        "HTTP://LocalHost:8000/v1, http://LocalHost:8000, ''",
        "http://h:1/v1/models, http://h:1, ''",
        "https://api.example.com/openai/v1/, https://api.example.com/openai, ''",
        "https://api.example.com:443, https://api.example.com, ''",
        "http://[::1]:11434, http://[::1]:11434, ''",
        "h:1/v1/chat/completions, http://h:1, chat",
        "h:1/p/v1/completions/, http://h:1/p, completions",
        "h:1/api/chat, http://h:1, ollama-chat",
        "h:1/x/api/generate, http://h:1/x, ollama-generate",
        "h:1/v1/messages, http://h:1, messages",
        "h:1/v1/responses, http://h:1, responses",
    })
    void understandsWhatPeopleType(String typed, String base, String type) {
        BaseUrl url = BaseUrl.parse(typed);

        assertThat(url.base()).isEqualTo(base);
        assertThat(url.endpointType().map(EndpointType::shortName).orElse("")).isEqualTo(type);
    }

    @Test
    void aFullPathOfAnotherVersionIsTakenAsItIs() {
        BaseUrl url = BaseUrl.parse("http://h:1/v3/chat/completions?api-version=7");

        assertThat(url.endpoint(EndpointType.CHAT)).isEqualTo("http://h:1/v3/chat/completions?api-version=7");
        assertThat(url.modelsPath()).isEqualTo("/models");
        assertThat(url.base()).isEqualTo("http://h:1/v3");
    }

    /** Where a server redirects from one to the other, only the one that was typed is served. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://h:1/v1/chat/completions",
                "http://h:1/v1/chat/completions/",
                "http://h:1/p/v3/chat/completions//?a=b"
            })
    void aFullPathIsTakenToTheLetter(String typed) {
        assertThat(BaseUrl.parse(typed).endpoint(EndpointType.CHAT)).isEqualTo(typed);
        assertThat(BaseUrl.parse(typed).endpoint(EndpointType.COMPLETIONS)).doesNotEndWith("/");
    }

    /** Of an API that we do not know every path may be its own. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://h:1/v1",
                "http://h:1/v1/",
                "http://h:1/my/v1?key=1",
                "http://h:1/v1/models",
                "http://h:1/answer/",
                "http://h:1/answer",
                "http://h:1/v1/chat/completions/",
                "http://h:1"
            })
    void anAddressThatIsDescribedIsTakenToTheLetter(String typed) {
        assertThat(BaseUrl.parse(typed).whole()).isEqualTo(typed);
        assertThat(BaseUrl.parse(typed).withTls(true).whole()).isEqualTo(typed.replace("http:", "https:"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1:8000", "http://::1", "fe80::1:2:8000/v1"})
    void anIpv6AddressWithoutBracketsIsToldToGetThem(String typed) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BaseUrl.parse(typed))
                .withMessageContaining("put it in brackets");
        assertThat(BaseUrl.parse("http://[::1]:8000").host()).isEqualTo("::1");
    }

    @Test
    void theQueryIsKeptAndNotShown() {
        BaseUrl url = BaseUrl.parse("http://h:1/v1?key=secret");

        assertThat(url.endpoint(EndpointType.CHAT)).isEqualTo("http://h:1/v1/chat/completions?key=secret");
        assertThat(url.toString()).isEqualTo("http://h:1");
        assertThat(TargetAddress.of("http://h:1/v1?key=secret").toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://",
                "ftp://host",
                "http://host:99999",
                "http://host:0",
                "http://my_host:8000",
                "http://user:secret@host",
                "http://host/#x",
                "http://a b"
            })
    void whatIsNoUrlOfAServerIsOneLine(String typed) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BaseUrl.parse(typed))
                .satisfies(e -> assertThat(e.getMessage()).isNotBlank().doesNotContain("\n", "secret", "Exception"));
    }

    @Test
    void everyEndpointTypeWithAPathIsUnderstoodBackFromItsOwnUrl() {
        for (EndpointType type : EndpointType.values()) {
            if (type != EndpointType.GENERIC) {
                String full = BaseUrl.parse("h:1/p").endpoint(type);

                assertThat(BaseUrl.parse(full).endpointType()).isEqualTo(Optional.of(type));
                assertThat(BaseUrl.parse(full).endpoint(type)).isEqualTo(full);
            }
        }
    }
}
