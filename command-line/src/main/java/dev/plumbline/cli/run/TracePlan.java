package dev.plumbline.cli.run;

import dev.plumbline.cli.trace.ReplayOptions;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.workload.Largest;
import dev.plumbline.workload.files.TraceFile;
import dev.plumbline.workload.trace.ClassField;
import dev.plumbline.workload.trace.Replay;
import dev.plumbline.workload.trace.Trace;
import dev.plumbline.workload.trace.TraceLint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A trace that a run asks again; it was read, and nothing in it makes that impossible. */
record TracePlan(Path file, Replay replay, LoadPoint.Trace loadPoint, TraceOptions options) {

    private static final int DEFAULT_SESSIONS = 4;
    private static final int MOST_SESSIONS = 100_000;

    /**
     * The trace of a run; empty where none is named.
     *
     * @throws RunPlan.Wrong for the first setting that is wrong, and for a trace that cannot be asked so
     */
    static Optional<TracePlan> checked(TraceOptions options, LoadOptions load) {
        if (options.file == null) {
            requireNone(options);
            return Optional.empty();
        }
        Path file = options.file;
        boolean isBySession = options.mode == ReplayOptions.Mode.session;
        refuse(
                "--request-rate",
                load.requestRate != null,
                "a trace says itself when requests are due: --speed makes it faster");
        refuse("--burstiness", load.burstiness != null, "a trace has arrivals of its own");
        refuse(
                "--duration",
                load.duration != null,
                "a trace ends with its last row: --trace-duration takes a part of it");
        refuse(
                "--request-count",
                load.requestCount != null,
                "a trace ends with its last row: --trace-rows takes fewer");
        refuse(
                "--concurrency",
                load.concurrency != null && !isBySession,
                "each row is due at its time: use --trace-mode session, or --max-in-flight for what may be in flight");
        refuse("--ramp", load.ramp != null && !isBySession, "each row is due at its time");
        RunPlan.range("--concurrency", load.concurrency == null ? 1 : load.concurrency, 1, MOST_SESSIONS);
        Replay replay;
        try {
            replay = options.replay(file);
        } catch (ReplayOptions.OutOfRange e) {
            throw new RunPlan.Wrong(e.flag(), String.valueOf(e.getMessage()));
        } catch (TraceFile.Unusable e) {
            throw new RunPlan.Wrong("--trace", String.valueOf(e.getMessage()));
        }
        TracePlan plan = new TracePlan(file, replay, loadPoint(options, file, load), options);
        plan.refusal(OptionalLong.empty()).ifPresent(why -> {
            throw new RunPlan.Wrong("--trace", why);
        });
        return Optional.of(plan);
    }

    /** Without a trace these would be kept by nobody. */
    private static void requireNone(TraceOptions options) {
        Map<String, Boolean> given = new LinkedHashMap<>();
        given.put("--trace-mode", options.mode != ReplayOptions.Mode.open);
        given.put("--speed", options.speed < 1 || options.speed > 1 || Double.isNaN(options.speed));
        given.put("--idle-gap-cap", options.idleGapCap != null);
        given.put("--trace-rows", options.rows != null);
        given.put("--trace-from", options.from != null);
        given.put("--trace-duration", options.duration != null);
        given.put("--trace-class", !options.classField.equals(ClassField.OWN));
        given.put("--trace-name", options.name != null);
        given.forEach((flag, isGiven) -> {
            if (isGiven) {
                throw new RunPlan.Wrong(flag, "is of a trace: name one with --trace");
            }
        });
    }

    private static void refuse(String option, boolean isGiven, String why) {
        if (isGiven) {
            throw new RunPlan.Wrong(option, "excludes --trace: " + why);
        }
    }

    private static LoadPoint.Trace loadPoint(TraceOptions options, Path file, LoadOptions load) {
        String name = options.name == null ? Trace.nameOf(String.valueOf(file.getFileName())) : options.name;
        try {
            return new LoadPoint.Trace(
                    name,
                    options.speed,
                    options.mode == ReplayOptions.Mode.session
                            ? OptionalInt.of(load.concurrency == null ? DEFAULT_SESSIONS : load.concurrency)
                            : OptionalInt.empty());
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong("--trace-name", "is not allowed: " + e.getMessage());
        }
    }

    /** Why it cannot be asked so, with the file; empty when it can. */
    Optional<String> refusal(OptionalLong contextTokens) {
        return TraceLint.of(replay, contextTokens).refusal().map(why -> file + ": " + why);
    }

    /** Each class of its rows; none where they are of one. */
    List<RunSeries.Part> parts() {
        return replay.classes().keySet().stream()
                .map(name -> new RunSeries.Part(Optional.of(name), Optional.empty()))
                .toList();
    }

    /** What one of its requests may take at most. */
    Largest largest() {
        return new Largest(replay.trace().longestPrompt(), replay.trace().longestAnswer());
    }

    /** How many rows are due in so long a time from its beginning. */
    long rowsWithin(Duration span) {
        return replay.mode() == Replay.Mode.SESSION
                ? 0
                : Arrays.stream(replay.dueNanos())
                        .filter(due -> due < span.toNanos())
                        .count();
    }
}
