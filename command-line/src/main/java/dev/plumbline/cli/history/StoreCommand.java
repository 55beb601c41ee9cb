package dev.plumbline.cli.history;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** A subcommand that looks at the runs of the past. */
abstract class StoreCommand implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Mixin
    private StoreOption where = new StoreOption();

    @Override
    public final void run() {
        run(where.store());
    }

    /** Does what the command is for. */
    abstract void run(RunStore store);

    /** Wrong usage, to be thrown. */
    final CommandLine.ParameterException wrong(String problem) {
        return new CommandLine.ParameterException(spec.commandLine(), problem);
    }

    /** Writes lines to the user. */
    final void say(List<String> lines) {
        lines.forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
    }

    /** Writes a line to the user. */
    final void say(String line) {
        say(List.of(line));
    }
}
