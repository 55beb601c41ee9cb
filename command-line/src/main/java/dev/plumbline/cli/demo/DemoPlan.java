package dev.plumbline.cli.demo;

import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.PipePlan;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The demo's preset. It is the code of production with smaller settings: windows of one second instead of ten, a baseline
 * of a minute instead of half an hour.
 *
 * @param concurrency requests in flight
 * @param decodeFactor how much slower decode becomes, 1.2 is 20 %
 * @param baselineWindows windows that the baseline is learned from
 * @param quietWindows windows that must pass quietly between baseline and shift
 * @param kafkaPort the broker's port, 0 for a free one
 * @param targetPort the target's port, 0 for a free one
 * @param seed of the target's timing and the prompts
 */
record DemoPlan(
        int concurrency,
        double decodeFactor,
        int baselineWindows,
        int quietWindows,
        int kafkaPort,
        int targetPort,
        long seed) {

    static final Duration WINDOW = Duration.ofSeconds(1);
    static final int PARTITIONS = 2;
    static final String MODEL = "demo-7b";

    /** Windows after the first full one that the detector leaves out: connections and caches are still cold. */
    static final int SKIPPED_WINDOWS = 3;

    /** Time in which the alert must come, from the shift. */
    static final Duration FOUND_WITHIN = Duration.ofMinutes(3);

    DemoPlan {
        require(concurrency >= 1 && concurrency <= 64, "--concurrency", concurrency, "1..64");
        require(decodeFactor > 0 && decodeFactor <= 10, "--slower", decodeFactor, "0.1..10");
        require(baselineWindows >= 20 && baselineWindows <= 600, "--baseline-windows", baselineWindows, "20..600");
        require(kafkaPort >= 0 && kafkaPort <= 65_535, "--kafka-port", kafkaPort, "0..65535");
        require(targetPort >= 0 && targetPort <= 65_535, "--target-port", targetPort, "0..65535");
    }

    /** The pipe that this preset runs in. */
    PipePlan pipe() {
        return new PipePlan(
                WINDOW,
                PARTITIONS,
                kafkaPort,
                List.of("--port", Integer.toString(targetPort), "--model", MODEL, "--seed", Long.toString(seed)),
                Map.of(
                        Part.AGGREGATOR, List.of("plumbline.aggregator.grace=500ms"),
                        Part.DETECTOR,
                                List.of(
                                        "plumbline.detector.baseline-windows=" + baselineWindows,
                                        "plumbline.detector.skip-windows=" + SKIPPED_WINDOWS,
                                        "plumbline.detector.resolve-span=10s"),
                        Part.PRODUCER,
                                List.of(
                                        "plumbline.producer.id=demo",
                                        "plumbline.target.name=simulated",
                                        "plumbline.target.model=" + MODEL,
                                        "plumbline.load.concurrency=" + concurrency,
                                        "plumbline.series.scenario=chat",
                                        "plumbline.workload.seed=" + seed)));
    }

    /**
     * Time in which the baseline must be learned, from the start of the command. Windows in which this machine was too busy to
     * vouch for what it measured teach nothing, so it is a multiple of what an idle one needs.
     */
    Duration learnedWithin() {
        return Duration.ofMinutes(5).plus(WINDOW.multipliedBy(4L * baselineWindows));
    }

    /** The regression, as the target's admin call takes it. */
    String regression() {
        return String.format(Locale.ROOT, "{\"decodeFactor\":%s}", decodeFactor);
    }

    private static void require(boolean fine, String option, Object value, String range) {
        if (!fine) {
            throw new IllegalArgumentException(option + " is " + value + ", allowed is " + range);
        }
    }
}
