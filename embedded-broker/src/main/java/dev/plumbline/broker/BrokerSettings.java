package dev.plumbline.broker;

import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a broker is started with.
 *
 * @param directory data folder, made when missing; a folder of an earlier run is continued
 * @param port TCP port on 127.0.0.1, 0 to 65535; 0 takes a free one
 * @param retentionBytes most bytes kept per partition of a topic that says nothing itself, at least one segment of 1
 *     MiB; absent keeps all
 */
public record BrokerSettings(Path directory, int port, OptionalLong retentionBytes) {

    /** Smallest {@link #retentionBytes()}: Kafka deletes whole segments only and has none below 1 MiB. */
    public static final long SMALLEST_RETENTION_BYTES = 1L << 20;

    /** @throws IllegalArgumentException when a component is out of its range */
    public BrokerSettings {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(retentionBytes, "retentionBytes");
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be 0 (any free one) to 65535, got " + port);
        }
        if (retentionBytes.isPresent() && retentionBytes.getAsLong() < SMALLEST_RETENTION_BYTES) {
            throw new IllegalArgumentException("retention bytes must be at least " + SMALLEST_RETENTION_BYTES
                    + " (one segment), got " + retentionBytes.getAsLong());
        }
    }

    /** A free port and no limit on the bytes kept. */
    public static BrokerSettings in(Path directory) {
        return new BrokerSettings(directory, 0, OptionalLong.empty());
    }
}
