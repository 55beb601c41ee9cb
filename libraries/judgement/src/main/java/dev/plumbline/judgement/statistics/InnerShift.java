package dev.plumbline.judgement.statistics;

/**
 * The stretch of a series that differs most from the rest of it: a shift, or trouble that came and went.
 *
 * <p>Every stretch is held against the rest: for independent noise the likelihood ratio test of an epidemic change (Levin and Kline,
 * 1985), of which one that touches an end is a single change point. The noise is what is left when both means are taken away, at
 * long-run scale: read off the whole series a shift would pass for noise and hide itself. Because the largest of many differences is
 * taken, a distance of 4 is nothing rare in a series of 36 values whose noise is known from twelve batches.
 *
 * @param from first value of the stretch
 * @param until behind its last
 * @param difference mean inside less mean outside
 * @param distance the difference in standard deviations of itself, 0 or more
 */
public record InnerShift(int from, int until, double difference, double distance) {

    /** A stretch, and what is outside it, has at least a twelfth of the values. */
    private static final int LEAST_PART = 12;

    /** Taking two means away hides a part of the slow noise. */
    private static final double HIDDEN = 1.2;

    /** @param values one per block of windows, in order; with fewer than {@value #LEAST_PART} there is no shift */
    public static InnerShift of(double[] values) {
        int n = values.length;
        int least = Math.max(2, n / LEAST_PART);
        InnerShift best = new InnerShift(0, n, 0, 0);
        if (n < LEAST_PART) {
            return best;
        }
        double[] sums = new double[n + 1];
        for (int i = 0; i < n; i++) {
            sums[i + 1] = sums[i] + values[i];
        }
        double most = 0;
        for (int from = 0; from <= n - least; from++) {
            for (int until = from + least; until <= n; until++) {
                int inside = until - from;
                int outside = n - inside;
                if (outside < least) {
                    continue;
                }
                double part = sums[until] - sums[from];
                double difference = part / inside - (sums[n] - part) / outside;
                double explained = difference * difference * inside * outside / n;
                if (explained > most) {
                    most = explained;
                    best = new InnerShift(from, until, difference, 0);
                }
            }
        }
        return best.measured(values);
    }

    /**
     * How far the whole series rises, by a straight line through it. A climb is no step: what lies on both sides of one climbs, too,
     * and would pass for noise.
     *
     * @return the stretch is the series, the difference that of the ends of the line
     */
    public static InnerShift climb(double[] values) {
        int n = values.length;
        if (n < LEAST_PART) {
            return new InnerShift(0, n, 0, 0);
        }
        double middle = (n - 1) / 2.0;
        double mean = LongRunVariance.of(values).mean();
        double together = 0;
        double spread = 0;
        for (int i = 0; i < n; i++) {
            together += (i - middle) * (values[i] - mean);
            spread += (i - middle) * (i - middle);
        }
        double slope = together / spread;
        double[] left = new double[n];
        for (int i = 0; i < n; i++) {
            left[i] = values[i] - mean - slope * (i - middle);
        }
        double noise = HIDDEN * LongRunVariance.of(left).longRunVariance() / spread;
        double distance = noise > 0 ? Math.abs(slope) / Math.sqrt(noise) : slope == 0 ? 0 : 1e9;
        return new InnerShift(0, n, slope * (n - 1), distance);
    }

    private InnerShift measured(double[] values) {
        int inside = until - from;
        int outside = values.length - inside;
        double mean = LongRunVariance.of(values).mean();
        double meanOutside = mean - difference * inside / values.length;
        double[] left = new double[values.length];
        for (int i = 0; i < left.length; i++) {
            left[i] = values[i] - (i >= from && i < until ? meanOutside + difference : meanOutside);
        }
        double noise = HIDDEN * LongRunVariance.of(left).longRunVariance() * (1.0 / inside + 1.0 / outside);
        double size = Math.abs(difference);
        return new InnerShift(from, until, difference, noise > 0 ? size / Math.sqrt(noise) : size > 0 ? 1e9 : 0);
    }
}
