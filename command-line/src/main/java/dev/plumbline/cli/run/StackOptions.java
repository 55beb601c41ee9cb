package dev.plumbline.cli.run;

import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.PipePlan;
import dev.plumbline.cli.stack.StateFolder;
import dev.plumbline.cli.time.DurationConverter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The local stack: what it keeps and how its detector learns. */
public final class StackOptions {

    private static final Duration DEFAULT_WINDOW = Duration.ofSeconds(10);

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
            defaultValue = "180",
            paramLabel = "N",
            description = {"Windows from which the detector learns.", "Default: ${DEFAULT-VALUE}"})
    int baselineWindows = 180;

    @Option(
            names = "--resolve-span",
            defaultValue = "5m",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"How long all must be well before an alert is resolved.", "Default: ${DEFAULT-VALUE}"})
    Duration resolveSpan = Duration.ofMinutes(5);

    @Option(
            names = "--threshold",
            defaultValue = "10%",
            converter = ShareConverter.class,
            paramLabel = "SHARE",
            description = {"The change that counts.", "Default: ${DEFAULT-VALUE}"})
    double threshold = 0.10;

    @Option(
            names = "--topic-bytes",
            defaultValue = "256MiB",
            converter = BytesConverter.class,
            paramLabel = "SIZE",
            description = {"Most bytes that a topic keeps.", "Default: ${DEFAULT-VALUE}"})
    long topicBytes = 256L << 20;

    @Option(
            names = "--kafka-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description = {"Port of the broker.", "Default: a free one."})
    int kafkaPort;

    /** Takes the state folder, where one is named. */
    public Optional<StateFolder> openState() {
        return Optional.ofNullable(state).map(StateFolder::open);
    }

    /** A stack without target and producer. */
    public PipePlan plan(Optional<StateFolder> folder) {
        return new PipePlan(
                window == null ? DEFAULT_WINDOW : window,
                1,
                kafkaPort,
                topicBytes,
                Optional.empty(),
                Map.of(
                        Part.AGGREGATOR,
                        List.of(),
                        Part.DETECTOR,
                        List.of(
                                "plumbline.detector.baseline-windows=" + baselineWindows,
                                // The warm-up is over when measuring begins: only the partial first window is left out.
                                "plumbline.detector.skip-windows=1",
                                "plumbline.detector.resolve-span=" + resolveSpan.toMillis() + "ms",
                                "plumbline.detector.threshold-effect=" + threshold)),
                folder.map(StateFolder::kafkaDirectory));
    }

    /** @throws RunPlan.Wrong for the first setting that is wrong */
    void check() {
        if (window != null && (window.toMillis() % 1_000 != 0 || window.toSeconds() < 1)) {
            throw new RunPlan.Wrong(
                    "--window", "is " + DurationConverter.format(window) + ", allowed are whole seconds from 1s");
        }
        RunPlan.range("--baseline-windows", baselineWindows, 20, 10_000);
        RunPlan.range("--kafka-port", kafkaPort, 0, 65_535);
        RunPlan.range("--topic-bytes", topicBytes, 1L << 20, Long.MAX_VALUE);
        if (!(threshold >= 0.01 && threshold <= 1)) {
            throw new RunPlan.Wrong("--threshold", "is " + threshold + ", allowed is 1% to 100%");
        }
    }
}
