package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.scenario.ScenarioFile;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.probe.BaseUrl;
import dev.plumbline.probe.Credentials;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.Engine;
import dev.plumbline.probe.ProbeTimeouts;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.EndpointType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
        assertThat(RunCommand.argument(option, ScenarioFile.read(file).get(0))).isEqualTo(flag);
    }

    private static Map<String, String> properties(String... flags) {
        LoadOptions load = CommandLine.populateCommand(new LoadOptions(), flags);
        BaseUrl url = BaseUrl.parse("http://h:1");
        return ProducerProperties.of(
                RunPlan.checked(
                        "id",
                        load,
                        new SpendOptions(),
                        new JudgementOptions(),
                        new OutputOptions(),
                        new StackOptions(),
                        false),
                new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c4"), "default"), "stable"),
                new TargetAddress(
                        "http://h:1",
                        url,
                        TargetAddress.Wanted.ANYTHING,
                        Credentials.NONE,
                        new TargetAddress.Route(Optional.empty(), Optional.empty()),
                        ProbeTimeouts.DEFAULT),
                new Discovery(
                        url,
                        EndpointType.CHAT,
                        "m",
                        new Engine(Engine.Kind.LLAMA_CPP, Optional.empty()),
                        OptionalLong.empty(),
                        Optional.empty(),
                        new Discovery.Facts(Map.of(), Map.of())),
                Map.of());
    }
}
