package dev.plumbline.windowing;

/**
 * The lengths of time and the bounds of a {@link PartitionIntake}.
 *
 * @param windowMillis window length, a whole number of seconds
 * @param graceMillis how long after its end a window stays open, 0 or more
 * @param producerTimeoutMillis silence after which a producer is expelled, above 0
 * @param stallMillis how long a watermark may stand still, or how far it may lie behind the foremost of its group, before
 *     nobody waits for it any more; and how far ahead of its append time it counts. Above 0
 * @param futureMillis how far after its append time an event may end, 0 or more
 * @param seriesLimit most series of a partition, 1 or more
 * @param producerLimit most producers of a partition, 1 or more
 * @param openBytes about how much memory the open windows of a partition may take before the oldest leave early, 1 or more
 */
public record IntakeLimits(
        long windowMillis,
        long graceMillis,
        long producerTimeoutMillis,
        long stallMillis,
        long futureMillis,
        int seriesLimit,
        int producerLimit,
        long openBytes) {

    /** Epochs of one producer whose sequences are remembered; older ones are refused. */
    static final int EPOCHS_REMEMBERED = 4;

    /** Runs of missing sequences remembered per producer and epoch. */
    static final int MISSING_RANGES_REMEMBERED = 1_000;

    /** Append time after which a producer that is not live, or a series at the limit, is forgotten. */
    static final long MEMORY_MILLIS = 3_600_000;

    public IntakeLimits {
        if (windowMillis < 1_000 || windowMillis % 1_000 != 0) {
            throw new IllegalArgumentException("window " + windowMillis + " ms is not a whole number of seconds");
        }
        if (graceMillis < 0 || futureMillis < 0 || producerTimeoutMillis < 1 || stallMillis < 1) {
            throw new IllegalArgumentException("a time is out of range: grace " + graceMillis + " ms, future "
                    + futureMillis + " ms, producer timeout " + producerTimeoutMillis + " ms, stall "
                    + stallMillis + " ms");
        }
        if (seriesLimit < 1 || producerLimit < 1 || openBytes < 1) {
            throw new IllegalArgumentException("a limit is below 1: " + seriesLimit + " series, " + producerLimit
                    + " producers, " + openBytes + " bytes");
        }
    }
}
