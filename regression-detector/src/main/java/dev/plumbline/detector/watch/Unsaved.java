package dev.plumbline.detector.watch;

import dev.plumbline.contract.verdict.Snapshot;
import java.util.List;
import java.util.Map;

/**
 * What has changed since the snapshots before.
 *
 * @param changed series and groups in learning as they stand now
 * @param gone record keys of snapshots that speak of nothing any more
 * @param nextOffsets by partition, how far it is read once these are in the topic
 */
public record Unsaved(List<Snapshot> changed, List<String> gone, Map<Integer, Long> nextOffsets) {

    public Unsaved {
        changed = List.copyOf(changed);
        gone = List.copyOf(gone);
        nextOffsets = Map.copyOf(nextOffsets);
    }
}
