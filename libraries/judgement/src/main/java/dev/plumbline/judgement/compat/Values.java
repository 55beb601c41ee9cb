package dev.plumbline.judgement.compat;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Weighted values with exact mean and deviation. Percentiles are exact for the first {@value #MOST_KEPT} values; later ones are not
 * among them. One thread.
 */
final class Values {

    /** 4 MB of them. */
    static final int MOST_KEPT = 250_000;

    private double[] kept = new double[64];
    private double[] weights = new double[64];
    private long count;
    private double weight;
    private double mean;
    private double squares;
    private double sum;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    void add(double value) {
        add(value, 1);
    }

    /** @param by how much it counts; one that counts nothing is left out */
    void add(double value, double by) {
        if (!(by > 0)) {
            return;
        }
        if (count < MOST_KEPT) {
            int at = (int) count;
            if (at == kept.length) {
                kept = Arrays.copyOf(kept, 2 * at);
                weights = Arrays.copyOf(weights, 2 * at);
            }
            kept[at] = value;
            weights[at] = by;
        }
        count++;
        weight += by;
        sum += value * by;
        // West's update of weighted moments.
        double from = value - mean;
        mean += from * by / weight;
        squares += by * from * (value - mean);
        min = Math.min(min, value);
        max = Math.max(max, value);
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether there are more than percentiles are made of. */
    boolean isCut() {
        return count > MOST_KEPT;
    }

    long count() {
        return count;
    }

    double sum() {
        return sum;
    }

    double mean() {
        return mean;
    }

    double min() {
        return min;
    }

    double max() {
        return max;
    }

    /** Of the values themselves, not of what they were drawn from. */
    double deviation() {
        return Math.sqrt(squares / weight);
    }

    /** By linear interpolation between the two nearest ranks, as NumPy does by default; weights are not looked at. */
    double interpolated(double quantile) {
        double[] sorted = Arrays.copyOf(kept, length());
        Arrays.sort(sorted);
        double at = quantile * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** The smallest value with at least that share of all weight at or below it. */
    double byWeight(double quantile) {
        int[] order = IntStream.range(0, length())
                .boxed()
                .sorted((a, b) -> Double.compare(kept[a], kept[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        double all = Arrays.stream(order).mapToDouble(i -> weights[i]).sum();
        double so = 0;
        for (int i : order) {
            so += weights[i];
            if (so >= quantile * all) {
                return kept[i];
            }
        }
        return max;
    }

    private int length() {
        return (int) Math.min(count, MOST_KEPT);
    }
}
