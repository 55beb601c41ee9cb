package dev.plumbline.workload;

import java.io.Serial;

/** A stated workload cannot be used; the message is one line that names file and line, what is wrong, and what is expected. */
public final class UnusableWorkload extends IllegalArgumentException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnusableWorkload(String message) {
        super(message);
    }

    UnusableWorkload(String message, Throwable cause) {
        super(message, cause);
    }
}
