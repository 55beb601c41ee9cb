package dev.plumbline.windowing;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;

/**
 * Which partition of how many this is.
 *
 * @param shards over how many shards a group may be spread, 1 or more
 */
public record Placement(int partition, int partitionCount, int shards) {

    public Placement {
        if (partition < 0 || partition >= partitionCount || shards < 1) {
            throw new IllegalArgumentException(
                    "partition " + partition + " of " + partitionCount + " with " + shards + " shards");
        }
    }

    /** Whether records of a group may lie in this partition. */
    public boolean holds(ComparisonGroup group) {
        for (int shard = 0; shard < shards; shard++) {
            if (GroupPartitioner.partitionOf(group, shard, partitionCount) == partition) {
                return true;
            }
        }
        return false;
    }
}
