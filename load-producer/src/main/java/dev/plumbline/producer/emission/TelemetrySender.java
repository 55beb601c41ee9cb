package dev.plumbline.producer.emission;

import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.producer.time.ProducerClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * Brings samples to the telemetry topic, each once, apart from the way of the events: whatever happens here delays no event.
 *
 * <p>A sample that finds the queue full, Kafka away for long, or no topic at all is not published and counted. All samples of a
 * target go to one partition.
 */
public final class TelemetrySender implements Runnable, Consumer<TelemetryRecord> {

    /** Most samples that wait for Kafka. */
    static final int QUEUE_CAPACITY = 8_192;

    private static final Logger LOG = Logger.getLogger(TelemetrySender.class);
    private static final long POLL_NANOS = 100_000_000;
    /** A cold client needs a second to learn about a topic. */
    private static final int ATTEMPTS_BEFORE_GIVING_UP = 20;

    private static final long RETRY_NANOS = 5_000_000_000L;

    private final Supplier<Producer<byte[], byte[]>> connector;
    private final ProducerClock clock;
    private final ArrayBlockingQueue<TelemetryRecord> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
    private final LongAdder published = new LongAdder();
    private final LongAdder unpublished = new LongAdder();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final ThrottledWarning notTaken;

    private volatile boolean stopping;
    private volatile long stopUntilNanos = Long.MAX_VALUE;
    private Optional<Producer<byte[], byte[]>> kafka = Optional.empty();
    private int partitions;
    private int attempts;
    private long retryAtNanos;

    /** @param connector makes a new Kafka producer; may throw {@link KafkaException}, which is retried */
    public TelemetrySender(Supplier<Producer<byte[], byte[]>> connector, ProducerClock clock) {
        this.connector = connector;
        this.clock = clock;
        this.notTaken = new ThrottledWarning(LOG, clock);
    }

    /** Takes a record; never blocks. Any thread. */
    @Override
    public void accept(TelemetryRecord telemetry) {
        if (finished.getCount() == 0 || !queue.offer(telemetry)) {
            unpublished.increment();
        }
    }

    /** Records that Kafka acknowledged. */
    public long publishedCount() {
        return published.sum();
    }

    /** Records that never got there. */
    public long unpublishedCount() {
        return unpublished.sum();
    }

    @Override
    public void run() {
        try {
            while (!(stopping && queue.isEmpty()) && clock.nanos() < stopUntilNanos) {
                if (connected()) {
                    Optional<TelemetryRecord> next = Optional.ofNullable(queue.poll(POLL_NANOS, TimeUnit.NANOSECONDS));
                    next.ifPresent(this::send);
                } else if (attempts >= ATTEMPTS_BEFORE_GIVING_UP) {
                    discard();
                    pause();
                } else {
                    pause();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
            discard();
            finished.countDown();
        }
    }

    private void pause() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(POLL_NANOS);
    }

    private boolean connected() {
        if (partitions > 0) {
            return true;
        }
        long now = clock.nanos();
        if (attempts >= ATTEMPTS_BEFORE_GIVING_UP && now < retryAtNanos) {
            return false;
        }
        try {
            Producer<byte[], byte[]> producer = kafka.orElseGet(connector);
            kafka = Optional.of(producer);
            partitions = producer.partitionsFor(Topics.TELEMETRY).size();
            return partitions > 0;
        } catch (KafkaException | IllegalStateException e) {
            attempts = Math.min(attempts + 1, ATTEMPTS_BEFORE_GIVING_UP);
            retryAtNanos = now + RETRY_NANOS;
            if (attempts >= ATTEMPTS_BEFORE_GIVING_UP) {
                notTaken.warn("Kafka is not reachable, or has no topic " + Topics.TELEMETRY
                        + "; samples are not published: " + e.getMessage());
            }
            return false;
        }
    }

    private void send(TelemetryRecord telemetry) {
        String target = telemetry.observation().target();
        try {
            var unused = kafka.orElseThrow()
                    .send(
                            new ProducerRecord<>(
                                    Topics.TELEMETRY,
                                    GroupPartitioner.partitionOfTarget(target, partitions),
                                    target.getBytes(StandardCharsets.UTF_8),
                                    Codec.TELEMETRY.encode(telemetry)),
                            (metadata, failure) -> {
                                if (failure == null) {
                                    published.increment();
                                } else {
                                    unpublished.increment();
                                }
                            });
        } catch (KafkaException | IllegalStateException e) {
            // Thrown instead of reported: this producer will not recover by itself.
            unpublished.increment();
            notTaken.warn("Kafka does not take samples and is asked anew: " + e.getMessage());
            close();
            partitions = 0;
            attempts = 0;
        }
    }

    private void discard() {
        while (queue.poll() != null) {
            unpublished.increment();
        }
    }

    private void close() {
        Optional<Producer<byte[], byte[]>> open = kafka;
        kafka = Optional.empty();
        try {
            open.ifPresent(producer -> producer.close(
                    Duration.ofNanos(Math.max(0, Math.min(stopUntilNanos - clock.nanos(), RETRY_NANOS)))));
        } catch (KafkaException e) {
            LOG.debugf(e, "Closing Kafka's producer for samples failed");
        }
    }

    /** Asks it to end: what waits is sent, as far as it goes within the grace. Returns when it is over. Any thread. */
    public void stop(Duration grace) throws InterruptedException {
        stopUntilNanos = clock.nanos() + grace.toNanos();
        stopping = true;
        if (!finished.await(grace.toMillis() + 500, TimeUnit.MILLISECONDS)) {
            LOG.warnf("Samples were still being sent after %s", grace);
        }
    }
}
