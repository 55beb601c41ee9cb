package dev.plumbline.detector.watch;

import dev.plumbline.contract.control.Acknowledgement;
import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Mute;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.judgement.series.Decisions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What people decided: baselines that they chose, resets, acknowledgements and mutes, by the keys of their records. {@link Watch}
 * guards it.
 *
 * <p>Bounded: {@link #MOST} of each kind, and in bytes; what goes beyond is refused.
 */
final class DecisionLog {

    /** Most decisions of a kind. */
    static final int MOST = 2_000;

    /** About how many bytes a chosen baseline takes beside its distributions. */
    private static final long BASELINE_BYTES = 4_000;

    /** Pinned before last green, then by id, so that the order in which they were read does not matter. */
    private static final Comparator<BaselineRecord> BY_RANK = Comparator.comparing(
                    (BaselineRecord baseline) -> baseline.kind() != Kind.PINNED)
            .thenComparing(BaselineRecord::baselineId);

    private final long mostBytes;

    /** By group, then by the key of the record. */
    private final Map<String, Map<String, BaselineRecord>> chosen = new HashMap<>();

    private final Map<String, String> groupOfKey = new HashMap<>();
    private final Map<String, BaselineReset> resets = new HashMap<>();
    private final Map<String, Acknowledgement> acknowledgements = new HashMap<>();
    private final Map<String, Mute> mutes = new TreeMap<>();
    private long bytes;

    /** @param mostBytes that chosen baselines may take */
    DecisionLog(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Adds a baseline that somebody chose; false when there is no room for it. */
    boolean add(String key, BaselineRecord baseline) {
        forgetBaseline(key);
        long more = weight(baseline);
        if (groupOfKey.size() >= MOST || bytes + more > mostBytes) {
            return false;
        }
        String group = baseline.group().key();
        groupOfKey.put(key, group);
        chosen.computeIfAbsent(group, unused -> new TreeMap<>()).put(key, baseline);
        bytes += more;
        return true;
    }

    /** A chosen baseline was taken back. */
    void forgetBaseline(String key) {
        String group = groupOfKey.remove(key);
        if (group == null) {
            return;
        }
        Map<String, BaselineRecord> ofGroup = chosen.getOrDefault(group, new TreeMap<>());
        BaselineRecord gone = ofGroup.remove(key);
        if (gone != null) {
            bytes -= weight(gone);
        }
        if (ofGroup.isEmpty()) {
            chosen.remove(group);
        }
    }

    private static long weight(BaselineRecord baseline) {
        return BASELINE_BYTES + baseline.merged().heapBytes();
    }

    boolean add(BaselineReset reset) {
        return put(resets, reset.key(), reset);
    }

    boolean add(Acknowledgement acknowledgement) {
        return put(acknowledgements, acknowledgement.alertId(), acknowledgement);
    }

    boolean add(Mute mute) {
        return put(mutes, mute.key(), mute);
    }

    private static <T> boolean put(Map<String, T> all, String key, T value) {
        if (all.size() >= MOST && !all.containsKey(key)) {
            return false;
        }
        all.put(key, value);
        return true;
    }

    /** A control was taken back. */
    void forget(String key) {
        resets.remove(key);
        mutes.remove(key);
        if (key.startsWith(Acknowledgement.KIND)) {
            acknowledgements.remove(key.substring(Acknowledgement.KIND.length()));
        }
    }

    /** What was decided about the baselines of a series. */
    Decisions of(Series series) {
        List<BaselineRecord> own = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (BaselineRecord baseline :
                chosen.getOrDefault(series.group().key(), Map.of()).values()) {
            if (baseline.comparison().equals(series.comparison())) {
                own.add(baseline);
            } else {
                others.add(baseline.baselineId());
            }
        }
        Optional<BaselineReset> reset = resets.values().stream()
                .filter(one -> one.scope().covers(series))
                .max(Comparator.comparingLong(
                                (BaselineReset one) -> one.decision().atEpochMillis())
                        .thenComparing(BaselineReset::key));
        if (own.isEmpty() && others.isEmpty() && reset.isEmpty()) {
            return Decisions.NONE;
        }
        own.sort(BY_RANK);
        return new Decisions(own, others, reset);
    }

    /**
     * Who takes care of the open alert of a series, by the time of a window. A deploy of the series that took effect after it was
     * acknowledged, and before the window's end, has ended that: what is served is something else.
     */
    Optional<Decision> acknowledged(
            Optional<OpenIncident> incident, WindowId window, Collection<DeployMarker> deploys) {
        return incident.flatMap(open -> Optional.ofNullable(acknowledgements.get(open.alertId())))
                .map(Acknowledgement::decision)
                .filter(decision -> decision.holdsAt(window.endEpochMillis()))
                .filter(decision -> deploys.stream()
                        .filter(marker -> marker.scope().covers(window.series()))
                        .noneMatch(marker -> marker.atEpochMillis() > decision.atEpochMillis()
                                && marker.atEpochMillis() < window.endEpochMillis()));
    }

    /** Who muted a series, by the time of a window; of several the one that ends last. */
    Optional<Decision> muted(WindowId window) {
        return mutes.values().stream()
                .filter(mute -> mute.scope().covers(window.series()))
                .map(Mute::decision)
                .filter(decision -> decision.holdsAt(window.endEpochMillis()))
                .max(Comparator.comparingLong(
                        decision -> decision.untilEpochMillis().orElse(0)));
    }
}
