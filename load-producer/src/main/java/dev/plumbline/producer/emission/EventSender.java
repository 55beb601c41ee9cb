package dev.plumbline.producer.emission;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Heartbeat.LostSequences;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.producer.activity.ActivitySum;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that talks to Kafka: it takes requests and markers from the queue in order, numbers the records of its
 * partition from 1, writes them, and says in heartbeats until when everything is written.
 *
 * <p><b>What a heartbeat claims.</b> A marker of an event loop stands in the queue behind every request that ended on that
 * loop before the marker's stamp. It is <em>settled</em> once every record that was written before it has been acknowledged
 * or has failed for good. Only settled markers move the watermark: until = the smallest settled stamp over the loops, in
 * whole milliseconds, minus one, because a request that ends later in the same millisecond carries the same wall time. What
 * failed is named in the heartbeat that moves the watermark over it. So when a heartbeat says T, each request that ended at
 * or before T lies acknowledged in front of it, or is named in it or in an earlier one that was acknowledged.
 *
 * <p><b>When the clock was set.</b> Each epoch has one {@link Anchor} and numbers of its own. The first thing that was stamped
 * after the clock was set makes the sender wait until everything of the epoch before is settled and named, and begin the next
 * with a heartbeat that claims no more than both anchors allow. A request belongs to the epoch in which it is written and lies
 * where the anchor at its end places it, so that one that ended before, on another loop, is in its own window, too.
 *
 * <p>What can not be excluded: a record whose acknowledgement was lost counts as lost and lies there nevertheless. Whoever
 * reads must take "lost" as "was not acknowledged"; the sequence tells the two apart.
 *
 * <p>One comparison group means one partition; the number of partitions is asked once, when Kafka is first reached.
 */
public final class EventSender implements Runnable {

    private static final Logger LOG = Logger.getLogger(EventSender.class);
    /** A cold client needs a second to learn about a topic; that is not worth a line. */
    private static final int ATTEMPTS_BEFORE_WARNING = 8;

    private static final long SETTLING_POLL_NANOS = 1_000_000;

    /** A record that was handed to Kafka and whose fate may still be open. */
    private static final class Written {
        private final long sequence;
        private final long endEpochMillis;
        private final Optional<Heartbeat> heartbeat;
        private volatile Fate fate = Fate.OPEN;

        /** @param endEpochMillis when the request ended; of a heartbeat none */
        Written(long sequence, long endEpochMillis, Optional<Heartbeat> heartbeat) {
            this.sequence = sequence;
            this.endEpochMillis = endEpochMillis;
            this.heartbeat = heartbeat;
        }
    }

    private enum Fate {
        OPEN,
        ACKNOWLEDGED,
        FAILED
    }

    private record Unsettled(Marker marker, long lastSequence) {}

    private final MarkedQueue queue;
    private final Supplier<Producer<byte[], byte[]>> connector;
    private final ProducerClock clock;
    private final String producerId;
    private final Series series;
    private final ToldSeconds toldSeconds;
    private final SenderSettings settings;
    private final EmissionCounters counters;
    private final LoadSurroundings surroundings;
    private final byte[] key;

    private final ArrayDeque<Written> written = new ArrayDeque<>();
    private final ArrayDeque<Unsettled> unsettled = new ArrayDeque<>();
    private final LostRanges lost = new LostRanges();
    private final ActivitySum activity = new ActivitySum();
    private final long[] settledNanos;
    private final boolean[] lastSettled;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final ThrottledWarning unreachable;
    private final ThrottledWarning notTaken;

    private volatile long stopAskedNanos = Long.MAX_VALUE;
    private volatile String lastFailure = "";
    private volatile boolean failed;
    private @Nullable Producer<byte[], byte[]> kafka;
    private int partition;
    /** The one of the epoch that is being written. */
    private Anchor anchor;

    private long lastSequence;
    private long lastHeartbeatNanos;
    private long lastToldUntil;
    /** Whether a heartbeat has spoken of all loops since the clock was set. */
    private boolean isEpochTold = true;

    /**
     * @param connector makes a new Kafka producer; may throw {@link KafkaException}, which is retried
     * @param series that is driven
     * @param loops how many event loops leave markers in the queue
     * @param surroundings adds what was seen around a request; here and not on an event loop, where it would cost time
     */
    public EventSender(
            MarkedQueue queue,
            Supplier<Producer<byte[], byte[]>> connector,
            ProducerClock clock,
            String producerId,
            Series series,
            int loops,
            SenderSettings settings,
            EmissionCounters counters,
            LoadSurroundings surroundings) {
        this.queue = queue;
        this.connector = connector;
        this.clock = clock;
        this.producerId = producerId;
        this.series = series;
        this.toldSeconds = new ToldSeconds(series);
        this.settings = settings;
        this.counters = counters;
        this.surroundings = surroundings;
        this.key = series.group().key().getBytes(StandardCharsets.UTF_8);
        this.settledNanos = new long[loops];
        this.lastSettled = new boolean[loops];
        this.anchor = clock.anchorAt(clock.nanos());
        this.lastToldUntil = untilEpochMillis();
        this.unreachable = new ThrottledWarning(LOG, clock);
        this.notTaken = new ThrottledWarning(LOG, clock);
    }

    /**
     * Asks for the end: the sender goes on until each loop's last marker is settled and the leaving heartbeat is
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
                lastHeartbeatNanos = clock.nanos();
                heartbeat(false);
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
            if (isAllSettled()) {
                return;
            }
        }
        LOG.warnf(
                "Stopped after %d ms with %d records that Kafka had not acknowledged",
                TimeUnit.NANOSECONDS.toMillis(settings.stopGraceNanos()), written.size());
    }

    /** One turn: takes an item if there is one, learns what became of earlier records, speaks when it is time. */
    private void step(Optional<MarkedQueue.Item> item) throws InterruptedException {
        if (item.isPresent()) {
            switch (item.get()) {
                case MarkedQueue.Item.Ended ended -> {
                    reach(ended.request().stamps().endNanos());
                    write(ended.request());
                }
                case MarkedQueue.Item.Marked marked -> {
                    reach(marked.marker().atNanos());
                    take(marked.marker());
                }
            }
        }
        settle();
        long now = clock.nanos();
        long sinceLast = now - lastHeartbeatNanos;
        boolean moved = untilEpochMillis() > lastToldUntil || lost.isMoreThanOneHeartbeatTakes();
        // A marker comes once per interval; the margin keeps a heartbeat from waiting for the marker after the next.
        if ((moved && sinceLast >= settings.heartbeatIntervalNanos() * 3 / 4)
                || sinceLast >= settings.heartbeatIntervalNanos() * 3 / 2
                || (isWithinEpoch() && !isEpochTold)) {
            heartbeat(false);
        }
    }

    /** What is stamped after the clock was set belongs to the epoch that begins there. */
    private void reach(long atNanos) throws InterruptedException {
        Anchor of = clock.anchorAt(atNanos);
        if (of.fromNanos() > anchor.fromNanos() && endEpoch()) {
            anchor = of;
            lastSequence = 0;
            lastToldUntil = 0;
            isEpochTold = false;
            heartbeat(false);
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
            heartbeat(false);
            awaitSettled();
        } while (!lost.isEmpty() && !isGraceOver());
        return written.isEmpty() && lost.isEmpty();
    }

    private void awaitSettled() throws InterruptedException {
        settle();
        while (!written.isEmpty() && !isGraceOver()) {
            TimeUnit.NANOSECONDS.sleep(SETTLING_POLL_NANOS);
            settle();
        }
    }

    private long pollNanos() {
        if (!unsettled.isEmpty()) {
            return SETTLING_POLL_NANOS;
        }
        long untilHeartbeat = lastHeartbeatNanos + settings.heartbeatIntervalNanos() * 3 / 2 - clock.nanos();
        return Math.max(SETTLING_POLL_NANOS, Math.min(untilHeartbeat, settings.heartbeatIntervalNanos()));
    }

    private void write(EndedRequest request) {
        long sequence = ++lastSequence;
        write(
                new Written(sequence, request.endEpochMillis(), Optional.empty()),
                surroundings.sampled(request.numbered(new Origin(producerId, anchor.epoch(), sequence))));
    }

    private void take(Marker marker) {
        queue.release(marker);
        activity.add(marker.activity());
        if (marker.lostEvents() > 0) {
            // They never had a number; they get one now, so that they can be named.
            lost.add(new LostSequences(lastSequence + 1, lastSequence + marker.lostEvents(), marker.lostEvents()));
            lastSequence += marker.lostEvents();
            counters.lost(marker.lostEvents());
        }
        unsettled.add(new Unsettled(marker, lastSequence));
    }

    private void settle() {
        while (!written.isEmpty() && written.getFirst().fate != Fate.OPEN) {
            Written done = written.removeFirst();
            if (done.fate == Fate.FAILED) {
                takeBack(done);
            }
        }
        long settledSequence = written.isEmpty() ? Long.MAX_VALUE : written.getFirst().sequence - 1;
        while (!unsettled.isEmpty() && unsettled.getFirst().lastSequence <= settledSequence) {
            Marker marker = unsettled.removeFirst().marker;
            settledNanos[marker.loop()] = marker.atNanos();
            lastSettled[marker.loop()] |= marker.last();
        }
    }

    private void takeBack(Written failed) {
        failed.heartbeat.ifPresentOrElse(
                heartbeat -> {
                    heartbeat.lost().forEach(lost::add);
                    activity.add(heartbeat.activity());
                },
                // The slot that now lacks a request, and before the watermark can pass it.
                () -> activity.add(List.of(new Activity(
                        series.variant(),
                        series.conditions(),
                        failed.endEpochMillis - Math.floorMod(failed.endEpochMillis, Activity.SLOT_MILLIS),
                        0,
                        0,
                        0,
                        EnumSet.of(Activity.Sickness.KAFKA_BUFFER_FULL),
                        Optional.empty(),
                        Optional.empty()))));
        lost.add(new LostSequences(failed.sequence, failed.sequence, failed.heartbeat.isPresent() ? 0 : 1));
    }

    private boolean isAllSettled() {
        for (boolean settled : lastSettled) {
            if (!settled) {
                return false;
            }
        }
        return true;
    }

    private long untilEpochMillis() {
        long smallest = Long.MAX_VALUE;
        for (long nanos : settledNanos) {
            smallest = Math.min(smallest, reachedEpochMillis(nanos));
        }
        // After the last marker nothing ends any more, so its own millisecond is complete, too.
        return Math.max(0, smallest - (isAllSettled() ? 0 : 1));
    }

    /**
     * The wall time that a loop has reached, as this epoch may claim it. A loop that has not told of the time since the clock was
     * set may still have a request from before, placed by the old anchor, and will have some of after, placed by the new one:
     * where the clock was set back, those lie earlier.
     */
    private long reachedEpochMillis(long settledNanos) {
        long epochMillis = clock.epochMillisAt(settledNanos);
        return settledNanos >= anchor.fromNanos() ? epochMillis : Math.min(epochMillis, anchor.fromEpochMillis());
    }

    /** Whether every loop has told of the time since the clock was set. */
    private boolean isWithinEpoch() {
        for (long nanos : settledNanos) {
            if (nanos < anchor.fromNanos()) {
                return false;
            }
        }
        return true;
    }

    private void heartbeat(boolean leaving) {
        List<LostSequences> told = lost.drain();
        // What is lost and not named yet must not be passed.
        long until = lost.isEmpty() ? untilEpochMillis() : lastToldUntil;
        long sequence = ++lastSequence;
        Heartbeat heartbeat = new Heartbeat(
                new Origin(producerId, anchor.epoch(), sequence),
                series.group(),
                until,
                toldSeconds.with(activity.drain(), surroundings.drain()),
                told,
                leaving);
        counters.discardedSlots(activity.discardedSlots());
        lastHeartbeatNanos = clock.nanos();
        lastToldUntil = until;
        isEpochTold |= isWithinEpoch();
        write(new Written(sequence, until, Optional.of(heartbeat)), heartbeat);
    }

    private void write(Written record, Event event) {
        written.add(record);
        try {
            Producer<byte[], byte[]> producer = producer();
            var unused = producer.send(
                    new ProducerRecord<>(settings.topic(), partition, key, Codec.EVENTS.encode(event)),
                    (metadata, failure) -> conclude(record, failure));
        } catch (KafkaException | IllegalStateException e) {
            // Thrown instead of reported: this producer will not recover by itself.
            if (record.fate == Fate.OPEN) {
                conclude(record, e);
            }
            notTaken.warn("Kafka's producer is beyond repair and is replaced: " + e.getMessage());
            closeKafka(Duration.ZERO);
        }
    }

    /** Called by Kafka's thread, or by this one when the record was not taken at all. */
    private void conclude(Written record, @Nullable Exception failure) {
        boolean isHeartbeat = record.heartbeat.isPresent();
        if (failure == null) {
            if (isHeartbeat) {
                counters.heartbeat();
            } else {
                counters.acknowledged();
            }
            record.fate = Fate.ACKNOWLEDGED;
            return;
        }
        if (isHeartbeat) {
            counters.heartbeatFailed();
        } else {
            counters.lost(1);
        }
        record.fate = Fate.FAILED;
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
                int partitions = producer().partitionsFor(settings.topic()).size();
                partition = GroupPartitioner.partitionOf(series.group(), 0, partitions);
                if (attempts >= ATTEMPTS_BEFORE_WARNING) {
                    LOG.infof("Kafka reached: topic %s has %d partitions", settings.topic(), partitions);
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
        settle();
        while (lost.isMoreThanOneHeartbeatTakes()) {
            heartbeat(false);
        }
        heartbeat(true);
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
        written.stream()
                .filter(record -> record.fate == Fate.OPEN)
                .forEach(record -> conclude(record, new KafkaException("the end came first")));
        settle();
        try {
            for (Optional<MarkedQueue.Item> item = queue.poll(0); item.isPresent(); item = queue.poll(0)) {
                switch (item.get()) {
                    case MarkedQueue.Item.Ended unused -> counters.lost(1);
                    case MarkedQueue.Item.Marked marked -> {
                        queue.release(marked.marker());
                        counters.lost(marked.marker().lostEvents());
                        activity.add(marked.marker().activity());
                    }
                }
            }
            counters.discardedSlots(activity.discardedSlots() + activity.drain().size());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
