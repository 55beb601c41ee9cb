package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.Target;
import java.util.Objects;

/**
 * What is measured apart: a series, and who is asked for it. A load has a few lanes, all known before it begins; which of them a
 * request takes, a {@link Routing} says. All lanes of one variant ask the same target, and no other variant's lanes do.
 */
public record Lane(Series series, Target target) {
    public Lane {
        Objects.requireNonNull(series, "series");
        Objects.requireNonNull(target, "target");
    }

    /** The variant of its series, and so which target it asks. */
    public String variant() {
        return series.variant();
    }
}
