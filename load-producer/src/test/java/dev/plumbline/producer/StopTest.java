package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.producer.LifeCycle.Stage;
import dev.plumbline.producer.time.SystemTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stop at each stage of a producer's life. Neither Kafka nor a target is there: nothing here is about them. */
class StopTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<Stage> entered = new CopyOnWriteArrayList<>();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final List<Boolean> workedAtTheEnd = new CopyOnWriteArrayList<>();
    private final AtomicReference<LoadProducer> made = new AtomicReference<>();

    private LoadProducer producer(Consumer<Stage> watcher) {
        ProducerConfig config = ProducerConfig.of(new HashMap<>(Map.of(
                "plumbline.kafka.bootstrap-servers", "127.0.0.1:9",
                "plumbline.target.url", "http://127.0.0.1:9",
                "plumbline.target.model", "m",
                "plumbline.load.concurrency", "1",
                "plumbline.load.hold", "true",
                "plumbline.selfwarmup.duration", "0s",
                "plumbline.emit.stop-grace", "1ms")));
        LoadProducer producer = new LoadProducer(config, ProducerSettings.checked(config), new SystemTime(), stage -> {
            if (stage == Stage.END) {
                workedAtTheEnd.add(made.get().isWorking());
                ending.countDown();
            } else {
                entered.add(stage);
            }
            watcher.accept(stage);
        });
        made.set(producer);
        return producer;
    }

    private static CompletableFuture<Void> inThread(InterruptibleRunnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        work.run();
                        done.complete(null);
                    } catch (InterruptedException | RuntimeException | AssertionError e) {
                        done.completeExceptionally(e);
                    }
                })
                .start();
        return done;
    }

    @FunctionalInterface
    private interface InterruptibleRunnable {
        void run() throws InterruptedException;
    }

    /** Nobody opens the latch: only the stop itself ends this, by an interruption, which it leaves for the stage to see. */
    private void workUntilInterrupted() {
        try {
            assertThat(new CountDownLatch(1).await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            // Still at work for a moment: an end that does not wait for it begins now.
            boolean isEndedBeside = awaitQuietly(ending);
            assertThat(isEndedBeside).as("ended beside the work").isFalse();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted twice", e);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"END"},
            mode = EnumSource.Mode.EXCLUDE)
    void aStopAtAnyStageEndsTheWorkFirstAndThenTheRestOnce(Stage at) {
        CountDownLatch reached = new CountDownLatch(1);
        LoadProducer producer = producer(stage -> {
            if (stage == at) {
                reached.countDown();
                workUntilInterrupted();
            } else if (stage == Stage.HOLD) {
                made.get().release();
            }
        });
        CompletableFuture<Void> running = inThread(producer::run);
        assertThat(inThread(
                        () -> assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue()))
                .succeedsWithin(LONG);
        List<CompletableFuture<Void>> stopping = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            stopping.add(inThread(producer::stop));
        }
        assertThat(running).succeedsWithin(LONG);
        assertThat(stopping).allSatisfy(stop -> assertThat(stop).succeedsWithin(LONG));
        assertThat(entered).as("no stage behind it").last().isEqualTo(at);
        assertThat(workedAtTheEnd).as("ended once, and not beside the work").containsExactly(false);
        assertThat(producer.status().state()).isEqualTo(ProducerState.STOPPED);
        assertThat(producer.status().toldToEnd()).isTrue();
    }

    @Test
    void aStopBeforeTheStartLeavesNothingToRun() {
        LoadProducer producer = producer(stage -> {});
        assertThat(inThread(producer::stop)).succeedsWithin(LONG);
        assertThat(inThread(producer::run)).succeedsWithin(LONG);
        assertThat(entered).isEmpty();
        assertThat(producer.status().state()).isEqualTo(ProducerState.STOPPED);
    }

    @Test
    void whatFailsWhileItEndsHoldsNobody() {
        CountDownLatch reached = new CountDownLatch(1);
        LoadProducer producer = producer(stage -> {
            if (stage == Stage.SELF_WARMUP) {
                reached.countDown();
                workUntilInterrupted();
            } else if (stage == Stage.END) {
                throw new IllegalStateException("an end that fails");
            }
        });
        CompletableFuture<Void> running = inThread(producer::run);
        assertThat(inThread(
                        () -> assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue()))
                .succeedsWithin(LONG);
        CompletableFuture<Void> first = inThread(producer::stop);
        CompletableFuture<Void> second = inThread(producer::stop);
        assertThat(first).succeedsWithin(LONG);
        assertThat(second).succeedsWithin(LONG);
        assertThat(running).succeedsWithin(LONG);
        assertThat(producer.status().state()).isEqualTo(ProducerState.STOPPED);
    }

    /** Whatever the work throws. */
    @Test
    void workThatFailsIsEndedLikeAnyOther() {
        LoadProducer producer = producer(stage -> {
            if (stage == Stage.SELF_WARMUP) {
                throw new IllegalArgumentException("work that fails");
            }
        });
        assertThat(inThread(producer::run))
                .failsWithin(LONG)
                .withThrowableThat()
                .withMessageContaining("work that fails");
        assertThat(inThread(producer::stop)).succeedsWithin(LONG);
        assertThat(producer.status().state()).isEqualTo(ProducerState.STOPPED);
        assertThat(producer.status().toldToEnd()).isFalse();
    }
}
