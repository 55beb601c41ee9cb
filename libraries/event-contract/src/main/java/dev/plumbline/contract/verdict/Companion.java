package dev.plumbline.contract.verdict;

import dev.plumbline.contract.verdict.Means.Stretch;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is remembered of a series beside its evidence: what went on around it, and where it stands in a pair of a canary and what
 * serves beside it, and whether something of it leaks.
 *
 * @param memory empty before the first window
 * @param side its side of a pair; empty while its group has no canary
 * @param canary how the pair stands; of a canary only
 * @param leaks what is watched for steady growth; empty before there is a baseline
 */
public record Companion(
        Optional<Memory> memory,
        Optional<PairSide> side,
        Optional<CanaryProgress> canary,
        Optional<LeakProgress> leaks) {

    private static final Companion NONE =
            new Companion(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public Companion {
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(side, "side");
        Objects.requireNonNull(canary, "canary");
        Objects.requireNonNull(leaks, "leaks");
    }

    /** Nothing is remembered. */
    public static Companion none() {
        return NONE;
    }

    /** The same with another memory. */
    public Companion with(Memory other) {
        return new Companion(Optional.of(other), side, canary, leaks);
    }

    /** The same with another side of a pair, and how the pair stands. */
    public Companion with(Optional<PairSide> otherSide, Optional<CanaryProgress> otherCanary) {
        return new Companion(memory, otherSide, otherCanary, leaks);
    }

    /** The same with what is watched for growth now; empty where nothing is. */
    public Companion leaking(Optional<LeakProgress> other) {
        return new Companion(memory, side, canary, other);
    }

    /** About how many bytes it takes in memory. */
    public long heapBytes() {
        return 64
                + memory.map(Memory::heapBytes).orElse(0L)
                + side.map(PairSide::heapBytes).orElse(0L)
                + canary.map(CanaryProgress::heapBytes).orElse(0L)
                + leaks.map(LeakProgress::heapBytes).orElse(0L);
    }

    /**
     * What went on around a series.
     *
     * @param before while it was calm; empty where it was never
     * @param recent the last windows, oldest first; the newest stretch may still be filling
     */
    public record Memory(Optional<Stretch> before, List<Stretch> recent) {

        public Memory {
            Objects.requireNonNull(before, "before");
            recent = List.copyOf(recent);
        }

        long heapBytes() {
            long bytes = before.map(stretch -> stretch.means().heapBytes()).orElse(0L);
            for (Stretch stretch : recent) {
                bytes += stretch.means().heapBytes();
            }
            return bytes;
        }
    }
}
