package dev.plumbline.cli.control;

import dev.plumbline.cli.stack.StackFailure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/** One run of the command. */
record Marking(int exitCode, String out, String err) {

    /** Kept, because the runtime holds loggers only weakly; the command itself is run with Kafka silent, too. */
    private static final List<Logger> SILENT = List.of(Logger.getLogger("org.apache.kafka"), Logger.getLogger("kafka"));

    /** Before anything of Kafka is started in this process. */
    static void silenceKafka() {
        SILENT.forEach(logger -> logger.setLevel(Level.OFF));
    }

    static Marking of(String... arguments) {
        return within(Duration.ofSeconds(10), arguments);
    }

    static Marking within(Duration answer, String... arguments) {
        silenceKafka();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new MarkCommand(answer));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        line.setParameterExceptionHandler((exception, ignored) -> told(line, 2, exception));
        line.setExecutionExceptionHandler((exception, command, ignored) -> {
            if (exception instanceof StackFailure failure) {
                return told(line, failure.exitCode(), failure);
            }
            throw exception;
        });
        int exitCode = line.execute(arguments);
        return new Marking(exitCode, out.toString(), err.toString());
    }

    private static int told(CommandLine line, int exitCode, Exception failure) {
        line.getErr().println(failure.getMessage());
        line.getErr().flush();
        return exitCode;
    }
}
