package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipeTopicsTest {

    private static final Duration WINDOW = Duration.ofSeconds(10);

    private static NewTopic topic(String name, long topicBytes) {
        PipePlan plan = new PipePlan(WINDOW, 3, 0, topicBytes, Optional.empty(), Map.of(), Optional.empty());
        return new PipeTopics(plan)
                .all().stream()
                        .filter(topic -> topic.name().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void eventsBearTheBrokersTimeAndTheOthersTheirOwn() {
        assertThat(topic(Topics.EVENTS, 256 << 20).configs()).containsEntry("message.timestamp.type", "LogAppendTime");
        assertThat(topic(Topics.windows(WINDOW), 256 << 20).configs()).doesNotContainKey("message.timestamp.type");
    }

    @ParameterizedTest
    @CsvSource({"1000, 1048576", "8388608, 2097152", "268435456, 67108864", "1099511627776, 67108864"})
    void aSegmentIsAQuarterOfWhatIsKeptWithinBounds(long topicBytes, String segmentBytes) {
        assertThat(topic(Topics.VERDICTS, topicBytes).configs())
                .containsEntry("retention.bytes", Long.toString(topicBytes))
                .containsEntry("segment.bytes", segmentBytes);
    }

    @Test
    void whatIsNewestPerKeyIsKeptForEver() {
        for (String name : new String[] {Topics.BASELINES, Topics.CONTROLS, Topics.RUNS}) {
            assertThat(topic(name, 256 << 20).configs()).isEqualTo(Map.of("cleanup.policy", "compact"));
        }
        assertThat(topic(Topics.RUNS, 256 << 20).numPartitions()).isEqualTo(3);
        assertThat(topic(Topics.SNAPSHOTS, 256 << 20).configs())
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("segment.bytes", "4194304");
    }
}
