package dev.plumbline.cli.trace;

import dev.plumbline.cli.number.CountConverter;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.workload.files.TraceFile;
import dev.plumbline.workload.trace.Anonymizer;
import dev.plumbline.workload.trace.TraceLint;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code plumb trace}: looks at traces, and takes out of them what was said. */
@Command(
        name = "trace",
        description = "What a trace is before it is replayed with 'plumb run --trace'; a trace without texts.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TraceCommand.Inspect.class, TraceCommand.Anonymize.class, HelpCommand.class})
public final class TraceCommand implements Runnable {

    private static final int SALT_BYTES = 32;

    @CommandLine.Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what about traces? inspect or anonymize");
    }

    /** What a trace is, and what is doubtful about it. */
    @Command(
            name = "inspect",
            description = {
                "Rows, rate, lengths, prefixes and what is doubtful, before a load is made of it.",
                "The format is seen in the file, gzip or not: Azure, Mooncake, Bailian, BurstGPT, Weka/AgentX,",
                "GitHub Copilot, LiteLLM, events.jsonl of a run; or a folder of ServeGen's clients.",
                ""
            },
            footer = {"", "Exit codes:  0 it can be replayed so   2 it cannot, or cannot be read"})
    static final class Inspect implements Callable<Integer> {

        @CommandLine.Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "FILE", description = "A trace, or a folder of ServeGen's clients.")
        private Path file = Path.of("");

        @Mixin
        private ReplayOptions options = new ReplayOptions();

        @Option(
                names = "--context",
                converter = CountConverter.class,
                paramLabel = "TOKENS",
                description = "What prompt and answer may have together.")
        private @Nullable Long context;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help.")
        private boolean help;

        @Override
        public Integer call() {
            try {
                TraceLint lint = TraceLint.of(
                        options.replay(file), context == null ? OptionalLong.empty() : OptionalLong.of(context));
                spec.commandLine().getOut().println(file);
                lint.lines().forEach(spec.commandLine().getOut()::println);
                spec.commandLine().getOut().flush();
                return lint.refusal().isEmpty() ? ExitCode.PASS : ExitCode.USAGE;
            } catch (TraceFile.Unusable e) {
                throw CommandFailure.usage(String.valueOf(e.getMessage()));
            } catch (ReplayOptions.OutOfRange e) {
                throw new ParameterException(spec.commandLine(), e.flag() + ' ' + e.getMessage(), e);
            }
        }
    }

    /** A trace without what was said. */
    @Command(
            name = "anonymize",
            description = {
                "Write a trace of lengths, times and prefixes, without a text, a name or a date: JSONL as",
                "Mooncake's. Blocks of texts are hashed with a random salt that is not kept.",
                ""
            },
            footer = {
                "",
                "Exit codes:  0 written   2 it cannot be read, or OUT exists or has no folder   4 it cannot be written"
            })
    static final class Anonymize implements Callable<Integer> {

        @CommandLine.Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(
                index = "0",
                paramLabel = "IN",
                description = "A trace, a log of LiteLLM, or events.jsonl of a run.")
        private Path in = Path.of("");

        @Parameters(index = "1", paramLabel = "OUT", description = "A file that does not exist.")
        private Path out = Path.of("");

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help.")
        private boolean help;

        @Override
        public Integer call() {
            byte[] salt = new byte[SALT_BYTES];
            new SecureRandom().nextBytes(salt);
            // Read to its end before anything is written.
            StringBuilder text = new StringBuilder();
            Anonymizer.Written written;
            try {
                written = TraceFile.with(in, files -> Anonymizer.anonymize(files, salt, text));
            } catch (TraceFile.Unusable e) {
                throw CommandFailure.usage(String.valueOf(e.getMessage()));
            }
            try (BufferedWriter writer =
                    Files.newBufferedWriter(out, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW)) {
                writer.append(text);
            } catch (FileAlreadyExistsException e) {
                throw CommandFailure.usage(out + " exists: name a file that does not");
            } catch (NoSuchFileException e) {
                throw CommandFailure.usage(out + " cannot be written: its folder does not exist");
            } catch (IOException e) {
                throw CommandFailure.infrastructure(out + " cannot be written: " + e.getMessage());
            }
            spec.commandLine()
                    .getOut()
                    .println(out + ": " + written.rows() + " rows of "
                            + written.from().label() + ", "
                            + written.blocks() + " different blocks, " + written.sessions() + " sessions"
                            + (written.leftOut() == 0 ? "" : "; " + written.leftOut() + " rows left out"));
            spec.commandLine().getOut().flush();
            return ExitCode.PASS;
        }
    }
}
