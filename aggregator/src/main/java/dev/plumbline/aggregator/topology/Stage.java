package dev.plumbline.aggregator.topology;

import dev.plumbline.aggregator.commit.CommitHook;
import dev.plumbline.aggregator.commit.CommitParticipant;
import dev.plumbline.contract.wire.Bytes;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.UndecodableRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What both stages share: state that is restored from the store at init, lives as objects, and is written by the commit
 * hook.
 *
 * @param <S> the value form of the state's pieces
 */
abstract class Stage<S> implements Processor<byte[], byte[], byte[], Outgoing>, CommitParticipant {

    /**
     * Commits that are asked for lie so far apart: each costs its thread tens of milliseconds, in which nothing is read, and
     * hundreds of groups close windows at times of their own.
     */
    private static final long COMMITS_APART_MILLIS = 200;

    private final String storeName;
    private final SnapshotCodec<S> codec;
    private final CommitHook hook;
    private final Duration tickInterval;
    private @Nullable ProcessorContext<byte[], Outgoing> context;
    private @Nullable KeyValueStore<String, byte[]> store;
    private boolean mustNotCommit;
    private boolean touched;
    private boolean wantsCommit;
    private long committedAtMillis = Long.MIN_VALUE / 2;

    Stage(String storeName, SnapshotCodec<S> codec, CommitHook hook, Duration tickInterval) {
        this.storeName = storeName;
        this.codec = codec;
        this.hook = hook;
        this.tickInterval = tickInterval;
    }

    /** Starts with nothing, on a partition. Also called again when a task that was suspended goes on. */
    abstract void begin(int partition);

    abstract void restore(S snapshot);

    abstract void take(Record<byte[], byte[]> record);

    abstract void tick();

    abstract void drainChanges(BiConsumer<String, Optional<S>> changes);

    @Override
    public final void init(ProcessorContext<byte[], Outgoing> processorContext) {
        context = processorContext;
        KeyValueStore<String, byte[]> restored = processorContext.getStateStore(storeName);
        store = restored;
        mustNotCommit = false;
        touched = false;
        wantsCommit = false;
        begin(processorContext.taskId().partition());
        try (KeyValueIterator<String, byte[]> pieces = restored.all()) {
            while (pieces.hasNext()) {
                KeyValue<String, byte[]> piece = pieces.next();
                restore(codec.decode(piece.value));
            }
        }
        hook.join(this);
        processorContext.schedule(
                tickInterval,
                PunctuationType.WALL_CLOCK_TIME,
                now -> whole(() -> {
                    tick();
                    commitIfWanted();
                }));
    }

    @Override
    public final void process(Record<byte[], byte[]> record) {
        whole(() -> take(record));
    }

    @Override
    public void close() {
        hook.leave(this);
    }

    /**
     * A task that lives on although its transaction was aborted has state that its log does not have, and would count again
     * what it reads again. Its thread ends with the next thing it does and is replaced by one that begins from the log.
     */
    @Override
    public final void aborted() {
        mustNotCommit |= touched;
    }

    @Override
    public final void committed() {
        touched = false;
        wantsCommit = false;
        committedAtMillis = wallMillis();
    }

    @Override
    public final void writeChanges() {
        if (mustNotCommit) {
            throw new KafkaException(
                    "task " + context().taskId() + " failed half way or was aborted, its thread must not commit");
        }
        whole(() -> drainChanges((key, snapshot) ->
                snapshot.ifPresentOrElse(value -> store().put(key, codec.encode(value)), () -> store().delete(key))));
    }

    /** Where the record lies that is being taken. */
    final long offset() {
        return context().recordMetadata().orElseThrow().offset();
    }

    /** Now, by the clock of Streams, milliseconds since the epoch. */
    final long wallMillis() {
        return context().currentSystemTimeMs();
    }

    /** Asks for a commit soon: at once, or with the first tick after the last one is long enough ago. */
    final void requestCommit() {
        wantsCommit = true;
        commitIfWanted();
    }

    private void commitIfWanted() {
        if (wantsCommit && wallMillis() - committedAtMillis >= COMMITS_APART_MILLIS) {
            context().commit();
        }
    }

    /** Sends bytes to a partition of a sink. */
    final void send(String sinkName, int partition, String key, byte[] bytes) {
        context()
                .forward(
                        new Record<>(
                                key.getBytes(StandardCharsets.UTF_8), new Outgoing(partition, bytes), wallMillis()),
                        sinkName);
    }

    /** Sends the current record to the undecodable topic, its bytes cut to a bound. */
    final void sendUndecodable(byte @Nullable [] bytes, String reason) {
        RecordMetadata at = context().recordMetadata().orElseThrow();
        byte[] given = bytes == null ? new byte[0] : bytes;
        int kept = Math.min(given.length, AggregationSettings.UNDECODABLE_BYTES_KEPT);
        String told = kept == given.length ? reason : reason + " (cut from " + given.length + " to " + kept + " bytes)";
        UndecodableRecord record = new UndecodableRecord(
                at.topic(), at.partition(), at.offset(), told, Bytes.of(Arrays.copyOf(given, kept)));
        send(undecodableSink(), at.partition(), at.topic() + '-' + at.partition(), Codec.UNDECODABLE.encode(record));
    }

    abstract String undecodableSink();

    /** Runs something that must be done wholly or not be committed at all. */
    private void whole(Runnable step) {
        if (mustNotCommit) {
            throw new KafkaException(
                    "task " + context().taskId() + " failed half way or was aborted, it must begin anew");
        }
        touched = true;
        mustNotCommit = true;
        step.run();
        mustNotCommit = false;
    }

    private ProcessorContext<byte[], Outgoing> context() {
        ProcessorContext<byte[], Outgoing> current = context;
        if (current == null) {
            throw new IllegalStateException("used before init");
        }
        return current;
    }

    private KeyValueStore<String, byte[]> store() {
        KeyValueStore<String, byte[]> current = store;
        if (current == null) {
            throw new IllegalStateException("used before init");
        }
        return current;
    }
}
