package dev.plumbline.aggregator.topology;

import dev.plumbline.aggregator.commit.CommitHook;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.contract.wire.UndecodableRecord;
import dev.plumbline.windowing.IntakeLimits;
import dev.plumbline.windowing.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The whole topology with one partition, in one thread and with a clock of its own. */
final class Pipe implements AutoCloseable {

    static final int SERIES_LIMIT = 20;

    private static final AggregationSettings SETTINGS = new AggregationSettings(
            Duration.ofSeconds(10),
            1,
            1,
            Duration.ofSeconds(1),
            new IntakeLimits(10_000, 2_000, 10_000, 60_000, 300_000, SERIES_LIMIT, 50, 16 << 20));

    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private final Topology topology;
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> events;
    private long nowEpochMillis;
    private boolean backlogKnown = true;

    Pipe(long startEpochMillis) {
        nowEpochMillis = startEpochMillis;
        topology = AggregationTopology.build(
                SETTINGS, new CommitHook(), this::recordsNotRead, new TallyOnly(tallies), SaidBefore.NOTHING);
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        driver = new TopologyTestDriver(topology, properties, Instant.ofEpochMilli(startEpochMillis));
        events = driver.createInputTopic(Topics.EVENTS, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private OptionalLong recordsNotRead(String topic, int partition) {
        return backlogKnown ? OptionalLong.of(0) : OptionalLong.empty();
    }

    Topology topology() {
        return topology;
    }

    void send(Event event) {
        sendBytes(Codec.EVENTS.encode(event));
    }

    void sendBytes(byte[] bytes) {
        events.pipeInput(new TestRecord<>(new byte[0], bytes, Instant.ofEpochMilli(nowEpochMillis)));
    }

    void advance(long millis) {
        advance(millis, true);
    }

    /** @param known whether it is known meanwhile that everything has been read */
    void advance(long millis, boolean known) {
        backlogKnown = known;
        for (long left = millis; left > 0; left -= 1_000) {
            long step = Math.min(left, 1_000);
            nowEpochMillis += step;
            driver.advanceWallClockTime(Duration.ofMillis(step));
        }
    }

    List<WindowRecord> windows() {
        return values(SETTINGS.windowsTopic(), Codec.WINDOWS);
    }

    List<Long> windowTimestamps() {
        return driver
                .createOutputTopic(SETTINGS.windowsTopic(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()
                .stream()
                .map(TestRecord::timestamp)
                .toList();
    }

    List<UndecodableRecord> undecodable() {
        return values(Topics.UNDECODABLE, Codec.UNDECODABLE);
    }

    /** What the topology itself wrote to the events topic; it has read it back already. */
    List<Event> toldEvents() {
        return values(Topics.EVENTS, Codec.EVENTS);
    }

    long tally(Tally tally) {
        return tallies.getOrDefault(tally, 0L);
    }

    @Override
    public void close() {
        driver.close();
    }

    private <T> List<T> values(String topic, Codec<T> codec) {
        List<T> values = new ArrayList<>();
        for (byte[] bytes : driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()) {
            values.add(((Decoded.Value<T>) codec.decode(bytes)).value());
        }
        return values;
    }

    private record TallyOnly(Map<Tally, Long> tallies) implements Progress {
        @Override
        public void counted(Tally tally, long times) {
            tallies.merge(tally, times, Long::sum);
        }

        @Override
        public void intake(int partition, IntakeState state) {}

        @Override
        public void merge(int partition, MergeState state) {}

        @Override
        public void intakeGone(int partition) {}

        @Override
        public void mergeGone(int partition) {}
    }
}
