package dev.plumbline.telemetry.ollama;

import java.time.Duration;
import java.util.Objects;

/**
 * What is done to the model around the load.
 *
 * @param pull whether the model is fetched before the load
 * @param insecurePull whether its registry may speak plain HTTP
 * @param load how the model is brought into memory before the load
 * @param ending what becomes of it after the load
 * @param permissions what the operator allowed
 * @param pullTimeout longest pull
 * @param loadTimeout longest load
 */
public record LifecyclePlan(
        boolean pull,
        boolean insecurePull,
        Load load,
        Ending ending,
        Permissions permissions,
        Duration pullTimeout,
        Duration loadTimeout) {

    public LifecyclePlan {
        Objects.requireNonNull(load, "load");
        Objects.requireNonNull(ending, "ending");
        Objects.requireNonNull(permissions, "permissions");
        if ((load == Load.COLD || ending == Ending.UNLOAD) && !permissions.unload()) {
            throw new IllegalArgumentException((load == Load.COLD ? "load = COLD" : "ending = UNLOAD")
                    + " would unload a model of the target, which is not allowed without allow-unload=true beside it");
        }
        if (ending == Ending.DELETE && !permissions.delete()) {
            throw new IllegalArgumentException(
                    "ending = DELETE would delete a model of the target, which is not allowed without allow-delete=true beside it");
        }
    }

    /** How a model gets into memory. */
    public enum Load {
        /** The first request of the load brings it there. */
        NONE,
        /** Before the load, so that no measured request waits for it. */
        WARM,
        /** Unloaded first, so that the load is cold and its time is told. */
        COLD
    }

    /** What becomes of a model. */
    public enum Ending {
        KEEP,
        UNLOAD,
        DELETE
    }

    /**
     * What the operator allowed.
     *
     * @param unload models of the target may be unloaded
     * @param delete models of the target may be deleted
     */
    public record Permissions(boolean unload, boolean delete) {}
}
