package dev.plumbline.producer.schedule;

/**
 * Arrivals of rate 1 on an axis of their own, on which the expected number of arrivals is what goes by. A {@link RateCurve} says
 * at what time the axis is where: so every process of a rate that changes is one of these, read at other times, and exactly that.
 */
interface UnitArrivals {

    /** Where the next arrival lies, never before the one before. */
    double next();
}
