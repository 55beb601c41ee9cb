package dev.plumbline.workload;

import java.util.Arrays;
import java.util.SplittableRandom;

/** One of several, drawn by weight. */
final class Weights {

    /** Sums of the weights up to each; the last is their sum. */
    private final double[] sums;

    private Weights(double[] weights) {
        this.sums = weights.clone();
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0 && Double.isFinite(weights[i]))) {
                throw new IllegalArgumentException("weight " + weights[i]);
            }
            sums[i] += i == 0 ? 0 : sums[i - 1];
        }
        if (weights.length == 0 || !(sums[weights.length - 1] > 0)) {
            throw new IllegalArgumentException("the weights come to nothing: give at least one that is above 0");
        }
    }

    /** @throws IllegalArgumentException for one that is below 0, and if their sum is 0 */
    static Weights of(double... weights) {
        return new Weights(weights);
    }

    /**
     * Zipf's: the k-th of them has the weight {@code k^-exponent}.
     *
     * @param exponent 0 = all alike
     */
    static Weights zipf(int count, double exponent) {
        double[] weights = new double[count];
        Arrays.setAll(weights, i -> Math.pow(i + 1.0, -exponent));
        return new Weights(weights);
    }

    /** How many there are. */
    int size() {
        return sums.length;
    }

    /** Which one it is, from 0; never one of weight 0. */
    int drawn(SplittableRandom random) {
        double at = random.nextDouble() * sums[sums.length - 1];
        int found = Arrays.binarySearch(sums, at);
        // At a sum itself the next one begins; behind it may stand some of weight 0 with the same sum.
        int index = found >= 0 ? found + 1 : -found - 1;
        while (index < sums.length - 1 && sums[index] <= at) {
            index++;
        }
        return Math.min(index, sums.length - 1);
    }
}
