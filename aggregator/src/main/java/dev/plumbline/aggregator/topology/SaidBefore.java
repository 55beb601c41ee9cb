package dev.plumbline.aggregator.topology;

import dev.plumbline.contract.series.ComparisonGroup;
import java.util.Map;

/**
 * What other applications have said, for the one that begins without state.
 *
 * @param windowEndEpochMillis by group, up to which end its windows were said
 * @param partialOffsets by partition of the partials topic, the first offset that is this application's own; those of the
 *     others lie below
 */
public record SaidBefore(Map<ComparisonGroup, Long> windowEndEpochMillis, Map<Integer, Long> partialOffsets) {

    /** Nobody said anything, or there is state that knows it. */
    public static final SaidBefore NOTHING = new SaidBefore(Map.of(), Map.of());

    public SaidBefore {
        windowEndEpochMillis = Map.copyOf(windowEndEpochMillis);
        partialOffsets = Map.copyOf(partialOffsets);
    }

    long windowEndEpochMillis(ComparisonGroup group) {
        return windowEndEpochMillis.getOrDefault(group, 0L);
    }

    long partialOffset(int partition) {
        return partialOffsets.getOrDefault(partition, 0L);
    }
}
