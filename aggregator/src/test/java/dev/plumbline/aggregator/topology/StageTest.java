package dev.plumbline.aggregator.topology;

import static dev.plumbline.windowing.TestEvents.STABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.aggregator.commit.Backlog;
import dev.plumbline.aggregator.commit.CommitHook;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.windowing.IntakeLimits;
import dev.plumbline.windowing.Tally;
import dev.plumbline.windowing.TestEvents;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/** A stage by itself, between a store and a hook. */
class StageTest {

    private static final long T0 = 1_000_000_000_000L;

    private final CommitHook hook = new CommitHook();
    private final TestEvents producer = new TestEvents("p1", 1);
    private final MockProcessorContext<byte[], Outgoing> context = new MockProcessorContext<>(
            new Properties(), new TaskId(0, 0), new java.io.File(System.getProperty("java.io.tmpdir")));
    private final KeyValueStore<String, byte[]> store = Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore(AggregationTopology.INTAKE_STORE), Serdes.String(), Serdes.ByteArray())
            .withLoggingDisabled()
            .withCachingDisabled()
            .build();
    private boolean broken;
    private long offset;

    StageTest() {
        context.setCurrentSystemTimeMs(T0);
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
    }

    @Test
    void writesWhenTheHookAsksAndGoesOnFromThere() {
        IntakeStage crashed = started();
        crashed.process(record(producer.completed(STABLE, T0 + 1, 1)));
        assertThat(store.all().hasNext()).isFalse();
        hook.writeAllChanges();
        hook.commitAll();
        hook.leave(crashed);

        IntakeStage successor = started();
        successor.process(record(producer.completed(STABLE, T0 + 2, 1)));
        successor.process(record(producer.leaving(T0 + 3)));

        assertThat(parts())
                .singleElement()
                .satisfies(part ->
                        assertThat(part.summary().requests().completed()).isEqualTo(2));
    }

    @Test
    void deletesWhatIsClosed() {
        IntakeStage stage = started();
        stage.process(record(producer.completed(STABLE, T0 + 1, 1)));
        hook.writeAllChanges();
        assertThat(keys()).contains("contribution|0");

        stage.process(record(producer.leaving(T0 + 3)));
        hook.writeAllChanges();

        assertThat(keys()).noneMatch(key -> key.startsWith("contribution|"));
    }

    @Test
    void asksForACommitAsSoonAsAWindowIsClosed() {
        IntakeStage stage = started();
        stage.process(record(producer.completed(STABLE, T0 + 1, 1)));
        context.resetCommit();
        stage.process(record(producer.completed(STABLE, T0 + 2, 1)));
        assertThat(context.committed()).isFalse();

        stage.process(record(producer.heartbeat(T0 + 12_000)));

        assertThat(context.committed()).isTrue();
    }

    /** Each commit stops its thread, and with hundreds of groups some window closes all the time. */
    @Test
    void asksForNoFurtherCommitRightAfterOne() {
        IntakeStage stage = started();
        stage.process(record(producer.completed(STABLE, T0 + 1, 1)));
        stage.process(record(producer.heartbeat(T0 + 12_000)));
        hook.writeAllChanges();
        hook.commitAll();
        context.resetCommit();

        stage.process(record(producer.completed(STABLE, T0 + 12_001, 1)));
        stage.process(record(producer.leaving(T0 + 12_002)));
        tick(T0 + 199);
        assertThat(context.committed()).isFalse();

        tick(T0 + 200);
        assertThat(context.committed()).isTrue();
        hook.writeAllChanges();
        hook.commitAll();
        context.resetCommit();

        tick(T0 + 1_000);
        assertThat(context.committed()).as("nothing was closed since").isFalse();
    }

    private void tick(long nowMillis) {
        context.setCurrentSystemTimeMs(nowMillis);
        context.scheduledPunctuators().forEach(tick -> tick.getPunctuator().punctuate(nowMillis));
    }

    @Test
    void refusesToBeCommittedAfterItFailedHalfWay() {
        IntakeStage stage = started();
        broken = true;
        assertThatThrownBy(() -> stage.process(record(producer.completed(STABLE, T0 + 1, 1))))
                .isInstanceOf(IllegalStateException.class);

        assertThatThrownBy(hook::writeAllChanges)
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("task 0_0 failed half way");
    }

    @Test
    void writesNothingMoreWhenItsTransactionWasAborted() {
        IntakeStage neighbour = started();
        neighbour.process(record(producer.completed(STABLE, T0 + 1, 1)));
        hook.writeAllChanges();
        hook.abortAll();

        assertThatThrownBy(hook::writeAllChanges)
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("task 0_0 failed half way or was aborted");
        assertThatThrownBy(() -> neighbour.process(record(producer.completed(STABLE, T0 + 2, 1))))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("it must begin anew");

        neighbour.init(context);
        hook.writeAllChanges();
    }

    @Test
    void goesOnWhenATransactionWithoutItWasAborted() {
        IntakeStage neighbour = started();
        neighbour.process(record(producer.completed(STABLE, T0 + 1, 1)));
        hook.writeAllChanges();
        hook.commitAll();
        hook.abortAll();

        neighbour.process(record(producer.completed(STABLE, T0 + 2, 1)));
        hook.writeAllChanges();
    }

    @Test
    void isForgottenByTheHookWhenItIsClosed() {
        IntakeStage stage = started();
        stage.process(record(producer.completed(STABLE, T0 + 1, 1)));
        stage.close();

        hook.writeAllChanges();

        assertThat(keys()).isEmpty();
    }

    private IntakeStage started() {
        IntakeStage stage = new IntakeStage(
                new AggregationSettings(
                        Duration.ofSeconds(10),
                        1,
                        1,
                        Duration.ofSeconds(1),
                        new IntakeLimits(10_000, 2_000, 10_000, 10_000, 300_000, 10, 10, 16 << 20)),
                hook,
                Backlog.NONE,
                new Progress() {
                    @Override
                    public void counted(Tally tally, long times) {
                        if (broken && tally == Tally.EVENTS_COUNTED) {
                            throw new IllegalStateException("broken");
                        }
                    }

                    @Override
                    public void intake(int partition, IntakeState state) {}

                    @Override
                    public void merge(int partition, MergeState state) {}

                    @Override
                    public void intakeGone(int partition) {}

                    @Override
                    public void mergeGone(int partition) {}
                },
                SaidBefore.NOTHING);
        stage.init(context);
        return stage;
    }

    private Record<byte[], byte[]> record(dev.plumbline.contract.event.Event event) {
        context.setRecordMetadata("events", 0, ++offset);
        return new Record<>(new byte[0], Codec.EVENTS.encode(event), T0);
    }

    private List<Partial.WindowPart> parts() {
        return context.forwarded().stream()
                .map(forward -> ((Decoded.Value<Partial>)
                                Codec.PARTIALS.decode(forward.record().value().bytes()))
                        .value())
                .filter(Partial.WindowPart.class::isInstance)
                .map(Partial.WindowPart.class::cast)
                .toList();
    }

    private List<String> keys() {
        List<String> keys = new java.util.ArrayList<>();
        store.all().forEachRemaining(entry -> keys.add(entry.key));
        return keys;
    }
}
