package dev.plumbline.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Says which Plumbline, Kafka and Java this is. */
@Command(name = "version", description = "Show the version of Plumbline, Kafka and Java.")
final class VersionCommand implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public void run() {
        String version = Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
                .orElse("unknown (not run from its jar)");
        spec.commandLine().getOut().println("Plumbline " + version);
        spec.commandLine().getOut().println("Kafka     " + org.apache.kafka.common.utils.AppInfoParser.getVersion());
        spec.commandLine()
                .getOut()
                .println("Java      " + Runtime.version() + " (" + System.getProperty("java.home") + ")");
        spec.commandLine().getOut().flush();
    }
}
