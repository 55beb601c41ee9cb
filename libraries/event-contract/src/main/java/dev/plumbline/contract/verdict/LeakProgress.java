package dev.plumbline.contract.verdict;

import dev.plumbline.contract.verdict.LeakFinding.Quantity;
import dev.plumbline.contract.verdict.Means.Stretch;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is remembered of a series to tell whether something of it leaks: a number for each block of time, for some hours.
 *
 * @param baselineId what it is told against; with another one it begins anew
 * @param firstEpochMillis start of the block that has number 0
 * @param filling the block that is not over
 * @param tracks one for each quantity that was ever known
 * @param finding what grows as of the last block that was over; empty where nothing does
 * @param alert the alert that is open for it
 */
public record LeakProgress(
        String baselineId,
        long firstEpochMillis,
        Optional<Stretch> filling,
        List<Track> tracks,
        Optional<LeakFinding> finding,
        Optional<OpenLeak> alert) {

    /** Most blocks that are remembered of a quantity. */
    public static final int MOST_BLOCKS = 36;

    /** A number in a list, boxed. */
    private static final long NUMBER_BYTES = 20;

    public LeakProgress {
        Objects.requireNonNull(baselineId, "baselineId");
        Objects.requireNonNull(filling, "filling");
        tracks = List.copyOf(tracks);
        Objects.requireNonNull(finding, "finding");
        Objects.requireNonNull(alert, "alert");
    }

    /** About how many bytes it takes in memory. */
    long heapBytes() {
        long bytes = 120 + filling.map(stretch -> stretch.means().heapBytes()).orElse(0L);
        for (Track track : tracks) {
            bytes += 64 + 2 * NUMBER_BYTES * track.blocks().size();
        }
        return bytes;
    }

    /**
     * A quantity block by block.
     *
     * @param blocks numbers of the blocks in which it was known, ascending, at most {@link #MOST_BLOCKS}
     * @param tenThousandths its mean in each: of the logarithm of now / baseline for {@link Quantity#TTFT}, else of a share
     */
    public record Track(Quantity quantity, List<Integer> blocks, List<Integer> tenThousandths) {
        public Track {
            Objects.requireNonNull(quantity, "quantity");
            blocks = List.copyOf(blocks);
            tenThousandths = List.copyOf(tenThousandths);
            if (blocks.size() != tenThousandths.size() || blocks.size() > MOST_BLOCKS) {
                throw new IllegalArgumentException(blocks.size() + " blocks with " + tenThousandths.size()
                        + " numbers; as many of each are wanted, and at most " + MOST_BLOCKS);
            }
        }
    }

    /**
     * An alert about what grows.
     *
     * @param sinceEpochMillis when it began to grow
     * @param grewEpochMillis end of the last block in which it did
     */
    public record OpenLeak(String alertId, long sinceEpochMillis, long grewEpochMillis) {
        public OpenLeak {
            Objects.requireNonNull(alertId, "alertId");
        }
    }
}
