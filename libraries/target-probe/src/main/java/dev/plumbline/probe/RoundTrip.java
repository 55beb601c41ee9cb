package dev.plumbline.probe;

/**
 * How long the way to a target and back takes, in words: a power of two of milliseconds. Coarse on purpose, so that two looks at the
 * same way say the same nearly always, or neighbours.
 */
final class RoundTrip {

    /** Its name among the facts about a run's subject. */
    static final String FACT = "roundTrip";

    private static final double MILLI = 1e6;

    private RoundTrip() {}

    static String inWords(long nanos) {
        double millis = nanos / MILLI;
        return millis < 1
                ? "under 1 ms"
                : "about " + (1L << Math.max(0, Math.round(Math.log(millis) / Math.log(2)))) + " ms";
    }
}
