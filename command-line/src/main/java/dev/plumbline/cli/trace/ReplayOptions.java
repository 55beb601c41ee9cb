package dev.plumbline.cli.trace;

import dev.plumbline.cli.number.DecimalConverter;
import dev.plumbline.cli.number.WholeNumberConverter;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.workload.files.TraceFile;
import dev.plumbline.workload.trace.ClassField;
import dev.plumbline.workload.trace.Replay;
import dev.plumbline.workload.trace.Trace;
import dev.plumbline.workload.trace.TraceSelection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which part of a trace is asked again, and how. */
public class ReplayOptions {

    @Option(
            names = "--trace-mode",
            defaultValue = "open",
            paramLabel = "MODE",
            description = {
                "open: each row at its time; session: so many sessions at a time as --concurrency says,",
                "each turn so long after the answer before it as it was.",
                "Default: ${DEFAULT-VALUE}"
            })
    public Mode mode = Mode.open;

    @Option(
            names = "--speed",
            defaultValue = "1",
            converter = DecimalConverter.class,
            paramLabel = "TIMES",
            description = {"So many times as fast; pauses are divided by it.", "Default: ${DEFAULT-VALUE}"})
    public double speed = 1;

    @Option(
            names = "--idle-gap-cap",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"Longest pause of the replay.", "Default: as long as they were."})
    public @Nullable Duration idleGapCap;

    @Option(
            names = "--trace-rows",
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {"So many rows of it.", "Default: all."})
    public @Nullable Integer rows;

    @Option(
            names = "--trace-from",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = "Rows from so much after the first on.")
    public @Nullable Duration from;

    @Option(
            names = "--trace-duration",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = "Rows of so long a time, by the clock of the trace.")
    public @Nullable Duration duration;

    @Option(
            names = "--trace-class",
            defaultValue = ClassField.OWN,
            paramLabel = "FIELD",
            description = {
                "Measure rows apart by what this field or column of theirs says; 'none': all are one series.",
                "Default: the one that the format has for it, such as the model, where it has 2 to 16 values."
            })
    public String classField = ClassField.OWN;

    /** What decides when a row is asked; named as users write it. */
    @SuppressWarnings("checkstyle:MemberName")
    public enum Mode {
        open(Replay.Mode.OPEN),
        session(Replay.Mode.SESSION);

        private final Replay.Mode mode;

        Mode(Replay.Mode mode) {
            this.mode = mode;
        }

        /** The same, for a replay. */
        public Replay.Mode mode() {
            return mode;
        }
    }

    /** A number that is out of range; the message is what is wrong, without the flag. */
    public static final class OutOfRange extends Exception {

        private static final long serialVersionUID = 1L;

        private final String flag;

        OutOfRange(String flag, String problem) {
            super(problem);
            this.flag = flag;
        }

        /** Dashes included. */
        public String flag() {
            return flag;
        }
    }

    /** The part of the file that is meant, as it is asked again. */
    public final Replay replay(Path file) throws OutOfRange, TraceFile.Unusable {
        if (!(speed >= Replay.SLOWEST && speed <= Replay.FASTEST)) {
            throw new OutOfRange(
                    "--speed", "is " + speed + ", allowed is " + Replay.SLOWEST + " to " + (long) Replay.FASTEST);
        }
        if (rows != null && (rows < 1 || rows > Trace.MOST_ROWS)) {
            throw new OutOfRange("--trace-rows", "is " + rows + ", allowed is 1 to " + Trace.MOST_ROWS);
        }
        if (classField.isBlank()) {
            throw new OutOfRange("--trace-class", "is empty: name a field of the trace's rows, auto or none");
        }
        requireAboveZero("--trace-duration", duration);
        requireAboveZero("--idle-gap-cap", idleGapCap);
        TraceSelection selection = new TraceSelection(
                Optional.ofNullable(from).orElse(Duration.ZERO).toNanos(),
                nanos(duration),
                rows == null ? OptionalInt.empty() : OptionalInt.of(rows),
                ClassField.parse(classField));
        return new Replay(TraceFile.read(file, selection), mode.mode(), speed, nanos(idleGapCap));
    }

    private static void requireAboveZero(String flag, @Nullable Duration span) throws OutOfRange {
        if (span != null && span.isZero()) {
            throw new OutOfRange(flag, "is 0, allowed is 1ms or more");
        }
    }

    private static OptionalLong nanos(@Nullable Duration span) {
        return span == null ? OptionalLong.empty() : OptionalLong.of(span.toNanos());
    }
}
