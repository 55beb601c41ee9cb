package dev.plumbline.aggregator;

import java.time.InstantSource;

/** The only class of this app that reads the system's clock. */
final class SystemTime {

    private SystemTime() {}

    /** The wall clock. */
    static InstantSource wall() {
        return InstantSource.system();
    }
}
