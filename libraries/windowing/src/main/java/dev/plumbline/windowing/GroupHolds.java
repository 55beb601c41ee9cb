package dev.plumbline.windowing;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who holds the windows of one group open, and up to when nobody does.
 *
 * <p>The watermark of the group is the smallest of those who are <em>trusted</em>: they have sent a heartbeat, their
 * watermark went forward within the stall bound, and it does not lie further than that bound behind that of the foremost.
 * The others are not waited for. Where nobody is trusted, because nobody has sent a heartbeat or every one hangs, the
 * events themselves tell the time: what ended longer than {@code silence} before the latest end is over.
 *
 * <p>How far a watermark is counts up to the time when it was written: a clock that is ahead must not make all others
 * look late. And it is compared when its producer speaks: after a pause in which nobody could write, the first to speak is
 * not ahead of those who have not spoken yet.
 *
 * <p>One thread at a time. Bounded by the starts of producers in the group.
 */
final class GroupHolds {

    private final long stallMillis;
    private final long silenceMillis;
    private final Map<Author, Hold> holds = new HashMap<>();

    /**
     * @param stallMillis without going forward for so long, or so far behind the foremost, a watermark is not trusted
     * @param silenceMillis how long after an end the events alone close what ended then
     */
    GroupHolds(long stallMillis, long silenceMillis) {
        this.stallMillis = stallMillis;
        this.silenceMillis = silenceMillis;
    }

    /** One start of a producer. */
    record Author(String producerId, long epoch) {}

    boolean isEmpty() {
        return holds.isEmpty();
    }

    Collection<Hold> all() {
        return Collections.unmodifiableCollection(holds.values());
    }

    Optional<Hold> of(String producerId, long epoch) {
        return Optional.ofNullable(holds.get(new Author(producerId, epoch)));
    }

    void put(Hold hold) {
        holds.put(new Author(hold.producerId(), hold.epoch()), hold);
    }

    void remove(Hold hold) {
        holds.remove(new Author(hold.producerId(), hold.epoch()));
    }

    /** Whether somebody is waited for. */
    boolean anyTrusted() {
        for (Hold hold : holds.values()) {
            if (isTrusted(hold)) {
                return true;
            }
        }
        return false;
    }

    /** Told of a hold whose standing has just changed. */
    @FunctionalInterface
    interface StallListener {
        void changed(Hold hold);
    }

    /** Takes note of how far behind a hold is that has just sent a heartbeat. One that says nothing is not judged by it. */
    void compare(Hold speaker, long livedMillis) {
        long foremost = 0;
        for (Hold hold : holds.values()) {
            if (hold.hasSpoken() && goesForward(hold, livedMillis)) {
                foremost = Math.max(foremost, reached(hold));
            }
        }
        speaker.farBehind(foremost - reached(speaker) > stallMillis);
    }

    /** Decides anew who is trusted, and tells of each change. */
    void assess(long livedMillis, StallListener listener) {
        for (Hold hold : holds.values()) {
            boolean stalled = hold.hasSpoken() && (!goesForward(hold, livedMillis) || hold.isFarBehind());
            if (stalled != hold.isStalled()) {
                hold.stalled(stalled);
                listener.changed(hold);
            }
        }
    }

    /**
     * Up to when nobody holds anything open; empty when that cannot be told.
     *
     * @param latestEndEpochMillis the latest end of an event, but no later than now by the log; 0 before the first
     */
    OptionalLong watermarkEpochMillis(long latestEndEpochMillis) {
        long smallest = Long.MAX_VALUE;
        for (Hold hold : holds.values()) {
            if (isTrusted(hold)) {
                smallest = Math.min(smallest, hold.untilEpochMillis());
            }
        }
        if (smallest != Long.MAX_VALUE) {
            return OptionalLong.of(smallest);
        }
        return latestEndEpochMillis > silenceMillis
                ? OptionalLong.of(latestEndEpochMillis - silenceMillis)
                : OptionalLong.empty();
    }

    private static boolean isTrusted(Hold hold) {
        return hold.hasSpoken() && !hold.isStalled();
    }

    private boolean goesForward(Hold hold, long livedMillis) {
        return livedMillis - hold.advancedLivedMillis() < stallMillis;
    }

    private static long reached(Hold hold) {
        return Math.min(hold.untilEpochMillis(), hold.heardAppendEpochMillis());
    }
}
