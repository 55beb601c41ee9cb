package dev.plumbline.workload;

import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * How many of something there are, drawn anew each time: mostly the length of a text, in tokens. What is drawn is rounded to a whole
 * number, and cut at the least (1, or 0 for what may be absent) and at {@link #most}.
 *
 * <p>Written as {@link #parse} reads it:
 *
 * <ul>
 *   <li>{@code 128}: always.
 *   <li>{@code 128~32}: normal with that mean and standard deviation, cut at four deviations above the mean or at four times the mean,
 *       whichever is less.
 *   <li>{@code lognormal(128,0.6)}: its logarithm is normal; the median, and the standard deviation of the natural logarithm. Cut at
 *       four sigmas above the median, or at {@code max}: {@code lognormal(128,0.6,max=1000)}.
 *   <li>{@code exponential(128)}: the mean; cut at 16 times the mean, or at {@code max}.
 *   <li>{@code uniform(50,200)}: each as likely, both included.
 *   <li>{@code p50=120,p90=400,p95=800,p99=2000,max=4000}: through these quantiles, between two of which every length is as likely;
 *       they begin at the least, or at {@code min=…}, and end with {@code max}.
 * </ul>
 */
public final class Length {

    /** The largest number that can be written. */
    public static final int LONGEST = 1_000_000;

    private static final Grammar FROM_ONE = new Grammar(1);
    private static final Grammar FROM_ZERO = new Grammar(0);

    private final Shape shape;
    private final int least;
    private final String text;

    private Length(Shape shape, int least, String text) {
        this.shape = shape;
        this.least = least;
        this.text = text;
    }

    /**
     * A normal one.
     *
     * @param mean 1 or more
     * @param standardDeviation 0 or more; 0 = all equal
     */
    public Length(int mean, int standardDeviation) {
        if (mean < 1 || standardDeviation < 0) {
            throw new IllegalArgumentException("length of " + mean + " ± " + standardDeviation + " tokens");
        }
        this.shape = standardDeviation == 0 ? new Shape.Fixed(mean) : Shape.Normal.of(mean, standardDeviation);
        this.least = 1;
        this.text = standardDeviation == 0 ? Integer.toString(mean) : mean + "~" + standardDeviation;
    }

    /** All equal. */
    public static Length of(int tokens) {
        return new Length(tokens, 0);
    }

    /**
     * A length of 1 or more as it is written.
     *
     * @throws IllegalArgumentException in one line that says what is wrong and what is expected
     */
    public static Length parse(String text) {
        return new Length(FROM_ONE.parse(text), 1, ShapeGrammar.compact(text));
    }

    /** The same of 0 or more: of what may be absent. */
    public static Length parseCount(String text) {
        return new Length(FROM_ZERO.parse(text), 0, ShapeGrammar.compact(text));
    }

    /** The longest that is drawn. */
    public long most() {
        return Math.max(least, (long) Math.rint(shape.most()));
    }

    /** The number that it always is; empty where it varies. */
    public OptionalInt always() {
        return shape instanceof Shape.Fixed fixed ? OptionalInt.of((int) fixed.value()) : OptionalInt.empty();
    }

    /** The next; equal ones draw nothing. */
    public int drawn(SplittableRandom random) {
        return (int) Math.max(least, Math.min(most(), Math.rint(shape.drawn(random))));
    }

    /** As it is written: equal texts are of equal lengths. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Length length && least == length.least && text.equals(length.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    private static final class Grammar extends ShapeGrammar {

        private final int least;

        Grammar(int least) {
            this.least = least;
        }

        @Override
        double number(String text) {
            if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > LONGEST) {
                throw new IllegalArgumentException("'" + text + "' is no whole number up to " + LONGEST);
            }
            return Integer.parseInt(text);
        }

        @Override
        String expected() {
            return "no length such as 128, 128~32 (mean, deviation), lognormal(128,0.6) (median, sigma), uniform(50,200) or"
                    + " p50=120,p90=400,p99=2000,max=4000";
        }

        @Override
        double least() {
            return least;
        }

        @Override
        double largest() {
            return 4.0 * LONGEST;
        }

        @Override
        double step() {
            return 1;
        }
    }
}
