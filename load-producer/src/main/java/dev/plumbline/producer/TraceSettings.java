package dev.plumbline.producer;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.files.TraceFile;
import dev.plumbline.workload.trace.ClassField;
import dev.plumbline.workload.trace.Replay;
import dev.plumbline.workload.trace.Trace;
import dev.plumbline.workload.trace.TraceLint;
import dev.plumbline.workload.trace.TraceSelection;
import dev.plumbline.workload.trace.TraceWorkload;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A trace that is asked again, read once, at start.
 *
 * @param loadPoint as the series has it
 */
record TraceSettings(Replay replay, LoadPoint.Trace loadPoint) {

    private static final String SECTION = "plumbline.trace.";

    /**
     * The trace of the settings; empty where they name none.
     *
     * @throws InvalidConfiguration naming the key, or the file and the line, that is wrong
     */
    static Optional<TraceSettings> checked(ProducerConfig config) {
        Optional<String> file = config.trace().file().filter(text -> !text.isBlank());
        return file.map(path -> {
            requireLoadOf(config);
            Replay replay = replay(config.trace(), path);
            TraceLint.of(replay, OptionalLong.empty()).refusal().ifPresent(why -> {
                throw new InvalidConfiguration(SECTION + "file: " + path + ": " + why);
            });
            return new TraceSettings(replay, loadPoint(config, path));
        });
    }

    Workload workload(ProducerConfig config) {
        return new TraceWorkload(
                replay,
                new RequestClass(config.series().scenario()),
                config.workload().seed());
    }

    int longestPrompt() {
        return replay.trace().longestPrompt();
    }

    int longestAnswer() {
        return replay.trace().longestAnswer();
    }

    private static void requireLoadOf(ProducerConfig config) {
        ProducerConfig.Load load = config.load();
        if (load.shape().isPresent() || load.concurrencyShape().isPresent() || load.warmupUntilSteady()) {
            throw new InvalidConfiguration((load.warmupUntilSteady()
                            ? "plumbline.load.warmup-until-steady"
                            : load.shape().isPresent() ? "plumbline.load.shape" : "plumbline.load.concurrency-shape")
                    + " may not be set with plumbline.trace.file: the trace says what is due when;"
                    + " plumbline.trace.speed makes it faster, plumbline.load.warmup-duration warms the target");
        }
        if (load.share().filter(share -> !share.equals("1/1")).isPresent()) {
            throw new InvalidConfiguration("plumbline.load.share may not be set with plumbline.trace.file: one producer"
                    + " replays a trace; plumbline.load.event-loops uses more of its machine");
        }
        boolean isBySession = config.trace().mode() == Replay.Mode.SESSION;
        if (load.requestRate().isPresent()) {
            throw new InvalidConfiguration(
                    "plumbline.load.request-rate may not be set with plumbline.trace.file: the trace"
                            + " says when requests are due; plumbline.trace.speed makes it faster");
        }
        if (isBySession && load.concurrency().isEmpty()) {
            throw new InvalidConfiguration(
                    "plumbline.load.concurrency (sessions at a time, for example 8) must be set with"
                            + " plumbline.trace.mode=SESSION");
        }
        if (!isBySession && load.concurrency().isPresent()) {
            throw new InvalidConfiguration(
                    "plumbline.load.concurrency may not be set with plumbline.trace.mode=OPEN: each row"
                            + " is due at its time; what may be in flight is plumbline.load.max-in-flight");
        }
        if (isBySession && !load.warmupDuration().isZero()) {
            throw new InvalidConfiguration(
                    "plumbline.load.warmup-duration may not be set with plumbline.trace.mode=SESSION:"
                            + " a session is measured with all its turns; plumbline.load.warmup-requests warms the target");
        }
    }

    private static Replay replay(ProducerConfig.Trace trace, String path) {
        TraceSelection selection = InvalidConfiguration.allowed(SECTION, () -> {
            Allowed.span("from", trace.from().toNanos(), 0);
            trace.duration().ifPresent(span -> Allowed.span("duration", span.toNanos(), 1));
            trace.idleGapCap().ifPresent(span -> Allowed.span("idle-gap-cap", span.toNanos(), 1));
            trace.rows().ifPresent(rows -> Allowed.number("rows", rows, 1, Trace.MOST_ROWS));
            Allowed.require(
                    trace.speed() >= Replay.SLOWEST && trace.speed() <= Replay.FASTEST,
                    "speed",
                    trace.speed(),
                    Replay.SLOWEST + " to " + (long) Replay.FASTEST);
            return new TraceSelection(
                    trace.from().toNanos(),
                    nanos(trace.duration()),
                    trace.rows(),
                    ClassField.parse(trace.classField()));
        });
        return new Replay(read(path, selection), trace.mode(), trace.speed(), nanos(trace.idleGapCap()));
    }

    private static Trace read(String path, TraceSelection selection) {
        try {
            return TraceFile.read(Path.of(path), selection);
        } catch (TraceFile.Unusable | InvalidPathException e) {
            throw new InvalidConfiguration(SECTION + "file: " + e.getMessage());
        }
    }

    private static LoadPoint.Trace loadPoint(ProducerConfig config, String path) {
        Path name = Path.of(path).getFileName();
        return InvalidConfiguration.allowed(
                SECTION + "name: ",
                () -> new LoadPoint.Trace(
                        config.trace().name().orElseGet(() -> Trace.nameOf(String.valueOf(name))),
                        config.trace().speed(),
                        config.trace().mode() == Replay.Mode.SESSION
                                ? config.load().concurrency()
                                : OptionalInt.empty()));
    }

    private static OptionalLong nanos(Optional<Duration> span) {
        return span.map(known -> OptionalLong.of(known.toNanos())).orElse(OptionalLong.empty());
    }
}
