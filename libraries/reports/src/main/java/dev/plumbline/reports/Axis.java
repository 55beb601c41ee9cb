package dev.plumbline.reports;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * A scale with round numbers at its ticks.
 *
 * @param low value at its beginning, above 0 when logarithmic
 * @param high value at its end
 * @param logarithmic equal factors are equal distances
 * @param ticks values that are written beside it, ascending, all inside
 */
record Axis(double low, double high, boolean logarithmic, List<Double> ticks) {

    private static final int MOST_TICKS = 7;

    Axis {
        ticks = List.copyOf(ticks);
        if (!(low < high) || (logarithmic && !(low > 0))) {
            throw new IllegalArgumentException("axis from " + low + " to " + high);
        }
    }

    /** From 0 to a round number at or above the highest value. */
    static Axis fromZero(double highest) {
        double top = highest > 0 ? highest : 1;
        double step = roundAbove(top / 4.5);
        List<Double> ticks = new ArrayList<>();
        int count = (int) Math.ceil(top / step - 1e-9);
        for (int i = 0; i <= count; i++) {
            ticks.add(i * step);
        }
        return new Axis(0, count * step, false, ticks);
    }

    /** Exactly from the lowest to the highest value, widened where they are nearly the same. */
    static Axis logarithmic(double lowest, double highest) {
        double low = lowest;
        double high = highest;
        if (high / low < 1.2) {
            low /= 1.1;
            high *= 1.1;
        }
        for (double[] steps : new double[][] {{1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 5}, {1, 3}, {1}}) {
            List<Double> ticks = ticksOf(steps, low, high);
            if (ticks.size() <= MOST_TICKS) {
                return new Axis(low, high, true, ticks.size() >= 2 ? ticks : List.of(low, high));
            }
        }
        return new Axis(low, high, true, List.of(low, high));
    }

    /** Where a value lies: 0 at the beginning, 1 at the end; values outside are drawn at the edge. */
    double at(double value) {
        double share = logarithmic
                ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
                : (value - low) / (high - low);
        return Math.max(0, Math.min(1, share));
    }

    /** A tick for people, at most three significant digits. */
    static String label(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }

    private static List<Double> ticksOf(double[] steps, double low, double high) {
        List<Double> ticks = new ArrayList<>();
        for (int decade = (int) Math.floor(Math.log10(low)); decade <= Math.ceil(Math.log10(high)); decade++) {
            for (double step : steps) {
                double tick = step * Math.pow(10, decade);
                if (tick >= low && tick <= high) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static double roundAbove(double value) {
        double decade = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 2.5, 5}) {
            if (step * decade >= value * (1 - 1e-9)) {
                return step * decade;
            }
        }
        return 10 * decade;
    }
}
