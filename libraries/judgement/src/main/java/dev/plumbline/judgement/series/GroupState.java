package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.Continuity;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is remembered of a comparison group.
 *
 * <p>Bounded: {@link #MAX_VARIANTS} snapshots, a baseline, and {@link Learning#MAX_BLOCKS} merged blocks; in bytes see
 * {@link #heapBytes}.
 *
 * @param baseline what was learned; empty while it is learned, and where a chosen one stands in for it
 * @param learning what was learned so far; has no windows once there is a baseline
 * @param variants by variant
 * @param under by variant, id of the baseline that the evidence in its snapshot rests on; none while there is no baseline
 * @param decisions what people decided about its baselines; known anew after a restart, so no part of what is restored
 */
public record GroupState(
        Optional<BaselineRecord> baseline,
        Learning learning,
        Map<String, SeriesSnapshot> variants,
        Map<String, String> under,
        Decisions decisions) {

    /**
     * Most variants that one group may have at a time. A further one takes the place of the one that has been silent for
     * longest; while all go on it is refused.
     */
    public static final int MAX_VARIANTS = 32;

    private static final Comparator<Map.Entry<String, SeriesSnapshot>> LONGEST_SILENT_FIRST =
            Comparator.<Map.Entry<String, SeriesSnapshot>>comparingLong(
                            entry -> entry.getValue().continuity().lastEndEpochMillis())
                    .thenComparing(Map.Entry::getKey);

    private static final GroupState NEW =
            new GroupState(Optional.empty(), Learning.nothing(), Map.of(), Map.of(), Decisions.NONE);

    public GroupState {
        variants = Map.copyOf(variants);
        under = Map.copyOf(under);
        Objects.requireNonNull(decisions, "decisions");
    }

    /** Of a group that was never seen. */
    public static GroupState ofNewGroup() {
        return NEW;
    }

    /**
     * As it was when these records were written; of too many variants the ones that were heard of last.
     *
     * @param learned the baseline that was learned, if one was
     * @param under by variant, the baseline that its verdict names
     */
    public static GroupState restored(
            Optional<BaselineRecord> learned, Map<String, SeriesSnapshot> variants, Map<String, String> under) {
        Map<String, SeriesSnapshot> kept = new HashMap<>(variants);
        variants.entrySet().stream()
                .sorted(LONGEST_SILENT_FIRST)
                .limit(Math.max(0, variants.size() - MAX_VARIANTS))
                .forEach(entry -> kept.remove(entry.getKey()));
        Map<String, String> known = new HashMap<>(under);
        known.keySet().retainAll(kept.keySet());
        return new GroupState(learned, NEW.learning, kept, known, Decisions.NONE);
    }

    /** The same once people have decided this about its baselines. */
    public GroupState decided(Decisions all) {
        return all.equals(decisions) ? this : new GroupState(baseline, learning, variants, under, all);
    }

    /** End of the newest window that was taken up; 0 before the first. */
    public long lastEndEpochMillis() {
        return variants.values().stream()
                .mapToLong(snapshot -> snapshot.continuity().lastEndEpochMillis())
                .max()
                .orElse(0);
    }

    /** The baseline of this id, which was learned or chosen; empty where it is gone. */
    public Optional<BaselineRecord> named(String baselineId) {
        return Stream.concat(baseline.stream(), decisions.chosen().stream())
                .filter(known -> known.baselineId().equals(baselineId))
                .findFirst();
    }

    /** About how many bytes it takes in memory. */
    public long heapBytes() {
        return HeapBytes.of(this);
    }

    /** Whether a window can be taken up: its variant is known, or there is a place for it. */
    public boolean hasRoomFor(WindowId window) {
        return variants.containsKey(window.series().variant())
                || !isFull()
                || longestSilent(window).isPresent();
    }

    boolean isFull() {
        return variants.size() >= MAX_VARIANTS;
    }

    /** The variant that a new one may take the place of: of those that ended or fell silent the one longest so. */
    Optional<String> longestSilent(WindowId now) {
        return variants.entrySet().stream()
                .filter(entry -> hasStopped(entry.getValue(), now))
                .min(LONGEST_SILENT_FIRST)
                .map(Map.Entry::getKey);
    }

    private static boolean hasStopped(SeriesSnapshot snapshot, WindowId now) {
        Continuity continuity = snapshot.continuity();
        long gap = (now.startEpochMillis() - continuity.lastEndEpochMillis()) / now.lengthMillis();
        return snapshot.endedEpochMillis().isPresent()
                || continuity.silentWindows() + gap >= GroupJudge.SeriesPhase.SILENCE_WINDOWS;
    }

    /**
     * Whether a series that was held against a baseline is learned from again with this verdict. What was remembered of it goes
     * then: after a restart it is learned from the windows since, and nothing of before is known.
     */
    public boolean learnsAnew(VerdictRecord verdict) {
        return under.containsKey(verdict.window().series().variant())
                && verdict.baselineId().isEmpty();
    }

    /** With another snapshot of a variant. */
    public GroupState with(String variant, SeriesSnapshot snapshot) {
        Map<String, SeriesSnapshot> more = new HashMap<>(variants);
        more.put(variant, snapshot);
        return new GroupState(baseline, learning, more, under, decisions);
    }

    /** The evidence of a variant rests on this baseline from now on; on none while there is none. */
    GroupState restingOn(String variant, Optional<String> baselineId) {
        Map<String, String> changed = new HashMap<>(under);
        baselineId.ifPresentOrElse(id -> changed.put(variant, id), () -> changed.remove(variant));
        return new GroupState(baseline, learning, variants, changed, decisions);
    }

    GroupState withLearned(Optional<BaselineRecord> learned, Learning goingOn) {
        return new GroupState(learned, goingOn, variants, under, decisions);
    }

    /** Without a variant; what it has taught so far goes with it. */
    GroupState without(String variant) {
        Map<String, SeriesSnapshot> fewer = new HashMap<>(variants);
        fewer.remove(variant);
        Map<String, String> known = new HashMap<>(under);
        known.remove(variant);
        boolean taught = learning.variant().filter(variant::equals).isPresent();
        return new GroupState(baseline, taught ? Learning.nothing() : learning, fewer, known, decisions);
    }
}
