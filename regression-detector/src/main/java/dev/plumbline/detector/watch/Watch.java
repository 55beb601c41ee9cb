package dev.plumbline.detector.watch;

import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.Bytes;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.contract.wire.UndecodableRecord;
import dev.plumbline.judgement.series.Deploys;
import dev.plumbline.judgement.series.GroupJudge;
import dev.plumbline.judgement.series.GroupState;
import dev.plumbline.judgement.series.Judged;
import dev.plumbline.judgement.series.JudgementSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes window records as they come, partition by partition in order, and says what is to be published.
 *
 * <p>Memory is bounded, in groups and in bytes ({@link WatchLimits}): from there on new groups and variants are refused and
 * counted, and those that are known go on. Beside them {@link #KEPT_ALERTS} alerts, one offset per partition, and what
 * {@link DeployLog} holds. What has not been heard of for long is forgotten.
 *
 * <p>Safe for any thread; records of a partition must come from one at a time.
 */
public final class Watch {

    /** Undecodable controls that wait for the next batch of windows to be published with; further ones are only counted. */
    private static final int MOST_UNDECODABLE_CONTROLS = 100;

    /** How many alerts are remembered. */
    public static final int KEPT_ALERTS = 1_000;

    /** How often everything is searched for what can be forgotten, by the time of the windows. */
    private static final long SWEEP_MILLIS = 3_600_000;

    /** About how many bytes the last verdict of a series takes beside its snapshot, and its counters. */
    private static final long VERDICT_BYTES = 4_000;

    private final String topic;
    private final long windowLengthMillis;
    private final GroupJudge judge;
    private final double thresholdEffect;
    private final WatchLimits limits;
    private long stateBytes;
    private final Map<Integer, Partition> partitions = new HashMap<>();
    private final Deque<AlertRecord> alerts = new ArrayDeque<>();
    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private Published published = Published.nothing();
    private Set<String> publishedAlerts = Set.of();
    private final List<UndecodableRecord> foundOnRestore = new ArrayList<>();
    private final List<UndecodableRecord> foundAmongControls = new ArrayList<>();
    private final DeployLog deploys = new DeployLog();
    private boolean controlsAreRead;

    /** State of one partition of the windows topic; dropped when the partition moves to another detector. */
    private static final class Partition {
        private final long committedOffset;
        private final long endOffset;
        private long highestOffset = -1;
        private long nextSweepEpochMillis;
        private final Map<String, Group> groups = new HashMap<>();

        Partition(long committedOffset, long endOffset) {
            this.committedOffset = committedOffset;
            this.endOffset = endOffset;
        }
    }

    private static final class Group {
        private final ComparisonGroup id;
        private GroupState state;
        private long bytes;
        private final Map<String, WindowSummary> totals = new TreeMap<>();
        private final Map<String, Series> series = new HashMap<>();
        private final Map<String, VerdictRecord> verdicts = new HashMap<>();
        private final Map<String, Map<AlertRecord.Transition, Long>> transitions = new HashMap<>();

        Group(ComparisonGroup id, GroupState state) {
            this.id = id;
            this.state = state;
        }

        /** Lets go of what belongs to variants that were there before and are no more. */
        void forgetAllBut(Set<String> left, Set<String> before) {
            Set<String> gone = new HashSet<>(before);
            gone.removeAll(left);
            totals.keySet().removeAll(gone);
            series.keySet().removeAll(gone);
            verdicts.keySet().removeAll(gone);
            transitions.keySet().removeAll(gone);
        }
    }

    /**
     * @param topic name of the windows topic, for undecodable records
     * @param windowLengthMillis the length that is judged
     */
    public Watch(String topic, long windowLengthMillis, JudgementSettings settings) {
        this(topic, windowLengthMillis, settings, WatchLimits.defaults(windowLengthMillis));
    }

    /**
     * @param topic name of the windows topic, for undecodable records
     * @param windowLengthMillis the length that is judged
     */
    public Watch(String topic, long windowLengthMillis, JudgementSettings settings, WatchLimits limits) {
        this.topic = topic;
        this.windowLengthMillis = windowLengthMillis;
        this.judge = new GroupJudge(settings);
        this.thresholdEffect = settings.thresholdEffect();
        this.limits = limits;
    }

    /** What was published before; call before {@link #assign}. */
    public synchronized void restore(Published before) {
        published = before;
        Set<String> keys = new HashSet<>();
        before.alerts().forEach(alert -> keys.add(key(alert)));
        publishedAlerts = Set.copyOf(keys);
        alerts.clear();
        before.alerts().forEach(this::remember);
        before.undecodable().forEach(bad -> count(Tally.UNDECODABLE));
        foundOnRestore.clear();
        foundOnRestore.addAll(before.undecodable());
    }

    /** Hands over, once, what could not be understood of published records and of controls. */
    public synchronized List<UndecodableRecord> takeUndecodable() {
        List<UndecodableRecord> found = new ArrayList<>(foundOnRestore);
        found.addAll(foundAmongControls);
        foundOnRestore.clear();
        foundAmongControls.clear();
        return List.copyOf(found);
    }

    /** Takes up one record of the controls topic; one without value takes back what its key told. */
    public synchronized void takeControl(int partition, long offset, byte @Nullable [] key, byte @Nullable [] value) {
        if (value == null && key != null) {
            deploys.forget(new String(key, StandardCharsets.UTF_8));
            return;
        }
        switch (Codec.CONTROLS.decode(value)) {
            case Decoded.Undecodable<Control> bad -> {
                count(Tally.UNDECODABLE);
                if (foundAmongControls.size() < MOST_UNDECODABLE_CONTROLS) {
                    foundAmongControls.add(
                            new UndecodableRecord(Topics.CONTROLS, partition, offset, bad.reason(), Bytes.of(value)));
                }
            }
            case Decoded.Value<Control> good -> {
                switch (good.value()) {
                    case DeployMarker marker -> {
                        if (!deploys.add(marker)) {
                            count(Tally.DEPLOYS_OVER_LIMIT);
                        }
                    }
                }
            }
        }
    }

    /** The controls topic was read to the end that it had when reading began, or there is none. */
    public synchronized void controlsAreRead() {
        controlsAreRead = true;
    }

    /** Reading controls failed and will be tried again. */
    public synchronized void controlsFailed() {
        count(Tally.CONTROLS_UNREADABLE);
    }

    /** How many deploys were marked; empty before {@link #controlsAreRead}, so that a counter never starts half counted. */
    public synchronized Optional<Map<DeployPlace, Long>> deployCounts() {
        return controlsAreRead ? Optional.of(deploys.counts()) : Optional.empty();
    }

    /** The newest deploys, newest first. */
    public synchronized List<DeployMarker> deploys(int most) {
        return deploys.newestFirst(most);
    }

    /**
     * A partition will be read from its beginning.
     *
     * @param committedOffset records before it were wholly dealt with by an earlier start
     * @param endOffset its end as of now
     */
    public synchronized void assign(int partition, long committedOffset, long endOffset) {
        revoke(List.of(partition));
        partitions.put(partition, new Partition(committedOffset, endOffset));
    }

    /** Partitions went to another detector. */
    public synchronized void revoke(Collection<Integer> gone) {
        for (Integer partition : gone) {
            Partition removed = partitions.remove(partition);
            if (removed != null) {
                removed.groups.values().forEach(group -> stateBytes -= group.bytes);
            }
        }
    }

    /** Takes up one record. */
    public synchronized Outgoing take(int partitionNumber, long offset, byte @Nullable [] bytes) {
        Partition partition = partitions.get(partitionNumber);
        if (partition == null) {
            count(Tally.NOT_ASSIGNED);
            return Outgoing.NOTHING;
        }
        if (offset <= partition.highestOffset) {
            count(Tally.REDELIVERED);
            return Outgoing.NOTHING;
        }
        partition.highestOffset = offset;
        return switch (Codec.WINDOWS.decode(bytes)) {
            case Decoded.Undecodable<WindowRecord> bad -> {
                count(Tally.UNDECODABLE);
                yield offset < partition.committedOffset
                        ? Outgoing.NOTHING
                        : new Outgoing(
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of(new UndecodableRecord(
                                        topic, partitionNumber, offset, bad.reason(), Bytes.of(bytes))));
            }
            case Decoded.Value<WindowRecord> good -> {
                SourcePosition at = new SourcePosition(partitionNumber, offset);
                List<AlertRecord> closed = forgetOld(partition, good.value());
                yield take(partition, good.value(), at).afterAlerts(closed);
            }
        };
    }

    private Outgoing take(Partition partition, WindowRecord window, SourcePosition at) {
        if (window.id().lengthMillis() != windowLengthMillis) {
            count(Tally.OTHER_LENGTH);
            return Outgoing.NOTHING;
        }
        Series series = window.id().series();
        String groupKey = series.group().key();
        Group known = partition.groups.get(groupKey);
        if (known == null && (groupCount() >= limits.groups() || stateBytes >= limits.stateBytes())) {
            count(Tally.REFUSED);
            return Outgoing.NOTHING;
        }
        Group group = known != null ? known : restored(partition, window.id(), at.partition());
        if (window.revision() > 0 && group.series.isEmpty()) {
            // Of a window that was never seen here: a group of corrections alone would never be forgotten.
            count(Tally.CORRECTIONS);
            return Outgoing.NOTHING;
        }
        partition.groups.put(groupKey, group);
        if (!group.series.containsKey(series.variant()) && !hasRoomFor(window, group)) {
            count(Tally.REFUSED);
            return Outgoing.NOTHING;
        }
        group.series.put(series.variant(), series);
        group.totals.merge(series.variant(), counted(window), WindowSummary::plus);
        Outgoing outgoing = judge(partition, group, window, at);
        weigh(group);
        return outgoing;
    }

    private Outgoing judge(Partition partition, Group group, WindowRecord window, SourcePosition at) {
        Series series = window.id().series();
        Optional<VerdictRecord> before = publishedVerdict(partition, series, at.partition());
        boolean covered =
                before.isPresent() && at.offset() <= before.get().source().offset();
        if (window.revision() == 0
                && covered
                && group.state.baseline().isPresent()
                && isRestored(group, before.get())) {
            count(Tally.RECOVERED);
            return Outgoing.NOTHING;
        }
        return switch (judge.judge(group.state, window, at)) {
            case Judged.LeftOut out -> {
                count(
                        switch (out.why()) {
                            case CORRECTION -> Tally.CORRECTIONS;
                            case REPEATED -> Tally.REPEATED;
                            case TOO_MANY_VARIANTS -> Tally.REFUSED;
                        });
                yield Outgoing.NOTHING;
            }
            case Judged.Taken taken -> {
                Set<String> variantsBefore = group.state.variants().keySet();
                group.state = taken.state();
                group.forgetAllBut(group.state.variants().keySet(), variantsBefore);
                group.verdicts.put(series.variant(), taken.verdict());
                count(window.coverage() < WindowRecord.MINIMUM_COVERAGE ? Tally.INVALID : Tally.JUDGED);
                yield outgoing(group, taken, covered);
            }
        };
    }

    /** While learning there is nothing to restore: the windows are learned from again. */
    private static boolean isRestored(Group group, VerdictRecord before) {
        SeriesSnapshot held =
                group.state.variants().get(before.window().series().variant());
        return held != null
                && held.continuity().lastEndEpochMillis()
                        >= before.snapshot().continuity().lastEndEpochMillis();
    }

    private Outgoing outgoing(Group group, Judged.Taken taken, boolean covered) {
        List<AlertRecord> fresh = fresh(group, taken.alerts());
        List<BaselineRecord> learned = taken.learned().stream()
                .filter(baseline -> !Optional.ofNullable(
                                published.baselines().get(baseline.group().key()))
                        .filter(baseline::equals)
                        .isPresent())
                .toList();
        learned.forEach(baseline -> count(Tally.BASELINES));
        if (!covered) {
            count(Tally.VERDICTS);
        }
        return new Outgoing(learned, fresh, covered ? List.of() : List.of(taken.verdict()), List.of());
    }

    /** Those that were not published before this start, counted and remembered. */
    private List<AlertRecord> fresh(Group group, List<AlertRecord> alerts) {
        List<AlertRecord> fresh = new ArrayList<>();
        for (AlertRecord alert : alerts) {
            if (publishedAlerts.contains(key(alert))) {
                count(Tally.ALERTS_SUPPRESSED);
            } else {
                AlertRecord named = Deploys.named(alert, deploys.markers(), windowLengthMillis);
                remember(named);
                fresh.add(named);
                count(Tally.ALERTS);
                group.transitions
                        .computeIfAbsent(
                                alert.series().variant(), variant -> new EnumMap<>(AlertRecord.Transition.class))
                        .merge(alert.transition(), 1L, Long::sum);
            }
        }
        return fresh;
    }

    /** A correction of a variant that was never judged takes up no state, but a counter. */
    private boolean hasRoomFor(WindowRecord window, Group group) {
        return stateBytes < limits.stateBytes()
                && (window.revision() == 0
                        ? group.state.hasRoomFor(window.id())
                        : group.series.size() < GroupState.MAX_VARIANTS);
    }

    /** Forgets what is too old beside a window: in its group at once, elsewhere now and then. */
    private List<AlertRecord> forgetOld(Partition partition, WindowRecord window) {
        if (window.id().lengthMillis() != windowLengthMillis) {
            return List.of();
        }
        Group own = partition.groups.get(window.id().series().group().key());
        if (window.id().startEpochMillis() < partition.nextSweepEpochMillis) {
            return own == null ? List.of() : forgetOld(partition, own, window);
        }
        partition.nextSweepEpochMillis = window.id().startEpochMillis() + SWEEP_MILLIS;
        List<AlertRecord> closed = new ArrayList<>();
        for (Group group : List.copyOf(partition.groups.values())) {
            closed.addAll(forgetOld(partition, group, window));
        }
        return closed;
    }

    private List<AlertRecord> forgetOld(Partition partition, Group group, WindowRecord window) {
        GroupJudge.Forgotten forgotten = GroupJudge.forget(
                group.state,
                group.id,
                window.id().startEpochMillis() - limits.forgetAfterMillis(),
                window.id().endEpochMillis());
        Set<String> before = group.state.variants().keySet();
        Set<String> left = forgotten.state().variants().keySet();
        if (left.equals(before)) {
            return List.of();
        }
        tallies.merge(Tally.FORGOTTEN, (long) before.size() - left.size(), Long::sum);
        group.state = forgotten.state();
        List<AlertRecord> closed = fresh(group, forgotten.alerts());
        group.forgetAllBut(left, before);
        if (left.isEmpty()) {
            stateBytes -= group.bytes;
            partition.groups.remove(group.id.key());
        } else {
            weigh(group);
        }
        return closed;
    }

    private void weigh(Group group) {
        long bytes = group.state.heapBytes() + VERDICT_BYTES * group.series.size();
        for (WindowSummary total : group.totals.values()) {
            bytes += total.heapBytes();
        }
        stateBytes += bytes - group.bytes;
        group.bytes = bytes;
    }

    /** As published before this start, but for what would be forgotten by now. */
    private Group restored(Partition partition, WindowId window, int partitionNumber) {
        ComparisonGroup group = window.series().group();
        long oldestEpochMillis = window.startEpochMillis() - limits.forgetAfterMillis();
        Optional<BaselineRecord> baseline = Optional.ofNullable(
                        published.baselines().get(group.key()))
                .filter(known -> known.learned().windowLengthMillis() == windowLengthMillis)
                .filter(known -> known.learned().through().partition() == partitionNumber)
                .filter(known -> isTaughtThrough(partition, known, partitionNumber));
        if (baseline.isEmpty()) {
            return new Group(group, GroupState.ofNewGroup());
        }
        Map<String, SeriesSnapshot> variants = new HashMap<>();
        Map<String, VerdictRecord> verdicts = new HashMap<>();
        Map<String, Series> series = new HashMap<>();
        published.verdicts().values().stream()
                .filter(verdict -> verdict.window().series().group().equals(group))
                .filter(verdict -> publishedVerdict(partition, verdict.window().series(), partitionNumber)
                        .isPresent())
                .filter(verdict -> verdict.window().endEpochMillis() >= oldestEpochMillis)
                .forEach(verdict -> {
                    String variant = verdict.window().series().variant();
                    variants.put(variant, verdict.snapshot());
                    verdicts.put(variant, verdict);
                    series.put(variant, verdict.window().series());
                });
        if (variants.isEmpty()) {
            return new Group(group, GroupState.ofNewGroup());
        }
        Group restored = new Group(group, GroupState.restored(baseline.get(), variants));
        restored.verdicts.putAll(verdicts);
        restored.series.putAll(series);
        restored.forgetAllBut(restored.state.variants().keySet(), variants.keySet());
        return restored;
    }

    /**
     * Whether a verdict was published on the window that completed the baseline, or on a later one of its group: not only of
     * the variant that taught it, which may be long forgotten.
     */
    private boolean isTaughtThrough(Partition partition, BaselineRecord baseline, int partitionNumber) {
        return published.verdicts().values().stream()
                .map(verdict -> verdict.window().series())
                .filter(series -> series.group().equals(baseline.group()))
                .flatMap(series -> publishedVerdict(partition, series, partitionNumber).stream())
                .anyMatch(verdict -> verdict.source().offset()
                        >= baseline.learned().through().offset());
    }

    /** The last verdict of a series, if it speaks of this very partition as it is now. */
    private Optional<VerdictRecord> publishedVerdict(Partition partition, Series series, int partitionNumber) {
        return Optional.ofNullable(published.verdicts().get(series.key()))
                .filter(known -> known.window().lengthMillis() == windowLengthMillis)
                .filter(known -> known.source().partition() == partitionNumber)
                .filter(known -> known.source().offset() < partition.endOffset);
    }

    private static WindowSummary counted(WindowRecord window) {
        ExcludedPart excluded = window.excluded();
        WindowSummary delta = window.delta();
        return new WindowSummary(
                delta.requests().plus(excluded.requests()),
                delta.latencies(),
                delta.tokens(),
                delta.offered() + excluded.offered(),
                delta.inFlightNanos(),
                Map.of());
    }

    private void remember(AlertRecord alert) {
        alerts.addLast(alert);
        if (alerts.size() > KEPT_ALERTS) {
            alerts.removeFirst();
        }
    }

    private static String key(AlertRecord alert) {
        return alert.alertId() + '/' + alert.transition() + '/' + alert.atEpochMillis();
    }

    private int groupCount() {
        return partitions.values().stream()
                .mapToInt(partition -> partition.groups.size())
                .sum();
    }

    private void count(Tally tally) {
        tallies.merge(tally, 1L, Long::sum);
    }

    /** How often it happened since this start. */
    public synchronized long counted(Tally tally) {
        return tallies.getOrDefault(tally, 0L);
    }

    /** Every series, ordered by key. */
    public synchronized List<SeriesView> series() {
        TreeMap<String, SeriesView> views = new TreeMap<>();
        for (Partition partition : partitions.values()) {
            for (Group group : partition.groups.values()) {
                group.series.forEach((variant, series) -> views.put(
                        series.key(),
                        new SeriesView(
                                series,
                                Optional.ofNullable(group.verdicts.get(variant)),
                                group.state.baseline(),
                                group.totals.getOrDefault(variant, WindowSummary.empty()),
                                transitions(group, variant))));
            }
        }
        return List.copyOf(views.values());
    }

    private static Map<AlertRecord.Transition, Long> transitions(Group group, String variant) {
        Map<AlertRecord.Transition, Long> counted = new EnumMap<>(AlertRecord.Transition.class);
        for (AlertRecord.Transition transition : AlertRecord.Transition.values()) {
            counted.put(transition, 0L);
        }
        counted.putAll(group.transitions.getOrDefault(variant, Map.of()));
        return counted;
    }

    /** Relative change that counts as a regression, for example 0.1. */
    public double thresholdEffect() {
        return thresholdEffect;
    }

    /** The newest alert transitions, newest first. */
    public synchronized List<AlertRecord> alerts(int most) {
        List<AlertRecord> newestFirst = new ArrayList<>(alerts);
        Collections.reverse(newestFirst);
        return List.copyOf(newestFirst.subList(0, Math.min(most, newestFirst.size())));
    }

    /** Groups that are watched now. */
    public synchronized int groups() {
        return groupCount();
    }

    /** About how many bytes the state of all groups takes. */
    public synchronized long stateBytes() {
        return stateBytes;
    }

    /** The bounds, and when a series is stale. */
    public WatchLimits limits() {
        return limits;
    }

    /** Partitions that are being read. */
    public synchronized Set<Integer> partitions() {
        return Set.copyOf(partitions.keySet());
    }
}
