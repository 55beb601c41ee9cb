package dev.plumbline.cli.run;

import dev.plumbline.cli.history.RunRecords;
import dev.plumbline.contract.run.RunRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Tells others on Kafka that a run has ended. */
final class RunTopic {

    private static final int PATIENCE_MILLIS = 5_000;

    private RunTopic() {}

    /**
     * Writes the run's record and waits until Kafka has it.
     *
     * @return one line when that did not work; the run's own files have all of it
     */
    static Optional<String> publish(Map<String, Object> kafkaClient, RunResult result, RunVerdict verdict) {
        RunRecord record = RunRecords.of(result, verdict);
        Map<String, Object> properties = new HashMap<>(kafkaClient);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            Topics.RUNS, record.runId().getBytes(StandardCharsets.UTF_8), Codec.RUNS.encode(record)))
                    .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted before Kafka had it");
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return Optional.of("Kafka did not take it: " + cause.getMessage());
        }
    }
}
