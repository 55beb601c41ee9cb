package dev.plumbline.cli.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.feed.PipeFeed.Events;
import dev.plumbline.cli.feed.PipeFeed.From;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class PipeFeedTest {

    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Map<String, Object> CLIENT = Map.of("bootstrap.servers", "broker:9092");

    private static final PipeListener NOBODY = new PipeListener() {};

    private static MockConsumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (String topic : List.of(Topics.windows(WINDOW), Topics.VERDICTS, Topics.ALERTS)) {
            consumer.updatePartitions(topic, List.of(new PartitionInfo(topic, 0, null, null, null)));
            ends.put(new TopicPartition(topic, 0), 0L);
        }
        consumer.updateBeginningOffsets(ends);
        consumer.updateEndOffsets(ends);
        return consumer;
    }

    @Test
    void topicsThatCannotBeReadAnyMoreAreAFailureOfKafkaAndNoCrash() {
        MockConsumer<byte[], byte[]> consumer = consumer();
        try (PipeFeed feed = new PipeFeed(CLIENT, WINDOW, Events.LEFT_OUT, From.NOW, properties -> consumer)) {
            feed.poll(Duration.ZERO, NOBODY);
            consumer.setPollException(new TopicAuthorizationException("not authorized"));
            assertThatThrownBy(() -> feed.poll(Duration.ZERO, NOBODY))
                    .isInstanceOfSatisfying(
                            StackFailure.class,
                            failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.INFRASTRUCTURE))
                    .hasMessageContaining("Kafka at broker:9092")
                    .hasMessageContaining("not authorized");
        }
    }

    @Test
    void aConsumerThatCannotBeMadeIsAFailureOfKafka() {
        assertThatThrownBy(() -> new PipeFeed(CLIENT, WINDOW, Events.LEFT_OUT, From.NOW, properties -> {
                    throw new KafkaException("Failed to construct kafka consumer");
                }))
                .isInstanceOf(StackFailure.class)
                .hasMessageContaining("Failed to construct");
    }
}
