package dev.plumbline.broker;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a broker is started with.
 *
 * @param directory data folder, made when missing; a folder of an earlier run is continued
 * @param port TCP port on 127.0.0.1, 0 to 65535; 0 takes a free one
 * @param retentionBytes most bytes kept per partition of a topic that says nothing itself, at least one segment of 1
 *     MiB; absent keeps all
 * @param security what is asked of clients; absent: nothing, whoever reaches 127.0.0.1 may come in
 */
public record BrokerSettings(Path directory, int port, OptionalLong retentionBytes, Optional<BrokerSecurity> security) {

    /** Smallest {@link #retentionBytes()}: Kafka deletes whole segments only and has none below 1 MiB. */
    public static final long SMALLEST_RETENTION_BYTES = 1L << 20;

    /** @throws IllegalArgumentException when a component is out of its range */
    public BrokerSettings {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(retentionBytes, "retentionBytes");
        Objects.requireNonNull(security, "security");
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be 0 (any free one) to 65535, got " + port);
        }
        if (retentionBytes.isPresent() && retentionBytes.getAsLong() < SMALLEST_RETENTION_BYTES) {
            throw new IllegalArgumentException("retention bytes must be at least " + SMALLEST_RETENTION_BYTES
                    + " (one segment), got " + retentionBytes.getAsLong());
        }
    }

    /** Open to whoever reaches 127.0.0.1. */
    public BrokerSettings(Path directory, int port, OptionalLong retentionBytes) {
        this(directory, port, retentionBytes, Optional.empty());
    }

    /** The same for clients that speak TLS, and SASL where there are users. */
    public BrokerSettings secured(BrokerSecurity clients) {
        return new BrokerSettings(directory, port, retentionBytes, Optional.of(clients));
    }

    /** A free port and no limit on the bytes kept. */
    public static BrokerSettings in(Path directory) {
        return new BrokerSettings(directory, 0, OptionalLong.empty());
    }
}
