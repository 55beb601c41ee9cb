package dev.plumbline.contract.window;

import dev.plumbline.contract.event.Activity.Sickness;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What sick producers contributed to a window: counted, so that nothing is lost, and in no distribution, so that a sick
 * producer can neither hide nor invent a regression. Where their loads began or ended is not told: what is left is of the others,
 * whose load may have gone on.
 *
 * @param offered requests that fell due at sick producers
 * @param reasons by producer id
 */
public record ExcludedPart(RequestCounts requests, long offered, Map<String, Set<Sickness>> reasons) {

    private static final ExcludedPart NONE = new ExcludedPart(RequestCounts.none(), 0, Map.of());

    public ExcludedPart {
        Objects.requireNonNull(requests, "requests");
        if (offered < 0) {
            throw new IllegalArgumentException("offered " + offered + " is negative");
        }
        TreeMap<String, Set<Sickness>> copy = new TreeMap<>();
        reasons.forEach((producer, why) ->
                copy.put(producer, why.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(why))));
        reasons = Collections.unmodifiableMap(copy);
    }

    /** Nothing was excluded. */
    public static ExcludedPart none() {
        return NONE;
    }

    /** Both parts. */
    public ExcludedPart plus(ExcludedPart other) {
        TreeMap<String, Set<Sickness>> merged = new TreeMap<>(reasons);
        other.reasons.forEach((producer, why) -> merged.merge(producer, why, (a, b) -> {
            EnumSet<Sickness> both = EnumSet.noneOf(Sickness.class);
            both.addAll(a);
            both.addAll(b);
            return both;
        }));
        return new ExcludedPart(requests.plus(other.requests), offered + other.offered, merged);
    }
}
