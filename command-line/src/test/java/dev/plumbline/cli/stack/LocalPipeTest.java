package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPipeTest {

    @TempDir
    private Path home;

    /** Its parts end before its process does, and the file goes first of all. */
    @Test
    void aStackThatEndsIsNamedAlsoWhileItsProcessStillRuns() {
        RunningStack running = RunningStack.ofThisProcess(
                "127.0.0.1:9092", 10_000, OptionalDouble.empty(), Map.of(), Optional.empty());
        running.write(home);
        StackFailure seen = new StackFailure(ExitCode.INFRASTRUCTURE, "the producer ended unexpectedly");
        try (LocalPipe pipe =
                LocalPipe.attach(running, new Installation(home, Path.of(System.getProperty("java.home"))))) {
            assertThat(pipe.failure()).isEmpty();
            assertThat(pipe.causeOf(seen)).isSameAs(seen);

            running.delete(home);

            String named = "'plumb up' has ended (process " + running.pid() + "), and the broker of this run with it";
            assertThat(pipe.failure())
                    .hasValueSatisfying(failure -> assertThat(failure).hasMessage(named));
            assertThat(pipe.causeOf(seen)).hasMessage(named);
        }
    }
}
