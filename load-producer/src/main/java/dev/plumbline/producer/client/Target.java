package dev.plumbline.producer.client;

import dev.plumbline.protocol.Protocol;
import java.util.Objects;

/** Who is asked, in which words, and how long that may take. */
public record Target(Endpoint endpoint, Protocol protocol, Timeouts timeouts) {
    public Target {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(timeouts, "timeouts");
    }
}
