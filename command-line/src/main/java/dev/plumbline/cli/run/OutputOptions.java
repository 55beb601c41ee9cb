package dev.plumbline.cli.run;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where results go. */
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
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any other setting of the load producer, see docs/apps.md.")
    Map<String, String> settings = new LinkedHashMap<>();
}
