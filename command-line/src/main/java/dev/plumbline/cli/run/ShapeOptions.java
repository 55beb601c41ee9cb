package dev.plumbline.cli.run;

import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.LoadShape;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How load moves over time, what goes before and behind what is measured, and which part of a load is this one's. */
final class ShapeOptions {

    private static final Pattern SHARE = Pattern.compile("([1-9]\\d{0,3})/([1-9]\\d{0,3})");

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description = {
                "Requests per second over time, in the place of --request-rate: ramp:10..100/60s,",
                "exp:1..64/60s, steps:10,20,40@30s, square:10,50@20s, burst:10,50x2s/30s,",
                "overload:20x1.5/60s@30s, or adjustable:20, which 'plumb rate' changes."
            })
    @Nullable
    String shape;

    @Option(
            names = "--concurrency-shape",
            paramLabel = "SHAPE",
            description = "The same of requests in flight, in the place of --concurrency: ramp:2..16/60s.")
    @Nullable
    String concurrencyShape;

    @Option(
            names = "--share",
            paramLabel = "I/N",
            description = {
                "This is the I-th of N producers that share the load, which is that of all.",
                "A shape, and gamma arrivals, need --begin-at, too."
            })
    @Nullable
    String share;

    @Option(
            names = "--begin-at",
            paramLabel = "TIME",
            description = "When the load begins, warm-up included, for example 2026-12-01T12:00:00Z.")
    @Nullable
    String beginAt;

    @Option(
            names = "--smoke",
            description = "Send one request before any load, and look at its answer: a bad one ends the run with 4.")
    boolean smoke;

    @Option(
            names = "--smoke-expect",
            paramLabel = "REGEX",
            description = "What must be found in that answer. Sends that request, too.")
    @Nullable
    String smokeExpect;

    @Option(
            names = "--warmup-until-steady",
            description = {
                "Warm up, at least for --warmup-duration, until the time to first token is shown to have stopped",
                "to change by 10 %% or more."
            })
    boolean warmupUntilSteady;

    @Option(
            names = "--warmup-max",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {
                "How long that takes at most; then it is measured all the same, and the summary says so.",
                "Default: 2m."
            })
    @Nullable
    Duration warmupMax;

    @Option(
            names = "--cooldown",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {
                "How long load goes on behind --duration whatever is under way, not measured.",
                "Default: 0s, as long as --grace needs it."
            })
    @Nullable
    Duration cooldown;

    /** @throws RunPlan.Wrong for the first setting that is wrong beside these */
    void check(LoadOptions load) {
        checkAlone();
        exclude("--shape", shape, load);
        exclude("--concurrency-shape", concurrencyShape, load);
        if (shape != null && concurrencyShape != null) {
            throw new RunPlan.Wrong(
                    "--concurrency-shape", "excludes --shape: requests per second or requests at a time");
        }
        if (warmupMax != null && !warmupUntilSteady) {
            throw new RunPlan.Wrong("--warmup-max", "is of --warmup-until-steady: give that, too");
        }
        if (warmupUntilSteady && share != null) {
            throw new RunPlan.Wrong(
                    "--warmup-until-steady",
                    "cannot be shared: producers of one load are measured from the same moment on; use --warmup-duration");
        }
        if (cooldown != null && (load.duration == null ? load.requestCount != null : load.duration.isForever())) {
            throw new RunPlan.Wrong("--cooldown", "follows --duration: give a span of that, too");
        }
        if (share != null && isAdjustable()) {
            throw new RunPlan.Wrong("--share", "excludes a load that is changed by hand: one producer offers it");
        }
        if (share != null && beginAt == null && (isShaped() || load.burstiness != null || isGamma(load))) {
            throw new RunPlan.Wrong(
                    "--share",
                    "of a shape, or of gamma arrivals, needs a begin that all have in common: --begin-at"
                            + " 2026-12-01T12:00:00Z");
        }
    }

    private static boolean isGamma(LoadOptions load) {
        return load.requestRate != null && load.arrivalPattern == LoadOptions.ArrivalPattern.gamma;
    }

    /** @throws RunPlan.Wrong for the first that a trace says already, or cannot have */
    void checkBesideTrace() {
        if (isShaped()) {
            throw new RunPlan.Wrong(
                    shape != null ? "--shape" : "--concurrency-shape",
                    "excludes --trace, which says what is due when: --speed makes it faster");
        }
        if (share != null) {
            throw new RunPlan.Wrong("--share", "excludes --trace: one producer replays a trace");
        }
        if (warmupUntilSteady) {
            throw new RunPlan.Wrong(
                    "--warmup-until-steady", "excludes --trace, which goes on at its time: use --warmup-duration");
        }
        if (cooldown != null) {
            throw new RunPlan.Wrong("--cooldown", "excludes --trace: nothing is due behind its last row");
        }
    }

    /** @throws RunPlan.Wrong for the first that is wrong by itself */
    void checkAlone() {
        parsed("--shape", shape);
        parsed("--concurrency-shape", concurrencyShape).ifPresent(read -> checkSlots(read));
        if (share != null) {
            var parts = SHARE.matcher(share);
            if (!parts.matches() || Integer.parseInt(parts.group(1)) > Integer.parseInt(parts.group(2))) {
                throw new RunPlan.Wrong(
                        "--share", "is " + share + ", allowed is which one this is and how many there are: 2/3");
            }
        }
        if (beginAt != null) {
            try {
                OffsetDateTime.parse(beginAt);
            } catch (DateTimeException e) {
                throw new RunPlan.Wrong(
                        "--begin-at", "'" + beginAt + "' is not a time with its offset; example: 2026-12-01T12:00:00Z");
            }
        }
        if (smokeExpect != null) {
            try {
                Pattern.compile(smokeExpect);
            } catch (PatternSyntaxException e) {
                throw new RunPlan.Wrong(
                        "--smoke-expect",
                        "is no regular expression: " + e.getDescription() + " at position " + (e.getIndex() + 1)
                                + "; example: (?i)paris|france");
            }
        }
    }

    private static void checkSlots(LoadShape read) {
        try {
            LoadPoint.ShapedSlots.of(read);
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong("--concurrency-shape", String.valueOf(e.getMessage()));
        }
    }

    private static void exclude(String option, @Nullable String given, LoadOptions load) {
        if (given != null && (load.concurrency != null || load.requestRate != null)) {
            throw new RunPlan.Wrong(
                    option,
                    "excludes " + (load.concurrency != null ? "--concurrency" : "--request-rate")
                            + ": the shape states every level");
        }
        if (given != null && option.equals("--concurrency-shape") && load.burstiness != null) {
            throw new RunPlan.Wrong("--burstiness", "is of an open loop: give --shape, too");
        }
    }

    private static Optional<LoadShape> parsed(String option, @Nullable String text) {
        try {
            return Optional.ofNullable(text).map(LoadShape::parse);
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong(option, "is no shape: " + e.getMessage());
        }
    }

    private boolean isAdjustable() {
        return parsed("--shape", shape)
                .or(() -> parsed("--concurrency-shape", concurrencyShape))
                .filter(read -> read.kind() == LoadShape.Kind.ADJUSTABLE)
                .isPresent();
    }

    /** Whether the load changes over time. */
    boolean isShaped() {
        return shape != null || concurrencyShape != null;
    }

    /** The load with a shape; empty for one without. */
    Optional<LoadPoint> loadPoint(LoadOptions load) {
        try {
            return shape != null
                    ? Optional.of(LoadPoint.ShapedRate.of(LoadShape.parse(shape), load.arrivals()))
                    : Optional.ofNullable(concurrencyShape)
                            .map(text -> LoadPoint.ShapedSlots.of(LoadShape.parse(text)));
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong(shape != null ? "--shape" : "--concurrency-shape", String.valueOf(e.getMessage()));
        }
    }

    /**
     * What must be equal for a comparison beyond the load point, only where it is said: runs of one shape of other lengths saw other
     * parts of it, and of a load that is shared this run saw its part.
     */
    Map<String, String> conditions(Optional<Duration> duration) {
        Map<String, String> conditions = new TreeMap<>();
        if (isShaped()) {
            conditions.put(
                    "shapeDuration", duration.map(DurationConverter::format).orElse("open"));
        }
        if (share != null) {
            conditions.put("shares", share.replaceFirst(".*/", ""));
        }
        return conditions;
    }

    /** The settings of the producer for what was given. */
    void into(Map<String, String> all) {
        put(all, "plumbline.load.share", share);
        put(all, "plumbline.load.begin-at", beginAt == null ? null : instant(beginAt));
        put(all, "plumbline.smoke.enabled", smoke ? "true" : null);
        put(all, "plumbline.smoke.expect", smokeExpect);
        put(all, "plumbline.load.warmup-until-steady", warmupUntilSteady ? "true" : null);
        put(all, "plumbline.load.warmup-max", warmupMax == null ? null : warmupMax.toMillis() + "ms");
        put(all, "plumbline.load.cool-down", cooldown == null ? null : cooldown.toMillis() + "ms");
    }

    private static String instant(String time) {
        return OffsetDateTime.parse(time).toInstant().toString();
    }

    private static void put(Map<String, String> all, String key, @Nullable String value) {
        if (value != null) {
            all.put(key, value);
        }
    }
}
