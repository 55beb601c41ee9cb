package dev.plumbline.detector.watch;

import dev.plumbline.contract.control.DeployMarker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The deploys that were marked. Which ones are kept depends on when they took effect and not on the order in which they
 * were read, because partitions come in any order. {@link Watch} guards it.
 */
final class DeployLog {

    /** How many deploys are remembered: those that took effect last. */
    static final int KEPT = 1_000;

    /** Most places that are counted apart. */
    static final int MAX_PLACES = 1_000;

    private static final Comparator<DeployMarker> BY_TIME =
            Comparator.comparingLong(DeployMarker::atEpochMillis).thenComparing(DeployMarker::id);

    private final Map<String, DeployMarker> markers = new HashMap<>();
    private final Map<DeployPlace, Long> counts = new HashMap<>();

    /** Adds a deploy; one with a known key takes the place of the old one. False when a bound left something out. */
    boolean add(DeployMarker marker) {
        boolean isKnown = markers.put(marker.key(), marker) != null;
        if (isKnown) {
            return true;
        }
        DeployPlace place = new DeployPlace(
                marker.scope().target().orElse(""), marker.scope().variant().orElse(""));
        boolean isCounted = counts.containsKey(place) || counts.size() < MAX_PLACES;
        if (isCounted) {
            counts.merge(place, 1L, Long::sum);
        }
        if (markers.size() <= KEPT) {
            return isCounted;
        }
        markers.remove(Collections.min(markers.values(), BY_TIME).key());
        return false;
    }

    /** What was counted stays counted. */
    void forget(String key) {
        markers.remove(key);
    }

    Collection<DeployMarker> markers() {
        return Collections.unmodifiableCollection(markers.values());
    }

    List<DeployMarker> newestFirst(int most) {
        List<DeployMarker> sorted = new ArrayList<>(markers.values());
        sorted.sort(BY_TIME.reversed());
        return List.copyOf(sorted.subList(0, Math.min(most, sorted.size())));
    }

    Map<DeployPlace, Long> counts() {
        return Map.copyOf(counts);
    }
}
