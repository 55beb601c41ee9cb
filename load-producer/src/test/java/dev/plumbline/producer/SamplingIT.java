package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.NearestSample;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Surroundings.NearestSamples;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.SamplerState;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.producer.time.SystemTime;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A producer, a real broker, a target with vLLM's metrics, and an executable that prints rows captured from real GPUs. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SamplingIT {

    @TempDir
    private static Path folder;

    private static ToldToKafka kafka;
    private static SimulatedTarget target;

    @BeforeAll
    static void start() throws Exception {
        kafka = new ToldToKafka(folder);
        target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT);
    }

    @AfterAll
    static void stop() throws Exception {
        target.close();
        kafka.close();
    }

    private static LoadProducer producer(String name, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "plumbline.kafka.bootstrap-servers", kafka.bootstrapServers(),
                "plumbline.target.url", target.baseUrl() + "/v1",
                "plumbline.target.name", name,
                "plumbline.target.model", "simulated",
                "plumbline.load.concurrency", "2",
                "plumbline.load.duration", "4s",
                "plumbline.selfwarmup.duration", "0s",
                "plumbline.gpu.interval", "200ms",
                "plumbline.engine.interval", "200ms"));
        all.putAll(more);
        ProducerConfig config = ProducerConfig.of(all);
        return new LoadProducer(config, ProducerSettings.checked(config), new SystemTime());
    }

    /** An executable in the place of nvidia-smi, in a folder of its own. */
    private static Path nvidiaSmi(String name, String body) throws IOException {
        Path file = Files.createDirectories(folder.resolve(name)).resolve("nvidia-smi");
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(SamplingIT.class.getResource(name), name).toURI());
    }

    private static String metrics(LoadProducer producer) {
        return new String(producer.metrics().scrape(null).body().toArray(), StandardCharsets.UTF_8);
    }

    private static double metric(String page, String line) {
        return page.lines()
                .filter(text -> text.startsWith(line + " "))
                .mapToDouble(text -> Double.parseDouble(text.substring(line.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + line));
    }

    @Test
    @Order(1)
    void withoutTopicAndWithADeadToolTheRunIsWholeAndSaysWhatIsMissing() throws Exception {
        Path dead = nvidiaSmi("dead", "echo 'No devices were found'; exit 6\n");
        LoadProducer producer = producer(
                "dead",
                Map.of(
                        "plumbline.gpu.source",
                        "nvidia-smi",
                        "plumbline.gpu.command",
                        dead.toString(),
                        "plumbline.engine.url",
                        target.baseUrl() + "/nothing-here",
                        "plumbline.load.duration",
                        "2s"));
        producer.run();
        List<RequestEvent> events = kafka.requests("dead");
        assertThat(events).isNotEmpty();
        RequestEvent last = events.get(events.size() - 1);
        assertThat(last.surroundings().gpu().atEnd())
                .isEqualTo(new NearestSample.Absent("nvidia-smi: nvidia-smi ended with 6: No devices were found"));
        assertThat(last.surroundings().engine().atEnd())
                .isInstanceOfSatisfying(
                        NearestSample.Absent.class,
                        absent -> assertThat(absent.reason()).contains("status 404"));
        String page = metrics(producer);
        assertThat(metric(page, "plumbline_sampler_up{source=\"nvidia-smi\",target=\"dead\"}"))
                .isZero();
        assertThat(metric(page, "plumbline_sampler_failures_total{reason=\"exited\",source=\"nvidia-smi\"}"))
                .isPositive();
        assertThat(metric(page, "plumbline_telemetry_unpublished_total")).isPositive();
        assertThat(metric(page, "plumbline_telemetry_published_total")).isZero();
        assertThat(producer.status().lost()).isZero();
        assertThat(producer.status().acknowledged()).isEqualTo(events.size());
    }

    @Test
    @Order(2)
    void samplesAreOnEveryEventAndEachOnceOnTheTopic() throws Exception {
        kafka.create(Topics.TELEMETRY);
        Path smi = nvidiaSmi(
                "good",
                "csv='%s'\nrows='8 10'\nrename=\n. '%s'\n"
                        .formatted(resource("/gpu/nvidia-smi-query-gpu.csv"), resource("/gpu/fake-nvidia-smi.sh")));
        LoadProducer producer =
                producer("good", Map.of("plumbline.gpu.source", "nvidia-smi", "plumbline.gpu.command", smi.toString()));
        producer.run();

        List<RequestEvent> events = kafka.requests("good");
        assertThat(events).hasSizeGreaterThan(5);
        // The first requests may have been over before the tool's first row.
        List<RequestEvent> later = events.subList(events.size() / 2, events.size());
        List<ConsumerRecord<byte[], byte[]>> records = kafka.all(Topics.TELEMETRY);
        List<TelemetryRecord> telemetry = records.stream()
                .map(record -> ((Decoded.Value<TelemetryRecord>) Codec.TELEMETRY.decode(record.value())).value())
                .toList();
        List<GpuSample> gpus = of(telemetry, GpuSample.class);
        long oldestMillis = oldestMillis(gpus);
        for (RequestEvent event : later) {
            NearestSamples gpu = event.surroundings().gpu();
            for (NearestSample sample : List.of(gpu.atStart(), gpu.atEnd())) {
                assertThat(sample).isInstanceOfSatisfying(NearestSample.Sampled.class, near -> {
                    assertThat(Math.abs(near.ageMillis())).isLessThanOrEqualTo(oldestMillis);
                    assertThat(near.values())
                            .containsEntry("gpu0DrawWatts", 631.95)
                            .containsEntry("gpu1DrawWatts", 433.78)
                            .containsEntry("gpu0UtilizationRatio", 1.0)
                            .doesNotContainKey("gpu1UtilizationRatio");
                });
            }
            assertThat(event.surroundings().engine().atEnd())
                    .isInstanceOfSatisfying(
                            NearestSample.Sampled.class,
                            near -> assertThat(near.values())
                                    .containsKeys(
                                            "requestsRunningCount", "requestsWaitingCount", "generationTokensTotal"));
        }
        assertThat(later.stream()
                        .map(event -> ((NearestSample.Sampled)
                                        event.surroundings().engine().atStart())
                                .values()
                                .get("requestsRunningCount")))
                .as("the load is seen in the engine")
                .anyMatch(running -> running > 0);

        assertThat(records).allSatisfy(record -> {
            assertThat(record.partition())
                    .isEqualTo(GroupPartitioner.partitionOfTarget("good", ToldToKafka.PARTITIONS));
            assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("good");
        });
        String page = metrics(producer);
        assertThat((double) gpus.size()).isEqualTo(metric(page, "plumbline_samples_total{source=\"nvidia-smi\"}"));
        assertThat(gpus.stream()
                        .map(gpu -> gpu.gpu().index() + "@" + gpu.observation().atEpochMillis())
                        .collect(Collectors.toSet()))
                .as("each once")
                .hasSize(gpus.size());
        assertThat(gpus.stream().map(gpu -> gpu.gpu().index()).collect(Collectors.toSet()))
                .isEqualTo(Set.of("0", "1"));
        assertThat((double) of(telemetry, EngineSample.class).size())
                .isEqualTo(metric(page, "plumbline_samples_total{source=\"engine-metrics\"}"));
        assertThat(of(telemetry, SamplerState.class))
                .extracting(state -> state.observation().source(), SamplerState::state)
                .contains(
                        org.assertj.core.groups.Tuple.tuple("nvidia-smi", new SamplerState.Up()),
                        org.assertj.core.groups.Tuple.tuple("engine-metrics", new SamplerState.Up()));
        assertThat(metric(page, "plumbline_telemetry_unpublished_total")).isZero();
        assertThat(metric(page, "plumbline_telemetry_published_total")).isEqualTo(records.size());
        assertThat(FailureReason.values())
                .allSatisfy(reason -> assertThat(metric(
                                page,
                                "plumbline_sampler_failures_total{reason=\""
                                        + reason.name().toLowerCase(java.util.Locale.ROOT)
                                        + "\",source=\"nvidia-smi\"}"))
                        .isZero());
    }

    /**
     * How old the nearest sample of these requests can be: a second, or as long as a busy machine let the sampler go
     * without one.
     */
    private static long oldestMillis(List<GpuSample> gpus) {
        List<Long> times = gpus.stream()
                .map(gpu -> gpu.observation().atEpochMillis())
                .sorted()
                .toList();
        long oldestMillis = 1_000;
        for (int i = 1; i < times.size(); i++) {
            oldestMillis = Math.max(oldestMillis, times.get(i) - times.get(i - 1));
        }
        return oldestMillis;
    }

    private static <T extends TelemetryRecord> List<T> of(List<TelemetryRecord> records, Class<T> type) {
        return records.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
