package dev.plumbline.cli.history;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the runs are. */
final class StoreOption {

    @Option(
            names = "--artifact-dir",
            paramLabel = "DIR",
            defaultValue = RunStore.DEFAULT_ROOT,
            description = {"The folder of all runs.", "Default: ./${DEFAULT-VALUE}"})
    private Path root;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    StoreOption() {
        this.root = Path.of(RunStore.DEFAULT_ROOT);
    }

    RunStore store() {
        return new RunStore(root);
    }
}
