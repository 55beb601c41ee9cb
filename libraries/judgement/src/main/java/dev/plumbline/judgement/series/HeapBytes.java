package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Companion;
import dev.plumbline.contract.verdict.LaneState;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.Block;

/**
 * About how many bytes a group takes in memory: its distributions exactly, everything else by what its objects take in a
 * 64-bit machine with references of four bytes, rounded up. A sum that can be bounded, where a number of groups bounds
 * nothing: one with long tails takes ten times as much as an even one.
 */
final class HeapBytes {

    /** A group and its two maps. */
    private static final long GROUP = 400;

    /** A snapshot with its lists and its place in the map. */
    private static final long SNAPSHOT = 600;

    private static final long LANE = 170;
    private static final long SLOW_REQUEST = 130;
    private static final long WORK = 48;

    /** A baseline with its calibrations, without its distributions. */
    private static final long BASELINE = 4_000;

    private HeapBytes() {}

    static long of(GroupState state) {
        long bytes = GROUP;
        for (SeriesSnapshot snapshot : state.variants().values()) {
            bytes += of(snapshot);
        }
        for (LearnedBlock block : state.learning().blocks()) {
            bytes += block.heapBytes();
        }
        return bytes + state.baseline().map(HeapBytes::of).orElse(0L);
    }

    private static long of(BaselineRecord baseline) {
        return BASELINE + baseline.merged().heapBytes();
    }

    private static long of(SeriesSnapshot snapshot) {
        long bytes = SNAPSHOT + WORK * snapshot.work().size();
        for (LaneState lane : snapshot.lanes()) {
            bytes += LANE
                    + lane.episode().latencies().heapBytes()
                    + SLOW_REQUEST * lane.episode().slowest().size();
        }
        bytes += snapshot.companion().map(Companion::heapBytes).orElse(0L);
        for (Block block : snapshot.recent()) {
            bytes += block.summary().heapBytes();
        }
        return bytes;
    }
}
