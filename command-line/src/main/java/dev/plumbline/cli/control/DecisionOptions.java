package dev.plumbline.cli.control;

import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.contract.control.Decision;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** {@code --reason} and {@code --until}, for every command by which a person decides something: a picocli mixin. */
public final class DecisionOptions {

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, in one line; everybody sees it.")
    private @Nullable String reason;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = {"Until when it holds: 4h from now on, or 2026-12-24T18:00:00Z.", "Default: without end."})
    private @Nullable String until;

    /** The reason as it was given; empty where none was. */
    public Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    /** Whether an end was given. */
    public boolean hasEnd() {
        return until != null;
    }

    /**
     * The decision of whoever runs this process.
     *
     * @throws ParameterException if the reason is missing or no line, or the end is no time, or over
     */
    public Decision decision(long nowEpochMillis) {
        if (reason == null) {
            throw wrong("why? say it with --reason 'TEXT'; everybody who sees it wants to know");
        }
        OptionalLong end = until == null ? OptionalLong.empty() : OptionalLong.of(end(until, nowEpochMillis));
        if (end.isPresent() && end.getAsLong() <= nowEpochMillis) {
            throw wrong("--until '" + until + "' is over already; write for example 4h, or a time to come");
        }
        try {
            return new Decision(System.getProperty("user.name", "unknown"), reason, nowEpochMillis, end);
        } catch (IllegalArgumentException e) {
            throw wrong("--reason: " + String.valueOf(e.getMessage()).replaceFirst("^why ", ""));
        }
    }

    private long end(String text, long nowEpochMillis) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException none) {
            try {
                return nowEpochMillis
                        + DurationConverter.parse(text, ", or a time with its offset such as 2026-12-24T18:00:00Z")
                                .toMillis();
            } catch (TypeConversionException e) {
                throw wrong("--until " + e.getMessage());
            }
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
