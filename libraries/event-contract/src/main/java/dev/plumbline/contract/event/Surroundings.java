package dev.plumbline.contract.event;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What was known around a request, kept apart from our own measurement.
 *
 * @param serverNanos durations that the server told, by the server's own name without unit, in nanoseconds; may be empty
 * @param gpu GPU samples nearest to start and end
 * @param engine engine samples nearest to start and end
 * @param generatorDelayNanos the largest lateness that the producer saw in its own event loop between sending and the last
 *     content: by so much a stamp of this request may be late. Empty where nobody looked
 */
public record Surroundings(
        Map<String, Long> serverNanos, NearestSamples gpu, NearestSamples engine, OptionalLong generatorDelayNanos) {

    public Surroundings {
        serverNanos = java.util.Collections.unmodifiableMap(new TreeMap<>(serverNanos));
        Objects.requireNonNull(gpu, "gpu");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(generatorDelayNanos, "generatorDelayNanos");
        if (generatorDelayNanos.orElse(0) < 0) {
            throw new IllegalArgumentException("delay " + generatorDelayNanos.getAsLong() + " ns is negative");
        }
    }

    /** Around a request during which nobody looked at the producer's own lateness. */
    public Surroundings(Map<String, Long> serverNanos, NearestSamples gpu, NearestSamples engine) {
        this(serverNanos, gpu, engine, OptionalLong.empty());
    }

    /** Nothing told by the server and nothing sampled, for the stated reason. */
    public static Surroundings unknown(String reason) {
        NearestSamples absent = new NearestSamples(new NearestSample.Absent(reason), new NearestSample.Absent(reason));
        return new Surroundings(Map.of(), absent, absent);
    }

    /** The samples nearest to the start and to the end of a request. */
    public record NearestSamples(NearestSample atStart, NearestSample atEnd) {
        public NearestSamples {
            Objects.requireNonNull(atStart, "atStart");
            Objects.requireNonNull(atEnd, "atEnd");
        }
    }
}
