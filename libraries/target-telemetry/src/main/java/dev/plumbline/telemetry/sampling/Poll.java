package dev.plumbline.telemetry.sampling;

import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import java.util.List;
import java.util.Objects;

/** What came of asking a source once. */
public sealed interface Poll<T extends TelemetryRecord> {

    /**
     * Samples of one moment.
     *
     * @param atNanos when the answer was there
     * @param samples at least one
     */
    record Taken<T extends TelemetryRecord>(long atNanos, List<T> samples) implements Poll<T> {
        public Taken {
            samples = List.copyOf(samples);
            if (samples.isEmpty()) {
                throw new IllegalArgumentException("a poll without samples is a failure");
            }
        }
    }

    /** Nothing, and why. */
    record Failed<T extends TelemetryRecord>(FailureReason reason, String detail) implements Poll<T> {
        public Failed {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(detail, "detail");
        }
    }
}
