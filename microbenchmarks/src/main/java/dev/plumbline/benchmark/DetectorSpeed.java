package dev.plumbline.benchmark;

import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast one detector judges: the packaged app as a process of its own behind an embedded broker. First it finds a backlog and works
 * it off; the rate is that of the half that it judges last. Then one window of every series comes at once, again and again, as an
 * aggregator sends them, and of each it is told how long its verdict took to a consumer.
 */
@Command(
        name = "detector",
        mixinStandardHelpOptions = true,
        description = {
            "How many windows a second one detector judges, and how long a verdict takes.",
            "The detector must be built (./plumb version builds it). Takes about a minute and a half."
        })
final class DetectorSpeed implements Callable<Integer> {

    private static final String WINDOWS = Topics.windows(Duration.ofSeconds(10));
    private static final int PARTITIONS = 2;
    private static final int LEARNED = 20;
    private static final int REQUESTS = 200;
    private static final int SHAPES = 64;
    private static final long START = 1_795_345_200_000L;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    @Option(names = "--series", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}")
    private int series;

    @Option(
            names = "--windows",
            defaultValue = "60",
            description =
                    "Windows of each series in the backlog, behind those it learns from. Default: ${DEFAULT-VALUE}")
    private int windows;

    @Option(
            names = "--waves",
            defaultValue = "20",
            description = "Windows of each afterwards. Default: ${DEFAULT-VALUE}")
    private int waves;

    @Option(
            names = "--every",
            defaultValue = "2",
            description = "Seconds from one to the next; they are of ten. Default: ${DEFAULT-VALUE}")
    private int everySeconds;

    @Option(names = "--heap", defaultValue = "512", description = "MB for the detector. Default: ${DEFAULT-VALUE}")
    private int heapMegabytes;

    @Option(names = "--home", defaultValue = ".", description = "The checkout, built. Default: the current folder.")
    private Path home = Path.of(".");

    @Option(
            names = "--out",
            defaultValue = "benchmark-results",
            description = "Folder of the results. Default: ${DEFAULT-VALUE}")
    private Path out = Path.of("benchmark-results");

    private final List<Series> all = new ArrayList<>();
    private final List<WindowSummary> shapes = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Path app = home.resolve("regression-detector/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(app)) {
            System.err.println("benchmark: " + app + " is not there; build it with ./plumb version");
            return 4;
        }
        // The broker in this process tells of every step.
        Logger.getLogger("").setLevel(Level.WARNING);
        Path folder = Files.createDirectories(out)
                .resolve("detector-" + ProcessHandle.current().pid());
        for (int i = 0; i < series; i++) {
            all.add(new Series(
                    new ComparisonGroup("svc-" + i, "m", "chat", LoadPoint.parse("c8"), "default"), "stable"));
        }
        Random random = new Random(16);
        for (int i = 0; i < SHAPES; i++) {
            shapes.add(shape(random));
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
            createTopics(broker.bootstrapServers());
            int backlog = LEARNED + windows;
            try (KafkaProducer<byte[], byte[]> producer = producer(broker);
                    KafkaConsumer<byte[], byte[]> verdicts = consumer(broker)) {
                for (int window = 0; window < backlog; window++) {
                    send(producer, window, new HashMap<>());
                }
                producer.flush();
                Process detector = start(app, folder, broker.bootstrapServers());
                // Who ends this process in the middle ends that one, too.
                Thread end = new Thread(detector::destroyForcibly);
                Runtime.getRuntime().addShutdownHook(end);
                try {
                    double rate = rate(verdicts, (long) backlog * series);
                    System.out.printf(Locale.ROOT, "%,.0f windows/s%n", rate);
                    report(folder, rate, latencies(producer, verdicts, backlog));
                } finally {
                    detector.destroy();
                    if (!detector.waitFor(30, TimeUnit.SECONDS)) {
                        detector.destroyForcibly();
                    }
                    Runtime.getRuntime().removeShutdownHook(end);
                }
            }
        }
        return 0;
    }

    /** Verdicts a second of the later half of the backlog, by the stamps that the detector gave them. */
    private double rate(KafkaConsumer<byte[], byte[]> verdicts, long expected) {
        long[] stamps = new long[Math.toIntExact(expected)];
        int seen = 0;
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (seen < expected) {
            for (ConsumerRecord<byte[], byte[]> verdict : verdicts.poll(Duration.ofMillis(200))) {
                stamps[seen++] = verdict.timestamp();
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(seen + " of " + expected + " verdicts after " + LONGEST);
            }
        }
        Arrays.sort(stamps);
        int half = stamps.length / 2;
        return (stamps.length - 1 - half) * 1e3 / (stamps[stamps.length - 1] - stamps[half]);
    }

    /** Milliseconds from sending a window to having its verdict, ascending. */
    private double[] latencies(
            KafkaProducer<byte[], byte[]> producer, KafkaConsumer<byte[], byte[]> verdicts, int first)
            throws InterruptedException {
        Map<String, Deque<Long>> sent = new HashMap<>();
        double[] millis = new double[waves * series];
        int seen = 0;
        long begin = System.nanoTime();
        for (int wave = 0; wave < waves; wave++) {
            long due = begin + TimeUnit.SECONDS.toNanos((long) wave * everySeconds);
            while (System.nanoTime() < due) {
                seen = taken(verdicts, sent, millis, seen);
            }
            send(producer, first + wave, sent);
            producer.flush();
        }
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (seen < millis.length) {
            seen = taken(verdicts, sent, millis, seen);
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(seen + " of " + millis.length + " verdicts after " + LONGEST);
            }
        }
        Arrays.sort(millis);
        return millis;
    }

    private static int taken(
            KafkaConsumer<byte[], byte[]> verdicts, Map<String, Deque<Long>> sent, double[] millis, int seen) {
        int count = seen;
        var records = verdicts.poll(Duration.ofMillis(5));
        long now = System.nanoTime();
        for (ConsumerRecord<byte[], byte[]> verdict : records) {
            // One key is one series, and its windows are judged in the order in which they were sent.
            Deque<Long> of = sent.get(new String(verdict.key(), StandardCharsets.UTF_8));
            if (of == null || of.isEmpty()) {
                throw new IllegalStateException("a verdict of a window that was not sent");
            }
            millis[count++] = (now - of.removeFirst()) / 1e6;
        }
        return count;
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int window, Map<String, Deque<Long>> sent) {
        for (int i = 0; i < all.size(); i++) {
            Series one = all.get(i);
            WindowRecord record = new WindowRecord(
                    new WindowId(one, START + window * 10_000L, 10_000),
                    0,
                    shapes.get((i * 7 + window * 13) % SHAPES),
                    ExcludedPart.none());
            sent.computeIfAbsent(one.key(), unused -> new ArrayDeque<>()).addLast(System.nanoTime());
            int partition = GroupPartitioner.partitionOf(one.group(), 0, PARTITIONS);
            var unused = producer.send(new ProducerRecord<>(WINDOWS, partition, null, Codec.WINDOWS.encode(record)));
        }
    }

    private static WindowSummary shape(Random random) {
        long[] ttft = new long[REQUESTS];
        long[] tpot = new long[REQUESTS];
        long[] e2e = new long[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            ttft[i] = Math.round(5e7 * Math.exp(0.6 * random.nextGaussian()));
            tpot[i] = Math.round(6e6 * Math.exp(0.15 * random.nextGaussian()));
            e2e[i] = ttft[i] + 99 * tpot[i];
        }
        long tokens = 100L * REQUESTS;
        return new WindowSummary(
                new RequestCounts(REQUESTS, Map.of(), 0, 0, 0),
                Map.of(
                        LatencyMetric.TTFT, Histogram.of(ttft),
                        LatencyMetric.TPOT, Histogram.of(tpot),
                        LatencyMetric.E2E, Histogram.of(e2e)),
                new TokenTotals(500L * REQUESTS, tokens, 0, 0, tokens + random.nextInt(400)),
                REQUESTS,
                8 * 10_000L * 1_000_000,
                Map.of());
    }

    private void report(Path folder, double rate, double[] millis) throws IOException {
        String text = String.format(
                Locale.ROOT,
                "| detector | windows/s judged | window to verdict p50, ms | p99, ms | largest, ms |%n|---|---|---|---|---|%n"
                        + "| %d series, %d requests a window, %d MB of heap | %,.0f | %.0f | %.0f | %.0f |%n",
                series,
                REQUESTS,
                heapMegabytes,
                rate,
                millis[millis.length / 2],
                millis[(int) Math.ceil(0.99 * millis.length) - 1],
                millis[millis.length - 1]);
        Files.writeString(folder.resolve("detector.md"), text);
        System.out.println(text);
    }

    private Process start(Path app, Path folder, String bootstrapServers) throws IOException, InterruptedException {
        Path ready = folder.resolve("ready");
        Process detector = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heapMegabytes + "m",
                        "-Dquarkus.http.port=0",
                        "-D" + ReadyFile.PATH_PROPERTY + "=" + ready.toAbsolutePath(),
                        "-Dplumbline.kafka.bootstrap-servers=" + bootstrapServers,
                        "-Dplumbline.detector.baseline-windows=" + LEARNED,
                        "-Dplumbline.detector.skip-windows=0",
                        "-Dplumbline.detector.stale-after=36500d",
                        "-jar",
                        app.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("detector.log").toFile())
                .start();
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!Files.exists(ready)) {
            if (!detector.isAlive() || System.nanoTime() > deadline) {
                detector.destroyForcibly();
                throw new IllegalStateException("the detector did not start: see " + folder.resolve("detector.log"));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return detector;
    }

    private static void createTopics(String bootstrapServers) throws Exception {
        List<NewTopic> topics = Stream.of(
                        WINDOWS,
                        Topics.VERDICTS,
                        Topics.ALERTS,
                        Topics.BASELINES,
                        Topics.UNDECODABLE,
                        Topics.SNAPSHOTS,
                        Topics.CONTROLS)
                .map(name -> new NewTopic(name, PARTITIONS, (short) 1))
                .toList();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(topics).all().get(60, TimeUnit.SECONDS);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedBroker broker) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(EmbeddedBroker broker) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "fetch.max.wait.ms", 5),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                List.of(new TopicPartition(Topics.VERDICTS, 0), new TopicPartition(Topics.VERDICTS, 1));
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }
}
