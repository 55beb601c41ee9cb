package dev.plumbline.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Who asks: each session is of one tenant, drawn by weight.
 *
 * @param names in the order in which they were stated
 * @param weights as many
 */
record Tenants(List<String> names, Weights weights) {

    /** Each is measured apart. */
    static final int MOST = 64;

    Tenants {
        names = List.copyOf(names);
        if (names.isEmpty() || names.size() > MOST || names.size() != weights.size()) {
            throw new IllegalArgumentException(names.size() + " tenants, allowed are 1 to " + MOST);
        }
    }

    /** Tenants by weight. */
    static Tenants of(Map<String, Double> weights) {
        return new Tenants(
                new ArrayList<>(weights.keySet()),
                Weights.of(weights.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray()));
    }

    /**
     * So many, of whom the first is a hot spot.
     *
     * @param share of all sessions that the first has, 0 to 1; the others share the rest alike
     */
    static Tenants hot(int count, double share) {
        double[] weights = IntStream.range(0, count)
                .mapToDouble(i -> i == 0 ? share : (1 - share) / (count - 1))
                .toArray();
        return new Tenants(numbered(count), Weights.of(weights));
    }

    /** So many, the k-th of whom has the weight {@code k^-exponent}; 0 = all alike. */
    static Tenants zipf(int count, double exponent) {
        return new Tenants(numbered(count), Weights.zipf(count, exponent));
    }

    private static List<String> numbered(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> "tenant-" + i).toList();
    }

    /** One of them. */
    String drawn(SplittableRandom random) {
        return names.get(weights.drawn(random));
    }
}
