package dev.plumbline.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets, and a real JVM where a process has to end. */
@Timeout(60)
class StandbyChildTest {

    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final Map<String, String> SETTINGS =
            Map.of("a.\"quoted name\"", "läuft: 你好\nsecond line", "empty", "");

    @TempDir
    Path folder;

    private Path socket;

    @BeforeEach
    void name() {
        socket = folder.resolve("child.sock");
    }

    @Test
    void theTakerHearsThePortOfTheChildThatGotItsSettings() throws Exception {
        try (StandbyChild child = StandbyChild.listen(socket);
                TakenChild taken = TakenChild.take(socket, SETTINGS).orElseThrow()) {
            assertThat(child.awaitSettings()).isEqualTo(SETTINGS);
            child.serve(4711);
            assertThat(taken.awaitPort(LONGEST)).isEqualTo(4711);
            assertThat(taken.isAlive()).isTrue();
        }
    }

    @Test
    void aRefusalReachesTheTakerInTheChildsWords() throws Exception {
        try (StandbyChild child = StandbyChild.listen(socket);
                TakenChild taken = TakenChild.take(socket, SETTINGS).orElseThrow()) {
            child.awaitSettings();
            child.refuse("no: " + "x".repeat(100_000));
            assertThatIOException()
                    .isThrownBy(() -> taken.awaitPort(LONGEST))
                    .withMessageStartingWith("no: xxx")
                    .satisfies(e -> assertThat(e.getMessage()).hasSize(10_000));
        }
    }

    @Test
    void onlyOneTakesIt() throws Exception {
        try (StandbyChild child = StandbyChild.listen(socket);
                TakenChild first = TakenChild.take(socket, SETTINGS).orElseThrow();
                TakenChild queued = TakenChild.take(socket, SETTINGS).orElseThrow()) {
            child.awaitSettings();
            assertThat(socket).doesNotExist();
            assertThat(TakenChild.take(socket, SETTINGS)).isEmpty();
            assertThatIOException().isThrownBy(() -> queued.awaitPort(LONGEST));
            assertThat(queued.isAlive()).isFalse();
            assertThat(first.isAlive()).isTrue();
        }
    }

    @Test
    void whoGoesAwayOrTalksNonsenseDoesNotTakeIt() throws Exception {
        try (StandbyChild child = StandbyChild.listen(socket)) {
            SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
            try (SocketChannel half = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                half.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 6, 'a', '=', '1'}));
            }
            try (SocketChannel nonsense = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                nonsense.write(ByteBuffer.allocate(Integer.BYTES)
                        .putInt(Integer.MAX_VALUE)
                        .flip());
                try (SocketChannel broken = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                    broken.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 6, '\\', 'u', 'z', 'z', 'z', 'z'}));
                    try (TakenChild taken = TakenChild.take(socket, SETTINGS).orElseThrow()) {
                        assertThat(child.awaitSettings()).isEqualTo(SETTINGS);
                        assertThat(taken.isAlive()).isTrue();
                    }
                }
            }
        }
    }

    @Test
    void whoDoesNotFinishIsLeftAndTheNextOneServed() throws Exception {
        try (StandbyChild child = StandbyChild.listen(socket);
                SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                TakenChild taken = TakenChild.take(socket, SETTINGS).orElseThrow()) {
            assertThat(child.awaitSettings()).isEqualTo(SETTINGS);
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(taken.isAlive()).isTrue();
        }
    }

    @Test
    void aTakerThatLeftBeforeItWasServedIsTold() throws Exception {
        try (StandbyChild child = StandbyChild.listen(socket)) {
            TakenChild.take(socket, SETTINGS).orElseThrow().close();
            assertThat(child.awaitSettings()).isEqualTo(SETTINGS);
            assertThatIOException().isThrownBy(() -> child.serve(1));
        }
    }

    /** No virtual thread runs meanwhile: what letting go does must not be left to the thread that listens. */
    @Test
    void whoLetsItGoHasLeftAtOnce() throws Exception {
        try (StandbyChild child = StandbyChild.listen(socket)) {
            TakenChild taken = TakenChild.take(socket, SETTINGS).orElseThrow();
            assertThat(child.awaitSettings()).isEqualTo(SETTINGS);
            AtomicBoolean over = new AtomicBoolean();
            try {
                occupyVirtualThreads(over);
                taken.close();
                assertThatIOException().isThrownBy(() -> child.serve(1));
                taken.close();
            } finally {
                over.set(true);
            }
        }
    }

    private static void occupyVirtualThreads(AtomicBoolean over) throws InterruptedException {
        int carriers = Runtime.getRuntime().availableProcessors();
        CountDownLatch occupied = new CountDownLatch(carriers);
        for (int i = 0; i < carriers; i++) {
            Thread.ofVirtual().start(() -> {
                occupied.countDown();
                while (!over.get()) {
                    Thread.onSpinWait();
                }
            });
        }
        assertThat(occupied.await(LONGEST.toSeconds(), TimeUnit.SECONDS))
                .as("every carrier runs a thread that does not let go of it")
                .isTrue();
    }

    @Test
    void closingEndsTheWait() throws Exception {
        StandbyChild child = StandbyChild.listen(socket);
        CompletableFuture<Map<String, String>> settings = waiting(child);
        child.close();
        assertThat(settings.get(LONGEST.toSeconds(), TimeUnit.SECONDS)).isEmpty();
        assertThat(socket).doesNotExist();
    }

    @Test
    void closingEndsTheWaitForTheRestOfWhatSomebodySays() throws Exception {
        // Patience lasts longer than the test: only closing can end the wait.
        StandbyChild child = StandbyChild.listen(socket, Duration.ofHours(1));
        CompletableFuture<Map<String, String>> settings = waiting(child);
        try (SocketChannel half = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            half.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 6, 'a'}));
            await("somebody is listened to").atMost(LONGEST).until(() -> isReading());
            child.close();
            assertThat(settings.get(LONGEST.toSeconds(), TimeUnit.SECONDS)).isEmpty();
        }
    }

    private static boolean isReading() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of)
                .anyMatch(frame -> frame.getClassName().equals(StandbyChild.class.getName())
                        && frame.getMethodName().equals("read"));
    }

    private static CompletableFuture<Map<String, String>> waiting(StandbyChild child) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return child.awaitSettings();
            } catch (IOException e) {
                return Map.of();
            }
        });
    }

    @Test
    void theSocketOfOneThatWasKilledIsInNobodysWay() throws Exception {
        Files.createFile(socket);
        assertThat(TakenChild.take(socket, SETTINGS)).isEmpty();
        try (StandbyChild child = StandbyChild.listen(socket);
                TakenChild taken = TakenChild.take(socket, SETTINGS).orElseThrow()) {
            assertThat(child.awaitSettings()).isEqualTo(SETTINGS);
            assertThat(taken.isAlive()).isTrue();
        }
    }

    @Test
    void aChildEndsWithItsTaker() throws Exception {
        Process process = start();
        try {
            try (TakenChild taken = TakenChild.take(socket, SETTINGS).orElseThrow()) {
                assertThat(taken.awaitPort(LONGEST)).isEqualTo(1);
                assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
            }
            assertThat(process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(7);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aTakerHearsOfTheEndOfItsChild() throws Exception {
        Process process = start();
        try {
            try (TakenChild taken = TakenChild.take(socket, SETTINGS).orElseThrow()) {
                taken.awaitPort(LONGEST);
                process.destroyForcibly();
                await("the end of the child is heard").atMost(LONGEST).until(() -> !taken.isAlive());
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start() throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-D" + StandbyChild.PATH_PROPERTY + "=" + socket,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildMain.class.getName()))
                .redirectErrorStream(true)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("waits");
        return process;
    }

    /** What runs in the child JVM. */
    static final class ChildMain {
        private ChildMain() {}

        public static void main(String[] args) throws Exception {
            Optional<StandbyChild> asked = StandbyChild.listenIfAsked();
            System.out.println("waits");
            try (StandbyChild child = asked.orElseThrow()) {
                child.awaitSettings();
                child.serve(1);
                child.endWithTaker(() -> System.exit(7), Duration.ofSeconds(10));
                // A child that nobody ends does not stay for ever.
                new CountDownLatch(1).await(5, TimeUnit.MINUTES);
            }
        }
    }
}
