package dev.plumbline.contract.verdict;

import dev.plumbline.contract.control.Decision;
import java.util.Objects;
import java.util.Optional;

/**
 * What people decided that bears on a verdict. It changes nothing of what is measured, and makes nothing well.
 *
 * @param baseline who chose the baseline that it was held against, and why; empty where it was learned by itself
 * @param acknowledged of the alert that is open
 * @param muted of the series
 */
public record Decided(Optional<Decision> baseline, Optional<Decision> acknowledged, Optional<Decision> muted) {

    private static final Decided NOTHING = new Decided(Optional.empty(), Optional.empty(), Optional.empty());

    public Decided {
        Objects.requireNonNull(baseline, "baseline");
        Objects.requireNonNull(acknowledged, "acknowledged");
        Objects.requireNonNull(muted, "muted");
    }

    /** Nobody decided anything. */
    public static Decided nothing() {
        return NOTHING;
    }

    /** The same with what was decided about alerts. */
    public Decided with(Optional<Decision> ofAlert, Optional<Decision> ofSeries) {
        return new Decided(baseline, ofAlert, ofSeries);
    }
}
