package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.RequestIds;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run without end outlives {@code kill -9} of every part of its stack, and nothing that Kafka acknowledged is missing.
 *
 * <p>{@code -Dplumbline.healing.all-pairs=true} makes a soak of it: each part alone and all six pairs, a minute for each.
 */
class HealingIT {

    private static final List<String> PARTS = List.of("aggregator", "detector", "producer", "broker");
    private static final boolean ALL_PAIRS = Boolean.getBoolean("plumbline.healing.all-pairs");
    private static final Duration BETWEEN = Duration.ofMinutes(1);
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

            List<List<String>> deaths = deaths();
            Map<String, Integer> died = new TreeMap<>();
            for (List<String> together : deaths) {
                Instant next = Instant.now().plus(BETWEEN);
                for (String part : together) {
                    kill(part);
                    died.merge(part, 1, Integer::sum);
                }
                for (String part : together) {
                    awaitBack(run, part, died.get(part));
                }
                if (ALL_PAIRS) {
                    await("the next death is due")
                            .atMost(BETWEEN.plus(Patience.LONGEST))
                            .until(() -> !Instant.now().isBefore(next));
                }
            }
            awaitMoreEvents();

            String page = page(run);
            died.forEach((part, times) -> assertThat(page)
                    .contains(
                            "plumbline_stack_part_ends_by_cause_total{part=\"%s\",cause=\"signal 9\"} %d\n"
                                    .formatted(part, times),
                            "plumbline_stack_part_up{part=\"%s\"} 1\n".formatted(part)));
            List<ProcessHandle> children = run.children();
            run.signalGroup("-TERM");
            assertThat(run.exitValue()).as(run.output()).isEqualTo(130);
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
                    .containsExactlyInAnyOrderElementsOf(
                            deaths.stream().flatMap(List::stream).toList());
            assertThat(summary.at("/outages")).allSatisfy(outage -> {
                assertThat(outage.get("exitCode").asInt()).isEqualTo(137);
                assertThat(outage.get("awayMillis").asLong()).isPositive();
            });
            assertThat(Files.readString(folder.resolve("run.log"))).contains("the load stands still");
            assertThat(summary.at("/plan/wentOn").asText()).contains("after its producer was gone: with the session");
            assertThat(firstSessions(folder.resolve("events.jsonl")))
                    .as("first session of each start of the producer: the second goes on behind what was answered")
                    .satisfies(first -> {
                        assertThat(first).hasSizeGreaterThanOrEqualTo(2);
                        assertThat(first.get(0)).isLessThan(2);
                        assertThat(first.subList(1, first.size())).allMatch(session -> session > 20);
                    });
            assertThat(run.leftOver("state", "runs")).isEmpty();
        }
    }

    /** The parts that die together, in this order. */
    private static List<List<String>> deaths() {
        List<List<String>> deaths = new ArrayList<>(PARTS.stream().map(List::of).toList());
        if (ALL_PAIRS) {
            for (int first = 0; first < PARTS.size(); first++) {
                for (int second = first + 1; second < PARTS.size(); second++) {
                    deaths.add(List.of(PARTS.get(first), PARTS.get(second)));
                }
            }
        } else {
            deaths.add(List.of("aggregator", "broker"));
        }
        return deaths;
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
                .atMost(Patience.LONGEST)
                .until(() -> ReadyFile.read(readyFile(part)).isPresent());
    }

    private void kill(String part) throws IOException {
        long pid = ReadyFile.read(readyFile(part)).orElseThrow().pid();
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    }

    private static void awaitBack(PlumbProcess run, String part, int times) {
        await(part + " is back")
                .atMost(Patience.LONGEST)
                .untilAsserted(() -> assertThat(
                                run.output().lines().filter(line -> line.contains("the " + part + " serves again")))
                        .as(run.output())
                        .hasSize(times));
    }

    /** The load goes on, and what comes of it is heard of. */
    private void awaitMoreEvents() throws IOException {
        long before = lines(runFolder().resolve("events.jsonl"));
        await("more than " + before + " events")
                .atMost(Patience.LONGEST)
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

    /** Of each start of the producer, in order, the lowest ordinal of a session. */
    private List<Long> firstSessions(Path events) throws IOException {
        Map<Long, Long> byEpoch = new TreeMap<>();
        for (String line : Files.readAllLines(events)) {
            JsonNode event = json.readTree(line);
            Origin origin = new Origin(
                    event.at("/origin/producerId").asText(),
                    event.at("/origin/epoch").asLong(),
                    event.at("/origin/sequence").asLong());
            RequestIds.session(event.at("/attempt/requestId").asText(), origin)
                    .ifPresent(session -> byEpoch.merge(origin.epoch(), session, Math::min));
        }
        return List.copyOf(byEpoch.values());
    }

    private static String page(PlumbProcess run) throws IOException {
        Matcher address = PAGE.matcher(run.output());
        assertThat(address.find()).as(run.output()).isTrue();
        URLConnection connection = URI.create(address.group(1)).toURL().openConnection();
        connection.setConnectTimeout((int) Patience.LONGEST.toMillis());
        connection.setReadTimeout((int) Patience.LONGEST.toMillis());
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
