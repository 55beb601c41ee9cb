package dev.plumbline.producer.schedule;

import dev.plumbline.producer.settings.Allowed;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * A sequence of due times, most of them endless. It knows no clock: whoever walks it compares with one.
 *
 * <p>One thread at a time.
 */
public interface FireTimes {

    /** Lowest and highest rate, in requests per second. */
    double MIN_PER_SECOND = 1e-6;

    double MAX_PER_SECOND = 1e6;

    /** What comes behind the last due time of a sequence that has one, and again whenever it is asked. */
    long NEVER = Long.MAX_VALUE;

    /** The next due time in nanoseconds from the start of the schedule, never less than the one before; or {@link #NEVER}. */
    long nextDueNanos();

    /**
     * Goes on along another rate.
     *
     * @param change gives the rate that holds from now on, which must be the same as the one before until the moment of whoever walks
     * @return when what was drawn last is due now; empty where these times follow no rate, and nothing has changed
     */
    default OptionalLong retime(UnaryOperator<RateCurve> change) {
        return OptionalLong.empty();
    }

    /**
     * Evenly spaced: request n is due at n / rate, rounded to the nanosecond. Every due time is computed from n, so that
     * no rounding error adds up; the result is exact to 1 ns for the first 104 days (2^53 ns).
     *
     * @param requestsPerSecond {@value #MIN_PER_SECOND} to {@value #MAX_PER_SECOND}
     */
    static FireTimes constant(double requestsPerSecond) {
        return constant(requestsPerSecond, 0);
    }

    /**
     * The same, not from the very start on, so that several that begin together do not send together.
     *
     * @param phase how much of a gap goes by before the first, 0 to below 1
     */
    static FireTimes constant(double requestsPerSecond, double phase) {
        return constant(RateCurve.constant(requestsPerSecond), phase);
    }

    /**
     * A Poisson process: independent exponential gaps with mean 1 / rate; the first request is due after one gap.
     *
     * @param requestsPerSecond {@value #MIN_PER_SECOND} to {@value #MAX_PER_SECOND}
     */
    static FireTimes poisson(double requestsPerSecond, long seed) {
        return poisson(RateCurve.constant(requestsPerSecond), seed);
    }

    /** Lowest and highest burstiness. */
    double MIN_BURSTINESS = 0.01;

    double MAX_BURSTINESS = 1_000;

    /**
     * Independent gamma gaps with mean 1 / rate.
     *
     * @param requestsPerSecond {@value #MIN_PER_SECOND} to {@value #MAX_PER_SECOND}
     * @param burstiness shape of the gaps, {@value #MIN_BURSTINESS} to {@value #MAX_BURSTINESS}: 1 is Poisson, less comes in
     *     bursts, more is more even
     */
    static FireTimes gamma(double requestsPerSecond, double burstiness, long seed) {
        return gamma(RateCurve.constant(requestsPerSecond), burstiness, seed);
    }

    /** Request n is due when n and a phase of requests were expected: evenly spaced, as often as the rate of the moment says. */
    static FireTimes constant(RateCurve curve, double phase) {
        return new TimeChanged(new ConstantArrivals(phase), curve);
    }

    /** A Poisson process whose rate changes. */
    static FireTimes poisson(RateCurve curve, long seed) {
        return new TimeChanged(new PoissonArrivals(seed), curve);
    }

    /** Independent gamma gaps in the number of requests that are expected between two. */
    static FireTimes gamma(RateCurve curve, double burstiness, long seed) {
        return new TimeChanged(new GammaArrivals(burstiness, seed), curve);
    }

    /**
     * A burstiness, as it was given.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    static double requireBurstiness(double burstiness) {
        Allowed.require(
                burstiness >= MIN_BURSTINESS && burstiness <= MAX_BURSTINESS,
                "burstiness",
                burstiness,
                MIN_BURSTINESS + " to " + MAX_BURSTINESS);
        return burstiness;
    }

    /**
     * So many due times spread over a span from the start on, one at a random moment of each of so many equal parts of it; what is
     * asked for beyond is due at its end.
     *
     * @param count 1 or more
     * @param overNanos 0 or more; 0 = all at the start
     */
    static FireTimes spread(int count, long overNanos, long seed) {
        return new Spread(count, overNanos, seed);
    }

    /**
     * One walker's share of a list, every {@code count}-th row of it beginning with the {@code index}-th, each at its own time. Before,
     * rows from its beginning are due until a warm-up is over; the list then begins anew, later by that.
     *
     * @param dueNanos of each row, never falling
     * @param warmupNanos 0 = none
     */
    static FireTimes rows(long[] dueNanos, int index, int count, long warmupNanos) {
        return new Rows(dueNanos, index, count, warmupNanos);
    }

    /** What is left of a sequence from a moment on, which becomes its begin; what was due before is left out. It follows no rate. */
    static FireTimes from(FireTimes whole, long nanos) {
        return () -> {
            long due = whole.nextDueNanos();
            while (due < nanos) {
                due = whole.nextDueNanos();
            }
            return due == NEVER ? NEVER : due - nanos;
        };
    }

    /** Every {@code count}-th due time of a sequence, beginning with the {@code index}-th: one walker's share of it. */
    static FireTimes share(FireTimes whole, int index, int count) {
        return count == 1 ? whole : new Share(whole, index, count);
    }
}
