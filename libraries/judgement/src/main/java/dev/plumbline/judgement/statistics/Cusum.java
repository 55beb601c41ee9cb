package dev.plumbline.judgement.statistics;

/**
 * Cumulative sum of evidence (Page 1954): it forgets whenever the evidence is gone, and what is left is the best case
 * for "it changed at some moment, and has been so since".
 *
 * <p>Each window can add at most threshold / K, so that no burst shorter than K windows reaches the threshold, however
 * violent it is. What a window takes away is not limited.
 */
public final class Cusum {

    private Cusum() {}

    /**
     * The threshold: ln(windows × streams). For a true likelihood ratio the mean time to a false alarm is at least that
     * many windows; ours is an approximation whose rate is measured: calibrated, not guaranteed.
     *
     * @param falseAlarmWindows wanted mean windows between false alarms of all streams together
     * @param streams tests that can raise an alarm
     */
    public static double threshold(double falseAlarmWindows, long streams) {
        if (!(falseAlarmWindows > 1) || streams < 1) {
            throw new IllegalArgumentException(falseAlarmWindows + " windows, " + streams + " streams");
        }
        return Math.log(falseAlarmWindows * streams);
    }

    /** The score after a window with this (discounted) evidence; 0 or more. */
    public static double next(double score, double evidence, double threshold, int burstWindows) {
        return Math.max(0, score + Math.min(evidence, threshold / burstWindows));
    }
}
