package dev.plumbline.workload;

import java.util.Objects;

/** A workload that can be asked, and the most that one of its requests may take. */
public record OpenedWorkload(Workload workload, Largest largest) {
    public OpenedWorkload {
        Objects.requireNonNull(workload, "workload");
        Objects.requireNonNull(largest, "largest");
    }
}
