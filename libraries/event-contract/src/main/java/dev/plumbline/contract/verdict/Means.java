package dev.plumbline.contract.verdict;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Means of a stretch of time as sums, so that two stretches add up to the mean over both: of each name how much there was, and of
 * how many. A time to first token is nanoseconds of requests, a gauge its values of looks, a rate its growth of seconds, a share
 * its part of the whole.
 *
 * <p>A name that a reader does not know is added up like the others.
 */
public record Means(Map<String, Sum> sums) {

    /** Most names; those over it are left out, the last by name first. */
    public static final int MOST_NAMES = 64;

    private static final Means NONE = new Means(Map.of());

    /** About how many bytes a name takes in memory with its two numbers. */
    private static final long NAME_BYTES = 56;

    public Means {
        if (sums.size() > MOST_NAMES) {
            TreeMap<String, Sum> sorted = new TreeMap<>(sums);
            while (sorted.size() > MOST_NAMES) {
                sorted.pollLastEntry();
            }
            sums = sorted;
        }
        sums = Map.copyOf(sums);
    }

    /** Nothing is known. */
    public static Means none() {
        return NONE;
    }

    /** Of both stretches. */
    public Means plus(Means other) {
        Map<String, Sum> both = new HashMap<>(sums);
        other.sums.forEach((name, sum) -> both.merge(name, sum, Sum::plus));
        return new Means(both);
    }

    /** The mean of a name in its own unit; empty where it is not known. */
    public OptionalDouble of(String name) {
        Sum sum = sums.get(name);
        return sum == null ? OptionalDouble.empty() : OptionalDouble.of(sum.sum() / sum.of());
    }

    /** About how many bytes it takes in memory. */
    public long heapBytes() {
        return NAME_BYTES * (1 + sums.size());
    }

    /**
     * A sum and what it is a sum of.
     *
     * @param sum not negative
     * @param of above 0
     */
    public record Sum(double sum, double of) {
        public Sum {
            if (!(sum >= 0 && of > 0) || !Double.isFinite(sum) || !Double.isFinite(of)) {
                throw new IllegalArgumentException("a mean of " + sum + " over " + of);
            }
        }

        Sum plus(Sum other) {
            return new Sum(sum + other.sum, of + other.of);
        }
    }

    /**
     * Windows that lie together.
     *
     * @param startEpochMillis of the first
     * @param windows how many, at least one
     */
    public record Stretch(long startEpochMillis, long windows, Means means) {
        public Stretch {
            Objects.requireNonNull(means, "means");
            if (windows < 1) {
                throw new IllegalArgumentException("a stretch of " + windows + " windows");
            }
        }

        /** Both, this one being the older. */
        public Stretch plus(Stretch next) {
            return new Stretch(startEpochMillis, windows + next.windows, means.plus(next.means));
        }
    }
}
