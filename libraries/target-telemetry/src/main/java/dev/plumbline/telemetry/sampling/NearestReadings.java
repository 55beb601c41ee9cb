package dev.plumbline.telemetry.sampling;

import dev.plumbline.contract.event.NearestSample;
import dev.plumbline.contract.event.Surroundings.NearestSamples;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What several sources of one kind said nearest to a moment, as one sample. Its age is that of the reading that is furthest
 * away; sources that have none are left out, and if none has any, their reasons are the reason.
 *
 * <p>Safe for any thread.
 */
public final class NearestReadings<T extends TelemetryRecord> {

    private static final int MAX_REASON_LENGTH = 200;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final List<Sampler<T>> samplers;
    private final String reasonWithoutSamplers;

    /** @param reasonWithoutSamplers why there is nothing when there are no samplers */
    public NearestReadings(List<Sampler<T>> samplers, String reasonWithoutSamplers) {
        this.samplers = List.copyOf(samplers);
        this.reasonWithoutSamplers = bounded(reasonWithoutSamplers);
    }

    /** The samples nearest to two moments. */
    public NearestSamples around(long startNanos, long endNanos) {
        return new NearestSamples(at(startNanos), at(endNanos));
    }

    private NearestSample at(long nanos) {
        TreeMap<String, Double> values = new TreeMap<>();
        List<String> absences = new ArrayList<>(0);
        long furthest = 0;
        boolean any = false;
        for (Sampler<T> sampler : samplers) {
            Optional<Reading<T>> reading = sampler.near(nanos);
            if (reading.isEmpty()) {
                absences.add(sampler.absence());
                continue;
            }
            long distance = nanos - reading.get().atNanos();
            furthest = !any || Math.abs(distance) > Math.abs(furthest) ? distance : furthest;
            any = true;
            values.putAll(reading.get().values());
        }
        if (any) {
            return new NearestSample.Sampled(furthest / NANOS_PER_MILLI, values);
        }
        return new NearestSample.Absent(
                absences.isEmpty() ? reasonWithoutSamplers : bounded(String.join("; ", absences)));
    }

    private static String bounded(String reason) {
        return reason.length() <= MAX_REASON_LENGTH ? reason : reason.substring(0, MAX_REASON_LENGTH);
    }
}
