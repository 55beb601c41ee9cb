package dev.plumbline.cli.run;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.StackFailure;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Changes the load of a run that goes on; what both commands that do have in common. */
abstract class ChangeLoad implements Callable<Integer> {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(
            names = "--run",
            paramLabel = "ID",
            description = {"Whose load.", "Default: that of the one run here that can be changed."})
    private @Nullable String run;

    @Option(
            names = "--producer",
            paramLabel = "URL",
            description = {
                "A load producer of no run here, by its HTTP address. Its control token is that of the",
                "environment variable PLUMBLINE_CONTROL_TOKEN."
            })
    private @Nullable String producer;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    /** Where it is told, and what. */
    Integer change(String path, double level, String unit) throws InterruptedException {
        RunningLoad load = load();
        try (ProducerControl control = new ProducerControl(load.url(), load.token())) {
            String before = control.change(path, level);
            spec.commandLine()
                    .getOut()
                    .println(
                            "load of " + load.runId() + " changed from " + before + " to " + plain(level) + " " + unit);
            spec.commandLine().getOut().flush();
        }
        return ExitCode.PASS;
    }

    private RunningLoad load() {
        if (producer != null) {
            String token = System.getenv().getOrDefault("PLUMBLINE_CONTROL_TOKEN", "");
            return new RunningLoad(0, producer, "", producer.replaceFirst("/+$", ""), token);
        }
        List<RunningLoad> all =
                RunningLoad.all(Installation.ofSystemProperties().home());
        List<RunningLoad> fitting = all.stream()
                .filter(load -> run == null || load.runId().equals(run))
                .toList();
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        if (all.isEmpty()) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "no run goes on here whose load can be changed: begin one with --shape adjustable:20, or"
                            + " --concurrency-shape adjustable:8, or name a producer with --producer URL");
        }
        throw new ParameterException(
                spec.commandLine(),
                (fitting.isEmpty() ? "no such run: --run is one of " : "several runs go on here: name one with --run, ")
                        + all.stream()
                                .map(load -> load.runId() + " (" + load.load() + ")")
                                .collect(Collectors.joining(", ")));
    }

    static String plain(double level) {
        return Double.isFinite(level)
                ? BigDecimal.valueOf(level).stripTrailingZeros().toPlainString()
                : Double.toString(level);
    }
}
