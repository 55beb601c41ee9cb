package dev.plumbline.contract.distribution;

import java.util.Optional;
import java.util.function.BinaryOperator;

/** How things that merge are added up. */
public final class Sums {

    private Sums() {}

    /** The sum, which stops at the largest and smallest {@code long} instead of turning over. */
    public static long saturated(long a, long b) {
        long sum = a + b;
        // Both operands have the other sign than the sum exactly when it turned over.
        if (((a ^ sum) & (b ^ sum)) < 0) {
            return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return sum;
    }

    /** The sum of what is there; empty where neither is. */
    public static <T> Optional<T> of(Optional<T> a, Optional<T> b, BinaryOperator<T> plus) {
        return a.isPresent() && b.isPresent() ? Optional.of(plus.apply(a.get(), b.get())) : a.or(() -> b);
    }
}
