package dev.plumbline.telemetry.sampling;

import dev.plumbline.contract.telemetry.TelemetryRecord;

/** Something that can be asked for samples. Used by one thread, except {@link #close}. */
public interface SampleSource<T extends TelemetryRecord> extends AutoCloseable {

    /** Asks once; returns within a bounded time, whatever the other side does. Never throws because of the other side. */
    Poll<T> poll() throws InterruptedException;

    /** Whether {@link #poll} waits for the next sample by itself, because the source keeps the interval. */
    default boolean isPaced() {
        return false;
    }

    /** Ends what was started for it. Any thread. */
    @Override
    void close();
}
