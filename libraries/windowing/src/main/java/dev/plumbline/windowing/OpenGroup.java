package dev.plumbline.windowing;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.windowing.GroupHolds.Author;
import dev.plumbline.windowing.OpenWindows.Contribution;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * One group in a partition: who holds its windows, how far they are closed, and what the open ones hold.
 *
 * <p>A group closes by itself. Nobody of another group is waited for, and a group that is still closes nothing.
 *
 * <p>One thread at a time.
 */
final class OpenGroup extends ChangeLedger.Entry<IntakeSnapshot> {

    /** The order in which the windows of one group are said. */
    static final Comparator<WindowId> ORDER = Comparator.comparingLong(WindowId::startEpochMillis)
            .thenComparing(id -> id.series().strand());

    private final ComparisonGroup group;
    private final GroupHolds holds;
    private final TreeMap<WindowId, Map<Author, Contribution>> open = new TreeMap<>(ORDER);
    private final TreeMap<WindowId, Map<Author, Contribution>> late = new TreeMap<>(ORDER);
    private long closedToEpochMillis;
    private long countedBeforeEpochMillis;
    private long latestEndEpochMillis;
    private long heardAppendEpochMillis;
    private long openBytes;

    /** @param countedBeforeEpochMillis what ended up to here was counted by another application before */
    OpenGroup(ComparisonGroup group, GroupHolds holds, long countedBeforeEpochMillis) {
        super("group|" + group.key());
        this.group = group;
        this.holds = holds;
        this.countedBeforeEpochMillis = countedBeforeEpochMillis;
        this.closedToEpochMillis = countedBeforeEpochMillis;
    }

    void restore(IntakeSnapshot.KnownGroup kept) {
        closedToEpochMillis = kept.closedToEpochMillis();
        countedBeforeEpochMillis = kept.countedBeforeEpochMillis();
        latestEndEpochMillis = kept.latestEndEpochMillis();
        heardAppendEpochMillis = kept.heardAppendEpochMillis();
        justRestored();
    }

    ComparisonGroup group() {
        return group;
    }

    GroupHolds holds() {
        return holds;
    }

    /** Windows that end at or before this are closed; 0 before the first. */
    long closedToEpochMillis() {
        return closedToEpochMillis;
    }

    void closedTo(long epochMillis) {
        closedToEpochMillis = epochMillis;
    }

    /** Windows that end at or before this were said by another application; 0 for none. */
    long countedBeforeEpochMillis() {
        return countedBeforeEpochMillis;
    }

    /** The latest end of an event that was counted, 0 before the first. */
    long latestEndEpochMillis() {
        return latestEndEpochMillis;
    }

    /** Append time of the newest record of the group. */
    long heardAppendEpochMillis() {
        return heardAppendEpochMillis;
    }

    void heard(long appendEpochMillis) {
        heardAppendEpochMillis = Math.max(heardAppendEpochMillis, appendEpochMillis);
    }

    void ended(long endEpochMillis) {
        latestEndEpochMillis = Math.max(latestEndEpochMillis, endEpochMillis);
    }

    TreeMap<WindowId, Map<Author, Contribution>> open() {
        return open;
    }

    TreeMap<WindowId, Map<Author, Contribution>> late() {
        return late;
    }

    /** About how much memory its open windows take. */
    long openBytes() {
        return openBytes;
    }

    void addOpenBytes(long more) {
        openBytes += more;
    }

    /** Whether nothing of it need be remembered: nobody is there and nothing is open. */
    boolean isAtRest() {
        return holds.isEmpty() && open.isEmpty() && late.isEmpty();
    }

    @Override
    IntakeSnapshot snapshot() {
        return new IntakeSnapshot.KnownGroup(
                group, closedToEpochMillis, countedBeforeEpochMillis, latestEndEpochMillis, heardAppendEpochMillis);
    }
}
