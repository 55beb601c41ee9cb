package dev.plumbline.producer.client;

import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.producer.time.ProducerClock;

/**
 * How long each part of a request may take, in nanoseconds; 1 ms to 365 days. Looked at by the loop's tick, so a timeout may
 * come one tick late.
 *
 * @param connectNanos until a connection stands
 * @param firstTokenNanos from sent to first content, for streamed answers
 * @param stallNanos between two events of a stream, once content has come
 * @param totalNanos from taken to the end
 */
public record Timeouts(long connectNanos, long firstTokenNanos, long stallNanos, long totalNanos) {

    public Timeouts {
        Allowed.span("connect", connectNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.span("first-token", firstTokenNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.span("stall", stallNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.span("total", totalNanos, ProducerClock.NANOS_PER_MILLI);
    }
}
