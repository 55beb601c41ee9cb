package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.lockstep.LockstepSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code plumb sweep} with a stack of its own, as a user starts it: each point is a whole run, and one process makes all loads. */
class SweepIT extends DrivenRuns {

    @Test
    void aSearchRunsPointsOnOneWarmProducerAndSaysWhatHolds() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(TARGET.withLockstep(LockstepSettings.DEFAULT))) {
            Files.writeString(
                    temporary.resolve("w.yaml"),
                    "classes:\n  short: {weight: 1, isl: 5, osl: 6}\n  talk: {weight: 1, isl: 8, osl: 8, turns: 2}\n");
            List<String> arguments = arguments(
                    target,
                    "--until",
                    "max(ttft)<120s",
                    "--to",
                    "2",
                    "--longer",
                    "1",
                    "--duration",
                    "4s",
                    "--workload",
                    "w.yaml",
                    "--window",
                    "1s",
                    "--json");
            arguments.set(0, "sweep");
            arguments.addAll(AnyMachine.flags());
            PlumbProcess sweep = PlumbProcess.start(temporary, arguments.toArray(String[]::new));
            assertThat(sweep.exitValue()).as(sweep.output()).isEqualTo(3);

            JsonNode told = json.readTree(sweep.output());
            assertThat(told.at("/searches/0/text").asText())
                    .contains("holds up to concurrency 2, the highest that was tried");
            assertThat(told.at("/points")).hasSize(2);
            assertThat(told.at("/points/0/settings/concurrency").asText()).isEqualTo("1");
            assertThat(told.at("/points/1/settings/concurrency").asText()).isEqualTo("2");
            for (JsonNode point : told.at("/points")) {
                Path folder = temporary.resolve(point.at("/folder").asText());
                assertComplete(folder);
                JsonNode summary = json.readTree(folder.resolve("summary.json").toFile());
                assertThat(summary.at("/series").findValuesAsText("name")).contains("short", "talk");
                assertThat(summary.at("/totals/acknowledgedEvents").asLong()).isPositive();
                assertThat(summary.at("/totals/countedEvents").asLong())
                        .isEqualTo(summary.at("/totals/acknowledgedEvents").asLong());
            }
            Path last = temporary.resolve(told.at("/points/1/folder").asText());
            List<String> log = Files.readAllLines(last.resolve("producer.log"));
            assertThat(log).filteredOn(line -> line.contains("Standing by")).hasSize(1);
            assertThat(log).filteredOn(line -> line.contains("Offering c")).hasSize(2);
            Path folder = runs().stream()
                    .filter(path -> path.getFileName().toString().startsWith("sweep-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(json.readTree(folder.resolve("sweep.json").toFile())).isEqualTo(told);
            assertThat(lines(folder.resolve("sweep.csv"))).isEqualTo(3);
            assertThat(folder.resolve("sweep.md")).isNotEmptyFile();
        }
    }
}
