package dev.plumbline.contract.event;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What was known around a request, kept apart from our own measurement.
 *
 * @param serverNanos durations that the server told, by the server's own name without unit, in nanoseconds; may be empty
 * @param gpu GPU samples nearest to start and end
 * @param engine engine samples nearest to start and end
 */
public record Surroundings(Map<String, Long> serverNanos, NearestSamples gpu, NearestSamples engine) {

    public Surroundings {
        serverNanos = java.util.Collections.unmodifiableMap(new TreeMap<>(serverNanos));
        Objects.requireNonNull(gpu, "gpu");
        Objects.requireNonNull(engine, "engine");
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
