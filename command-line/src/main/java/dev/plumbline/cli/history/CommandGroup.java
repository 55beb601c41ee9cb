package dev.plumbline.cli.history;

import picocli.CommandLine;
import picocli.CommandLine.Option;

/** A command that does nothing itself: it has subcommands, and without one it asks for it. */
abstract class CommandGroup implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private final String question;

    /** @param question what the user is asked who gave no subcommand */
    CommandGroup(String question) {
        this.question = question;
    }

    @Override
    public final void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), question);
    }
}
