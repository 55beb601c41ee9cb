package dev.plumbline.detector.messaging;

import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import io.smallrye.reactive.messaging.kafka.KafkaConnectorIncomingConfiguration;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.commit.KafkaCommitHandler;
import io.smallrye.reactive.messaging.kafka.commit.KafkaLatestCommit;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Commits what is acknowledged, and never moves back. After a start records are read that an earlier one had committed; to
 * commit them again would tell of them as not dealt with, and what was reported of them would be reported twice.
 */
@ApplicationScoped
@Identifier(ForwardOnlyCommit.NAME)
public class ForwardOnlyCommit implements KafkaCommitHandler.Factory {

    /** As the channel's settings call it. */
    public static final String NAME = "forward-only";

    private final WindowPartitions partitions;

    @Inject
    public ForwardOnlyCommit(@Identifier("windows") WindowPartitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public KafkaCommitHandler create(
            KafkaConnectorIncomingConfiguration config,
            Vertx vertx,
            KafkaConsumer<?, ?> consumer,
            BiConsumer<Throwable, Boolean> reportFailure) {
        return new Handler(vertx, config, consumer, partitions);
    }

    /** One of SmallRye's own, because those alone are told the context that they commit on. */
    private static final class Handler extends KafkaLatestCommit {

        private final WindowPartitions partitions;

        Handler(
                Vertx vertx,
                KafkaConnectorIncomingConfiguration config,
                KafkaConsumer<?, ?> consumer,
                WindowPartitions partitions) {
            super(vertx, config, consumer);
            this.partitions = partitions;
        }

        @Override
        public <K, V> Uni<Void> handle(IncomingKafkaRecord<K, V> record) {
            TopicPartition partition = new TopicPartition(record.getTopic(), record.getPartition());
            return partitions.isCommitted(partition, record.getOffset())
                    ? Uni.createFrom().voidItem()
                    : super.handle(record);
        }
    }
}
