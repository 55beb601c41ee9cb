package dev.plumbline.producer.client;

/**
 * How long each part of a request may take, in nanoseconds; all positive. Looked at by the loop's tick, so a timeout may
 * come one tick late.
 *
 * @param connectNanos until a connection stands
 * @param firstTokenNanos from sent to first content, for streamed answers
 * @param stallNanos between two events of a stream, once content has come
 * @param totalNanos from taken to the end
 */
public record Timeouts(long connectNanos, long firstTokenNanos, long stallNanos, long totalNanos) {

    public Timeouts {
        if (connectNanos < 1 || firstTokenNanos < 1 || stallNanos < 1 || totalNanos < 1) {
            throw new IllegalArgumentException(
                    "timeouts must be positive: connect " + connectNanos + " ns, first token " + firstTokenNanos
                            + " ns, stall " + stallNanos + " ns, total " + totalNanos + " ns");
        }
    }
}
