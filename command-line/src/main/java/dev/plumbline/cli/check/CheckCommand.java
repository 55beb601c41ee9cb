package dev.plumbline.cli.check;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.probe.ProbeListener;
import dev.plumbline.probe.ProbeReport;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.probe.TargetProbe;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code plumb check}: what a run would meet at a URL, step by step. */
@Command(
        name = "check",
        description = {
            "Whether a URL is an LLM endpoint that can be measured, and what is known about it.",
            "",
            "Looks up the name, connects, asks the server what it is, has one short answer streamed (16",
            "tokens), and looks for metrics and GPUs. What fails says what to do.",
            ""
        },
        footer = {"", "Exit codes:  0 all is well   2 wrong usage, or a model must be named   4 something failed"})
public final class CheckCommand implements Callable<Integer> {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(names = "--json", description = "Print one JSON object in place of the table.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws InterruptedException {
        TargetAddress address = target.address(spec.commandLine(), System::getenv);
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        CheckView view = new CheckView(Screen.ofProcess(out));
        String path = System.getenv().getOrDefault("PATH", "");
        TargetProbe probe;
        try {
            probe = new TargetProbe(address, SystemTime::monotonicNanos, path, json ? ProbeListener.SILENT : view);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        if (!json) {
            view.introduce(address);
        }
        ProbeReport report = probe.check();
        if (json) {
            out.println(CheckJson.of(address, report));
            out.flush();
        } else {
            view.conclude(report);
        }
        return CheckExit.of(report);
    }
}
