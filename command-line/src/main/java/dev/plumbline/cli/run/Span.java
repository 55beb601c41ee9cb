package dev.plumbline.cli.run;

import java.time.Duration;
import java.util.Optional;

/** How long something lasts; empty = for ever. */
record Span(Optional<Duration> limit) {

    /** Without end. */
    static final Span FOREVER = new Span(Optional.empty());

    static Span of(Duration duration) {
        return new Span(Optional.of(duration));
    }

    boolean isForever() {
        return limit.isEmpty();
    }
}
