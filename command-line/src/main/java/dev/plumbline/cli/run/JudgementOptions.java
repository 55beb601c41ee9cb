package dev.plumbline.cli.run;

import dev.plumbline.cli.outcome.Inconclusive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Under which name a run is kept and what it is held against. */
final class JudgementOptions {

    @Option(
            names = "--scenario",
            defaultValue = "chat",
            paramLabel = "NAME",
            description = {"Prompt class of the measurements.", "Default: ${DEFAULT-VALUE}"})
    String scenario = "chat";

    @Option(
            names = "--target-name",
            paramLabel = "NAME",
            description = {"Logical name of the service.", "Default: host and port of the URL."})
    @Nullable
    String targetName;

    @Option(
            names = "--variant",
            defaultValue = "stable",
            paramLabel = "NAME",
            description = {"stable, canary, a build.", "Default: ${DEFAULT-VALUE}"})
    String variant = "stable";

    @Option(
            names = "--tenant",
            defaultValue = "default",
            paramLabel = "NAME",
            description = {"Whose traffic it is.", "Default: ${DEFAULT-VALUE}"})
    String tenant = "default";

    @Option(
            names = "--metadata",
            paramLabel = "KEY=VALUE",
            description = "A fact of what is measured (image, quantization, flags); may differ from a baseline's.")
    Map<String, String> metadata = new LinkedHashMap<>();

    @Option(
            names = "--condition",
            paramLabel = "KEY=VALUE",
            description = "A fact that must be equal to a baseline's (gpu, region, dataset).")
    Map<String, String> conditions = new LinkedHashMap<>();

    @Option(
            names = "--baseline",
            paramLabel = "RUN",
            description = "What the run is held against: last-green, a run, a pinned name, or a file.")
    @Nullable
    String baseline;

    @Option(names = "--vary", paramLabel = "KEY", description = "A condition that may differ from the baseline's.")
    List<String> vary = new ArrayList<>();

    @Option(
            names = "--budget",
            paramLabel = "LIMIT",
            description = "A limit, for example p95(ttft)<500ms, error_rate<1%%, output_token_rate>500.")
    List<String> budgets = new ArrayList<>();

    @Option(
            names = "--goodput",
            paramLabel = "GOALS",
            description = "What a good request meets, in ms: \"ttft:200 tpot:50\".")
    @Nullable
    String goodput;

    @Option(
            names = "--inconclusive",
            defaultValue = "keep",
            paramLabel = "AS",
            description = {
                "What 'cannot tell' counts as: ${COMPLETION-CANDIDATES}.",
                "Default: ${DEFAULT-VALUE}, exit code 3."
            })
    Inconclusive inconclusive = Inconclusive.keep;
}
