package dev.plumbline.producer.dispatch;

/** A part of a load; it says how much of what falls due in it is told. */
public enum Phase {

    /** Load that warms the target; what of it reaches into the measured part is part of that part's load. */
    WARM_UP(Told.ACTIVITY),

    /** What it is all about. */
    MEASURED(Told.EVENTS),

    /** Load that is kept up while the last measured requests end, so that these meet what the others met. */
    COOL_DOWN(Told.ACTIVITY),

    /** What warms this process, and a target before its load. */
    REHEARSAL(Told.NOTHING);

    /** How much is told. */
    enum Told {
        /** Nothing. */
        NOTHING,
        /** That it was in flight and streamed. */
        ACTIVITY,
        /** Each request with an event of its own, too. */
        EVENTS
    }

    private final Told told;

    Phase(Told told) {
        this.told = told;
    }

    Told told() {
        return told;
    }

    /** Whether its requests are measured. */
    boolean isMeasured() {
        return told == Told.EVENTS;
    }
}
