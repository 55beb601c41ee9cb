package dev.plumbline.detector.watch;

import dev.plumbline.contract.verdict.Snapshot;
import java.util.List;
import java.util.Map;

/**
 * What has changed since the snapshots before. Each part must be in the topic before anything of the next is sent; within a part
 * any order will do, and a stop may leave any of it.
 *
 * @param learning groups in learning as they stand now; first, because a series that is said to learn, of a group of which nobody
 *     says from which windows, would have lost what came before
 * @param series as they stand now
 * @param gone record keys of snapshots that speak of nothing any more
 * @param nextOffsets by partition, how far it is read once all this is in the topic
 */
public record Unsaved(
        List<Snapshot.OfLearning> learning,
        List<Snapshot.OfSeries> series,
        List<String> gone,
        Map<Integer, Long> nextOffsets) {

    public Unsaved {
        learning = List.copyOf(learning);
        series = List.copyOf(series);
        gone = List.copyOf(gone);
        nextOffsets = Map.copyOf(nextOffsets);
    }
}
