package dev.plumbline.contract.series;

import java.util.Objects;

/**
 * One stream of measurements: a comparison group and the variant that served it.
 *
 * @param variant stable, canary, a build; what may differ while the group stays the same
 */
public record Series(ComparisonGroup group, String variant) {

    public Series {
        Objects.requireNonNull(group, "group");
        ComparisonGroup.requireLabel("variant", variant);
    }

    /** One string for the series, equal exactly when the series are equal. */
    public String key() {
        return group.key() + '@' + ComparisonGroup.escaped(variant);
    }
}
