package dev.plumbline.producer;

/** Where a producer is in its life. */
enum ProducerState {
    /** Not yet measuring: it warms itself, then the target. */
    WARMING,
    /** Measured load is offered. */
    RUNNING,
    /** The load is over; everything that could be sent was sent. */
    STOPPED
}
