package dev.plumbline.cli.stack;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.cli.outcome.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A local stack that stays up, as other commands of the same checkout find it: a file that the supervisor writes when
 * everything serves and deletes when it ends. The file of a supervisor that was killed is as good as none.
 *
 * @param pid process id of the supervisor, positive
 * @param startedEpochMillis when that process started, where the system tells: process ids are used again
 * @param bootstrapServers where the broker is
 * @param windowMillis length of the windows that are judged, positive
 * @param threshold the change that counts in it, a share above 0; empty in the file of an older version
 * @param urls where parts serve HTTP, by the part's label
 * @param standby socket at which a load producer waits for a run; there may be nobody at the moment
 */
public record RunningStack(
        long pid,
        OptionalLong startedEpochMillis,
        String bootstrapServers,
        long windowMillis,
        OptionalDouble threshold,
        Map<String, String> urls,
        Optional<String> standby) {

    /** Start times of one process may differ by so much: the system derives them from a clock that is corrected. */
    private static final long SAME_START_MILLIS = 60_000;

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    public RunningStack {
        Objects.requireNonNull(startedEpochMillis, "startedEpochMillis");
        Objects.requireNonNull(bootstrapServers, "bootstrapServers");
        Objects.requireNonNull(threshold, "threshold");
        Objects.requireNonNull(standby, "standby");
        if (pid <= 0 || windowMillis <= 0) {
            throw new IllegalArgumentException(
                    "pid " + pid + " and windowMillis " + windowMillis + " must be positive");
        }
        urls = Collections.unmodifiableMap(new TreeMap<>(urls));
    }

    /** A stack whose supervisor is this process. */
    public static RunningStack ofThisProcess(
            String bootstrapServers,
            long windowMillis,
            OptionalDouble threshold,
            Map<String, String> urls,
            Optional<Path> standby) {
        ProcessHandle self = ProcessHandle.current();
        return new RunningStack(
                self.pid(),
                startOf(self),
                bootstrapServers,
                windowMillis,
                threshold,
                urls,
                standby.map(Path::toString));
    }

    /** Where the file of a checkout lies. */
    public static Path file(Path home) {
        return home.resolve(".plumb/up.json");
    }

    /**
     * The stack that runs in a checkout.
     *
     * @param home root folder of the checkout
     * @return empty when there is no file, or its process is gone
     * @throws StackFailure if there is a file and it cannot be understood
     */
    public static Optional<RunningStack> read(Path home) {
        Path file = file(home);
        try {
            RunningStack found = Optional.ofNullable(JSON.readValue(Files.readAllBytes(file), RunningStack.class))
                    .orElseThrow(() -> notAStack(file, "it holds null"));
            return Optional.of(found).filter(RunningStack::isAlive);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException e) {
            throw notAStack(file, e.getOriginalMessage());
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot read " + file + ": " + e);
        }
    }

    /**
     * Puts the file into its place in one step: readers see the one before, none, or all of this one.
     *
     * @throws StackFailure if it cannot be written
     */
    public void write(Path home) {
        Path file = file(home);
        Path beside = file.resolveSibling("up.json." + pid + ".tmp");
        try {
            Files.createDirectories(home.resolve(".plumb"));
            Files.write(beside, JSON.writeValueAsBytes(this));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot write " + file + ": " + e);
        }
    }

    /** Takes the file away, unless another stack has put its own there. */
    public void delete(Path home) {
        if (read(home).filter(this::equals).isPresent()) {
            try {
                Files.deleteIfExists(file(home));
            } catch (IOException e) {
                throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot delete " + file(home) + ": " + e);
            }
        }
    }

    private static StackFailure notAStack(Path file, String why) {
        return new StackFailure(
                ExitCode.INFRASTRUCTURE, file + " does not describe a running stack, remove it: " + why);
    }

    /** Whether its supervisor is gone or going: it takes its file away before it ends its parts. */
    boolean hasEnded(Path home) {
        if (!isAlive()) {
            return true;
        }
        try {
            return read(home).filter(there -> there.pid() == pid).isEmpty();
        } catch (StackFailure unreadable) {
            // Says nothing of this one.
            return false;
        }
    }

    /** Whether its supervisor runs. */
    boolean isAlive() {
        return supervisor().isPresent();
    }

    private Optional<ProcessHandle> supervisor() {
        return startedEpochMillis.isPresent()
                ? process(pid, startedEpochMillis.getAsLong())
                : ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    }

    /**
     * Asks it to end in order, and waits.
     *
     * @return whether it has ended
     */
    public boolean end(Duration patience) throws InterruptedException {
        return end(supervisor(), patience);
    }

    static boolean end(Optional<ProcessHandle> process, Duration patience) throws InterruptedException {
        if (process.isEmpty()) {
            return true;
        }
        process.get().destroy();
        try {
            process.get().onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A process that runs and was started then: ids are used again. */
    static Optional<ProcessHandle> process(long pid, long startedEpochMillis) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(process -> {
            OptionalLong start = startOf(process);
            return start.isEmpty() || Math.abs(start.getAsLong() - startedEpochMillis) <= SAME_START_MILLIS;
        });
    }

    private static OptionalLong startOf(ProcessHandle process) {
        Optional<Instant> start = process.info().startInstant();
        return start.isPresent() ? OptionalLong.of(start.get().toEpochMilli()) : OptionalLong.empty();
    }
}
