package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.ManualClock;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop whose word nobody takes, because Kafka is away: it has better to do than to say it again and again. */
class UntakenMarkTest {

    private static final long MILLI = 1_000_000;

    private final ManualClock clock = new ManualClock(1_795_345_200_000L);
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    private boolean isTaken;
    private int said;
    private long takenUntilNanos;
    private final LoadLoop loop = new LoadLoop(
            0,
            vertx,
            clock,
            Set.of(Drive.SERIES),
            new EventOutlet() {
                @Override
                public boolean ended(EndedRequest request) {
                    return true;
                }

                @Override
                public boolean mark(Marker marker) {
                    said++;
                    takenUntilNanos = isTaken ? marker.atNanos() : takenUntilNanos;
                    return isTaken;
                }
            },
            250 * MILLI,
            new Budgets(10 * MILLI, 10 * MILLI, 50 * MILLI, 2, 1, 1),
            ProcessCpu.ofThisProcess(),
            LostTime::unknown,
            new LoadCounters(),
            request -> {});

    @AfterEach
    void stop() {
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void isSaidAgainWhenTheNextIsDue() {
        tick(100);
        assertThat(said).isEqualTo(4);
    }

    @Test
    void saysAllOfItOnceItIsTaken() {
        tick(100);
        isTaken = true;
        tick(25);
        assertThat(said).isEqualTo(5);
        assertThat(takenUntilNanos).isEqualTo(1_250 * MILLI);
    }

    private void tick(int ticks) {
        for (int i = 0; i < ticks; i++) {
            clock.advanceMillis(10);
            loop.tick();
        }
    }
}
