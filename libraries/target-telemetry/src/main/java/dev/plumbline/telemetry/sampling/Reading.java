package dev.plumbline.telemetry.sampling;

import dev.plumbline.contract.telemetry.TelemetryRecord;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one source said at one moment.
 *
 * @param atNanos of the clock of whoever looks
 * @param values what a request event carries of it, by name with the unit last
 */
public record Reading<T extends TelemetryRecord>(long atNanos, List<T> samples, SortedMap<String, Double> values) {

    public Reading {
        samples = List.copyOf(samples);
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }
}
