package dev.plumbline.cli.run;

import dev.plumbline.cli.stack.Detached;
import dev.plumbline.cli.stack.Detaching;
import dev.plumbline.judgement.compat.ForeignTool;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    @Option(
            names = "--metric-compat",
            paramLabel = "TOOL",
            description = {
                "Tell the run under the names and by the definitions of another tool, too:",
                "vllm (vllm bench serve), aiperf, guidellm."
            })
    @Nullable
    Compat metricCompat;

    @Option(
            names = Detaching.FLAG,
            description = {
                "Come back when the load has begun: the run goes on without this terminal.",
                "'plumb status' shows it, 'plumb down' ends it in order."
            })
    boolean detach;

    @Option(names = "--quiet", description = "Print the verdict and the folder only.")
    boolean quiet;

    @Option(names = "--json", description = "Print summary.json at the end and nothing else.")
    boolean json;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any other setting of the load producer, see docs/apps.md.")
    Map<String, String> settings = new LinkedHashMap<>();

    /** Whether this process is to start another that does the work. */
    boolean isDetaching() {
        return detach && !Detached.isThisProcess();
    }

    /** Another tool; named as users write it. */
    @SuppressWarnings("checkstyle:MemberName")
    enum Compat {
        vllm(ForeignTool.VLLM),
        aiperf(ForeignTool.AIPERF),
        guidellm(ForeignTool.GUIDELLM);

        private final ForeignTool tool;

        Compat(ForeignTool tool) {
            this.tool = tool;
        }

        ForeignTool tool() {
            return tool;
        }
    }
}
