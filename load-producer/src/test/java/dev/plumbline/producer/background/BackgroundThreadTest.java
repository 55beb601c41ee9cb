package dev.plumbline.producer.background;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.producer.emission.KafkaConnector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

class BackgroundThreadTest {

    @Test
    void givesWay() throws Exception {
        CompletableFuture<Integer> priority = new CompletableFuture<>();
        Thread thread = BackgroundThread.daemon(
                () -> priority.complete(Thread.currentThread().getPriority()), "any");
        assertThat(thread.isDaemon()).isTrue();
        thread.start();
        assertThat(priority.get(10, TimeUnit.SECONDS)).isEqualTo(Thread.MIN_PRIORITY);
        assertThat(BackgroundThread.of(() -> {}, "any").isDaemon()).isFalse();
    }

    @Test
    void soDoesKafkasOwnThreadOfWhatItMakes() throws Exception {
        CompletableFuture<List<Integer>> priorities = new CompletableFuture<>();
        BackgroundThread.daemon(
                        () -> {
                            try (Producer<byte[], byte[]> kafka =
                                    new KafkaConnector("127.0.0.1:9", "gives-way", Map.of()).get()) {
                                priorities.complete(Thread.getAllStackTraces().keySet().stream()
                                        .filter(each -> each.getName().contains("gives-way"))
                                        .map(Thread::getPriority)
                                        .toList());
                                kafka.close(Duration.ZERO);
                            } catch (RuntimeException e) {
                                priorities.completeExceptionally(e);
                            }
                        },
                        "maker")
                .start();
        assertThat(priorities.get(20, TimeUnit.SECONDS)).containsExactly(Thread.MIN_PRIORITY);
    }
}
