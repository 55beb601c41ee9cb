package dev.plumbline.producer.phases;

import java.util.Arrays;

/**
 * Says when latencies have stopped to change.
 *
 * <p>It looks at the last three blocks of equally many requests, and says steady when it is shown, for every two of them, that they
 * differ by less than a tolerance: the interval of the factor between them, {@value #CONFIDENCE} of it on either side, lies wholly
 * within {@code 1 / (1 + tolerance)} to {@code 1 + tolerance}. That is a test of equivalence by two one-sided tests (Schuirmann,
 * 1987): what is too noisy to tell is not steady. That no difference was found would not do, since too few requests never find one.
 * The first against the third block catches a drift that is too slow to be seen from one block to the next.
 *
 * <p>The interval is that of the shift between two samples of logarithms by their ranks (Hodges and Lehmann, 1963; Moses, 1965), which
 * knows of no distribution: latencies with a long tail do no harm.
 *
 * <p>How often it is wrong: while two of the blocks still differ by the tolerance, a look says steady with a chance of at most 1 %, and
 * all three pairs must pass. It looks after every block of 32 requests, and with blocks of 64 to 1024 as these fill up, so that much
 * noise asks for more requests, and each request is looked at in at most six sizes. A warm-up that goes on changes from look to look,
 * so that looks do not add up as they would were the change to stay the same; {@code SteadyTestTest} measures how often it is wrong.
 *
 * <p>One thread.
 */
public final class SteadyTest {

    /** One-sided. */
    static final double CONFIDENCE = 0.99;

    private static final double NORMAL_QUANTILE = 2.3263478740408408;
    private static final int BLOCKS = 3;
    private static final int SMALLEST = 32;
    private static final int LARGEST = 1_024;

    private final double log;
    private final double[] last = new double[BLOCKS * LARGEST];
    private long count;

    /** @param tolerance the change that counts, above 0; 0.1 is a tenth */
    public SteadyTest(double tolerance) {
        if (!(tolerance > 0 && tolerance <= 1)) {
            throw new IllegalArgumentException("tolerance " + tolerance + " is outside 0..1");
        }
        this.log = Math.log1p(tolerance);
    }

    /** Takes the latency of the next request, above 0; true when it is steady now. */
    public boolean add(double latencyNanos) {
        last[(int) (count % last.length)] = Math.log(Math.max(1, latencyNanos));
        count++;
        for (int size = SMALLEST; size <= LARGEST; size *= 2) {
            if (count % size == 0 && count >= (long) BLOCKS * size && isSteady(size)) {
                return true;
            }
        }
        return false;
    }

    /** Requests that it has seen. */
    public long count() {
        return count;
    }

    private boolean isSteady(int size) {
        double[] third = block(0, size);
        double[] second = block(1, size);
        double[] first = block(2, size);
        return areAlike(second, third) && areAlike(first, third) && areAlike(first, second);
    }

    /** @param back how many blocks lie behind it */
    private double[] block(int back, int size) {
        double[] block = new double[size];
        for (int i = 0; i < size; i++) {
            block[i] = last[(int) ((count - (long) (back + 1) * size + i) % last.length)];
        }
        return block;
    }

    private boolean areAlike(double[] before, double[] after) {
        int size = before.length;
        double[] shifts = new double[size * size];
        int next = 0;
        for (double earlier : before) {
            for (double later : after) {
                shifts[next++] = later - earlier;
            }
        }
        Arrays.sort(shifts);
        double half = NORMAL_QUANTILE * Math.sqrt((double) size * size * (2 * size + 1) / 12);
        int low = (int) Math.floor(shifts.length / 2.0 - half);
        if (low < 0) {
            return false;
        }
        return shifts[low] > -log && shifts[shifts.length - 1 - low] < log;
    }
}
