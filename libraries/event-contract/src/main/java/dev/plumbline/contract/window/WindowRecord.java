package dev.plumbline.contract.window;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A record of a windows topic.
 *
 * @param revision 0 for the final summary, 1, 2 … for additive corrections by late events
 * @param delta what this revision adds
 * @param excluded what sick producers contributed, counted only
 * @param closedToEpochMillis with revision 0: every window of the group that ends at or before this is final, whether it
 *     held anything or not. Who starts anew without the aggregator's state goes on behind it. Empty where nothing was
 *     closed yet, and with corrections
 * @param cut with revision 0: why the window was said before its end was reached, so that it may hold less than its
 *     length; empty when it was over
 * @param endedEpochMillis the goodbye: the watermark of the last heartbeat of the last producer of the series' group, on
 *     the last window of the series; no window follows until a producer comes again. Empty while a producer is there, and
 *     when the last one fell silent without a word. Where the last window was said before the goodbye it is on a
 *     correction of it, which may add nothing
 */
public record WindowRecord(
        WindowId id,
        int revision,
        WindowSummary delta,
        ExcludedPart excluded,
        OptionalLong closedToEpochMillis,
        Optional<Cut> cut,
        OptionalLong endedEpochMillis) {

    /** Why a window was said before its end was reached. */
    public enum Cut {
        /** The last producer of the group said goodbye: no load comes any more. */
        LEFT,
        /** The last producer of the group fell silent, or the one that was left could not be trusted. */
        SILENT,
        /** There was no more room to wait for others. */
        NO_ROOM
    }

    /** Coverage below which a window is invalid and never judged. */
    public static final double MINIMUM_COVERAGE = 0.8;

    public WindowRecord {
        Objects.requireNonNull(closedToEpochMillis, "closedToEpochMillis");
        Objects.requireNonNull(cut, "cut");
        if (endedEpochMillis.orElse(0) < 0) {
            throw new IllegalArgumentException("ended at " + endedEpochMillis.getAsLong() + " is negative");
        }
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(delta, "delta");
        Objects.requireNonNull(excluded, "excluded");
        Objects.requireNonNull(endedEpochMillis, "endedEpochMillis");
        if (revision < 0) {
            throw new IllegalArgumentException("revision " + revision + " is negative");
        }
    }

    /** A record of a window that was over, and not the last. */
    public WindowRecord(WindowId id, int revision, WindowSummary delta, ExcludedPart excluded) {
        this(id, revision, delta, excluded, OptionalLong.empty());
    }

    /** A record of a window that was over, and may be the last. */
    public WindowRecord(
            WindowId id, int revision, WindowSummary delta, ExcludedPart excluded, OptionalLong endedEpochMillis) {
        this(id, revision, delta, excluded, OptionalLong.empty(), Optional.empty(), endedEpochMillis);
    }

    /** Request events counted by this record, excluded ones included. */
    public long countedEvents() {
        return delta.requests().total() + excluded.requests().total();
    }

    /** Its {@link #coverage(WindowSummary, ExcludedPart)}. */
    public double coverage() {
        return coverage(delta, excluded);
    }

    /**
     * The share of the load that healthy producers offered, 0 to 1. Where nothing was offered, the share of the ended
     * requests; where there was neither, 1 if every producer was well, and 0 if one was not: nobody knows what it would have
     * said.
     */
    public static double coverage(WindowSummary measured, ExcludedPart excluded) {
        long offered = measured.offered() + excluded.offered();
        if (offered > 0) {
            return (double) measured.offered() / offered;
        }
        long ended = measured.requests().total() + excluded.requests().total();
        if (ended > 0) {
            return (double) measured.requests().total() / ended;
        }
        return excluded.reasons().isEmpty() ? 1.0 : 0.0;
    }

    /**
     * Whether it is known that nothing was due, nothing was in flight and nothing ended: rates are 0 then, latencies and
     * shares do not exist, and there is nothing to judge.
     */
    public boolean hasNoLoad() {
        return delta.hasNoLoad() && excluded.equals(ExcludedPart.none());
    }

    /**
     * Whether it lies behind the end of a load: nothing was due and nothing told of load, but requests ended. Only those that took
     * long are here.
     */
    public boolean liesAfterLoad() {
        return delta.liesAfterLoad() && excluded.offered() == 0;
    }

    /**
     * Whether there was load from its begin to its end, as far as is known: else its rates mean nothing, its latencies are those of
     * whoever happened to end in it, and it is neither judged nor learned from.
     */
    public boolean hasLoadThroughout() {
        return !hasNoLoad() && !liesAfterLoad() && delta.edges().isEmpty();
    }
}
