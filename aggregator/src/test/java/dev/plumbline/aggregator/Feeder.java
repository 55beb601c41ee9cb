package dev.plumbline.aggregator;

import static org.awaitility.Awaitility.await;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.windowing.TestEvents;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes events, and heartbeats that tell of them as activity, to one group of each partition, and counts what Kafka
 * acknowledged of both.
 */
final class Feeder implements AutoCloseable {

    private static final int HEARTBEAT_EVERY_EVENTS = 50;
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final KafkaProducer<byte[], byte[]> kafka;
    private final Map<ComparisonGroup, TestEvents> numbersByGroup = new LinkedHashMap<>();
    private final int partitions;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong offeredAcknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Thread thread;
    private final CountDownLatch stopping = new CountDownLatch(1);
    /** Events of each group that no heartbeat has told of. */
    private long untold;

    private volatile long firstEpochMillis = Long.MAX_VALUE;
    private volatile long lastEpochMillis = Long.MIN_VALUE;

    Feeder(String bootstrapServers, int partitions, long epoch) {
        this.partitions = partitions;
        for (int partition = 0; partition < partitions; partition++) {
            numbersByGroup.put(groupOf(partition, partitions), new TestEvents("feeder", epoch));
        }
        kafka = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        thread = new Thread(this::feed, "feeder");
        thread.start();
    }

    /** A group that lives in a partition. */
    static ComparisonGroup groupOf(int partition, int partitions) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> TestEvents.group("service-" + i))
                .filter(group -> GroupPartitioner.partitionOf(group, 0, partitions) == partition)
                .findFirst()
                .orElseThrow();
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** Requests that were offered, by the heartbeats that Kafka acknowledged. */
    long offeredAcknowledged() {
        return offeredAcknowledged.get();
    }

    /** Waits until Kafka has acknowledged so many events more. */
    void awaitMore(long events) {
        long wanted = acknowledged() + events;
        await(events + " events more are acknowledged").atMost(LONGEST).until(() -> acknowledged() >= wanted);
    }

    /** Waits until the ends of its events lie so far apart. */
    void awaitSpan(Duration span) {
        await("events over " + span).atMost(LONGEST).until(() -> lastEpochMillis - firstEpochMillis >= span.toMillis());
    }

    /** Stops, takes leave, and returns the number of acknowledged events. */
    long leave() throws InterruptedException {
        stop();
        long until = System.currentTimeMillis();
        tell(until);
        numbersByGroup.forEach((group, numbers) -> send(numbers.leaving(group, until)));
        kafka.flush();
        if (failed.get() > 0) {
            throw new IllegalStateException(failed.get() + " records were not acknowledged");
        }
        return acknowledged.get();
    }

    @Override
    public void close() throws InterruptedException {
        stop();
        kafka.close();
    }

    private void stop() throws InterruptedException {
        stopping.countDown();
        if (!thread.join(LONGEST)) {
            throw new IllegalStateException("the feeder does not stop within " + LONGEST);
        }
    }

    private void feed() {
        tell(System.currentTimeMillis() - 1);
        while (stopping.getCount() > 0) {
            long end = System.currentTimeMillis();
            firstEpochMillis = Math.min(firstEpochMillis, end);
            lastEpochMillis = Math.max(lastEpochMillis, end);
            numbersByGroup.forEach((group, numbers) -> send(numbers.completed(new Series(group, "stable"), end, 20)));
            if (++untold == HEARTBEAT_EVERY_EVENTS) {
                // A millisecond less: another event may still end within this one.
                tell(end - 1);
            }
            try {
                stopping.await(2, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void tell(long untilEpochMillis) {
        long slot = untilEpochMillis - untilEpochMillis % Activity.SLOT_MILLIS;
        numbersByGroup.forEach((group, numbers) -> send(
                untold == 0
                        ? numbers.heartbeat(group, untilEpochMillis)
                        : numbers.heartbeat(group, untilEpochMillis, TestEvents.offered(slot, untold))));
        untold = 0;
    }

    private void send(Event event) {
        int partition = GroupPartitioner.partitionOf(event.group(), 0, partitions);
        var unused = kafka.send(
                new ProducerRecord<>(Topics.EVENTS, partition, null, Codec.EVENTS.encode(event)), (at, failure) -> {
                    if (failure != null) {
                        failed.incrementAndGet();
                        return;
                    }
                    switch (event) {
                        case RequestEvent ignored -> acknowledged.incrementAndGet();
                        case Heartbeat heartbeat ->
                            heartbeat.activity().forEach(slot -> offeredAcknowledged.addAndGet(slot.offered()));
                        case ProducerExpelled ignored -> throw new IllegalStateException("never sent");
                    }
                });
    }
}
