package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is remembered of a comparison group.
 *
 * @param baseline what its variants are held against; empty while it is learned
 * @param learning what was learned so far; has no windows once there is a baseline
 * @param variants by variant
 */
public record GroupState(Optional<BaselineRecord> baseline, Learning learning, Map<String, SeriesSnapshot> variants) {

    /** Most variants that one group may have; further ones are refused. */
    public static final int MAX_VARIANTS = 32;

    private static final GroupState NEW =
            new GroupState(Optional.empty(), new Learning(Optional.empty(), List.of()), Map.of());

    public GroupState {
        variants = Map.copyOf(variants);
    }

    /** Of a group that was never seen. */
    public static GroupState ofNewGroup() {
        return NEW;
    }

    /** As it was when these records were written. */
    public static GroupState restored(BaselineRecord baseline, Map<String, SeriesSnapshot> variants) {
        return new GroupState(Optional.of(baseline), NEW.learning, variants);
    }

    /**
     * A baseline in the making.
     *
     * @param variant the variant that it is learned from: the first that was seen
     * @param windows valid windows, oldest first
     */
    record Learning(Optional<String> variant, List<LearnedWindow> windows) {
        Learning {
            windows = List.copyOf(windows);
        }
    }

    /** A window that goes into a baseline, judged parts only. */
    record LearnedWindow(long startEpochMillis, WindowSummary summary) {}
}
