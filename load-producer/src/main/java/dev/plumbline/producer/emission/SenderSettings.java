package dev.plumbline.producer.emission;

/**
 * How the sender goes about it.
 *
 * @param topic where records go
 * @param heartbeatIntervalNanos how often the sender speaks when nothing else makes it
 * @param retryNanos pause between attempts to reach Kafka
 * @param stopGraceNanos longest time from the wish to stop to the end, Kafka reachable or not
 */
public record SenderSettings(String topic, long heartbeatIntervalNanos, long retryNanos, long stopGraceNanos) {

    public SenderSettings {
        if (heartbeatIntervalNanos < 1 || retryNanos < 1 || stopGraceNanos < 1) {
            throw new IllegalArgumentException("intervals must be positive: heartbeat " + heartbeatIntervalNanos
                    + " ns, retry " + retryNanos + " ns, stop grace " + stopGraceNanos + " ns");
        }
    }
}
