package dev.plumbline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Stands in the help; the script runs the tests itself, because they need the build and not this program. */
@Command(name = "test", description = "Run the tests, all or those named; --all also those that need Debian packages.")
final class TestCommand implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @CommandLine.Option(
            names = "--all",
            description = "Also run what needs Debian packages (Prometheus, Alertmanager).")
    @SuppressWarnings("UnusedVariable")
    private boolean all;

    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "tests are run by the script, start them with ./plumb test");
    }
}
