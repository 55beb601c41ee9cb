package dev.plumbline.contract.event;

import com.fasterxml.jackson.annotation.JsonCreator;

/** What the load generator's own machine had too little of for a request. */
public enum OwnLimit {
    /** Files and connections that a process, or the machine, may have open. */
    OPEN_FILES,
    /** Ports for connections that go out to one address. */
    PORTS,
    /** Memory, of the process or of the kernel's buffers. */
    MEMORY,
    /** One that this version does not know by name. */
    OTHER;

    /** A name from the wire; one of a later version is {@link #OTHER}. */
    @JsonCreator
    public static OwnLimit named(String name) {
        for (OwnLimit limit : values()) {
            if (limit.name().equals(name)) {
                return limit;
            }
        }
        return OTHER;
    }
}
