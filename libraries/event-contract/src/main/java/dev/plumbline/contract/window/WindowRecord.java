package dev.plumbline.contract.window;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * A record of a windows topic.
 *
 * @param revision 0 for the final summary, 1, 2 … for additive corrections by late events
 * @param delta what this revision adds
 * @param excluded what sick producers contributed, counted only
 * @param endedEpochMillis the goodbye: the watermark of the last heartbeat of the last producer of the series' group, on
 *     the last window of the series; no window follows until a producer comes again. Empty while a producer is there, and
 *     when the last one fell silent without a word. Where the last window was said before the goodbye it is on a
 *     correction of it, which may add nothing
 */
public record WindowRecord(
        WindowId id, int revision, WindowSummary delta, ExcludedPart excluded, OptionalLong endedEpochMillis) {

    /** Coverage below which a window is invalid and never judged. */
    public static final double MINIMUM_COVERAGE = 0.8;

    public WindowRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(delta, "delta");
        Objects.requireNonNull(excluded, "excluded");
        Objects.requireNonNull(endedEpochMillis, "endedEpochMillis");
        if (revision < 0) {
            throw new IllegalArgumentException("revision " + revision + " is negative");
        }
        if (endedEpochMillis.orElse(0) < 0) {
            throw new IllegalArgumentException("endedEpochMillis " + endedEpochMillis.getAsLong() + " is negative");
        }
    }

    /** A window after which the series goes on, as far as is known. */
    public WindowRecord(WindowId id, int revision, WindowSummary delta, ExcludedPart excluded) {
        this(id, revision, delta, excluded, OptionalLong.empty());
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
