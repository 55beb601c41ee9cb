package dev.plumbline.producer.phases;

import java.util.Arrays;

/**
 * Says when latencies have stopped to change.
 *
 * <p>It parts what it has seen into four, and says steady when it is shown, for every two of the last three quarters, that they differ
 * by less than a tolerance: the interval of the factor between them, {@value #CONFIDENCE} of it on either side, lies wholly within
 * {@code 1 / (1 + tolerance)} to {@code 1 + tolerance}. That is a test of equivalence by two one-sided tests (Schuirmann, 1987): what is
 * too noisy to tell is not steady. That no difference was found would not do, since too few requests never find one. Quarters grow with
 * what was seen, so that a warm-up is looked at in its own measure: one that has taken long must be steady for long. A quarter has at
 * most {@value #LARGEST} requests; behind that the last of them are compared.
 *
 * <p>The interval is that of the shift between two samples of logarithms by their ranks (Hodges and Lehmann, 1963; Moses, 1965), which
 * knows of no distribution: latencies with a long tail do no harm. It is not computed: whether it lies within two bounds is a matter of
 * how many of all differences lie beyond them.
 *
 * <p>How often it is wrong: while two of the quarters still differ by the tolerance, a look says steady with a chance of at most 1 %,
 * and all three pairs must pass; {@code SteadyTestTest} measures how often a warm-up that goes on is called steady. A change that is
 * slower than the tolerance over all that was seen is none to it.
 *
 * <p>One thread.
 */
public final class SteadyTest {

    /** One-sided. */
    static final double CONFIDENCE = 0.99;

    private static final double NORMAL_QUANTILE = 2.3263478740408408;
    private static final int QUARTERS = 4;
    private static final int COMPARED = 3;
    private static final int SMALLEST = 32;
    /** Requests of a quarter. */
    static final int LARGEST = 4_096;
    /** How many more requests there are at the next look, and at least one smallest quarter. */
    private static final double GROWTH = 1.05;

    private final double log;
    private final double[] last = new double[COMPARED * LARGEST];
    private long count;
    private long nextLook = (long) QUARTERS * SMALLEST;

    /** @param tolerance the change that counts, above 0; 0.1 is a tenth */
    public SteadyTest(double tolerance) {
        if (!(tolerance > 0 && tolerance <= 1)) {
            throw new IllegalArgumentException("tolerance " + tolerance + " is outside 0..1");
        }
        this.log = Math.log1p(tolerance);
    }

    /** Takes the latency of the next request, above 0; true when it is shown to be steady now, which it does not look for at each. */
    public boolean add(double latencyNanos) {
        last[(int) (count % last.length)] = Math.log(Math.max(1, latencyNanos));
        count++;
        if (count < nextLook) {
            return false;
        }
        nextLook = Math.max(count + SMALLEST, (long) Math.ceil(count * GROWTH));
        return isSteady((int) Math.min(LARGEST, count / QUARTERS));
    }

    /** Requests that it has seen. */
    public long count() {
        return count;
    }

    private boolean isSteady(int size) {
        double[] third = block(0, size);
        double[] second = block(1, size);
        if (!areAlike(second, third)) {
            return false;
        }
        double[] first = block(2, size);
        return areAlike(first, third) && areAlike(first, second);
    }

    /**
     * One of the last blocks of so many requests, in ascending order.
     *
     * @param back how many blocks lie behind it
     */
    private double[] block(int back, int size) {
        double[] block = new double[size];
        for (int i = 0; i < size; i++) {
            block[i] = last[(int) ((count - (long) (back + 1) * size + i) % last.length)];
        }
        Arrays.sort(block);
        return block;
    }

    private boolean areAlike(double[] before, double[] after) {
        double pairs = (double) before.length * after.length;
        double half = NORMAL_QUANTILE * Math.sqrt(pairs * (before.length + after.length + 1) / 12);
        double beyond = Math.floor(pairs / 2 - half);
        return slower(before, after) <= beyond && slower(after, before) <= beyond;
    }

    /** How many pairs of one of these and one of others there are in which the other is larger by the tolerance or more. */
    private long slower(double[] these, double[] others) {
        long pairs = 0;
        int near = 0;
        for (double one : these) {
            while (near < others.length && others[near] - one < log) {
                near++;
            }
            pairs += others.length - near;
        }
        return pairs;
    }
}
