package dev.plumbline.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandbyTest {

    @TempDir
    Path folder;

    private final Producers producers = new Producers();
    private Path socket;
    private long nowNanos = Long.MAX_VALUE - 1_000;
    private Standby standby;

    @BeforeEach
    void begin() throws Exception {
        socket = folder.resolve("producer.sock");
        standby = new Standby(socket, producers, () -> nowNanos);
        keep();
    }

    @Test
    void afterARunTheNextStandsByAtOnce() throws Exception {
        waits();
        takenThenEnds(0);
        keep();
        assertThat(producers.starts).isEqualTo(2);
        waits();
        takenThenEnds(137);
        keep();
        assertThat(producers.starts).isEqualTo(3);
    }

    @Test
    void oneThatIsTakenIsLeftAlone() throws Exception {
        waits();
        Files.delete(socket);
        producers.rebuilt = true;
        keep();
        assertThat(producers.starts).isEqualTo(1);
        assertThat(producers.ends).isZero();
    }

    @Test
    void oneThatBreaksIsTriedAgainAfterPausesThatGrowAndToldOnce() throws Exception {
        StringBuilder told = new StringBuilder();
        for (long seconds : new long[] {2, 4, 8, 16, 32, 60, 60}) {
            int before = producers.starts;
            producers.exitCode = OptionalInt.of(1);
            told.append(keep());
            pass(Duration.ofSeconds(seconds).minusMillis(1));
            told.append(keep());
            assertThat(producers.starts).isEqualTo(before);
            pass(Duration.ofMillis(1));
            told.append(keep());
            assertThat(producers.starts).isEqualTo(before + 1);
        }
        assertThat(told.toString().replace("Optional.empty", ""))
                .isEqualTo(
                        "Optional[  no producer stands by, runs start their own (it is tried again): out of memory]");
    }

    @Test
    void oneThatBreaksWhileItWaitsWasNotTaken() throws Exception {
        waits();
        producers.exitCode = OptionalInt.of(134);
        keep();
        assertThat(producers.starts).isEqualTo(1);
        pass(Duration.ofSeconds(2));
        keep();
        assertThat(producers.starts).isEqualTo(2);
    }

    @Test
    void oneThatCannotBeStartedIsTriedAgain() throws Exception {
        waits();
        producers.startable = false;
        takenThenEnds(0);
        keep();
        keep();
        assertThat(producers.starts).isEqualTo(2);
        producers.startable = true;
        pass(Duration.ofSeconds(2));
        keep();
        assertThat(producers.starts).isEqualTo(3);
        assertThat(producers.exitCode).isEmpty();
    }

    @Test
    void aBuildReplacesTheOneThatWaits() throws Exception {
        waits();
        producers.rebuilt = true;
        keep();
        assertThat(producers.ends).isEqualTo(1);
        assertThat(producers.starts).isEqualTo(2);
    }

    private void waits() throws Exception {
        Files.createFile(socket);
        keep();
    }

    private void takenThenEnds(int exitCode) throws IOException {
        Files.delete(socket);
        producers.exitCode = OptionalInt.of(exitCode);
    }

    private Optional<String> keep() throws InterruptedException {
        return standby.keep();
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
    }

    private static final class Producers implements Standby.Source {

        private int starts;
        private int ends;
        private boolean startable = true;
        private boolean rebuilt;
        private OptionalInt exitCode = OptionalInt.empty();

        @Override
        public void start() {
            starts++;
            if (!startable) {
                throw new StackFailure(ExitCode.INFRASTRUCTURE, "not built");
            }
            exitCode = OptionalInt.empty();
        }

        @Override
        public OptionalInt exitCode() {
            return exitCode;
        }

        @Override
        public boolean isRebuilt() {
            return rebuilt;
        }

        @Override
        public String endAndGiveLog() {
            ends++;
            return "first\nout of memory\n\n";
        }
    }
}
