package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.process.ReadyFile;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run without end outlives {@code kill -9} of every part of its stack, and nothing that Kafka acknowledged is missing. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class HealingIT {

    private static final Duration LONGEST = Duration.ofSeconds(120);
    private static final List<String> PARTS = List.of("aggregator", "detector", "producer", "broker");
    private static final Pattern PAGE = Pattern.compile("metrics +(http://\\S+)");

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path temporary;

    @Test
    void anEndlessRunGoesOnWhateverPartOfItIsKilled() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            PlumbProcess run = PlumbProcess.start(
                    temporary,
                    "run",
                    "--url",
                    target.baseUrl(),
                    "--duration",
                    "forever",
                    "--concurrency",
                    "2",
                    "--warmup-duration",
                    "1s",
                    "--window",
                    "1s",
                    "--state",
                    "state",
                    "--artifact-dir",
                    "runs");
            run.awaitOutput("load begins");
            for (String part : PARTS) {
                awaitServing(part);
            }
            awaitMoreEvents();

            for (String part : PARTS) {
                kill(part);
                awaitBack(run, part, 1);
            }
            kill("aggregator");
            kill("broker");
            awaitBack(run, "broker", 2);
            awaitBack(run, "aggregator", 2);
            awaitMoreEvents();

            assertThat(page(run))
                    .contains(
                            "plumbline_stack_part_ends_total{part=\"broker\",cause=\"signal 9\"} 2\n",
                            "plumbline_stack_part_ends_total{part=\"producer\",cause=\"signal 9\"} 1\n",
                            "plumbline_stack_part_up{part=\"aggregator\"} 1\n");
            List<ProcessHandle> children = run.children();
            run.signal("-TERM");
            assertThat(run.exitValue(LONGEST)).as(run.output()).isEqualTo(130);
            PlumbProcess.awaitEnd(children);

            Path folder = runFolder();
            JsonNode summary = json.readTree(folder.resolve("summary.json").toFile());
            assertThat(summary.at("/totals/countedEvents").asLong())
                    .as("acknowledged and counted, %s", Files.readString(folder.resolve("run.log")))
                    .isEqualTo(summary.at("/totals/acknowledgedEvents").asLong())
                    .isEqualTo(lines(folder.resolve("events.jsonl")))
                    .isPositive();
            assertThat(summary.at("/totals/lostEvents").asLong()).isZero();
            assertThat(summary.at("/outages").findValuesAsText("part"))
                    .containsExactlyInAnyOrder("aggregator", "detector", "producer", "broker", "broker", "aggregator");
            assertThat(summary.at("/outages")).allSatisfy(outage -> {
                assertThat(outage.get("exitCode").asInt()).isEqualTo(137);
                assertThat(outage.get("awayMillis").asLong()).isPositive();
            });
            assertThat(Files.readString(folder.resolve("run.log"))).contains("the load stands still");
            assertThat(run.leftOver("state", "runs")).isEmpty();
        }
    }

    /** Where a part says that it serves. */
    private Path readyFile(String part) throws IOException {
        try (Stream<Path> folders = Files.list(temporary)) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith("plumbline-"))
                    .findFirst()
                    .orElseThrow()
                    .resolve(part + ".ready");
        }
    }

    private void awaitServing(String part) {
        await(part + " serves")
                .atMost(LONGEST)
                .until(() -> ReadyFile.read(readyFile(part)).isPresent());
    }

    private void kill(String part) throws IOException {
        long pid = ReadyFile.read(readyFile(part)).orElseThrow().pid();
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    }

    private static void awaitBack(PlumbProcess run, String part, int times) {
        await(part + " is back")
                .atMost(LONGEST)
                .untilAsserted(() -> assertThat(
                                run.output().lines().filter(line -> line.contains("the " + part + " serves again")))
                        .as(run.output())
                        .hasSize(times));
    }

    /** The load goes on, and what comes of it is heard of. */
    private void awaitMoreEvents() throws IOException {
        long before = lines(runFolder().resolve("events.jsonl"));
        await("more than " + before + " events")
                .atMost(LONGEST)
                .until(() -> lines(runFolder().resolve("events.jsonl")) > before + 20);
    }

    private Path runFolder() throws IOException {
        try (Stream<Path> folders = Files.list(temporary.resolve("runs"))) {
            return folders.filter(folder -> !Files.isSymbolicLink(folder))
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String page(PlumbProcess run) throws IOException {
        Matcher address = PAGE.matcher(run.output());
        assertThat(address.find()).as(run.output()).isTrue();
        URLConnection connection = URI.create(address.group(1)).toURL().openConnection();
        connection.setConnectTimeout((int) LONGEST.toMillis());
        connection.setReadTimeout((int) LONGEST.toMillis());
        try (InputStream body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static long lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> all = Files.lines(file)) {
            return all.count();
        }
    }
}
