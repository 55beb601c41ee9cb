package dev.plumbline.workload.dataset;

import java.io.Serial;

/** What was given cannot be asked; the message is one line that says where, what is wrong and what to do, and repeats no prompt. */
public final class UnusableDataset extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnusableDataset(String message) {
        super(message);
    }
}
