package dev.plumbline.target.lockstep;

/**
 * What a step costs: {@code base + perSequence · sequences + perPrefillToken · prefill tokens}, where the sequences are those
 * that the step works on.
 *
 * <p>With {@code n} sequences that decode, the output is {@code n / (base + perSequence · n)} tokens per unit of time. It
 * approaches {@code 1 / perSequence} and has half of that at {@code n = base / perSequence}, the knee: there a token takes
 * twice as long as alone.
 *
 * @param baseNanos what every step costs: reading the weights; 10 µs to an hour
 * @param perSequenceNanos per sequence that the step works on; not negative, at most an hour
 * @param perPrefillTokenNanos per prompt token that the step computes; not negative, at most a second
 */
public record StepCost(long baseNanos, long perSequenceNanos, long perPrefillTokenNanos) {

    /** @throws IllegalArgumentException when a component is out of its range */
    public StepCost {
        Bounds.check("baseNanos", baseNanos, 10_000, Bounds.HOUR_NANOS);
        Bounds.check("perSequenceNanos", perSequenceNanos, 0, Bounds.HOUR_NANOS);
        Bounds.check("perPrefillTokenNanos", perPrefillTokenNanos, 0, 1_000_000_000L);
    }

    /** Nanoseconds of one step, before any factor. */
    long nanos(int sequences, int prefillTokens, double decodeFactor, double prefillFactor) {
        double decode = baseNanos + (double) perSequenceNanos * sequences;
        return Math.round(decode * decodeFactor + (double) perPrefillTokenNanos * prefillTokens * prefillFactor);
    }
}
