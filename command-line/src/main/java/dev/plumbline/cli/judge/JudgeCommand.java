package dev.plumbline.cli.judge;

import dev.plumbline.cli.history.RunStore;
import dev.plumbline.cli.measured.BadFile;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.reports.Judgement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code plumb judge}: what was measured already, by us or by another tool, against what was measured before. */
@Command(
        name = "judge",
        description = {
            "Judges files that are there already: no load, no server, no Kafka.",
            "",
            "The last file is held against those before it, or all of them against --baseline. Each is a run of",
            "Plumbline (folder, run.json, events.jsonl, windows.jsonl), a list of numbers, or what another tool",
            "wrote, recognized by content: vllm bench serve --save-result --save-detailed, AIPerf",
            "(profile_export.jsonl), GuideLLM (JSON), inference-perf (per_request_lifecycle_metrics.json) and",
            "genai-bench. .gz is read, too. Percentiles alone have no interval: they cannot be judged.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  ./plumb judge before.json after.json                  two files of vllm bench, or of another tool",
            "  ./plumb judge mon.json tue.json wed.json thu.json     the last one against three",
            "  ./plumb judge after.json --baseline runs/before/      a folder of AIPerf, a run of Plumbline, ...",
            "  ./plumb judge last --baseline last-green              stored runs",
            "  ./plumb judge a.txt b.txt --unit ms --metric startup  bare numbers, one on each line",
            "  ./plumb judge a.json b.json --markdown s.md --junit r.xml",
            "",
            "Exit codes:  0 pass   1 regression or over budget   2 wrong usage, or a file that cannot be read",
            "             3 cannot tell   4 nothing of what is judged succeeded"
        })
public final class JudgeCommand implements Callable<Integer> {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files or folders; the last is judged, or all where there is --baseline.")
    private List<String> files = List.of();

    @Mixin
    private JudgeOptions options = new JudgeOptions();

    @Option(names = "--json", description = "Print one JSON object in place of the text.")
    private boolean json;

    @Option(names = "--junit", paramLabel = "FILE", description = "Write the verdict as JUnit XML, too.")
    private @Nullable Path junit;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the verdict as Markdown, too.")
    private @Nullable Path markdown;

    @Option(
            names = "--artifact-dir",
            paramLabel = "DIR",
            defaultValue = RunStore.DEFAULT_ROOT,
            description = {"The folder of stored runs.", "Default: ./${DEFAULT-VALUE}"})
    private Path artifactDir = Path.of(RunStore.DEFAULT_ROOT);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() {
        options.problem().ifPresent(problem -> {
            throw new ParameterException(spec.commandLine(), problem);
        });
        List<String> baselines = options.baselines;
        List<String> candidates = files;
        if (baselines.isEmpty() && files.size() > 1) {
            baselines = files.subList(0, files.size() - 1);
            candidates = files.subList(files.size() - 1, files.size());
        }
        if (baselines.isEmpty() && options.budgets.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "one file is held against nothing: name another before it, --baseline or --budget");
        }
        Judgement judgement;
        try {
            judgement = new FileJudge(options, new RunStore(artifactDir)).judge(candidates, baselines);
        } catch (BadFile bad) {
            throw CommandFailure.usage(String.valueOf(bad.getMessage()));
        }
        write(junit, judgement.junit());
        write(markdown, judgement.markdown());
        if (json) {
            spec.commandLine().getOut().println(new String(judgement.json(), StandardCharsets.UTF_8));
        } else {
            JudgeView.lines(judgement, Screen.ofProcess(System.out))
                    .forEach(spec.commandLine().getOut()::println);
        }
        spec.commandLine().getOut().flush();
        return options.inconclusive.exitCode(judgement.verdict().decision());
    }

    private static void write(@Nullable Path file, byte[] content) {
        if (file == null) {
            return;
        }
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw CommandFailure.infrastructure(file + " cannot be written: " + e.getMessage());
        }
    }
}
