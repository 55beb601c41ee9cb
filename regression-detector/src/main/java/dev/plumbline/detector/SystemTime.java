package dev.plumbline.detector;

import java.time.InstantSource;

/** The one place of the detector that reads the machine's clock. */
final class SystemTime {

    private SystemTime() {}

    /** Wall clock. */
    static InstantSource wall() {
        return InstantSource.system();
    }
}
