package dev.plumbline.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command against a real broker: first without its topic, then with it. */
class MarkCommandIT {

    @TempDir
    Path folder;

    @Test
    void recordsDeploysAndSaysWhatIsMissing() throws Exception {
        Marking.silenceKafka();
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
            String kafka = broker.bootstrapServers();
            Marking missing = Marking.of("v1.2.3", "--kafka", kafka);
            assertThat(missing.exitCode()).isEqualTo(4);
            assertThat(missing.err().lines())
                    .singleElement()
                    .asString()
                    .contains(kafka, Topics.CONTROLS, "--create", "cleanup.policy=compact");

            createTopic(kafka);
            String[] told = {
                "v1.2.3",
                "--target",
                "vllm",
                "--model",
                "llama",
                "--variant",
                "canary",
                "--subject",
                "image=vllm:0.32",
                "--subject",
                "revision=8d1f0c2",
                "--at",
                "2026-11-25T12:00:00+01:00",
                "--kafka",
                kafka
            };
            Marking first = Marking.of(told);
            assertThat(first.exitCode()).as(first.err()).isZero();
            Marking again = Marking.of(told);
            assertThat(again.out()).isEqualTo(first.out());
            Marking ofStack = inStack(kafka);
            assertThat(ofStack.exitCode()).as(ofStack.err()).isZero();

            List<ConsumerRecord<byte[], byte[]>> records = read(kafka, 3);
            assertThat(records).hasSize(3);
            DeployMarker marker = marker(records.getFirst());
            assertThat(first.out().lines()).singleElement().asString().contains("v1.2.3", "vllm", marker.id());
            assertThat(marker)
                    .isEqualTo(new DeployMarker(
                            marker.id(),
                            System.getProperty("user.name"),
                            "v1.2.3",
                            Instant.parse("2026-11-25T11:00:00Z").toEpochMilli(),
                            new Scope(Optional.of("vllm"), Optional.of("llama"), Optional.of("canary")),
                            Map.of("image", "vllm:0.32", "revision", "8d1f0c2")));
            assertThat(records)
                    .allSatisfy(record -> assertThat(new String(record.key(), StandardCharsets.UTF_8))
                            .isEqualTo(marker(record).key()));
            assertThat(records)
                    .extracting(record -> marker(record).key())
                    .containsOnlyOnce(marker(records.getLast()).key());
        }
    }

    private Marking inStack(String kafka) {
        String before = System.getProperty("plumbline.home");
        System.setProperty("plumbline.home", folder.toString());
        try {
            RunningStack.ofThisProcess(kafka, 10_000, OptionalDouble.empty(), Map.of(), Optional.empty())
                    .write(folder);
            return Marking.of("v1.2.4");
        } finally {
            if (before == null) {
                System.clearProperty("plumbline.home");
            } else {
                System.setProperty("plumbline.home", before);
            }
        }
    }

    private static void createTopic(String kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(List.of(
                            new NewTopic(Topics.CONTROLS, 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static DeployMarker marker(ConsumerRecord<byte[], byte[]> record) {
        return Codec.CONTROLS.decode(record.value()) instanceof Decoded.Value<Control>(DeployMarker marker)
                ? marker
                : fail(record);
    }

    private static DeployMarker fail(ConsumerRecord<byte[], byte[]> record) {
        throw new AssertionError("not a deploy: " + new String(record.value(), StandardCharsets.UTF_8));
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String kafka, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = List.of(new TopicPartition(Topics.CONTROLS, 0));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            for (int polls = 0; records.size() < count && polls < 100; polls++) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}
