package dev.plumbline.producer;

import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.schedule.RateCurve;
import dev.plumbline.producer.schedule.SlotTimes;
import dev.plumbline.producer.time.Anchor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * This producer's part of a load that several offer together, each with its own number.
 *
 * <p>Without a common begin every producer follows only the wall clock. Poisson arrivals are thinned: each has a rate of its own, and
 * the sum of independent Poisson processes is one. Constant arrivals are interleaved: that of number i are due at (i - 1) / rate past
 * the multiples of count / rate of the Unix epoch, so that together they are evenly spaced, as far as the clocks of the machines agree.
 *
 * <p>With a common begin all of them walk the same sequence, and each takes every count-th of it: whatever its arrivals and its shape
 * are, together they are just that.
 *
 * @param index number of this producer, 1 to count
 * @param count how many producers share the load, 1 to {@value #MOST}
 */
record LoadShare(int index, int count) {

    static final int MOST = 1_000;
    /** All of it. */
    static final LoadShare WHOLE = new LoadShare(1, 1);

    private static final Pattern FORM = Pattern.compile("(\\d{1,4})/(\\d{1,4})");
    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000);

    LoadShare {
        if (count < 1 || count > MOST || index < 1 || index > count) {
            throw new IllegalArgumentException(
                    "share = " + index + "/" + count + " is not allowed, expected 1/N to N/N with N up to " + MOST);
        }
    }

    /** @throws IllegalArgumentException if it is none */
    static LoadShare parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("share = " + text
                    + " is not allowed, expected the number of this producer and how many there are, for example 2/3");
        }
        return new LoadShare(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
    }

    boolean isWhole() {
        return count == 1;
    }

    /** This producer's part of a number. */
    int of(int whole) {
        return SlotTimes.share(whole, index - 1, count);
    }

    /** The same. */
    long of(long whole) {
        return whole / count + (index - 1 < whole % count ? 1 : 0);
    }

    /** This producer's changes of the slots of all. */
    SlotTimes of(SlotTimes whole) {
        return SlotTimes.share(whole, index - 1, count);
    }

    /** The ordinal of a session of this producer among those of all. */
    long ordinalOfAll(long ordinal) {
        return ordinal * count + index - 1;
    }

    /**
     * Whether a load can be shared without a common begin.
     *
     * @throws IllegalArgumentException if it cannot, with what to do
     */
    void requireNoBegin(LoadPoint point) {
        if (isWhole()) {
            return;
        }
        if (point instanceof LoadPoint.OpenLoop open && open.arrivals().orElseThrow() instanceof Arrivals.Gamma) {
            throw new IllegalArgumentException(
                    "share: the sum of gamma arrivals is none, so that all producers must walk one"
                            + " sequence: set begin-at to the same moment for all of them, for example 2026-12-01T12:00:00Z");
        }
        if (point instanceof LoadPoint.ShapedRate || point instanceof LoadPoint.ShapedSlots) {
            throw new IllegalArgumentException(
                    "share: a load with a shape needs a begin that all producers have in common: set"
                            + " begin-at to the same moment for all of them, for example 2026-12-01T12:00:00Z");
        }
    }

    /**
     * This producer's due times, where there is no common begin.
     *
     * @param whole the rate of all
     * @param startNanos when the schedule begins, a stamp
     */
    FireTimes arrivals(Arrivals pattern, RateCurve whole, long seed, long startNanos, Anchor anchor) {
        RateCurve mine = whole.times(1.0 / count);
        return switch (pattern) {
            case Arrivals.Constant unused ->
                FireTimes.constant(
                        mine,
                        isWhole()
                                ? new SplittableRandom(seed).nextDouble()
                                : phase(whole.perSecondAt(0), startNanos, anchor));
            case Arrivals.Poisson unused -> FireTimes.poisson(mine, seed);
            case Arrivals.Gamma gamma -> FireTimes.gamma(mine, gamma.shape(), seed);
            case Arrivals.Other other -> throw new IllegalStateException("no schedule makes arrivals " + other.key());
        };
    }

    /** How much of a gap goes by at the start before the first is due; exact, since an epoch in nanoseconds is no double. */
    private double phase(double wholePerSecond, long startNanos, Anchor anchor) {
        BigDecimal startEpochNanos = BigDecimal.valueOf(anchor.zeroEpochMillis())
                .multiply(BigDecimal.valueOf(1_000_000))
                .add(BigDecimal.valueOf(startNanos));
        BigDecimal requests = startEpochNanos
                .multiply(new BigDecimal(wholePerSecond))
                .divide(NANOS_PER_SECOND, MathContext.DECIMAL128);
        double ofAll = requests.remainder(BigDecimal.valueOf(count)).doubleValue();
        double phase = ((index - 1 - ofAll) % count + count) % count / count;
        return phase < 1 ? phase : 0;
    }
}
