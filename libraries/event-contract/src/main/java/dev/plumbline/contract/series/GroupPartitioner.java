package dev.plumbline.contract.series;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Chooses the partition of every record that we write: by comparison group, so that stable and canary of one group
 * always meet on the same aggregator task and the same detector.
 *
 * <p>The hash is CRC-32C over UTF-8, fixed for ever: producers in other languages and old records must agree with it.
 */
public final class GroupPartitioner {

    private GroupPartitioner() {}

    /**
     * @param shard 0 for an ordinary group; a hot group is spread over shards 0..n-1
     * @return the partition, 0 to {@code partitionCount - 1}
     * @throws IllegalArgumentException if a number is out of range
     */
    public static int partitionOf(ComparisonGroup group, int shard, int partitionCount) {
        if (shard < 0) {
            throw new IllegalArgumentException("shard " + shard + " is negative");
        }
        if (partitionCount < 1) {
            throw new IllegalArgumentException("partition count " + partitionCount + " is below 1");
        }
        return partitionOf(group.key() + '#' + shard, partitionCount);
    }

    /**
     * Where the telemetry of a target goes.
     *
     * @param target logical name of the service
     * @return the partition, 0 to {@code partitionCount - 1}
     * @throws IllegalArgumentException if the count is below 1
     */
    public static int partitionOfTarget(String target, int partitionCount) {
        if (partitionCount < 1) {
            throw new IllegalArgumentException("partition count " + partitionCount + " is below 1");
        }
        return partitionOf(target, partitionCount);
    }

    private static int partitionOf(String key, int partitionCount) {
        CRC32C crc = new CRC32C();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % partitionCount);
    }
}
