package dev.plumbline.producer;

/** Where a producer is in its life. */
enum ProducerState {
    /** Not yet measuring: it warms itself, then the target. */
    WARMING,
    /** Warm, and waiting for the command to begin. */
    HELD,
    /** Load is offered: first the warm-up of the target, then what is measured. */
    RUNNING,
    /** The load is over; everything that could be sent was sent. */
    STOPPED
}
