package dev.plumbline.windowing;

/**
 * Time as the log of a partition tells it, so that everyone who reads the log decides alike, whenever they read it.
 *
 * <p>{@link #livedMillis()} is how long there was life in the log: the gaps between append times, each counted up to {@value
 * #COUNTED_GAP_MILLIS} ms. A broker that was away for a minute is one gap, and nobody was silent for a minute because of
 * it.
 *
 * <p>One thread at a time.
 */
final class LogClock {

    /** A longer gap says that nobody could write, or nobody was there to do it, and not that one was silent. */
    static final long COUNTED_GAP_MILLIS = 1_000;

    private long newestAppendEpochMillis;
    private long livedMillis;

    /** A record was written at this time. One from before changes nothing. */
    void heard(long appendEpochMillis) {
        if (appendEpochMillis > newestAppendEpochMillis) {
            if (newestAppendEpochMillis > 0) {
                livedMillis += Math.min(COUNTED_GAP_MILLIS, appendEpochMillis - newestAppendEpochMillis);
            }
            newestAppendEpochMillis = appendEpochMillis;
        }
    }

    void restore(long keptNewestAppendEpochMillis, long keptLivedMillis) {
        newestAppendEpochMillis = keptNewestAppendEpochMillis;
        livedMillis = keptLivedMillis;
    }

    /** Append time of the newest record, 0 before the first. */
    long newestAppendEpochMillis() {
        return newestAppendEpochMillis;
    }

    /** How long there was life in the log. */
    long livedMillis() {
        return livedMillis;
    }
}
