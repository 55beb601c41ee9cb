package dev.plumbline.judgement.cause;

import dev.plumbline.contract.verdict.Means;
import java.util.Optional;
import java.util.OptionalDouble;

/** A number before and since. */
record Pair(double before, double since) {

    /** Empty where it is not known of both. */
    static Optional<Pair> of(Means before, Means since, String name) {
        return of(before.of(name), since.of(name));
    }

    static Optional<Pair> of(OptionalDouble before, OptionalDouble since) {
        return before.isPresent() && since.isPresent()
                ? Optional.of(new Pair(before.getAsDouble(), since.getAsDouble()))
                : Optional.empty();
    }

    double change() {
        return since - before;
    }

    /** How many times as much; 1 where there was nothing. */
    double ratio() {
        return before > 0 ? since / before : 1;
    }
}
