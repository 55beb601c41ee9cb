package dev.plumbline.producer.time;

/**
 * The system's clocks, read once for the wall and from then on monotonic only. The only class here that reads them.
 *
 * <p>A step of the machine's wall clock during the life of the process is therefore not followed: stamps of one epoch
 * stay comparable, and the aggregator bounds the skew against the time at which records were appended. It is told: by {@link
 * #wallOffsetMillis}, on the page of metrics and in the log.
 */
public final class SystemTime implements ProducerClock {

    private final long originNanos = System.nanoTime();
    private final long anchorEpochMillis = System.currentTimeMillis();

    @Override
    public long nanos() {
        return System.nanoTime() - originNanos;
    }

    @Override
    public long wallOffsetMillis() {
        return System.currentTimeMillis() - epochMillisAt(nanos());
    }

    @Override
    public long anchorEpochMillis() {
        return anchorEpochMillis;
    }
}
