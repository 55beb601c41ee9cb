package dev.plumbline.cli.run;

import dev.plumbline.cli.trace.ReplayOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A trace that is asked again, instead of a load that is made. */
final class TraceOptions extends ReplayOptions {

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = {
                "Ask again what a trace says: Azure, Mooncake, Bailian, BurstGPT, Weka/AgentX, GitHub Copilot,",
                "ServeGen, a log of LiteLLM, events.jsonl of a run; gzip or not. 'plumb trace inspect FILE' says what is in it."
            })
    @Nullable
    Path file;

    @Option(
            names = "--trace-name",
            paramLabel = "NAME",
            description = {"Of the trace, in the load point.", "Default: the file's name."})
    @Nullable
    String name;
}
