package dev.plumbline.contract.wire;

import java.time.Duration;

/** Names of the topics. Topics that must be joined have equal partition counts. */
public final class Topics {

    public static final String EVENTS = "plumbline.events.v1";
    public static final String TELEMETRY = "plumbline.telemetry.v1";
    public static final String VERDICTS = "plumbline.verdicts.v1";
    public static final String SNAPSHOTS = "plumbline.snapshots.v1";
    public static final String ALERTS = "plumbline.alerts.v1";
    public static final String BASELINES = "plumbline.baselines.v1";
    public static final String CONTROLS = "plumbline.controls.v1";
    public static final String RUNS = "plumbline.runs.v1";
    public static final String UNDECODABLE = "plumbline.undecodable.v1";

    private Topics() {}

    /** The topic of finals and corrections for windows of a length, for example {@code plumbline.windows.10s.v1}. */
    public static String windows(Duration length) {
        return "plumbline.windows." + shortForm(length) + ".v1";
    }

    /** The topic between the two stages of the aggregator. */
    public static String partials(Duration length) {
        return "plumbline.partials." + shortForm(length) + ".v1";
    }

    private static String shortForm(Duration length) {
        long seconds = length.toSeconds();
        if (seconds < 1 || !length.equals(Duration.ofSeconds(seconds))) {
            throw new IllegalArgumentException("window length " + length + " is not a whole number of seconds");
        }
        if (seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
