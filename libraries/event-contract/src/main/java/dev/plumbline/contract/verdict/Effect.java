package dev.plumbline.contract.verdict;

/**
 * How much a metric differs from its baseline: since the change point where an episode is pending or open, otherwise
 * over the last few windows. Units: nanoseconds for latencies, tokens per
 * second, or a fraction for ratios and rates.
 *
 * @param ratio now / baseline; for the error rate the difference in percentage points / 100 plus one
 * @param ratioLow lower end of the 95 % interval of {@code ratio}
 * @param ratioHigh upper end
 */
public record Effect(double baseline, double now, double ratio, double ratioLow, double ratioHigh) {

    public Effect {
        if (!Double.isFinite(baseline)
                || !Double.isFinite(now)
                || !Double.isFinite(ratio)
                || !Double.isFinite(ratioLow)
                || !Double.isFinite(ratioHigh)) {
            throw new IllegalArgumentException("an effect without finite numbers: " + baseline + " -> " + now);
        }
        if (ratioLow > ratioHigh) {
            throw new IllegalArgumentException("interval " + ratioLow + ".." + ratioHigh + " is turned around");
        }
    }
}
