package dev.plumbline.detector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.broker.BrokerSettings;
import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.broker.SecuredBroker;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Snapshot;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.contract.wire.UndecodableRecord;
import dev.plumbline.judgement.series.BaselineMaker;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged app as a process of its own, on a real broker, killed in the middle. */
class RegressionDetectorIT {

    private static final String WINDOWS = Topics.windows(Duration.ofSeconds(10));
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(6);

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void judgesAcrossTwoKillsWithEveryVerdictOnceAndOneAlert() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
            createTopics(broker.bootstrapServers());
            createTopic(broker.bootstrapServers(), Topics.SNAPSHOTS);
            SimulatedSeries slow = new SimulatedSeries(31, "c8");
            SimulatedSeries steady = new SimulatedSeries(32, "c4");
            int fed = 0;
            fed += feed(broker, slow, 50) + feed(broker, steady, 50);
            send(broker, 0, "not a window".getBytes(StandardCharsets.UTF_8));

            Process first = start(broker, "first");
            awaitRecords(broker, Topics.VERDICTS, fed);
            awaitSaved(broker);
            assertThat(learning(broker)).as("baselines in the making").hasSize(2);
            kill(first);

            fed += feed(broker, slow, 30) + feed(broker, steady, 30);
            // Until now there was no topic of controls, and nobody minded.
            createTopic(broker.bootstrapServers(), Topics.CONTROLS);
            WindowRecord before = slow.window();
            DeployMarker deploy = deploy(before.id().endEpochMillis());
            send(broker, Topics.CONTROLS, deploy.key(), Codec.CONTROLS.encode(deploy));
            damage(broker, Topics.CONTROLS, "deploy/damaged");
            fed += send(broker, before);
            slow.tpotFactor(1.3);
            fed += feed(broker, slow, 40) + feed(broker, steady, 40);
            Process second = start(broker, "second");
            awaitRecords(broker, Topics.VERDICTS, fed - 60);
            kill(second);

            // The newest record of the key is damaged: the state before it must not be lost with it.
            damage(broker, Topics.VERDICTS, slow.series().key());

            Process third = start(broker, "third");
            fed += feed(broker, slow, 10) + feed(broker, steady, 10);
            awaitRecords(broker, Topics.VERDICTS, fed + 1);

            List<VerdictRecord> verdicts = read(broker, Topics.VERDICTS, Codec.VERDICTS);
            Set<Object> windows = new HashSet<>();
            verdicts.forEach(verdict -> windows.add(verdict.window()));
            assertThat(verdicts).hasSize(fed);
            assertThat(windows).hasSize(fed);
            List<AlertRecord> alerts = read(broker, Topics.ALERTS, Codec.ALERTS);
            assertThat(alerts)
                    .filteredOn(alert -> alert.transition() == Transition.FIRED)
                    .singleElement()
                    .satisfies(alert -> {
                        assertThat(alert.series()).isEqualTo(slow.series());
                        assertThat(alert.evidence().deployEpochMillis()).hasValue(deploy.atEpochMillis());
                        assertThat(alert.summary()).endsWith(" deploy v1.2.3");
                    });
            assertThat(read(broker, Topics.BASELINES, Codec.BASELINES)).hasSize(2);
            assertThat(read(broker, Topics.UNDECODABLE, Codec.UNDECODABLE))
                    .extracting(UndecodableRecord::topic)
                    .contains(WINDOWS, Topics.VERDICTS, Topics.CONTROLS);
            assertPages(ready("third").ports().get("http"));
            awaitSaved(broker);
            assertThat(learning(broker))
                    .as("taken back, for there are baselines")
                    .isEmpty();
            kill(third);

            start(broker, "fourth");
            assertNothingIsReadAgain(ready("fourth").ports().get("http"));
            assertThat(read(broker, Topics.VERDICTS, Codec.VERDICTS)).hasSize(fed);
            assertWhatIsPinnedIsUsed(broker, slow, ready("fourth").ports().get("http"));
        }
    }

    /** A change that is open is accepted: no restart, and no learning. */
    private static void assertWhatIsPinnedIsUsed(EmbeddedBroker broker, SimulatedSeries slow, int port)
            throws Exception {
        SimulatedSeries like = new SimulatedSeries(33, "c8");
        like.tpotFactor(1.3);
        List<WindowRecord> windows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            windows.add(like.window());
        }
        BaselineRecord pinned = BaselineMaker.of(
                windows,
                BaselineRecord.Kind.PINNED,
                Optional.of(new BaselineRecord.Provenance(
                        List.of(),
                        Optional.of(new Decision("alice", "release 1.4", SimulatedSeries.START, OptionalLong.empty())),
                        Optional.empty())),
                JudgementSettings.defaults());
        send(broker, Topics.BASELINES, pinned.key(), Codec.BASELINES.encode(pinned));
        await("a verdict under the pin", () -> {
            feed(broker, slow, 1);
            return read(broker, Topics.VERDICTS, Codec.VERDICTS).stream()
                    .anyMatch(verdict -> verdict.baselineId()
                            .filter(pinned.baselineId()::equals)
                            .isPresent());
        });
        assertThat(read(broker, Topics.ALERTS, Codec.ALERTS))
                .filteredOn(alert -> alert.transition() == Transition.ENDED)
                .singleElement()
                .satisfies(alert -> assertThat(alert.summary())
                        .contains("it is held against " + pinned.baselineId(), "by alice (release 1.4)"));
        assertThat(get(port, "/metrics", "text/plain").body())
                .containsPattern("plumbline_baseline_info\\{baseline=\"pinned-[^}]*kind=\"pinned\"")
                .containsPattern("plumbline_decision_info\\{decision=\"baseline\"[^}]*who=\"alice\"");
        assertThat(get(port, "/api/state", "*/*").body()).contains("\"PINNED\"", "release 1.4");
    }

    private static void assertPages(int port) throws IOException, InterruptedException {
        assertThat(get(port, "/health", "*/*").body()).contains("\"UP\"");
        assertThat(get(port, "/api/state", "*/*").body()).contains("\"FIRING\"", "\"OK\"", "\"TPOT_P50\"");
        assertThat(get(port, "/api/alerts", "*/*").body()).contains("\"FIRED\"", "p50(tpot)");
        assertThat(get(port, "/api/deploys", "*/*").body()).contains("\"label\":\"v1.2.3\"");
        HttpResponse<String> text = get(port, "/metrics", "text/plain");
        Matcher requests = Pattern.compile(
                        "plumbline_requests_total\\{kind=\"\",load=\"c8\",.*outcome=\"completed\".*\\} ([0-9]+)")
                .matcher(text.body());
        assertThat(requests.find()).isTrue();
        // Of 131 windows with 16 requests each those that were told since this start: 10, and what the second had left.
        assertThat(Integer.parseInt(requests.group(1))).isBetween(160, 71 * 16);
        assertThat(text.body())
                .contains("plumbline_tpot_seconds_count{load=\"c8\"")
                .contains("plumbline_deploys_total{target=\"svc\",variant=\"stable\"} 1.0")
                .contains("plumbline_deploys_total{target=\"\",variant=\"\"} 0.0")
                .containsPattern("plumbline_state\\{load=\"c8\",.*state=\"firing\".*\\} 1")
                .contains("plumbline_detector_lag_records{partition=\"", "process_resident_memory_bytes ");
        HttpResponse<String> binary = get(
                port,
                "/metrics",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");
        assertThat(binary.headers().firstValue("Content-Type").orElseThrow()).contains("protobuf");
    }

    /** Until the snapshots say that all windows are in them. */
    private static void awaitSaved(EmbeddedBroker broker) throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker)) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions(WINDOWS));
            await("snapshots of all windows", () -> {
                Map<Integer, Long> saved = new HashMap<>();
                for (Snapshot snapshot : read(broker, Topics.SNAPSHOTS, Codec.SNAPSHOTS)) {
                    if (snapshot instanceof Snapshot.OfPartition position) {
                        saved.put(position.partition(), position.nextOffset());
                    }
                }
                return ends.entrySet().stream()
                        .allMatch(end ->
                                end.getValue().equals(saved.get(end.getKey().partition())) || end.getValue() == 0);
            });
        }
    }

    /** Keys of groups of which a snapshot says that their baseline is being learned. */
    private static Set<String> learning(EmbeddedBroker broker) {
        Set<String> keys = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker)) {
            List<TopicPartition> partitions = partitions(Topics.SNAPSHOTS);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (int polls = 0;
                    polls < 100
                            && partitions.stream()
                                    .anyMatch(partition ->
                                            consumer.position(partition) < ends.getOrDefault(partition, 0L));
                    polls++) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    String key = new String(record.key(), StandardCharsets.UTF_8);
                    if (record.value() == null) {
                        keys.remove(key);
                    } else if (key.startsWith("learning/")) {
                        keys.add(key);
                    }
                });
            }
        }
        return keys;
    }

    /** A restart knows all that was, and counts nothing of it. */
    private static void assertNothingIsReadAgain(int port) throws Exception {
        await("metrics", () -> get(port, "/metrics", "text/plain").statusCode() == 200);
        assertThat(get(port, "/metrics", "text/plain").body())
                .containsPattern("plumbline_state\\{load=\"c8\",.*state=\"firing\".*\\} 1")
                .containsPattern("plumbline_state\\{load=\"c4\",.*state=\"ok\".*\\} 1")
                .containsPattern("plumbline_requests_total\\{kind=\"\",load=\"c8\",.*outcome=\"completed\".*\\} 0")
                .contains("plumbline_detector_windows_judged_total 0.0")
                .contains("plumbline_detector_windows_recovered_total 0.0");
        assertThat(get(port, "/health", "*/*").body()).contains("\"caughtUp\":true");
    }

    @Test
    void wrongSettingsEndItWithOneLineAndExitCodeTwo() throws Exception {
        assertRefused("plumbline.detector.window", "-Dplumbline.detector.window=1500ms");
        assertRefused("plumbline.detector.stale-after", "-Dplumbline.detector.stale-after=29s");
        assertRefused("gross-burst-windows", "-Dplumbline.detector.gross-burst-windows=20");
        assertRefused("plumbline.detector.no-such-key", "-Dplumbline.detector.no-such-key=1");
    }

    private void assertRefused(String key, String setting) throws Exception {
        Path log = folder.resolve("refused.log");
        Process process = process(log, "127.0.0.1:1", "refused", setting);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(2);
        assertThat(Files.readString(log)).contains(key);
    }

    @Test
    void aPasswordThatKafkaRefusesEndsItWithOneLineAndExitCodeFour() throws Exception {
        SecuredBroker secured = SecuredBroker.in(folder);
        Path settings = SecuredBroker.storeSettings(folder.resolve("kafka.properties"), secured.clientWith("wrong"));
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(BrokerSettings.in(folder.resolve("broker")).secured(secured.security()))) {
            Path log = folder.resolve("refused.log");
            Process process =
                    process(log, broker.bootstrapServers(), "refused", "-Dquarkus.config.locations=" + settings);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(4);
            assertThat(Files.readString(log)).contains("The detector could not start: Kafka refuses us");
            assertThat(folder.resolve("refused")).doesNotExist();

            Path withoutTls = folder.resolve("without-tls.log");
            Process plain = process(withoutTls, broker.bootstrapServers(), "plain");
            assertThat(plain.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(plain.exitValue()).as(Files.readString(withoutTls)).isEqualTo(4);
            assertThat(Files.readString(withoutTls)).contains("does it want TLS?");
        }
    }

    private Process start(EmbeddedBroker broker, String name) throws Exception {
        Process process = process(folder.resolve(name + ".log"), broker.bootstrapServers(), name);
        await("ready file of " + name, () -> Files.exists(folder.resolve(name)) || !process.isAlive());
        assertThat(process.isAlive())
                .as(Files.readString(folder.resolve(name + ".log")))
                .isTrue();
        return process;
    }

    private Process process(Path log, String bootstrapServers, String name, String... settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // Written by the first of them that ends in order: each start after it loads its classes from there.
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile="
                        + Path.of(System.getProperty("plumbline.detector.jar")).resolveSibling("tests.jsa"),
                "-Xlog:cds=off",
                "-Xlog:cds+dynamic=off",
                "-Xlog:aot=off",
                "-Dquarkus.http.port=0",
                "-Dplumbline.ready-file=" + folder.resolve(name),
                "-Dplumbline.kafka.bootstrap-servers=" + bootstrapServers,
                "-Dplumbline.detector.baseline-windows=60",
                "-Dplumbline.detector.skip-windows=3",
                "-Dplumbline.detector.snapshot-interval=0s",
                // The windows that are fed are of another year.
                "-Dplumbline.detector.stale-after=36500d"));
        command.addAll(List.of(settings));
        command.addAll(List.of("-jar", System.getProperty("plumbline.detector.jar")));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        started.add(process);
        return process;
    }

    private ReadyFile ready(String name) throws IOException {
        return ReadyFile.read(folder.resolve(name)).orElseThrow();
    }

    private static void createTopics(String bootstrapServers) throws Exception {
        List<NewTopic> topics = Stream.of(WINDOWS, Topics.VERDICTS, Topics.ALERTS, Topics.BASELINES, Topics.UNDECODABLE)
                .map(name -> new NewTopic(name, 2, (short) 1))
                .toList();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(topics).all().get(60, TimeUnit.SECONDS);
        }
    }

    private static void createTopic(String bootstrapServers, String name) throws Exception {
        NewTopic topic = new NewTopic(name, 2, (short) 1).configs(Map.of("cleanup.policy", "compact"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
        }
    }

    private static DeployMarker deploy(long atEpochMillis) {
        Scope scope = new Scope(Optional.of("svc"), Optional.empty(), Optional.of("stable"));
        return new DeployMarker("d-1", "ci", "v1.2.3", atEpochMillis, scope, Map.of("image", "svc:1.2.3"));
    }

    private static int send(EmbeddedBroker broker, WindowRecord window) {
        send(broker, GroupPartitioner.partitionOf(window.id().series().group(), 0, 2), Codec.WINDOWS.encode(window));
        return 1;
    }

    private static void send(EmbeddedBroker broker, String topic, String key, byte[] value) {
        try (KafkaProducer<byte[], byte[]> producer = producer(broker)) {
            var unused = producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
        }
    }

    private static int feed(EmbeddedBroker broker, SimulatedSeries series, int windows) {
        try (KafkaProducer<byte[], byte[]> producer = producer(broker)) {
            for (int i = 0; i < windows; i++) {
                WindowRecord window = series.window();
                int partition =
                        GroupPartitioner.partitionOf(window.id().series().group(), 0, 2);
                var unused =
                        producer.send(new ProducerRecord<>(WINDOWS, partition, null, Codec.WINDOWS.encode(window)));
            }
        }
        return windows;
    }

    private static void send(EmbeddedBroker broker, int partition, byte[] value) {
        try (KafkaProducer<byte[], byte[]> producer = producer(broker)) {
            var unused = producer.send(new ProducerRecord<>(WINDOWS, partition, null, value));
        }
    }

    private static void damage(EmbeddedBroker broker, String topic, String key) {
        send(broker, topic, key, "{damaged".getBytes(StandardCharsets.UTF_8));
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedBroker broker) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "max.block.ms", 10_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static void awaitRecords(EmbeddedBroker broker, String topic, int count) throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker)) {
            await(
                    count + " records in " + topic,
                    () -> consumer.endOffsets(partitions(topic)).values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum()
                            >= count);
        }
    }

    private static <T> List<T> read(EmbeddedBroker broker, String topic, Codec<T> codec) {
        List<T> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(broker)) {
            List<TopicPartition> partitions = partitions(topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long expected = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            long[] seen = {0};
            for (int polls = 0; seen[0] < expected && polls < 100; polls++) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    seen[0]++;
                    if (codec.decode(record.value()) instanceof Decoded.Value<T> good) {
                        values.add(good.value());
                    }
                });
            }
        }
        return values;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(EmbeddedBroker broker) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static List<TopicPartition> partitions(String topic) {
        return List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
    }

    private static HttpResponse<String> get(int port, String path, String accept)
            throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Accept", accept)
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
    }

    private static void await(String what, java.util.concurrent.Callable<Boolean> condition) throws Exception {
        Awaitility.await(what).atMost(LONGEST_WAIT).until(condition);
    }

    private static void kill(Process process) throws InterruptedException {
        assertThat(process.destroyForcibly().waitFor(60, TimeUnit.SECONDS))
                .as("a killed process ends")
                .isTrue();
    }
}
