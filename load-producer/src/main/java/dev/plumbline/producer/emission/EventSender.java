package dev.plumbline.producer.emission;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that talks to Kafka: it takes requests and markers from the queue in order, writes the requests of each
 * comparison group to the group's partition, and says in heartbeats until when everything is written.
 *
 * <p><b>What a heartbeat claims.</b> A marker of an event loop stands in the queue behind every request that ended on that
 * loop before the marker's stamp. Each partition has a {@link PartitionLog}, which numbers its records and knows which markers
 * are settled: when a heartbeat says T, each request of its group that ended at or before T lies acknowledged in front of it, or
 * is named in it or in an earlier one that was acknowledged. The words are those of a {@link GroupVoice}, one for each group.
 *
 * <p><b>When the clock was set.</b> Each epoch has one {@link Anchor} and numbers of its own. The first thing that was stamped
 * after the clock was set makes the sender wait until everything of the epoch before is settled and named, and begin the next
 * with a heartbeat of each group that claims no more than both anchors allow. A request belongs to the epoch in which it is
 * written and lies where the anchor at its end places it, so that one that ended before, on another loop, is in its own window,
 * too.
 *
 * <p>What can not be excluded: a record whose acknowledgement was lost counts as lost and lies there nevertheless. Whoever
 * reads must take "lost" as "was not acknowledged"; the sequence tells the two apart.
 *
 * <p>The groups are known from the start and are few. One group means one partition, and several may lie in one; the number of
 * partitions is asked once, when Kafka is first reached.
 */
public final class EventSender implements Runnable {

    private static final Logger LOG = Logger.getLogger(EventSender.class);
    /** A cold client needs a second to learn about a topic; that is not worth a line. */
    private static final int ATTEMPTS_BEFORE_WARNING = 8;

    private static final long SETTLING_POLL_NANOS = 1_000_000;

    private final MarkedQueue queue;
    private final Supplier<Producer<byte[], byte[]>> connector;
    private final ProducerClock clock;
    private final GroupVoices voices;
    private final SenderSettings settings;
    private final EmissionCounters counters;
    private final LoadSurroundings surroundings;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final ThrottledWarning unreachable;
    private final ThrottledWarning notTaken;

    private volatile long stopAskedNanos = Long.MAX_VALUE;
    private volatile String lastFailure = "";
    private volatile boolean failed;
    private @Nullable Producer<byte[], byte[]> kafka;

    /**
     * @param connector makes a new Kafka producer; may throw {@link KafkaException}, which is retried
     * @param series every one that may be driven, of 1 to {@value GroupVoices#MAX_GROUPS} groups
     * @param loops how many event loops leave markers in the queue
     * @param surroundings adds what was seen around a request; here and not on an event loop, where it would cost time
     */
    public EventSender(
            MarkedQueue queue,
            Supplier<Producer<byte[], byte[]>> connector,
            ProducerClock clock,
            String producerId,
            Set<Series> series,
            int loops,
            SenderSettings settings,
            EmissionCounters counters,
            LoadSurroundings surroundings) {
        this.queue = queue;
        this.connector = connector;
        this.clock = clock;
        this.voices = new GroupVoices(series, loops, clock, producerId, settings.heartbeatIntervalNanos());
        this.settings = settings;
        this.counters = counters;
        this.surroundings = surroundings;
        this.unreachable = new ThrottledWarning(LOG, clock);
        this.notTaken = new ThrottledWarning(LOG, clock);
    }

    /**
     * Asks for the end: the sender goes on until each loop's last marker is settled and the leaving heartbeats are
     * acknowledged, or until the grace is over. Any thread.
     */
    public void stop() {
        if (stopAskedNanos == Long.MAX_VALUE) {
            stopAskedNanos = clock.nanos();
        }
    }

    /** Waits for the end after {@link #stop}; false when it did not come in time. Any thread. */
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
        return finished.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
        try {
            if (connect()) {
                speak(false);
                carry();
                leave();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("The sender was interrupted; what it had not sent is lost");
        } finally {
            closeKafka(Duration.ZERO);
            countTheRestAsLost();
            if (counters.lostEvents() > 0) {
                LOG.warnf(
                        "%d events were lost, %d were acknowledged",
                        counters.lostEvents(), counters.acknowledgedEvents());
            }
            finished.countDown();
        }
    }

    private void carry() throws InterruptedException {
        while (!isGraceOver()) {
            step(queue.poll(pollNanos()));
            if (voices.all(PartitionLog::isEnded)) {
                return;
            }
        }
        LOG.warnf(
                "Stopped after %d ms with %d records that Kafka had not acknowledged",
                TimeUnit.NANOSECONDS.toMillis(settings.stopGraceNanos()),
                voices.open().size());
    }

    /** One turn: takes an item if there is one, learns what became of earlier records, speaks when it is time. */
    private void step(Optional<MarkedQueue.Item> item) throws InterruptedException {
        if (item.isPresent()) {
            switch (item.get()) {
                case MarkedQueue.Item.Ended ended -> {
                    reach(ended.request().stamps().endNanos());
                    write(voices.request(ended.request(), surroundings::sampled));
                }
                case MarkedQueue.Item.Marked marked -> {
                    reach(marked.marker().atNanos());
                    take(marked.marker());
                }
            }
        }
        voices.settle();
        if (voices.isAnyDue()) {
            voices.saw(surroundings::drain);
            write(voices.speakWhereDue());
        }
    }

    /** What is stamped after the clock was set belongs to the epoch that begins there. */
    private void reach(long atNanos) throws InterruptedException {
        if (voices.isBehind(atNanos) && endEpoch()) {
            voices.begin(atNanos);
            speak(false);
        }
    }

    /**
     * Tells all there is to tell of an epoch: nothing of it is under way or unnamed afterwards. There is no goodbye, since the
     * next epoch goes on where this one ends. What comes meanwhile waits in the queue.
     *
     * @return false when the grace of a stop was over before
     */
    private boolean endEpoch() throws InterruptedException {
        awaitSettled();
        do {
            speak(false);
            awaitSettled();
        } while (!voices.all(PartitionLog::isNamed) && !isGraceOver());
        return voices.all(PartitionLog::isSettled) && voices.all(PartitionLog::isNamed);
    }

    private void awaitSettled() throws InterruptedException {
        voices.settle();
        while (!voices.all(PartitionLog::isSettled) && !isGraceOver()) {
            TimeUnit.NANOSECONDS.sleep(SETTLING_POLL_NANOS);
            voices.settle();
        }
    }

    private long pollNanos() {
        return voices.any(PartitionLog::hasOpenMarkers)
                ? SETTLING_POLL_NANOS
                : Math.clamp(voices.dueNanos() - clock.nanos(), SETTLING_POLL_NANOS, settings.heartbeatIntervalNanos());
    }

    private void take(Marker marker) {
        queue.release(marker);
        voices.take(marker);
        counters.lost(marker.lostEvents());
    }

    /** Each group says all there is to say, as far as one heartbeat may. */
    private void speak(boolean leaving) {
        voices.saw(surroundings::drain);
        write(voices.speak(leaving));
    }

    private void write(List<GroupVoices.Outgoing> heartbeats) {
        counters.discardedSlots(voices.discardedSlots());
        heartbeats.forEach(this::write);
    }

    private void write(GroupVoices.Outgoing outgoing) {
        PartitionLog.Written record = outgoing.written();
        try {
            Producer<byte[], byte[]> producer = producer();
            var unused = producer.send(
                    new ProducerRecord<>(
                            settings.topic(),
                            outgoing.partition(),
                            outgoing.key(),
                            Codec.EVENTS.encode(outgoing.event())),
                    (metadata, failure) -> conclude(record, failure));
        } catch (KafkaException | IllegalStateException e) {
            // Thrown instead of reported: this producer will not recover by itself.
            if (record.isOpen()) {
                conclude(record, e);
            }
            notTaken.warn("Kafka's producer is beyond repair and is replaced: " + e.getMessage());
            closeKafka(Duration.ZERO);
        }
    }

    /** Called by Kafka's thread, or by this one when the record was not taken at all. */
    private void conclude(PartitionLog.Written record, @Nullable Exception failure) {
        if (failure == null) {
            switch (record) {
                case PartitionLog.Word unused -> counters.heartbeat();
                case PartitionLog.Request unused -> counters.acknowledged();
            }
            record.acknowledged();
            return;
        }
        switch (record) {
            case PartitionLog.Word unused -> counters.heartbeatFailed();
            case PartitionLog.Request unused -> counters.lost(1);
        }
        record.failed();
        lastFailure = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        failed = true;
    }

    private Producer<byte[], byte[]> producer() {
        Producer<byte[], byte[]> producer = kafka;
        if (producer == null) {
            producer = connector.get();
            kafka = producer;
        }
        if (failed) {
            failed = false;
            notTaken.warn("Kafka did not take records: " + lastFailure);
        }
        return producer;
    }

    /** Until Kafka says how many partitions there are; false when the end came first. */
    private boolean connect() throws InterruptedException {
        int attempts = 0;
        while (!isGraceOver()) {
            try {
                int count = producer().partitionsFor(settings.topic()).size();
                voices.place(count);
                if (attempts >= ATTEMPTS_BEFORE_WARNING) {
                    LOG.infof("Kafka reached: topic %s has %d partitions", settings.topic(), count);
                }
                return true;
            } catch (KafkaException | IllegalStateException e) {
                if (++attempts >= ATTEMPTS_BEFORE_WARNING) {
                    unreachable.warn("Kafka is not reachable, or has no topic " + settings.topic()
                            + "; the load goes on, events wait in the queue: " + rootMessage(e));
                }
                TimeUnit.NANOSECONDS.sleep(settings.retryNanos());
            }
        }
        return false;
    }

    private void leave() throws InterruptedException {
        voices.settle();
        do {
            while (voices.any(PartitionLog::hasMoreToNameThanOneTakes)) {
                speak(false);
            }
            if (voices.any(PartitionLog::isNaming)) {
                // A goodbye is the last word, and must not pass what may have to be named once more.
                awaitSettled();
            }
        } while (voices.any(PartitionLog::hasMoreToNameThanOneTakes) && !isGraceOver());
        speak(true);
        awaitSettled();
        closeKafka(Duration.ofNanos(Math.max(0, graceEndNanos() - clock.nanos())));
    }

    private void closeKafka(Duration timeout) {
        Producer<byte[], byte[]> producer = kafka;
        kafka = null;
        if (producer != null) {
            try {
                producer.close(timeout);
            } catch (KafkaException e) {
                LOG.warnf("Closing Kafka's producer failed: %s", e.getMessage());
            }
        }
    }

    private void countTheRestAsLost() {
        // Of what was under way nothing more is heard: Kafka's producer is closed.
        voices.open().forEach(record -> conclude(record, new KafkaException("the end came first")));
        voices.settle();
        List<Marker> untold = new ArrayList<>();
        try {
            for (Optional<MarkedQueue.Item> item = queue.poll(0); item.isPresent(); item = queue.poll(0)) {
                switch (item.get()) {
                    case MarkedQueue.Item.Ended unused -> counters.lost(1);
                    case MarkedQueue.Item.Marked marked -> {
                        queue.release(marked.marker());
                        counters.lost(marked.marker().lostEvents());
                        untold.add(marked.marker());
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        voices.discardTheRest(untold);
        counters.discardedSlots(voices.discardedSlots());
    }

    private boolean isGraceOver() {
        return stopAskedNanos != Long.MAX_VALUE && clock.nanos() >= graceEndNanos();
    }

    private long graceEndNanos() {
        return stopAskedNanos + settings.stopGraceNanos();
    }

    private static String rootMessage(Throwable e) {
        Throwable at = e;
        for (int depth = 0; at.getCause() != null && depth < 8; depth++) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }
}
