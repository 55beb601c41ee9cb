package dev.plumbline.contract.series;

import java.util.Objects;
import java.util.Optional;

/**
 * One stream of measurements: a comparison group, the variant that served it, and the conditions under which.
 *
 * @param variant stable, canary, a build; what may differ while the group stays the same
 * @param conditions digest of what must match for a comparison ({@link ConditionsDigest}), so that a window never holds
 *     requests of two kinds of work; empty where nobody said. It is not part of the group's key: whatever the conditions, a
 *     group lies in one partition
 */
public record Series(ComparisonGroup group, String variant, Optional<String> conditions) {

    public Series {
        Objects.requireNonNull(group, "group");
        ComparisonGroup.requireLabel("variant", variant);
        conditions.ifPresent(ConditionsDigest::requireValid);
    }

    /** A series of which nobody said under which conditions. */
    public Series(ComparisonGroup group, String variant) {
        this(group, variant, Optional.empty());
    }

    /** One string for the series, equal exactly when the series are equal. */
    public String key() {
        return group.key() + '@' + strand();
    }

    /**
     * One string for what a series may be held against, whatever its variant: its group, and its conditions where they are known.
     * Windows whose strings differ never meet.
     */
    public String comparison() {
        return group.key() + conditions.map(digest -> '#' + digest).orElse("");
    }

    /** The part of the key that tells the series of one group apart: variant and conditions. */
    public String strand() {
        return ComparisonGroup.escaped(variant)
                + conditions.map(digest -> '@' + digest).orElse("");
    }

    /** The series of a group that has this {@link #strand}; a variant as it is written, as older state has it, is read, too. */
    public static Series ofStrand(ComparisonGroup group, String strand) {
        int at = strand.lastIndexOf('@');
        return at < 1 || !ConditionsDigest.isValid(strand.substring(at + 1))
                ? new Series(group, ComparisonGroup.unescaped(strand))
                : new Series(
                        group,
                        ComparisonGroup.unescaped(strand.substring(0, at)),
                        Optional.of(strand.substring(at + 1)));
    }

    /**
     * The series that a {@link #lane} names, of which nobody says under which conditions.
     *
     * @return empty when the text is no such key
     */
    public static Optional<Series> ofLane(String lane) {
        int at = lane.lastIndexOf('@');
        String[] parts = at < 1 ? new String[0] : lane.substring(0, at).split("\\|", -1);
        if (parts.length != 5) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Series(
                    new ComparisonGroup(
                            ComparisonGroup.unescaped(parts[0]),
                            ComparisonGroup.unescaped(parts[1]),
                            ComparisonGroup.unescaped(parts[2]),
                            LoadPoint.parse(parts[3]),
                            ComparisonGroup.unescaped(parts[4])),
                    ComparisonGroup.unescaped(lane.substring(at + 1))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** One string for group and variant, whatever the conditions: what is followed over time as one. */
    public String lane() {
        return group.key() + '@' + ComparisonGroup.escaped(variant);
    }
}
