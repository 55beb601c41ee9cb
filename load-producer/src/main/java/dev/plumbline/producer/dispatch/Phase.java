package dev.plumbline.producer.dispatch;

import java.util.Objects;

/**
 * A part of a load.
 *
 * @param name for people
 * @param told how much of what falls due in it is told
 */
public record Phase(String name, Told told) {

    /** Load that warms the target; what of it reaches into the measured part is part of that part's load. */
    public static final Phase WARM_UP = new Phase("warm-up", Told.ACTIVITY);

    /** What it is all about. */
    public static final Phase MEASURED = new Phase("measured", Told.EVENTS);

    /** Load that is kept up while the last measured requests end, so that these meet what the others met. */
    public static final Phase COOL_DOWN = new Phase("cool-down", Told.ACTIVITY);

    /** What warms this process, and a target before its load. */
    public static final Phase REHEARSAL = new Phase("rehearsal", Told.NOTHING);

    public Phase {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(told, "told");
    }

    /** How much is told. */
    public enum Told {
        /** Nothing. */
        NOTHING,
        /** That it was in flight and streamed. */
        ACTIVITY,
        /** Each request with an event of its own, too. */
        EVENTS
    }

    /** Whether its requests are measured. */
    boolean isMeasured() {
        return told == Told.EVENTS;
    }
}
