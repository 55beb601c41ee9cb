package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.Lane;

/**
 * What can be set about judging. Rules between the numbers are checked here and name the key.
 *
 * @param baselineWindows valid windows that a baseline is learned from, 20 to 10,000; below 60 it is rather uncertain,
 *     above 60 it is rounded up to a multiple of a 36th
 * @param skipWindows windows with load that are passed over when a series starts, or starts again after a silence
 * @param thresholdEffect relative change that counts as a regression, for example 0.10
 * @param falseAlarmWindows wanted mean windows between false alarms
 * @param judgedSeries series that share this allowance
 * @param burstWindows no burst shorter than this many windows raises an alert
 * @param grossBurstWindows the same for changes of half or more
 * @param resolveWindows windows over which a metric must be back near its baseline before an alert is resolved
 */
public record JudgementSettings(
        int baselineWindows,
        int skipWindows,
        double thresholdEffect,
        double falseAlarmWindows,
        int judgedSeries,
        int burstWindows,
        int grossBurstWindows,
        int resolveWindows) {

    /** Smallest relative change that may count as a regression. */
    public static final double LEAST_THRESHOLD_EFFECT = 0.01;

    /** The largest: from {@link #GROSS_EFFECT} on there is a lane of its own. */
    public static final double LARGEST_THRESHOLD_EFFECT = 0.29;

    /** Fewest windows over which all must be well before an alert is resolved. */
    public static final int LEAST_RESOLVE_WINDOWS = 6;

    /** Effect from which the fast lane for gross changes raises an alert. */
    public static final double GROSS_EFFECT = 0.30;

    /** Change that the fast lane looks for. */
    static final double GROSS_FACTOR = 1.5;

    /** The change that is looked for is this many times the threshold effect. */
    private static final double DESIGN_POINT = 1.5;

    public JudgementSettings {
        within("baseline-windows", baselineWindows, 20, 10_000);
        within("skip-windows", skipWindows, 0, 10_000);
        within("threshold-effect", thresholdEffect, LEAST_THRESHOLD_EFFECT, LARGEST_THRESHOLD_EFFECT);
        within("false-alarm-windows", falseAlarmWindows, 100, 1e9);
        within("judged-series", judgedSeries, 1, 100_000);
        within("burst-windows", burstWindows, 2, 1_000);
        within("gross-burst-windows", grossBurstWindows, 2, 1_000);
        within("resolve-span (in windows)", resolveWindows, LEAST_RESOLVE_WINDOWS, 100_000);
        if (grossBurstWindows > burstWindows) {
            throw new IllegalArgumentException("gross-burst-windows " + grossBurstWindows + " is above burst-windows "
                    + burstWindows + "; the lane for gross changes must be the faster one");
        }
    }

    /** As documented: 30 minutes of windows of 10 seconds, one false alarm a week. */
    public static JudgementSettings defaults() {
        return new JudgementSettings(180, 6, 0.10, 60_480, 1, 15, 9, 30);
    }

    /** Windows that are merged into a block while a baseline is learned. */
    int learnedBlockWindows() {
        return baselineWindows <= Learning.WINDOWS_OF_A_SHORT_SPAN
                ? 1
                : Math.ceilDiv(baselineWindows, Learning.BLOCKS_OF_A_LONG_SPAN);
    }

    /** Blocks that a baseline is learned from. */
    int learnedBlocks() {
        return Math.ceilDiv(baselineWindows, learnedBlockWindows());
    }

    /** Windows that a baseline is learned from: {@code baselineWindows}, rounded up to whole blocks. */
    public int learnedWindows() {
        return learnedBlocks() * learnedBlockWindows();
    }

    double factor(Lane lane) {
        return lane == Lane.GROSSLY_WORSE ? GROSS_FACTOR : 1 + DESIGN_POINT * thresholdEffect;
    }

    double leastEffect(Lane lane) {
        return lane == Lane.GROSSLY_WORSE ? GROSS_EFFECT : thresholdEffect;
    }

    int burst(Lane lane) {
        return lane == Lane.GROSSLY_WORSE ? grossBurstWindows : burstWindows;
    }

    private static void within(String key, double value, double lowest, double highest) {
        if (!(value >= lowest && value <= highest)) {
            throw new IllegalArgumentException(
                    key + " = " + shortest(value) + " is outside " + shortest(lowest) + ".." + shortest(highest));
        }
    }

    private static String shortest(double value) {
        return java.math.BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
