package dev.plumbline.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plumbline.probe.Credentials;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.GenericTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class TargetOptionsTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("MY_KEY", " sk-1 ", "BLANK", " ");

    @TempDir
    private Path folder;

    @Command
    private static final class Anything {
        @Mixin
        private final TargetOptions target = new TargetOptions();
    }

    private static TargetAddress parse(String... arguments) {
        Anything command = new Anything();
        CommandLine line = new CommandLine(command);
        List<String> all = new ArrayList<>(List.of("--url", "localhost:8000"));
        all.addAll(Arrays.asList(arguments));
        line.parseArgs(all.toArray(String[]::new));
        return command.target.address(line, ENVIRONMENT::get);
    }

    @Test
    void aUrlIsEnough() {
        TargetAddress address = parse();

        assertThat(address.typedUrl()).isEqualTo("localhost:8000");
        assertThat(address.wanted()).isEqualTo(TargetAddress.Wanted.ANYTHING);
        assertThat(address.credentials().requestHeaders(EndpointType.CHAT)).isEmpty();
        assertThat(address.route()).isEqualTo(TargetAddress.Route.DIRECT);
    }

    @Test
    void aProxyOfTheEnvironmentIsNotUsedAndNotForgotten() {
        Anything command = new Anything();
        CommandLine line = new CommandLine(command);
        line.parseArgs("--url", "https://far.example");
        TargetAddress address = command.target.address(line, Map.of("HTTPS_PROXY", "http://proxy:3128")::get);

        assertThat(address.route().proxy()).isEmpty();
        assertThat(address.route().unusedProxy())
                .hasValueSatisfying(hint -> assertThat(hint).contains("HTTPS_PROXY", "--proxy http://proxy:3128"));
    }

    @Test
    void anApiOfAnotherKindIsDescribed() {
        TargetAddress address = parse(
                "--generic", "text=/content",
                "--generic", "body={\"prompt\":\"{{prompt}}\",\"a\":\"x=y\"}",
                "--generic", "finish-reason=/stop_type",
                "--generic", "framing=ndjson");

        assertThat(address.wanted().endpointType()).contains(EndpointType.GENERIC);
        assertThat(address.wanted().generic()).hasValueSatisfying(api -> {
            assertThat(api.method()).isEqualTo("POST");
            assertThat(api.bodyTemplate()).isEqualTo("{\"prompt\":\"{{prompt}}\",\"a\":\"x=y\"}");
            assertThat(api.framing()).isEqualTo(GenericTarget.Framing.NDJSON);
            assertThat(api.text()).isEqualTo("/content");
            assertThat(api.finishReason()).contains("/stop_type");
            assertThat(api.error()).isEqualTo("/error");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--endpoint-type generic|needs a description of the API: --generic text=/POINTER",
                "--generic method=POST|text is missing",
                "--generic texts=/a|there is no part 'texts', expected one of method, body, framing, text",
                "--generic text=a|no JSON pointer",
                "--generic text=/a --generic framing=xml|framing 'xml' is not known, expected sse",
                "--generic text=/a --endpoint-type chat|give one of them"
            })
    void aDescriptionThatIsWrongIsNamed(String flags, String says) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> parse(flags.split(" ")))
                .withMessageContaining(says);
    }

    @Test
    void everythingCanBeSaid() {
        TargetAddress address = parse(
                "--model",
                "m",
                "--endpoint-type",
                "Ollama_Chat",
                "-H",
                "X-Team: a b",
                "--api-key-env",
                "MY_KEY",
                "--ca-file",
                "ca.pem",
                "--proxy",
                "http://p:3128",
                "--metrics-url",
                "h:9/metrics");

        assertThat(address.wanted().model()).contains("m");
        assertThat(address.wanted().endpointType()).contains(EndpointType.OLLAMA_CHAT);
        assertThat(address.wanted().metricsUrl().orElseThrow().base()).isEqualTo("http://h:9/metrics");
        assertThat(address.credentials().requestHeaders(EndpointType.CHAT))
                .containsEntry("X-Team", "a b")
                .containsEntry("Authorization", "Bearer sk-1");
        assertThat(address.route().proxy().orElseThrow().getPort()).isEqualTo(3128);
        assertThat(address.toString()).doesNotContain("sk-1");
    }

    @Test
    void aKeyGoesIntoTheHeaderOfTheApiOrTheOneThatIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "sk-2\nsecond line\n");

        Credentials own = parse("--api-key-file", file.toString()).credentials();
        Credentials named = parse("--api-key-file", file.toString(), "--api-key-header", "api-key")
                .credentials();

        assertThat(own.requestHeaders(EndpointType.MESSAGES)).isEqualTo(Map.of("x-api-key", "sk-2"));
        assertThat(named.requestHeaders(EndpointType.CHAT)).isEqualTo(Map.of("api-key", "sk-2"));
    }

    @Test
    void whoWantsToCloseConnectionsIsToldTheFlag() {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> parse("-H", "connection: close"))
                .withMessageContaining("--header")
                .withMessageContaining("--no-keep-alive")
                .withMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--endpoint-type|chatty",
                "--endpoint-type|generic",
                "--header|secret",
                "--header|Host: secret",
                "--header|A: s\u00e9cret",
                "--header|A B: secret",
                "--api-key-env|UNSET",
                "--api-key-env|BLANK",
                "--api-key-file|/nonexistent/key",
                "--proxy|https://p:1",
                "--proxy|http://u:secret@p:1",
                "--proxy|p",
                "--metrics-url|ftp://x"
            })
    void whatCannotBeIsOneLineThatNamesTheOption(String arguments) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> parse(arguments.split("\\|")))
                .satisfies(e -> assertThat(e.getMessage())
                        .contains(
                                arguments.equals("--endpoint-type|generic")
                                        ? "generic"
                                        : arguments.split("\\|")[0])
                        .doesNotContain("\n", "secret", "Exception"));
    }

    @Test
    void aKeyIsGivenOnce() {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> parse("--api-key-env", "MY_KEY", "--api-key-file", "f"))
                .withMessageContaining("exclude each other");
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> parse("--api-key-env", "MY_KEY", "-H", "authorization: x"))
                .withMessageContaining("both set");
    }
}
