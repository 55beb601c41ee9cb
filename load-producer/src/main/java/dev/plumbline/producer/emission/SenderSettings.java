package dev.plumbline.producer.emission;

import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.producer.time.ProducerClock;
import java.util.concurrent.TimeUnit;

/**
 * How the sender goes about it.
 *
 * @param topic where records go
 * @param heartbeatIntervalNanos how often the sender speaks when nothing else makes it, 10 ms to 1 min
 * @param retryNanos pause between attempts to reach Kafka
 * @param stopGraceNanos longest time from the wish to stop to the end, Kafka reachable or not, 1 ms to 365 days
 */
public record SenderSettings(String topic, long heartbeatIntervalNanos, long retryNanos, long stopGraceNanos) {

    private static final long LEAST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MOST_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    public SenderSettings {
        Allowed.span("heartbeat-interval", heartbeatIntervalNanos, LEAST_INTERVAL_NANOS, MOST_INTERVAL_NANOS);
        Allowed.span("emit.retry", retryNanos, 1);
        Allowed.span("emit.stop-grace", stopGraceNanos, ProducerClock.NANOS_PER_MILLI);
    }
}
