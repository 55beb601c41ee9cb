package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of {@code plumb run} share: a target that asks for a key, and a folder with the artifacts of its runs. */
abstract class DrivenRuns {

    static final List<String> FILES = List.of(
            "events.jsonl",
            "junit.xml",
            "report.html",
            "requests.csv",
            "run.json",
            "run.log",
            "summary.json",
            "summary.md",
            "windows.json");

    /** Looks like a variable and an escape to whoever reads settings; must arrive as it is, on both ways to a producer. */
    static final String KEY = "sk-${HOME}$1\\u0041\\${x}";

    static final SimulatedTargetSettings TARGET = new SimulatedTargetSettings(
            new SimulatedTargetSettings.Endpoint("127.0.0.1", 0, "simulated", Optional.of(KEY)),
            SimulatedTargetSettings.DEFAULT.seed(),
            SimulatedTargetSettings.DEFAULT.timing(),
            SimulatedTargetSettings.DEFAULT.output(),
            SimulatedTargetSettings.DEFAULT.capacity(),
            Optional.empty(),
            List.of());

    final ObjectMapper json = new ObjectMapper();

    @TempDir
    Path temporary;

    @BeforeEach
    void writeKey() throws IOException {
        Files.writeString(temporary.resolve("key"), KEY);
    }

    static List<String> arguments(SimulatedTarget target, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--url",
                target.baseUrl(),
                "--api-key-file",
                "key",
                "--yes-spend",
                "--artifact-dir",
                "runs",
                "--warmup-duration",
                "1s"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    List<Path> runs() throws IOException {
        try (Stream<Path> folders = Files.list(temporary.resolve("runs"))) {
            return folders.filter(folder -> !Files.isSymbolicLink(folder))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    /** Until so many runs have begun and the last of them has heard of an event. */
    void awaitEvents(int runs) {
        await("run " + runs + " has heard of an event")
                .atMost(Patience.LONGEST)
                .until(() -> Files.isDirectory(temporary.resolve("runs"))
                        && runs().size() >= runs
                        && lines(runs().getLast().resolve("events.jsonl")) > 0);
    }

    static void assertComplete(Path folder) throws IOException {
        assertThat(folder.getFileName().toString()).doesNotEndWith(".partial");
        for (String file : FILES) {
            assertThat(folder.resolve(file)).exists().isNotEmptyFile();
        }
    }

    static long lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> all = Files.lines(file)) {
            return all.count();
        }
    }
}
