package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningStackTest {

    private static final Map<String, String> URLS = Map.of("detector", "http://127.0.0.1:8083");
    private static final Optional<Path> STANDBY = Optional.of(Path.of("stack/producer.sock"));

    @TempDir
    Path home;

    private void write(String text) throws IOException {
        Files.createDirectories(RunningStack.file(home).getParent());
        Files.writeString(RunningStack.file(home), text);
    }

    @Test
    void isFoundWhileItsProcessLivesAndGoneAfterwards() {
        assertThat(RunningStack.read(home)).isEmpty();
        RunningStack stack =
                RunningStack.ofThisProcess("127.0.0.1:9092", 10_000, OptionalDouble.of(0.1), URLS, STANDBY);
        stack.write(home);
        assertThat(RunningStack.read(home)).hasValue(stack);
        assertThat(home.resolve(".plumb")).isDirectoryNotContaining("glob:**.tmp");
        stack.delete(home);
        assertThat(RunningStack.file(home)).doesNotExist();
        stack.delete(home);
    }

    @Test
    void theFileOfADeadProcessIsAsGoodAsNone() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        assertThat(ended.waitFor(30, TimeUnit.SECONDS)).isTrue();
        new RunningStack(
                        ended.pid(),
                        OptionalLong.empty(),
                        "127.0.0.1:9092",
                        10_000,
                        OptionalDouble.of(0.1),
                        URLS,
                        Optional.empty())
                .write(home);
        assertThat(RunningStack.read(home)).isEmpty();
    }

    @Test
    void aProcessIdThatIsUsedAgainIsAnotherProcess() {
        RunningStack now = RunningStack.ofThisProcess("127.0.0.1:9092", 10_000, OptionalDouble.of(0.1), URLS, STANDBY);
        long hourBefore = now.startedEpochMillis().orElseThrow() - 3_600_000;
        new RunningStack(
                        now.pid(),
                        OptionalLong.of(hourBefore),
                        "127.0.0.1:9092",
                        10_000,
                        OptionalDouble.of(0.1),
                        URLS,
                        Optional.empty())
                .write(home);
        assertThat(RunningStack.read(home)).isEmpty();
    }

    @Test
    void theFileOfAnotherStackIsNotDeleted() {
        RunningStack.ofThisProcess("127.0.0.1:1", 10_000, OptionalDouble.of(0.1), URLS, STANDBY)
                .write(home);
        RunningStack.ofThisProcess("127.0.0.1:2", 10_000, OptionalDouble.of(0.1), URLS, STANDBY)
                .delete(home);
        assertThat(RunningStack.file(home)).exists();
    }

    @Test
    void whatALaterVersionAddsIsIgnored() throws IOException {
        write("{\"pid\":" + ProcessHandle.current().pid()
                + ",\"bootstrapServers\":\"127.0.0.1:9092\",\"windowMillis\":10000,\"urls\":{},\"addedLater\":[1]}");
        assertThat(RunningStack.read(home)).isPresent();
    }

    @Test
    void whatIsNoSuchFileIsNamed() throws IOException {
        for (String bad : new String[] {"", "{", "null", "{}", "{\"pid\":0}"}) {
            write(bad);
            assertThatExceptionOfType(StackFailure.class)
                    .as(bad)
                    .isThrownBy(() -> RunningStack.read(home))
                    .withMessageContaining("up.json");
        }
    }
}
