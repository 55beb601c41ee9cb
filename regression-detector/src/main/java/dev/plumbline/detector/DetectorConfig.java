package dev.plumbline.detector;

import dev.plumbline.detector.watch.WatchLimits;
import dev.plumbline.judgement.canary.CanarySettings;
import dev.plumbline.judgement.series.JudgementSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How it is judged: everything under {@code plumbline.detector.}; a key that is not here is refused at start. Where Kafka
 * is lies beside it, see {@link KafkaConfig}.
 */
@ConfigMapping(prefix = "plumbline.detector")
public interface DetectorConfig {

    /** Length of the windows that are judged; names the windows topic. A whole number of seconds. */
    @WithDefault("10s")
    Duration window();

    /** Valid windows that a baseline is learned from, 20 to 10000; 60 or more are better. */
    @WithDefault("180")
    int baselineWindows();

    /** Windows with load that are passed over when a series starts, or starts again after a silence. */
    @WithDefault("6")
    int skipWindows();

    /** Relative change that counts as a regression, 0.01 to 0.29. */
    @WithDefault("0.10")
    double thresholdEffect();

    /** Wanted mean number of windows between false alarms: 60480 windows of 10 s are a week. */
    @WithDefault("60480")
    double falseAlarmWindows();

    /** Series that share this allowance. */
    @WithDefault("1")
    int judgedSeries();

    /** No burst shorter than this many windows raises an alert. */
    @WithDefault("15")
    int burstWindows();

    /** The same for changes of half or more; at most {@code burst-windows}. */
    @WithDefault("9")
    int grossBurstWindows();

    /** Time over which a metric must be back near its baseline before its alert is resolved; 6 windows or more. */
    @WithDefault("5m")
    Duration resolveSpan();

    /** Shortest time between two snapshots: about so much of windows a restart reads again. 0 s: behind every batch. */
    @WithDefault("30s")
    Duration snapshotInterval();

    /**
     * A series whose last window ended so long ago, without a goodbye, is stale; 3 windows or more. Without it: 6 windows,
     * a minute or more.
     */
    Optional<Duration> staleAfter();

    /**
     * A variant of which no window came for so long is forgotten, and a group with its last variant; an hour or more. As
     * long as the windows topic is kept, so that a restart knows what was known before it.
     */
    @WithDefault("14d")
    Duration forgetAfter();

    /** Canaries, which are held against what serves beside them in the same seconds. */
    Canary canary();

    /** See {@link CanarySettings}. */
    interface Canary {

        /**
         * Variants that are canaries, by name; a name that ends with {@code *} is a beginning. A canary never teaches a baseline.
         */
        @WithDefault("canary,canary-*")
        List<String> variants();

        /** The variant that a canary is held against. Without it: stable, else the one that taught the baseline. */
        Optional<String> stable();

        /** Share of the load that a canary is meant to get, 0 to 1. Without it: half of pairs, else that of the first blocks. */
        OptionalDouble share();

        /** Length of the blocks of time that are compared, 5 s to 1 h; longer ones for little load. */
        @WithDefault("30s")
        Duration block();
    }

    /**
     * How canaries are judged.
     *
     * @throws BadConfiguration naming key, value and what is allowed
     */
    default CanarySettings canaries() {
        try {
            return new CanarySettings(
                    canary().variants(),
                    canary().stable(),
                    canary().share(),
                    canary().block().toMillis(),
                    thresholdEffect(),
                    skipWindows());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new BadConfiguration("plumbline.detector." + e.getMessage());
        }
    }

    /**
     * How much is watched, and for how long.
     *
     * @param stateBytes what the state may take
     * @throws BadConfiguration naming key, value and what is allowed
     */
    default WatchLimits limits(long stateBytes) {
        long windowMillis = window().toMillis();
        long staleMillis = staleAfter().map(Duration::toMillis).orElse(WatchLimits.staleAfterMillis(windowMillis));
        if (staleMillis < 3 * windowMillis) {
            throw new BadConfiguration("plumbline.detector.stale-after = " + Duration.ofMillis(staleMillis)
                    + " is shorter than 3 windows of " + window() + "; example: 1m");
        }
        if (forgetAfter().compareTo(Duration.ofHours(1)) < 0) {
            throw new BadConfiguration(
                    "plumbline.detector.forget-after = " + forgetAfter() + " is shorter than an hour; example: 14d");
        }
        return new WatchLimits(
                WatchLimits.MOST_GROUPS, stateBytes, forgetAfter().toMillis(), staleMillis);
    }

    /**
     * The rules between the settings, checked.
     *
     * @throws BadConfiguration naming key, value and what is allowed
     */
    default JudgementSettings settings() {
        Duration window = window();
        if (window.toSeconds() < 1 || !window.equals(Duration.ofSeconds(window.toSeconds()))) {
            throw new BadConfiguration("plumbline.detector.window = " + window
                    + " is not a whole number of seconds, 1 s or more; example: 10s");
        }
        if (snapshotInterval().isNegative()) {
            throw new BadConfiguration(
                    "plumbline.detector.snapshot-interval = " + snapshotInterval() + " is negative; example: 30s");
        }
        try {
            return new JudgementSettings(
                    baselineWindows(),
                    skipWindows(),
                    thresholdEffect(),
                    falseAlarmWindows(),
                    judgedSeries(),
                    burstWindows(),
                    grossBurstWindows(),
                    Math.toIntExact(resolveSpan().dividedBy(window)));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new BadConfiguration("plumbline.detector." + e.getMessage());
        }
    }

    /** A setting is wrong; the message is one line that names it. */
    final class BadConfiguration extends RuntimeException {
        private static final long serialVersionUID = 1;

        public BadConfiguration(String message) {
            super(message);
        }
    }
}
