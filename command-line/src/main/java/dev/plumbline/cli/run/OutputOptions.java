package dev.plumbline.cli.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go and what runs beside. */
final class OutputOptions {

    @Option(
            names = "--artifact-dir",
            defaultValue = "plumbline-runs",
            paramLabel = "DIR",
            description = {"Folder of all runs; each gets one of its own in it.", "Default: ${DEFAULT-VALUE}"})
    Path artifactDir = Path.of("plumbline-runs");

    @Option(
            names = "--artifact-bytes",
            defaultValue = "1GiB",
            converter = BytesConverter.class,
            paramLabel = "SIZE",
            description = {"Most bytes of events that a run keeps; the oldest go.", "Default: ${DEFAULT-VALUE}"})
    long artifactBytes = 1L << 30;

    @Option(names = "--quiet", description = "Print the verdict and the folder only.")
    boolean quiet;

    @Option(names = "--json", description = "Print summary.json at the end and nothing else.")
    boolean json;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Keep the local stack's data here: the next run continues with its baselines.")
    @Nullable
    Path state;

    @Option(
            names = "--window",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"Length of a window, whole seconds.", "Default: 10s, or that of the running stack."})
    @Nullable
    Duration window;

    @Option(
            names = "--baseline-windows",
            defaultValue = "180",
            paramLabel = "N",
            description = {
                "Windows from which the detector of the local stack learns.", "Default: ${DEFAULT-VALUE}"
            })
    int baselineWindows = 180;

    @Option(
            names = "--resolve-span",
            defaultValue = "5m",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"How long all must be well before an alert is resolved.", "Default: ${DEFAULT-VALUE}"})
    Duration resolveSpan = Duration.ofMinutes(5);

    @Option(
            names = "--topic-bytes",
            defaultValue = "256MiB",
            converter = BytesConverter.class,
            paramLabel = "SIZE",
            description = {"Most bytes that a topic of the local stack keeps.", "Default: ${DEFAULT-VALUE}"})
    long topicBytes = 256L << 20;

    @Option(
            names = "--kafka-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = {"Port of the local broker.", "Default: a free one."})
    int kafkaPort;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any other setting of the load producer, see docs/apps.md.")
    Map<String, String> settings = new LinkedHashMap<>();
}
