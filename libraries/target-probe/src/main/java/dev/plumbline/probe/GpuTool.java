package dev.plumbline.probe;

import dev.plumbline.probe.Discovery.Facts;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Asks {@code nvidia-smi} for the GPUs of this machine. */
final class GpuTool {

    private static final String NAME = "nvidia-smi";
    private static final int MAX_OUTPUT_BYTES = 64 * 1024;
    private static final long LONGEST_SECONDS = 5;

    private static final Pattern PLACEHOLDER = Pattern.compile(
            "\\s*(\\[.*]|n/?a|not supported|unknown( error)?|err!|insufficient permissions)?\\s*",
            Pattern.CASE_INSENSITIVE);

    private final Optional<Path> program;

    /** @param searchPath folders, separated as in the PATH variable */
    GpuTool(String searchPath) {
        this.program = Stream.of(searchPath.split(java.io.File.pathSeparator, -1))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, NAME))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * What was seen.
     *
     * @param facts conditions of a run; empty where nothing was seen
     */
    record Reading(StepOutcome outcome, Map<String, String> facts) {}

    /** Starts to ask; the future never fails. */
    CompletableFuture<Reading> read() {
        if (program.isEmpty()) {
            return CompletableFuture.completedFuture(nothing(
                    NAME + " is not on the PATH: no GPU facts; give them with --metadata gpu=… where there is one"));
        }
        CompletableFuture<Reading> reading = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name(NAME).start(() -> reading.complete(ask(program.get())));
        return reading;
    }

    private static Reading ask(Path program) {
        try {
            Process process = new ProcessBuilder(
                            program.toString(),
                            "--query-gpu=name,driver_version,memory.total,mig.mode.current",
                            "--format=csv,noheader,nounits")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            CompletableFuture<?> limit = CompletableFuture.runAsync(
                    process::destroyForcibly, CompletableFuture.delayedExecutor(LONGEST_SECONDS, TimeUnit.SECONDS));
            String output;
            try (InputStream out = process.getInputStream()) {
                output = new String(out.readNBytes(MAX_OUTPUT_BYTES), StandardCharsets.UTF_8);
            }
            int code = process.waitFor();
            limit.cancel(false);
            return code == 0 ? read(output) : nothing(failing(output));
        } catch (IOException e) {
            return nothing(NAME + " cannot be started: no GPU facts");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return nothing(NAME + " was interrupted");
        }
    }

    /** One line per GPU: name, driver, memory in MiB, MIG mode. */
    static Reading read(String output) {
        List<String[]> gpus = output.lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.split(", ", -1))
                .filter(cells -> cells.length == 4)
                .toList();
        if (gpus.isEmpty()) {
            return nothing(NAME + " lists no GPU");
        }
        String names = distinct(gpus, 0);
        Map<String, String> facts = new TreeMap<>();
        facts.put("gpu", names);
        facts.put("gpuCount", Integer.toString(gpus.size()));
        facts.put("gpuDriver", distinct(gpus, 1));
        facts.put("gpuMemoryMebibytes", distinct(gpus, 2));
        // A card that cannot be divided has no mode; that much is known.
        facts.put("gpuMig", distinct(gpus, 3).replace(Facts.UNKNOWN, "unsupported"));
        return new Reading(new Passed(gpus.size() + " × " + names + ", driver " + distinct(gpus, 1)), facts);
    }

    private static String distinct(List<String[]> gpus, int column) {
        if (gpus.stream().anyMatch(cells -> isPlaceholder(cells[column]))) {
            return Facts.UNKNOWN;
        }
        return String.join(
                " + ",
                gpus.stream()
                        .map(cells -> Words.oneLine(cells[column]))
                        .distinct()
                        .toList());
    }

    /** What the tool prints where it has no value: {@code [N/A]}, {@code [Not Supported]}, {@code ERR!}. */
    private static boolean isPlaceholder(String cell) {
        return PLACEHOLDER.matcher(cell).matches();
    }

    private static String failing(String output) {
        return NAME + " fails (" + Words.oneLine(output.lines().findFirst().orElse("no output"))
                + "): no GPU facts; mend the driver, or give them with --metadata gpu=…";
    }

    private static Reading nothing(String why) {
        return new Reading(new Skipped(why), Map.of());
    }
}
