package dev.plumbline.contract.event;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.Sums;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;

/**
 * What was so around a load during a span of time: the target's GPU and engine as the producer saw them, what was spent, and how
 * late and how much in step the producer itself was. Of two spans, or two producers, the sum.
 *
 * <p>Names are those of the Prometheus metrics without {@code plumbline_}, with their unit last and without {@code _total}:
 * {@code gpu_power_watts}, {@code engine_preemptions}. A reader adds up what it does not know, too. Values are whole thousandths
 * of their unit, so that sums are exact and the same in every order.
 *
 * <p>That it travels with the load and not on a topic of its own is why a window holds the same telemetry at each replay.
 *
 * @param gauges what stands at a value
 * @param counters what only grows, by how much it grew
 * @param costBillionths of the currency of the stated price; empty where no price was stated
 * @param generatorDelay how late the producer's own event loop was, tick by tick; empty where nobody looked
 */
public record Circumstances(
        Map<String, GaugeSum> gauges,
        Map<String, CounterSum> counters,
        OptionalLong costBillionths,
        Optional<Histogram> generatorDelay) {

    /** Most names of each kind. */
    public static final int MOST_NAMES = 64;

    /**
     * The gauge of how the clients of a closed loop move: one look a round, which is as many starts in a row as there are clients,
     * at 1 when they sent together and 0 when not. So the mean is the share of the rounds in which they were in step.
     */
    public static final String ROUNDS_IN_STEP = "producer_rounds_in_step_ratio";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    private static final Circumstances NONE =
            new Circumstances(Map.of(), Map.of(), OptionalLong.empty(), Optional.empty());

    public Circumstances {
        gauges = checked(gauges);
        counters = checked(counters);
        Objects.requireNonNull(costBillionths, "costBillionths");
        Objects.requireNonNull(generatorDelay, "generatorDelay");
        if (costBillionths.orElse(0) < 0) {
            throw new IllegalArgumentException("cost " + costBillionths.getAsLong() + " is negative");
        }
    }

    /** Nothing is known. */
    public static Circumstances none() {
        return NONE;
    }

    /** Whether nothing is known. */
    public boolean saysNothing() {
        return gauges.isEmpty() && counters.isEmpty() && costBillionths.isEmpty() && generatorDelay.isEmpty();
    }

    /** Those of both spans. Names over the limit are left out, the last by name first, whatever the order of adding. */
    public Circumstances plus(Circumstances other) {
        return new Circumstances(
                merged(gauges, other.gauges, GaugeSum::plus),
                merged(counters, other.counters, CounterSum::plus),
                costBillionths.isEmpty() && other.costBillionths.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(Sums.saturated(costBillionths.orElse(0), other.costBillionths.orElse(0))),
                Sums.of(generatorDelay, other.generatorDelay, Histogram::plus));
    }

    /** The mean of a gauge in its own unit. */
    public OptionalDouble mean(String name) {
        GaugeSum gauge = gauges.get(name);
        return gauge == null ? OptionalDouble.empty() : OptionalDouble.of(gauge.mean());
    }

    /** How fast a counter grew, per second, in its own unit. */
    public OptionalDouble perSecond(String name) {
        CounterSum counter = counters.get(name);
        return counter == null ? OptionalDouble.empty() : OptionalDouble.of(counter.perSecond());
    }

    /**
     * Growth of one counter for each unit of another, for example hits for each query; empty where one is not known or the second
     * did not grow.
     */
    public OptionalDouble ratio(String numerator, String denominator) {
        CounterSum above = counters.get(numerator);
        CounterSum below = counters.get(denominator);
        return above == null || below == null || below.increaseThousandths() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) above.increaseThousandths() / below.increaseThousandths());
    }

    /** About how many bytes it takes in memory. */
    public long heapBytes() {
        return 64
                + 160L * (gauges.size() + counters.size())
                + generatorDelay.map(Histogram::heapBytes).orElse(0L);
    }

    /**
     * Looks at a gauge.
     *
     * @param looks how many, at least one
     * @param sumThousandths of their values
     * @param largestThousandths the largest value
     */
    public record GaugeSum(long looks, long sumThousandths, long largestThousandths) {
        public GaugeSum {
            if (looks < 1 || largestThousandths < 0 || sumThousandths < largestThousandths) {
                throw new IllegalArgumentException(
                        "gauge of " + looks + " looks, sum " + sumThousandths + ", largest " + largestThousandths);
            }
        }

        /** One look. */
        public static GaugeSum of(double value) {
            long thousandths = thousandths(value);
            return new GaugeSum(1, thousandths, thousandths);
        }

        /** The looks of both. */
        public GaugeSum plus(GaugeSum other) {
            return new GaugeSum(
                    Sums.saturated(looks, other.looks),
                    Sums.saturated(sumThousandths, other.sumThousandths),
                    Math.max(largestThousandths, other.largestThousandths));
        }

        /** The mean of the looks. */
        public double mean() {
            return sumThousandths / 1e3 / looks;
        }

        /** The largest. */
        public double largest() {
            return largestThousandths / 1e3;
        }
    }

    /**
     * Growth of a counter.
     *
     * @param increaseThousandths by how much it grew
     * @param spanMillis in how much time; where two look at one counter both times count, so that the rate is right
     */
    public record CounterSum(long increaseThousandths, long spanMillis) {
        public CounterSum {
            if (increaseThousandths < 0 || spanMillis < 1) {
                throw new IllegalArgumentException(
                        "counter grew by " + increaseThousandths + " in " + spanMillis + " ms");
            }
        }

        /** Growth between two looks. */
        public static CounterSum of(double increase, long spanMillis) {
            return new CounterSum(thousandths(increase), spanMillis);
        }

        /** The growth of both. */
        public CounterSum plus(CounterSum other) {
            return new CounterSum(
                    Sums.saturated(increaseThousandths, other.increaseThousandths),
                    Sums.saturated(spanMillis, other.spanMillis));
        }

        /** Growth per second. */
        public double perSecond() {
            return (double) increaseThousandths / spanMillis;
        }
    }

    private static long thousandths(double value) {
        return Math.round(value * 1e3);
    }

    private static <V> Map<String, V> merged(Map<String, V> a, Map<String, V> b, BinaryOperator<V> plus) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isEmpty() ? b : a;
        }
        TreeMap<String, V> sum = new TreeMap<>(a);
        b.forEach((name, value) -> sum.merge(name, value, plus));
        while (sum.size() > MOST_NAMES) {
            sum.pollLastEntry();
        }
        return sum;
    }

    private static <V> Map<String, V> checked(Map<String, V> values) {
        if (values.size() > MOST_NAMES) {
            throw new IllegalArgumentException(values.size() + " names, more than the " + MOST_NAMES + " allowed");
        }
        values.forEach((name, value) -> {
            Objects.requireNonNull(value, name);
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("'" + name + "' is not a name: a to z, 0 to 9 and _");
            }
        });
        return values.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(values));
    }
}
