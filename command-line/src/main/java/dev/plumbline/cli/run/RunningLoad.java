package dev.plumbline.cli.run;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.ConfidentialFile;
import dev.plumbline.cli.stack.StackFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A load that may be changed while it runs, as other commands of the same checkout find it: a file that its run writes when the load
 * begins and deletes when it is over. Only its owner can read it, because of the token. That of a run that was killed is as good as
 * none.
 *
 * @param pid process id of the run, positive
 * @param runId of the run
 * @param load its load point
 * @param url where its producer serves HTTP
 * @param token that the producer asks for
 */
record RunningLoad(long pid, String runId, String load, String url, String token) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private static Path folder(Path home) {
        return home.resolve(".plumb/loads");
    }

    /** @throws StackFailure if it cannot be written */
    void write(Path home) {
        try {
            Files.createDirectories(folder(home));
            ConfidentialFile.write(folder(home).resolve(runId + ".json"), JSON.writeValueAsString(this));
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot write to " + folder(home) + ": " + e.getMessage());
        }
    }

    /** Takes the file away. */
    void delete(Path home) {
        try {
            Files.deleteIfExists(folder(home).resolve(runId + ".json"));
        } catch (IOException e) {
            // Its process is gone in a moment, and then it is none.
            return;
        }
    }

    /**
     * Those that run in a checkout.
     *
     * @throws StackFailure if what is there cannot be read
     */
    static List<RunningLoad> all(Path home) {
        List<RunningLoad> loads = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder(home))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                RunningLoad load = JSON.readValue(Files.readAllBytes(file), RunningLoad.class);
                if (ProcessHandle.of(load.pid()).filter(ProcessHandle::isAlive).isPresent()) {
                    loads.add(load);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (JacksonException e) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    folder(home) + " holds what describes no running load, remove it: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot read " + folder(home) + ": " + e.getMessage());
        }
        return loads;
    }
}
