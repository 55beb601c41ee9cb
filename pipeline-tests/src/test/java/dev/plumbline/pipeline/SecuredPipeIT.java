package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.broker.BrokerSettings;
import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.broker.SecuredBroker;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipe on a cluster that asks for TLS and a password: load, windows, verdicts, and nothing told of the password. */
class SecuredPipeIT {

    private static final Duration WINDOW = Duration.ofSeconds(1);

    /** A part of the password that no encoding changes. */
    private static final String SECRET = "s3cr";

    @TempDir
    private Path temporary;

    @Test
    void loadBecomesVerdictsWhereEveryPartSpeaksSaslOverTls() throws Exception {
        SecuredBroker secured = SecuredBroker.in(temporary);
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                        BrokerSettings.in(temporary.resolve("kafka")).secured(secured.security()));
                SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            Map<String, Object> client = new HashMap<>(secured.client());
            client.put("bootstrap.servers", broker.bootstrapServers());
            createTopics(client);
            try (LocalPipe pipe = LocalPipe.attach(client, WINDOW, Installation.ofSystemProperties())) {
                for (Part app : List.of(Part.AGGREGATOR, Part.DETECTOR)) {
                    pipe.startApp(app);
                }
                for (Part app : List.of(Part.AGGREGATOR, Part.DETECTOR)) {
                    pipe.awaitApp(app);
                }
                PlumbProcess run =
                        run(target, broker, SecuredBroker.store(temporary.resolve("kafka.conf"), secured.client()));
                assertThat(run.exitValue()).as(run.output()).isZero();
                JsonNode summary = new ObjectMapper().readTree(run.output());
                assertThat(summary.at("/totals/countedEvents").asLong())
                        .isEqualTo(summary.at("/totals/acknowledgedEvents").asLong())
                        .isPositive();
                awaitVerdict(client);
                assertThat(pipe.failure()).isEmpty();
                for (long pid : pipe.pids()) {
                    assertThat(PlumbProcess.commandLine(pid)).isNotBlank().doesNotContain(SECRET);
                }
            }
            assertThat(filesWithSecret(temporary.resolve("runs"))).isEmpty();
        }
    }

    private PlumbProcess run(SimulatedTarget target, EmbeddedBroker broker, Path kafkaConfig) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--url",
                target.baseUrl(),
                "--kafka",
                broker.bootstrapServers(),
                "--kafka-config",
                kafkaConfig.toString(),
                "--window",
                "1s",
                "--duration",
                "5s",
                "--warmup-duration",
                "1s",
                "--artifact-dir",
                "runs",
                "--json"));
        arguments.addAll(AnyMachine.flags());
        return PlumbProcess.start(temporary, arguments.toArray(String[]::new));
    }

    /** Neither controls nor snapshots: both may be missing. */
    private static void createTopics(Map<String, Object> client) throws Exception {
        List<NewTopic> topics = Stream.of(
                        Topics.EVENTS,
                        Topics.TELEMETRY,
                        Topics.partials(WINDOW),
                        Topics.windows(WINDOW),
                        Topics.VERDICTS,
                        Topics.ALERTS,
                        Topics.BASELINES,
                        Topics.RUNS,
                        Topics.UNDECODABLE)
                .map(name -> new NewTopic(name, 1, (short) 1)
                        .configs(
                                name.equals(Topics.EVENTS)
                                        ? Map.of("message.timestamp.type", "LogAppendTime")
                                        : Map.of()))
                .toList();
        try (Admin admin = Admin.create(client)) {
            admin.createTopics(topics).all().get(60, TimeUnit.SECONDS);
        }
    }

    private static void awaitVerdict(Map<String, Object> client) {
        TopicPartition verdicts = new TopicPartition(Topics.VERDICTS, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            await("a verdict")
                    .pollInSameThread()
                    .atMost(Patience.LONGEST)
                    .until(() -> consumer.endOffsets(List.of(verdicts)).getOrDefault(verdicts, 0L) > 0);
        }
    }

    private static List<Path> filesWithSecret(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return Files.readString(file).contains(SECRET);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }
}
