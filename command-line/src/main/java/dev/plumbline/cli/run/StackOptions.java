package dev.plumbline.cli.run;

import dev.plumbline.cli.number.ShareConverter;
import dev.plumbline.cli.number.WholeNumberConverter;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.PipePlan;
import dev.plumbline.cli.stack.StateFolder;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.judgement.series.JudgementSettings;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The local stack: what it keeps and how its detector learns. */
public final class StackOptions {

    private static final Duration DEFAULT_WINDOW = Duration.ofSeconds(10);
    private static final Duration DEFAULT_RESOLVE_SPAN = Duration.ofMinutes(5);
    private static final int DEFAULT_BASELINE_WINDOWS = 180;
    private static final long DEFAULT_TOPIC_BYTES = 256L << 20;
    private static final double DEFAULT_THRESHOLD = 0.10;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = {
                "Keep the stack's data here: the next start continues with its baselines.",
                "Default: a" + " temporary folder."
            })
    @Nullable
    Path state;

    @Option(
            names = "--window",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"Length of a window, whole seconds.", "Default: 10s, or that of the running stack."})
    @Nullable
    Duration window;

    @Option(
            names = "--baseline-windows",
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {"Windows from which the detector learns.", "Default: 180"})
    @Nullable
    Integer baselineWindows;

    @Option(
            names = "--resolve-span",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"How long all must be well before an alert is resolved.", "Default: 5m"})
    @Nullable
    Duration resolveSpan;

    @Option(
            names = "--threshold",
            converter = ShareConverter.class,
            paramLabel = "SHARE",
            description = {"The change that counts.", "Default: 10%%, or that of the running stack."})
    @Nullable
    Double threshold;

    @Option(
            names = "--topic-bytes",
            converter = BytesConverter.class,
            paramLabel = "SIZE",
            description = {"Most bytes that a topic keeps.", "Default: 256MiB"})
    @Nullable
    Long topicBytes;

    @Option(
            names = "--kafka-port",
            converter = WholeNumberConverter.class,
            paramLabel = "PORT",
            description = {"Port of the broker.", "Default: a free one."})
    @Nullable
    Integer kafkaPort;

    /** Takes the state folder, where one is named. */
    public Optional<StateFolder> openState() {
        return Optional.ofNullable(state).map(StateFolder::open);
    }

    /** The change that counts. */
    public double thresholdOr(OptionalDouble runningStacks) {
        return threshold == null ? runningStacks.orElse(DEFAULT_THRESHOLD) : threshold;
    }

    /** Length of the windows of a stack of its own. */
    Duration windowOrDefault() {
        return windowOr(DEFAULT_WINDOW);
    }

    /** Length of the windows, where it was given. */
    public Duration windowOr(Duration otherwise) {
        return window == null ? otherwise : window;
    }

    /** A stack without target and producer. */
    public PipePlan plan(Optional<StateFolder> folder) {
        return plan(folder, windowOrDefault());
    }

    /** A stack without target and producer, whose windows have a length. */
    public PipePlan plan(Optional<StateFolder> folder, Duration window) {
        return new PipePlan(
                window,
                1,
                kafkaPort == null ? 0 : kafkaPort,
                topicBytes == null ? DEFAULT_TOPIC_BYTES : topicBytes,
                Optional.empty(),
                Map.of(
                        Part.AGGREGATOR,
                        List.of(),
                        Part.DETECTOR,
                        List.of(
                                "plumbline.detector.baseline-windows="
                                        + (baselineWindows == null ? DEFAULT_BASELINE_WINDOWS : baselineWindows),
                                // The warm-up is over when measuring begins: only the partial first window is left out.
                                "plumbline.detector.skip-windows=1",
                                "plumbline.detector.resolve-span="
                                        + resolveSpanOrDefault().toMillis() + "ms",
                                "plumbline.detector.threshold-effect=" + thresholdOr(OptionalDouble.empty()))),
                folder.map(StateFolder::kafkaDirectory));
    }

    private Duration resolveSpanOrDefault() {
        return resolveSpan == null ? DEFAULT_RESOLVE_SPAN : resolveSpan;
    }

    /**
     * Checks what the parts of the stack would refuse only after the load has begun.
     *
     * @throws ParameterException for the first setting that is wrong
     */
    public void check(CommandLine line) {
        try {
            check();
        } catch (RunPlan.Wrong e) {
            throw new ParameterException(line, e.option() + " " + e.getMessage(), e);
        }
    }

    /** @throws RunPlan.Wrong for the first setting that is wrong */
    void check() {
        Duration length = windowOrDefault();
        if (length.toMillis() % 1_000 != 0 || length.toSeconds() < 1) {
            throw new RunPlan.Wrong(
                    "--window", "is " + DurationConverter.format(length) + ", allowed are whole seconds from 1s");
        }
        if (baselineWindows != null) {
            RunPlan.range("--baseline-windows", baselineWindows, 20, 10_000);
        }
        if (kafkaPort != null) {
            RunPlan.range("--kafka-port", kafkaPort, 0, 65_535);
        }
        if (topicBytes != null) {
            RunPlan.range("--topic-bytes", topicBytes, 1L << 20, Long.MAX_VALUE);
        }
        if (threshold != null
                && !(threshold >= JudgementSettings.LEAST_THRESHOLD_EFFECT
                        && threshold <= JudgementSettings.LARGEST_THRESHOLD_EFFECT)) {
            throw new RunPlan.Wrong(
                    "--threshold",
                    "is " + percent(threshold) + ", allowed is 1% to 29%: changes of 30 % and more have a lane of their"
                            + " own and are found whatever this says");
        }
        Duration shortest = length.multipliedBy(JudgementSettings.LEAST_RESOLVE_WINDOWS);
        if (resolveSpanOrDefault().compareTo(shortest) < 0) {
            throw new RunPlan.Wrong(
                    resolveSpan == null ? "--window" : "--resolve-span",
                    resolveSpan == null
                            ? "is " + DurationConverter.format(length)
                                    + ", and --resolve-span must be six windows or more:" + " give it, "
                                    + DurationConverter.format(shortest) + " or longer"
                            : "is " + DurationConverter.format(resolveSpan) + ", allowed is six windows or more, "
                                    + DurationConverter.format(shortest));
        }
    }

    /**
     * Refuses what a stack that runs already was not asked: it would not reach the part that it is for.
     *
     * @param of the stack in a few words
     * @param runningStacks the change that counts in it, where it is known
     * @throws CommandFailure naming the first such flag
     */
    void requireNothingOf(String of, OptionalDouble runningStacks) {
        Map<String, Object> given = new LinkedHashMap<>();
        Optional.ofNullable(baselineWindows).ifPresent(value -> given.put("--baseline-windows", value));
        Optional.ofNullable(resolveSpan).ifPresent(value -> given.put("--resolve-span", value));
        Optional.ofNullable(topicBytes).ifPresent(value -> given.put("--topic-bytes", value));
        Optional.ofNullable(kafkaPort).ifPresent(value -> given.put("--kafka-port", value));
        given.keySet().stream().findFirst().ifPresent(flag -> {
            throw CommandFailure.usage(flag + " is for a stack of its own, and this run is measured by " + of
                    + ": leave it out, or give it where that is started");
        });
        if (threshold != null && runningStacks.isPresent() && threshold != runningStacks.getAsDouble()) {
            throw CommandFailure.usage("--threshold is " + percent(threshold) + " and the detector of " + of + " has "
                    + percent(runningStacks.getAsDouble()) + ": leave it out, or start that with this one");
        }
    }

    private static String percent(double share) {
        return BigDecimal.valueOf(share * 100)
                        .round(new MathContext(4))
                        .stripTrailingZeros()
                        .toPlainString() + "%";
    }
}
