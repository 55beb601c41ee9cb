package dev.plumbline.judgement.run;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers in the reasons of a verdict. */
final class Numbers {

    private static final MathContext FOUR_DIGITS = new MathContext(4);

    private Numbers() {}

    /** Four significant digits at most, no exponent. */
    static String shortest(double value) {
        return value == 0 || !Double.isFinite(value)
                ? "0"
                : BigDecimal.valueOf(value)
                        .round(FOUR_DIGITS)
                        .stripTrailingZeros()
                        .toPlainString();
    }

    /** A logarithm of a ratio as a change: 0.0953 is {@code +10.0 %}. */
    static String change(double logRatio) {
        return String.format(Locale.ROOT, "%+.1f %%", Math.expm1(logRatio) * 100);
    }

    /** How certain something is, not rounded up: 0.99 is {@code 99 %}, 0.9967 is {@code 99.6 %}. */
    static String certainty(double share) {
        return BigDecimal.valueOf(share)
                        .movePointRight(2)
                        .setScale(1, RoundingMode.DOWN)
                        .stripTrailingZeros()
                        .toPlainString()
                + " %";
    }

    /** A share: 0.0123 is {@code 1.23 %}. */
    static String percent(double share) {
        return shortest(share * 100) + " %";
    }
}
