package dev.plumbline.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.contract.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged app from outside: what it says, where it listens, how it ends. */
class AggregatorProcessIT {

    private static final Duration PATIENCE = Duration.ofMinutes(6);

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(directory.resolve("broker"), 0);
        WindowsTopic.create(
                broker.bootstrapServers(),
                2,
                List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3)));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createPartitions(Map.of("plumbline.windows.2s.v1", NewPartitions.increaseTo(3)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void servesAndEndsWithItsSupervisor() throws Exception {
        try (AggregatorProcess app = app(Map.of("plumbline.aggregator.window", "1s"))) {
            app.awaitReady(PATIENCE);

            assertThat(app.get("/health")).isEqualTo("{\"status\":\"UP\",\"streams\":\"RUNNING\"}");
            assertThat(app.get("/metrics")).contains("plumbline_aggregator_records_consumed_total");

            app.abandon();
            assertThat(app.awaitExit(PATIENCE)).isZero();
        }
    }

    @Test
    void judgesABacklogAsFinalsAndCountsNothingOfItAgain() throws Exception {
        long acknowledged;
        try (Feeder feeder = new Feeder(broker.bootstrapServers(), 2, 1)) {
            feeder.awaitSpan(Duration.ofSeconds(4));
            acknowledged = feeder.leave();
        }
        Map<String, String> settings = Map.of("plumbline.aggregator.window", "3s");
        String group = "plumbline-aggregator-3s";
        try (WindowsTopic windows = new WindowsTopic(broker.bootstrapServers(), Duration.ofSeconds(3), 2)) {
            assertThat(countedBy(windows, settings, group)).isEqualTo(acknowledged);
            assertThat(windows.records())
                    .allSatisfy(window -> assertThat(window.revision()).isZero());

            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                await("the group is empty")
                        .atMost(PATIENCE)
                        .until(() -> admin.describeConsumerGroups(List.of(group))
                                .all()
                                .get(60, TimeUnit.SECONDS)
                                .get(group)
                                .members()
                                .isEmpty());
                admin.deleteConsumerGroups(List.of(group)).all().get(60, TimeUnit.SECONDS);
            }
            assertThat(countedBy(windows, settings, group))
                    .as("Kafka has lost how far it was")
                    .isEqualTo(acknowledged);

            Map<String, String> renamed = new HashMap<>(settings);
            renamed.put("plumbline.aggregator.application-id", "anew");
            assertThat(countedBy(windows, renamed, "anew"))
                    .as("a new application without state")
                    .isEqualTo(acknowledged);
        }
    }

    private static long countedBy(WindowsTopic windows, Map<String, String> settings, String group) throws Exception {
        try (AggregatorProcess app = app(settings)) {
            app.awaitReady(PATIENCE);
            assertThat(windows.awaitDrained(group, PATIENCE))
                    .as("drained: " + app.output())
                    .isTrue();
        }
        return windows.counted();
    }

    @Test
    void saysThatProducersCouldSetTheTimeOfARecord() throws Exception {
        ConfigResource events = new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            timestampType(admin, events, "CreateTime");
            try {
                fails(
                        Map.of("plumbline.aggregator.window", "3s"),
                        2,
                        "--add-config message.timestamp.type=LogAppendTime");
            } finally {
                timestampType(admin, events, "LogAppendTime");
            }
        }
    }

    private static void timestampType(Admin admin, ConfigResource topic, String type) throws Exception {
        AlterConfigOp set =
                new AlterConfigOp(new ConfigEntry("message.timestamp.type", type), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get(60, TimeUnit.SECONDS);
    }

    @Test
    void saysWhichTopicIsMissing() throws Exception {
        // It is waited for that long, since it may be about to be made.
        fails(
                Map.of("plumbline.aggregator.window", "7s", "plumbline.aggregator.start-timeout", "10s"),
                4,
                "topic plumbline.partials.7s.v1 does not exist");
    }

    @Test
    void saysThatPartitionCountsDiffer() throws Exception {
        fails(Map.of("plumbline.aggregator.window", "2s"), 2, "topics must have equal partition counts and have");
    }

    @Test
    void saysThatKafkaDoesNotAnswer() throws Exception {
        fails(
                Map.of("plumbline.kafka.bootstrap-servers", "127.0.0.1:1", "plumbline.aggregator.start-timeout", "2s"),
                4,
                "aggregator: Kafka does not answer");
    }

    @Test
    void saysWhichValueIsWrong() throws Exception {
        fails(Map.of("plumbline.aggregator.window", "1500ms"), 2, "plumbline.aggregator.window is PT1.5S, expected");
        fails(Map.of("plumbline.aggregator.window", "soon"), 2, "plumbline.aggregator.window");
        fails(Map.of("plumbline.aggregator.windwo", "1s"), 2, "plumbline.aggregator.windwo");
    }

    private static void fails(Map<String, String> settings, int exitCode, String line) throws Exception {
        try (AggregatorProcess app = app(settings)) {
            assertThat(app.awaitExit(PATIENCE)).as(app.output()).isEqualTo(exitCode);
            assertThat(app.output()).contains(line);
        }
    }

    private static AggregatorProcess app(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of(
                "plumbline.kafka.bootstrap-servers", broker.bootstrapServers(),
                "plumbline.aggregator.start-timeout", "60s",
                "plumbline.aggregator.state-directory",
                        directory.resolve("streams").toString()));
        all.putAll(settings);
        return AggregatorProcess.app(directory, all);
    }
}
