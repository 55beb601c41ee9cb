package dev.plumbline.broker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.plumbline.process.FolderInUseException;
import dev.plumbline.process.FolderLock;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedBrokerTest {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void keepsCommittedTransactionsOverARestartOnAnotherPort() throws Exception {
        Path data = folder.resolve("not/yet/there");
        int firstPort;
        try (EmbeddedBroker broker = EmbeddedBroker.start(data, 0)) {
            firstPort = broker.port();
            createTopic(broker, "events", 2);
            send(broker, "events", "committed", true);
            send(broker, "events", "aborted", false);
            assertThat(readCommitted(broker, "events", 1)).containsExactly("committed");
        }
        try (ServerSocket taken = new ServerSocket(firstPort, 1, InetAddress.getByName("127.0.0.1"));
                EmbeddedBroker broker = EmbeddedBroker.start(data, 0)) {
            assertThat(broker.port()).isNotEqualTo(taken.getLocalPort());
            send(broker, "events", "later", true);

            assertThat(readCommitted(broker, "events", 2)).containsExactlyInAnyOrder("committed", "later");
        }
    }

    @Test
    void makesNoTopicThatNobodyCreatedAndAppliesItsSettings() throws Exception {
        BrokerSettings settings = new BrokerSettings(folder.resolve("data"), 0, OptionalLong.of(8 << 20));
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
            assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + broker.port());
            try (KafkaProducer<byte[], byte[]> producer = producer(broker, Map.of("max.block.ms", 1000))) {
                assertThat(producer.send(new ProducerRecord<>("nobody", new byte[1])))
                        .failsWithin(LONGEST)
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(TimeoutException.class);
            }
            try (Admin admin = admin(broker)) {
                assertThat(admin.listTopics().names().get(60, SECONDS)).isEmpty();
                ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, "1");
                var config = admin.describeConfigs(List.of(node))
                        .all()
                        .get(60, SECONDS)
                        .get(node);
                assertThat(config.get("log.retention.bytes").value()).isEqualTo("8388608");
                assertThat(config.get("log.segment.bytes").value()).isEqualTo("2097152");
                assertThat(config.get("group.min.session.timeout.ms").value()).isEqualTo("1000");
            }
            broker.close();
        }
    }

    @Test
    void saysThatItsPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> EmbeddedBroker.start(folder.resolve("data"), taken.getLocalPort()));
        }
    }

    @Test
    void saysThatItsFolderIsAFile() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> EmbeddedBroker.start(file, 0))
                .withMessageContaining(file.toString());
    }

    @Test
    void refusesAFolderThatAnotherBrokerUsesAndLeavesItsDataAlone() throws Exception {
        try (EmbeddedBroker first = EmbeddedBroker.start(folder, 0)) {
            createTopic(first, "events", 1);
            send(first, "events", "before", true);

            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(FolderInUseException.class)
                        .isThrownBy(() -> EmbeddedBroker.start(folder, 0))
                        .withMessageContaining(folder.toString())
                        .withMessageContaining(
                                "process " + ProcessHandle.current().pid());
            }

            send(first, "events", "after", true);
            assertThat(readCommitted(first, "events", 2)).containsExactly("before", "after");
        }
        try (EmbeddedBroker again = EmbeddedBroker.start(folder, 0)) {
            send(again, "events", "restarted", true);
            assertThat(readCommitted(again, "events", 3)).containsExactly("before", "after", "restarted");
        }
    }

    @Test
    void aFolderIsFreeAgainAfterAFailedStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> EmbeddedBroker.start(folder, taken.getLocalPort()));
        }
        FolderLock.take(folder).close();
    }

    @Test
    void givesUpOnAKafkaThatDoesNotStopAndKeepsItsFolder() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        FolderLock lock = FolderLock.take(folder);
        EmbeddedBroker hanging = new EmbeddedBroker(1, () -> awaitQuietly(never), lock, Duration.ofMillis(50));

        assertThatIllegalStateException().isThrownBy(hanging::close).withMessageContaining("did not stop");
        assertThatIllegalStateException().as("nor the second time").isThrownBy(hanging::close);
        assertThatExceptionOfType(FolderInUseException.class).isThrownBy(() -> FolderLock.take(folder));
        never.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void refusesSettingsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BrokerSettings(folder, 65536, OptionalLong.empty()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BrokerSettings(folder, 0, OptionalLong.of((1 << 20) - 1)));
    }

    private static Admin admin(EmbeddedBroker broker) {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private static void createTopic(EmbeddedBroker broker, String name, int partitions) {
        try (Admin admin = admin(broker)) {
            assertThat(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                            .all())
                    .succeedsWithin(LONGEST);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedBroker broker, Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void send(EmbeddedBroker broker, String topic, String text, boolean commit) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer(broker, Map.of("transactional.id", "one"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, text.getBytes(StandardCharsets.UTF_8)))
                    .get(60, SECONDS);
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    private static List<String> readCommitted(EmbeddedBroker broker, String topic, int atLeast) {
        List<String> texts = new ArrayList<>();
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "group.id",
                "reader-" + System.nanoTime(),
                "session.timeout.ms",
                6000,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            long deadlineNanos = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            int quietPolls = 0;
            while (System.nanoTime() < deadlineNanos && (texts.size() < atLeast || quietPolls < 2)) {
                var records = consumer.poll(Duration.ofMillis(200));
                quietPolls = records.isEmpty() ? quietPolls + 1 : 0;
                records.forEach(record -> texts.add(new String(record.value(), StandardCharsets.UTF_8)));
            }
        }
        return texts;
    }

    @Test
    void whoeverHasAPasswordComesInOverTlsAndNobodyElse() throws Exception {
        SecuredBroker secured = SecuredBroker.in(folder);
        BrokerSettings settings = BrokerSettings.in(folder.resolve("data")).secured(secured.security());
        try (EmbeddedBroker broker = EmbeddedBroker.start(settings)) {
            assertThat(nodes(broker, secured.client())).isEqualTo(1);
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> nodes(broker, secured.clientWith("wrong")))
                    .withCauseInstanceOf(SaslAuthenticationException.class);
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> nodes(broker, Map.of()));
        }
    }

    @Test
    void asksForTlsAloneWhereItHasNoUsers() throws Exception {
        SecuredBroker secured = SecuredBroker.in(folder);
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(BrokerSettings.in(folder.resolve("data")).secured(secured.tlsOnly()))) {
            assertThat(nodes(broker, secured.tlsClient())).isEqualTo(1);
        }
    }

    @Test
    void aSecuredBrokersSettingsDoNotTellItsSecrets() {
        BrokerSecurity security = new BrokerSecurity(folder.resolve("k.p12"), "hidden", Map.of("user", "hidden"));
        assertThat(BrokerSettings.in(folder).secured(security).toString())
                .contains("user")
                .doesNotContain("hidden");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BrokerSecurity(folder, "", Map.of("a\" b", "")))
                .withMessageContaining("a\" b");
    }

    private static Map<String, Object> client(EmbeddedBroker broker, Map<String, String> security) {
        Map<String, Object> client = new HashMap<>(security);
        client.put("bootstrap.servers", broker.bootstrapServers());
        client.put("request.timeout.ms", 5_000);
        client.put("default.api.timeout.ms", 10_000);
        return client;
    }

    private static int nodes(EmbeddedBroker broker, Map<String, String> security) throws Exception {
        try (Admin admin = Admin.create(client(broker, security))) {
            return admin.describeCluster()
                    .nodes()
                    .get(LONGEST.toSeconds(), SECONDS)
                    .size();
        }
    }
}
