package dev.plumbline.contract.telemetry;

import java.util.Objects;

/**
 * Who saw something, of which target, by which means, and when.
 *
 * @param producerId the producer that looked
 * @param target logical name of the service, as in the comparison group
 * @param source by which means, unique within the producer, for example {@code nvidia-smi} or {@code engine-metrics-2}
 * @param atEpochMillis wall clock of the producer when the answer was there, milliseconds since the Unix epoch
 */
public record Observation(String producerId, String target, String source, long atEpochMillis) {

    /** Longest name that is accepted, in characters. */
    public static final int MAX_NAME_LENGTH = 200;

    public Observation {
        requireName("producerId", producerId);
        requireName("target", target);
        requireName("source", source);
        if (atEpochMillis < 0) {
            throw new IllegalArgumentException("atEpochMillis " + atEpochMillis + " is negative");
        }
    }

    static void requireName(String component, String value) {
        Objects.requireNonNull(value, component);
        if (value.isBlank() || value.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    component + " must have 1 to " + MAX_NAME_LENGTH + " characters, has " + value.length());
        }
    }
}
