package dev.plumbline.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerCommandLineTest {

    @Test
    void takesAFreePortAndKeepsAllUnlessTold() throws Exception {
        BrokerCommandLine parsed = BrokerCommandLine.parse(List.of("--directory", "/stack/data"));

        assertThat(parsed.settings()).isEqualTo(new BrokerSettings(Path.of("/stack/data"), 0, OptionalLong.empty()));
        assertThat(parsed.stackDirectory()).isEmpty();
    }

    @Test
    void readsEveryFlag() throws Exception {
        BrokerCommandLine parsed = BrokerCommandLine.parse(List.of(
                "--stack-directory",
                "/stack/",
                "--port",
                "65535",
                "--retention-bytes",
                "1048576",
                "--directory",
                "/stack/x/../data"));

        assertThat(parsed.settings())
                .isEqualTo(new BrokerSettings(Path.of("/stack/data"), 65535, OptionalLong.of(1 << 20)));
        assertThat(parsed.stackDirectory()).isEqualTo(Optional.of(Path.of("/stack")));
    }

    @ParameterizedTest
    @CsvSource({
        "'', --directory is missing",
        "--directory, --directory needs a value",
        "--directory '', --directory needs a folder",
        "--directory d --port x, '--port needs a whole number, got x'",
        "--directory d --port 65536, '--port must be 0 to 65535, got 65536'",
        "--directory d --port -1, '--port must be 0 to 65535, got -1'",
        "--directory d --retention-bytes 1048575, --retention-bytes must be 1048576 to",
        "--directory d --verbose yes, unknown argument --verbose",
        "--directory /other/data --stack-directory /stack, must lie inside",
        "--directory /stack --stack-directory /stack, must lie inside",
        "--directory /stacked/data --stack-directory /stack, must lie inside",
        "--directory /stack/../etc --stack-directory /stack, must lie inside"
    })
    void saysInOneLineWhatIsWrong(String line, String message) {
        List<String> arguments =
                line.isEmpty() ? List.of() : List.of(line.replace("''", "").split(" ", -1));

        assertThatExceptionOfType(BrokerCommandLine.WrongUsage.class)
                .isThrownBy(() -> BrokerCommandLine.parse(arguments))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
