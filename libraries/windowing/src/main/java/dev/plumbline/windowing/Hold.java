package dev.plumbline.windowing;

import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.series.ComparisonGroup;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One start of a producer in one group, from its first record until it leaves, falls silent, or starts anew.
 *
 * <p>It holds windows open only once it has sent a heartbeat, and only while its watermark goes forward with those of the
 * others: see {@link GroupHolds}.
 *
 * <p>One thread at a time.
 */
final class Hold extends ChangeLedger.Entry<IntakeSnapshot> {

    private final ComparisonGroup group;
    private final String producerId;
    private final long epoch;
    private boolean spoken;
    private boolean farBehind;
    private boolean stalled;
    private long untilEpochMillis;
    private long heardAppendEpochMillis;
    private long heardLivedMillis;
    private long advancedLivedMillis;
    private long heardWatchedMillis;
    private OptionalLong askedWatchedMillis = OptionalLong.empty();

    Hold(ComparisonGroup group, String producerId, long epoch) {
        // Unique: only the producer's name is free text, and it comes last.
        super("hold|" + epoch + '|' + group.key() + '|' + producerId);
        this.group = group;
        this.producerId = producerId;
        this.epoch = epoch;
    }

    static Hold restored(IntakeSnapshot.Hold kept) {
        Hold hold = new Hold(kept.group(), kept.producerId(), kept.epoch());
        hold.spoken = kept.spoken();
        hold.farBehind = kept.farBehind();
        hold.stalled = kept.stalled();
        hold.untilEpochMillis = kept.untilEpochMillis();
        hold.heardAppendEpochMillis = kept.heardAppendEpochMillis();
        hold.heardLivedMillis = kept.heardLivedMillis();
        hold.advancedLivedMillis = kept.advancedLivedMillis();
        hold.justRestored();
        return hold;
    }

    ComparisonGroup group() {
        return group;
    }

    String producerId() {
        return producerId;
    }

    long epoch() {
        return epoch;
    }

    /** Whether it has sent a heartbeat. */
    boolean hasSpoken() {
        return spoken;
    }

    /** Whether its watermark stands still or lies far behind, so that nobody waits for it. */
    boolean isStalled() {
        return stalled;
    }

    /** Whether its watermark lay far behind the foremost when it sent its last heartbeat. */
    boolean isFarBehind() {
        return farBehind;
    }

    void farBehind(boolean isFarBehind) {
        farBehind = isFarBehind;
    }

    void stalled(boolean isStalled) {
        stalled = isStalled;
    }

    /** Its watermark, milliseconds since the epoch; 0 before its first heartbeat. It never goes back. */
    long untilEpochMillis() {
        return untilEpochMillis;
    }

    /** Append time of what was heard last. */
    long heardAppendEpochMillis() {
        return heardAppendEpochMillis;
    }

    long heardLivedMillis() {
        return heardLivedMillis;
    }

    /** The log's life when its watermark went forward last. */
    long advancedLivedMillis() {
        return advancedLivedMillis;
    }

    /** Takes note that it is there. Whoever keeps it in an order by {@link #heardLivedMillis} takes it out before. */
    void heard(long appendEpochMillis, long livedMillis, long watchedMillis) {
        heardAppendEpochMillis = appendEpochMillis;
        heardLivedMillis = livedMillis;
        heardWatchedMillis = watchedMillis;
        askedWatchedMillis = OptionalLong.empty();
    }

    /** Takes note of a heartbeat's watermark. */
    void until(long epochMillis, long livedMillis) {
        if (!spoken || epochMillis > untilEpochMillis) {
            untilEpochMillis = Math.max(untilEpochMillis, epochMillis);
            advancedLivedMillis = livedMillis;
        }
        spoken = true;
    }

    /** Whether nobody has heard of it for so long while the end of the log was watched. */
    boolean isOverdue(long watchedMillis, long timeoutMillis) {
        return watchedMillis - heardWatchedMillis >= timeoutMillis;
    }

    /** The wish to expel it, at most once per timeout because the answer takes its time; else empty. */
    Optional<ProducerExpelled> expulsion(long watchedMillis, long timeoutMillis) {
        if (askedWatchedMillis.isPresent() && watchedMillis - askedWatchedMillis.getAsLong() < timeoutMillis) {
            return Optional.empty();
        }
        askedWatchedMillis = OptionalLong.of(watchedMillis);
        return Optional.of(
                new ProducerExpelled(producerId, epoch, group, untilEpochMillis, watchedMillis - heardWatchedMillis));
    }

    @Override
    IntakeSnapshot snapshot() {
        return new IntakeSnapshot.Hold(
                group,
                producerId,
                epoch,
                spoken,
                farBehind,
                stalled,
                untilEpochMillis,
                heardAppendEpochMillis,
                heardLivedMillis,
                advancedLivedMillis);
    }
}
