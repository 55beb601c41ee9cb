package dev.plumbline.contract.window;

import java.util.Objects;

/**
 * A record of a windows topic.
 *
 * @param revision 0 for the final summary, 1, 2 … for additive corrections by late events
 * @param delta what this revision adds
 * @param excluded what sick producers contributed, counted only
 */
public record WindowRecord(WindowId id, int revision, WindowSummary delta, ExcludedPart excluded) {

    /** Coverage below which a window is invalid and never judged. */
    public static final double MINIMUM_COVERAGE = 0.8;

    public WindowRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(delta, "delta");
        Objects.requireNonNull(excluded, "excluded");
        if (revision < 0) {
            throw new IllegalArgumentException("revision " + revision + " is negative");
        }
    }

    /** Request events counted by this record, excluded ones included. */
    public long countedEvents() {
        return delta.requests().total() + excluded.requests().total();
    }

    /**
     * The share of the load that healthy producers offered, 0 to 1. Where nothing was offered, the share of the ended
     * requests; 1 where there was nothing at all.
     */
    public double coverage() {
        long offered = delta.offered() + excluded.offered();
        if (offered > 0) {
            return (double) delta.offered() / offered;
        }
        long ended = countedEvents();
        return ended == 0 ? 1.0 : (double) delta.requests().total() / ended;
    }
}
