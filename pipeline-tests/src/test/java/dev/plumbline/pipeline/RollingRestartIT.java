package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.pipeline.ForeignCluster.End;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs on somebody else's cluster whose nodes are restarted below them: nothing is lost, nothing counted twice, and the target
 * is not blamed.
 *
 * <p>The two take two minutes of a processor and run with {@code -Dplumbline.rolling-restart=true} only; what was seen stands in
 * the output file of the test.
 */
@EnabledIfSystemProperty(named = "plumbline.rolling-restart", matches = "true")
class RollingRestartIT {

    private static final Duration WINDOW = Duration.ofSeconds(1);

    @TempDir
    private Path temporary;

    /** What is done to a cluster below a run. */
    @FunctionalInterface
    private interface Trouble {
        void make(ForeignCluster cluster, PlumbProcess run) throws Exception;
    }

    @Test
    void oneNodeAfterTheOtherIsRestarted() throws Exception {
        assertExact(List.of("--duration", "45s"), (cluster, run) -> {
            restart(cluster, 1, End.IN_ORDER);
            restart(cluster, 2, End.IN_ORDER);
            restart(cluster, 3, End.KILLED);
            System.out.println("the load goes on meanwhile: " + run.isAlive());
        });
    }

    /** The end of the load falls into the time in which the events have no leader. */
    @Test
    void theNodeThatTakesTheEventsIsKilledBeforeTheLoadEnds() throws Exception {
        assertExact(List.of("--request-count", "80"), (cluster, run) -> {
            await("most of the load")
                    .pollInSameThread()
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(Patience.LONGEST)
                    .until(() -> busiest(cluster).getValue() >= 80);
            restart(cluster, cluster.leader(busiest(cluster).getKey()), End.KILLED);
        });
    }

    private void assertExact(List<String> load, Trouble trouble) throws Exception {
        try (ForeignCluster cluster = ForeignCluster.start(Files.createDirectory(temporary.resolve("cluster")));
                SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            createTopics(cluster);
            try (LocalPipe pipe = LocalPipe.attach(cluster.client(), WINDOW, Installation.ofSystemProperties())) {
                for (Part app : List.of(Part.AGGREGATOR, Part.DETECTOR)) {
                    pipe.startApp(app);
                }
                for (Part app : List.of(Part.AGGREGATOR, Part.DETECTOR)) {
                    pipe.awaitApp(app);
                }
                try (PlumbProcess run = run(target, cluster, load)) {
                    run.awaitOutput("load begins");
                    trouble.make(cluster, run);
                    assertThat(run.exitValue()).as(run.output()).isIn(0, 1, 3);
                    System.out.println(run.output());
                    assertCountedOnce(cluster, run.output());
                }
                assertThat(pipe.failure()).isEmpty();
            }
        }
    }

    private void assertCountedOnce(ForeignCluster cluster, String said) throws IOException {
        JsonNode summary = summary();
        long acknowledged = summary.at("/totals/acknowledgedEvents").asLong();
        assertThat(summary.at("/totals/countedEvents").asLong()).as(said).isEqualTo(acknowledged);
        assertThat(summary.at("/totals/lostEvents").asLong()).as(said).isZero();
        assertThat(summary.at("/totals/offered").asLong())
                .as(said)
                .isEqualTo(acknowledged)
                .isPositive();
        assertThat(summary.at("/requests/failed").asLong()).as(said).isZero();
        try (WindowLog log = new WindowLog(cluster.bootstrapServers(), WINDOW)) {
            log.readToEnd();
            assertThat(log.countedEvents()).isEqualTo(acknowledged);
            assertThat(log.requests())
                    .hasSize(Math.toIntExact(acknowledged))
                    .extracting(request -> request.attempt().requestId())
                    .doesNotHaveDuplicates();
        }
    }

    private static void restart(ForeignCluster cluster, int node, End end) throws IOException, InterruptedException {
        long startNanos = System.nanoTime();
        cluster.restart(node, end);
        System.out.println("node " + node + ", " + end + ": in sync again after "
                + Duration.ofNanos(System.nanoTime() - startNanos).toMillis() + " ms");
    }

    private static Map.Entry<TopicPartition, Long> busiest(ForeignCluster cluster) throws Exception {
        return cluster.written(Topics.EVENTS).entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow();
    }

    private PlumbProcess run(SimulatedTarget target, ForeignCluster cluster, List<String> load) throws IOException {
        return PlumbProcess.start(
                temporary,
                Stream.concat(
                                Stream.of(
                                        "run",
                                        "--url",
                                        target.baseUrl(),
                                        "--kafka",
                                        cluster.bootstrapServers(),
                                        "--window",
                                        "1s",
                                        "--concurrency",
                                        "4",
                                        "--warmup-duration",
                                        "1s",
                                        "--artifact-dir",
                                        "runs"),
                                load.stream())
                        .toArray(String[]::new));
    }

    private JsonNode summary() throws IOException {
        try (Stream<Path> folders = Files.list(temporary.resolve("runs"))) {
            Path folder = folders.filter(file -> !Files.isSymbolicLink(file))
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow();
            return new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        }
    }

    private static void createTopics(ForeignCluster cluster) throws Exception {
        cluster.createTopics(Stream.of(
                        Topics.EVENTS,
                        Topics.TELEMETRY,
                        Topics.partials(WINDOW),
                        Topics.windows(WINDOW),
                        Topics.VERDICTS,
                        Topics.ALERTS,
                        Topics.SNAPSHOTS,
                        Topics.BASELINES,
                        Topics.CONTROLS,
                        Topics.RUNS,
                        Topics.UNDECODABLE)
                .collect(Collectors.toMap(
                        Function.identity(),
                        name -> name.equals(Topics.EVENTS)
                                ? Map.of("message.timestamp.type", "LogAppendTime")
                                : Map.of())));
    }
}
