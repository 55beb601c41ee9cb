package dev.plumbline.contract.wire;

import java.util.Objects;

/**
 * Bytes that nobody could read, where they lay, and why.
 *
 * @param bytes as they were, base64 on the wire
 */
public record UndecodableRecord(String topic, int partition, long offset, String reason, Bytes bytes) {

    public UndecodableRecord {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(bytes, "bytes");
    }
}
