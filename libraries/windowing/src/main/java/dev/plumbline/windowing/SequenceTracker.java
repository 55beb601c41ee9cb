package dev.plumbline.windowing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which sequence numbers of one producer epoch were seen in one partition: the highest, and the runs below it that are
 * missing. Sequences arrive in order but for rare exceptions, so the runs are few; their number is bounded, and what is
 * forgotten is never guessed at.
 *
 * <p>One thread at a time.
 */
public final class SequenceTracker {

    private final int rangeLimit;
    private final TreeMap<Long, Long> missing = new TreeMap<>();
    private long highest;
    private long forgottenTo;
    private long overflows;

    /** @param rangeLimit most runs of missing sequences that are remembered, 1 or more */
    public SequenceTracker(int rangeLimit) {
        if (rangeLimit < 1) {
            throw new IllegalArgumentException("range limit " + rangeLimit + " is below 1");
        }
        this.rangeLimit = rangeLimit;
    }

    /** What became of a sequence number. */
    public enum Seen {
        /** Not seen before, and now it is. */
        NEW,
        /** Seen before. */
        DUPLICATE,
        /** In a run that is no longer remembered: it may be new or not. */
        FORGOTTEN
    }

    /**
     * Takes note of a sequence number.
     *
     * @param sequence 1 or more
     */
    public Seen accept(long sequence) {
        if (sequence < 1) {
            throw new IllegalArgumentException("sequence " + sequence + " is below 1");
        }
        if (sequence > highest) {
            addMissing(highest + 1, sequence - 1);
            highest = sequence;
            return Seen.NEW;
        }
        if (removeMissing(sequence, sequence)) {
            return Seen.NEW;
        }
        return sequence <= forgottenTo ? Seen.FORGOTTEN : Seen.DUPLICATE;
    }

    /**
     * Takes note that a run of sequences will not come; both ends included. Those that were seen stay seen.
     *
     * @throws IllegalArgumentException if the run is empty or begins below 1
     */
    public void lost(long first, long last) {
        if (first < 1 || last < first) {
            throw new IllegalArgumentException("sequences " + first + ".." + last + " are no run");
        }
        if (last > highest) {
            addMissing(highest + 1, last);
            highest = last;
        }
        removeMissing(first, last);
    }

    /** Highest sequence seen or named as lost; 0 before the first. */
    public long highest() {
        return highest;
    }

    /** Runs of sequences below the highest that were neither seen nor lost, ascending. */
    public List<Range> missing() {
        List<Range> ranges = new ArrayList<>(missing.size());
        missing.forEach((first, last) -> ranges.add(new Range(first, last)));
        return List.copyOf(ranges);
    }

    /** How many runs were forgotten since this tracker was made or restored. */
    public long overflows() {
        return overflows;
    }

    /** This tracker as a value. */
    public Snapshot snapshot() {
        return new Snapshot(highest, forgottenTo, missing());
    }

    /** A tracker that goes on where the snapshot was taken. */
    public static SequenceTracker restored(Snapshot snapshot, int rangeLimit) {
        SequenceTracker tracker = new SequenceTracker(rangeLimit);
        tracker.highest = snapshot.highest();
        tracker.forgottenTo = snapshot.forgottenTo();
        snapshot.missing().forEach(range -> tracker.missing.put(range.first(), range.last()));
        return tracker;
    }

    /**
     * A tracker as a value.
     *
     * @param forgottenTo at or below this, a sequence that is not known to be missing may be new or not; 0 for none
     */
    public record Snapshot(long highest, long forgottenTo, List<Range> missing) {
        public Snapshot {
            missing = List.copyOf(missing);
        }
    }

    /** A run of sequences, both ends included. */
    public record Range(long first, long last) {
        public Range {
            if (first < 1 || last < first) {
                throw new IllegalArgumentException("sequences " + first + ".." + last + " are no run");
            }
        }
    }

    private void addMissing(long first, long last) {
        if (first > last) {
            return;
        }
        missing.put(first, last);
        if (missing.size() > rangeLimit) {
            forgottenTo = missing.pollFirstEntry().getValue();
            overflows++;
        }
    }

    private boolean removeMissing(long first, long last) {
        boolean any = false;
        Map.Entry<Long, Long> range = missing.floorEntry(last);
        while (range != null && range.getValue() >= first) {
            any = true;
            missing.remove(range.getKey());
            if (last < range.getValue()) {
                addMissing(last + 1, range.getValue());
            }
            addMissing(range.getKey(), first - 1);
            range = missing.floorEntry(last);
        }
        return any;
    }
}
