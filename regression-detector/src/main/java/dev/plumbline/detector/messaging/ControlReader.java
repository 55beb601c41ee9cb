package dev.plumbline.detector.messaging;

import dev.plumbline.contract.wire.Topics;
import dev.plumbline.detector.watch.Watch;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Follows what people tell, from the beginning: the controls topic, and the baselines topic for those that they chose. One thread,
 * no consumer group, because every detector needs all of it. A topic that is missing, now or for ever, is no error: it is looked
 * for again.
 */
@ApplicationScoped
public class ControlReader {

    private static final Logger LOG = Logger.getLogger(ControlReader.class);

    private static final List<String> TOPICS = List.of(Topics.CONTROLS, Topics.BASELINES);

    private static final Duration POLL = Duration.ofMillis(500);

    /** Polls after which new partitions, or the topic itself, are looked for: about 5 s. */
    private static final int POLLS_BETWEEN_LOOKS = 10;

    /** Longest wait for one answer of Kafka. */
    private static final int ANSWER_WITHIN_MILLIS = 10_000;

    /** How long judging waits for controls that were told before this start. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final Duration STOP_WITHIN = Duration.ofSeconds(2);

    private final Watch watch;
    private final Consumers consumers;
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "controls");

    @Inject
    public ControlReader(Watch watch, Consumers consumers) {
        this.watch = watch;
        this.consumers = consumers;
    }

    void start(@Observes StartupEvent event) {
        thread.setDaemon(true);
        thread.start();
    }

    @PreDestroy
    void stop() {
        stopping.countDown();
        try {
            thread.join(STOP_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until what had been told before this start is known. When it takes too long judging goes on without: an alert
     * that names no deploy, or that rests on what was learned, is better than no alert.
     */
    void awaitCaughtUp() {
        try {
            caughtUp.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warnf(
                    "%s could not be read within %s; alerts may lack their deploy, chosen baselines are not used yet",
                    TOPICS, LONGEST_WAIT);
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody fails this future", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever happens is tried again: a thread that is gone would leave alerts without their deploys, and say nothing. */
    private void run() {
        boolean isFailing = false;
        while (stopping.getCount() > 0) {
            try (Consumer<byte[], byte[]> consumer = consumers.open(Map.of(
                    ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    ANSWER_WITHIN_MILLIS,
                    ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    ANSWER_WITHIN_MILLIS))) {
                follow(consumer);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                watch.controlsFailed();
                if (!isFailing) {
                    LOG.warnf("cannot follow %s, trying on: %s", TOPICS, e);
                }
                isFailing = true;
                if (isStoppedWhilePausing()) {
                    return;
                }
            }
        }
    }

    private boolean isStoppedWhilePausing() {
        try {
            return stopping.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) throws InterruptedException {
        boolean isFailing = false;
        int pollsToLook = 0;
        Map<TopicPartition, Long> ends = Map.of();
        while (stopping.getCount() > 0) {
            try {
                if (pollsToLook-- == 0) {
                    pollsToLook = POLLS_BETWEEN_LOOKS;
                    ends = assignAll(consumer, ends);
                }
                read(consumer);
                if (!caughtUp.isDone() && isAtEnd(consumer, ends)) {
                    watch.controlsAreRead();
                    caughtUp.complete(null);
                }
                isFailing = false;
            } catch (KafkaException e) {
                watch.controlsFailed();
                if (!isFailing) {
                    LOG.warnf("cannot read %s, trying on: %s", TOPICS, e);
                }
                isFailing = true;
                pollsToLook = 0;
                pause();
            }
        }
    }

    /** Reads every partition that there is; new ones from their beginning. */
    private static Map<TopicPartition, Long> assignAll(
            Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> endsBefore) {
        Set<TopicPartition> partitions = TOPICS.stream()
                .flatMap(topic -> Optional.ofNullable(consumer.partitionsFor(topic)).orElse(List.of()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .collect(Collectors.toSet());
        if (partitions.equals(consumer.assignment())) {
            return endsBefore;
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.assign(partitions);
        LOG.infof("reading %s", partitions);
        return ends;
    }

    private void read(Consumer<byte[], byte[]> consumer) throws InterruptedException {
        if (consumer.assignment().isEmpty()) {
            pause();
            return;
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            if (record.topic().equals(Topics.BASELINES)) {
                watch.takeBaseline(record.partition(), record.offset(), record.key(), record.value());
            } else {
                watch.takeControl(record.partition(), record.offset(), record.key(), record.value());
            }
        }
    }

    /** Waits a moment, shorter when the app is stopping. */
    private void pause() throws InterruptedException {
        var unused = stopping.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static boolean isAtEnd(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }
}
