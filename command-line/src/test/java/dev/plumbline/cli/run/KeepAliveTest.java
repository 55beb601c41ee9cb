package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.scenario.ScenarioFile;
import dev.plumbline.protocol.EndpointType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The way of {@code --no-keep-alive} from what a person writes to what the producer is told. */
class KeepAliveTest {

    private static final String KEY = "plumbline.target.keep-alive";

    @TempDir
    private Path folder;

    @Test
    void connectionsAreKeptAsTheProducerDoesUnlessTheFlagIsGiven() {
        assertThat(properties()).doesNotContainKey(KEY);
        assertThat(properties("--keep-alive")).doesNotContainKey(KEY);
        assertThat(properties("--no-keep-alive")).containsEntry(KEY, "0s");
    }

    @ParameterizedTest
    @CsvSource({"--streaming, true", "--no-streaming, false", "--isl=128, true"})
    void itsSiblingMeansWhatItSays(String flag, String streaming) {
        assertThat(properties(flag)).containsEntry("plumbline.target.streaming", streaming);
    }

    @ParameterizedTest
    @CsvSource({
        "keep-alive: false, --no-keep-alive",
        "keep-alive: true, --keep-alive",
        "no-keep-alive: true, --no-keep-alive",
        "no-keep-alive: false, --keep-alive",
        "no-streaming: true, --no-streaming",
        "streaming: false, --no-streaming"
    })
    void aScenarioFileSaysItUnderEitherName(String line, String flag) throws IOException, ScenarioFile.Unusable {
        Path file = Files.writeString(folder.resolve("scenario.yaml"), line + "\n");
        var option = new CommandLine(new RunCommand())
                .getCommandSpec()
                .findOption("--no-" + flag.replaceFirst("^--(no-)?", ""));
        assertThat(ScenarioFlags.argument(option, ScenarioFile.read(file).get(0), file))
                .isEqualTo(flag);
    }

    private static Map<String, String> properties(String... flags) {
        return DrivenTarget.properties("http://h:1", EndpointType.CHAT, flags);
    }
}
