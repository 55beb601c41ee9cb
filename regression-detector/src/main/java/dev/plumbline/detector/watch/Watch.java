package dev.plumbline.detector.watch;

import dev.plumbline.contract.control.Acknowledgement;
import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Mute;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.Continuity;
import dev.plumbline.contract.verdict.Snapshot;
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
import dev.plumbline.judgement.canary.CanarySettings;
import dev.plumbline.judgement.canary.PairedJudge;
import dev.plumbline.judgement.cause.ExplainedJudge;
import dev.plumbline.judgement.leak.LeakJudge;
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
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes window records as they come, partition by partition in order, and says what is to be published.
 *
 * <p>Memory is bounded, in groups and in bytes ({@link WatchLimits}): from there on new groups and variants are refused and
 * counted, and those that are known go on. Beside them {@link #KEPT_ALERTS} alerts, one offset per partition, and what
 * {@link DeployLog} holds. What has not been heard of for long is forgotten, and its snapshots are taken back.
 *
 * <p>Safe for any thread; records of a partition must come from one at a time.
 */
public final class Watch {

    /** Undecodable controls that wait for the next batch of windows to be published with; further ones are only counted. */
    private static final int MOST_UNDECODABLE_CONTROLS = 100;

    /**
     * Windows of a series that are set aside in a row before its state is discarded: one bad window says nothing of the
     * state, and a state that lets no window be judged is worth nothing.
     */
    static final int SET_ASIDE_IN_A_ROW = 3;

    /** How many alerts are remembered. */
    public static final int KEPT_ALERTS = 1_000;

    /** How often everything is searched for what can be forgotten, by the time of the windows. */
    private static final long SWEEP_MILLIS = 3_600_000;

    /** About how many bytes the last verdict of a series takes beside its snapshot, and its counters. */
    private static final long VERDICT_BYTES = 4_000;

    /** About how many bytes an offset takes that is remembered of a baseline in the making. */
    private static final long OFFSET_BYTES = 24;

    private static final Comparator<VerdictRecord> NEWEST_FIRST = Comparator.comparingLong(
            (VerdictRecord verdict) -> -verdict.window().endEpochMillis());

    private final String topic;
    private final long windowLengthMillis;
    private final Judge judge;
    private final double thresholdEffect;
    private final WatchLimits limits;
    private long stateBytes;

    /** Most windows of a group without baseline that are read again after a restart; the newest. */
    private final int mostLearningOffsets;

    private final Map<Integer, Partition> partitions = new HashMap<>();
    private final Deque<AlertRecord> alerts = new ArrayDeque<>();
    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private Published published = Published.nothing();
    private Map<String, List<VerdictRecord>> publishedByGroup = Map.of();
    private Set<String> publishedAlerts = Set.of();
    private final List<BaselineRecord> learnedOnRestore = new ArrayList<>();
    private final List<UndecodableRecord> foundOnRestore = new ArrayList<>();
    private final List<UndecodableRecord> foundAmongControls = new ArrayList<>();
    private final DeployLog deploys = new DeployLog();
    private final DecisionLog decisions;
    private boolean controlsAreRead;

    /** State of one partition of the windows topic, a group for each comparison ({@link Series#comparison}); dropped when the partition moves to another detector. */
    private static final class Partition {
        private final Reading reading;

        /** The last window whose verdict an earlier start has published. */
        private final long toldThrough;

        private long highestOffset = -1;
        private long nextSweepEpochMillis;
        private final Map<String, Group> groups = new HashMap<>();

        /** By series key, how many windows in a row were set aside; at most {@link WatchLimits#MOST_GROUPS} series. */
        private final Map<String, Integer> setAside = new HashMap<>();

        /** Record keys of the snapshots topic that speak of this partition. */
        private final Set<String> saved = new HashSet<>();

        Partition(Reading reading, long toldThrough) {
            this.reading = reading;
            this.toldThrough = Math.min(toldThrough, reading.lastOffset());
        }

        /** Everything before it is in the state. */
        long nextOffset() {
            return Math.max(highestOffset + 1, reading.startOffset());
        }

        boolean isCaughtUp() {
            return nextOffset() > reading.lastOffset();
        }
    }

    /** How a window is judged: a function, as {@link GroupJudge} is. */
    @FunctionalInterface
    interface Judge {
        Judged judge(GroupState before, WindowRecord window, SourcePosition at);
    }

    private static final class Group {
        private final ComparisonGroup id;
        private final Optional<String> conditions;
        private GroupState state;
        private long bytes;

        /** Whether {@code state} is that of its last verdicts: what they cover needs not be judged again. */
        private boolean isRestored;

        /** End of the newest window that is in {@code state}; 0 before the first. */
        private long lastEndEpochMillis;

        /** Since this start; what an earlier one has told is not in it. */
        private final Map<String, WindowSummary> totals = new TreeMap<>();

        private final Map<String, Series> series = new HashMap<>();
        private final Map<String, VerdictRecord> verdicts = new HashMap<>();
        private final Map<String, Map<AlertRecord.Transition, Long>> transitions = new HashMap<>();

        /** Where the windows lie that went into {@code state} while it had no baseline. */
        private final Deque<Long> learningOffsets = new ArrayDeque<>();

        /** By variant, where it stood when that began. */
        private Map<String, Continuity> stood = Map.of();

        /** Variants whose verdict is not in the snapshots topic. */
        private final Set<String> unsaved = new HashSet<>();

        Group(Series series, GroupState state) {
            this.id = series.group();
            this.conditions = series.conditions();
            this.state = state;
        }

        String key() {
            return new Series(id, "any", conditions).comparison();
        }

        void taken(VerdictRecord verdict) {
            verdicts.put(verdict.window().series().variant(), verdict);
            heard(verdict.window());
        }

        void heard(WindowId window) {
            lastEndEpochMillis = Math.max(lastEndEpochMillis, window.endEpochMillis());
        }

        void forget(Set<String> gone) {
            totals.keySet().removeAll(gone);
            series.keySet().removeAll(gone);
            verdicts.keySet().removeAll(gone);
            transitions.keySet().removeAll(gone);
            unsaved.removeAll(gone);
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
        this(
                topic,
                windowLengthMillis,
                settings,
                limits,
                CanarySettings.defaults(settings.thresholdEffect(), settings.skipWindows()));
    }

    /**
     * @param topic name of the windows topic, for undecodable records
     * @param windowLengthMillis the length that is judged
     */
    public Watch(
            String topic,
            long windowLengthMillis,
            JudgementSettings settings,
            WatchLimits limits,
            CanarySettings canary) {
        this(topic, windowLengthMillis, settings, limits, judge(settings, canary));
    }

    /** Windows by themselves, a canary beside what serves in the same seconds, what grows, and why. */
    private static Judge judge(JudgementSettings settings, CanarySettings canary) {
        GroupJudge alone = new GroupJudge(settings, variant -> !canary.isCanary(variant));
        return new ExplainedJudge(new LeakJudge(new PairedJudge(alone, canary), settings))::judge;
    }

    Watch(String topic, long windowLengthMillis, JudgementSettings settings, WatchLimits limits, Judge judge) {
        this.topic = topic;
        this.windowLengthMillis = windowLengthMillis;
        this.judge = judge;
        this.thresholdEffect = settings.thresholdEffect();
        this.limits = limits;
        this.decisions = new DecisionLog(limits.stateBytes() / 4);
        this.mostLearningOffsets = Math.max(1_000, 4 * settings.learnedWindows());
    }

    /** What was published before; call before {@link #assign}. */
    public synchronized void restore(Published before) {
        published = before;
        Set<String> keys = new HashSet<>();
        before.alerts().forEach(alert -> keys.add(key(alert)));
        publishedAlerts = Set.copyOf(keys);
        alerts.clear();
        before.alerts().forEach(this::remember);
        Map<String, List<VerdictRecord>> byGroup = new HashMap<>();
        before.verdicts().values().stream()
                .filter(verdict -> verdict.window().lengthMillis() == windowLengthMillis)
                .sorted(NEWEST_FIRST)
                .forEach(verdict -> byGroup.computeIfAbsent(
                                verdict.window().series().comparison(), group -> new ArrayList<>())
                        .add(verdict));
        publishedByGroup = Map.copyOf(byGroup);
        learnedOnRestore.clear();
        before.undecodable().forEach(bad -> count(Tally.UNDECODABLE));
        foundOnRestore.clear();
        foundOnRestore.addAll(before.undecodable());
    }

    /**
     * Hands over, once, what is to be published of a restart: what could not be understood of published records and of
     * controls, and baselines that came out of reading windows again because fewer of them are asked for now.
     */
    public synchronized Outgoing takeFound() {
        List<UndecodableRecord> found = new ArrayList<>(foundOnRestore);
        found.addAll(foundAmongControls);
        Outgoing outgoing = new Outgoing(
                learnedOnRestore,
                List.of(),
                List.of(),
                found,
                found.stream()
                        .map(bad -> "undecodable record " + bad.topic() + '-' + bad.partition() + '@' + bad.offset()
                                + ": " + bad.reason())
                        .toList());
        foundOnRestore.clear();
        foundAmongControls.clear();
        learnedOnRestore.clear();
        return outgoing;
    }

    /** Takes up one record of the controls topic; one without value takes back what its key told. */
    public synchronized void takeControl(int partition, long offset, byte @Nullable [] key, byte @Nullable [] value) {
        if (value == null && key != null) {
            deploys.forget(new String(key, StandardCharsets.UTF_8));
            decisions.forget(new String(key, StandardCharsets.UTF_8));
            return;
        }
        switch (Codec.CONTROLS.decode(value)) {
            case Decoded.Undecodable<Control> bad -> {
                undecodableControl(
                        new UndecodableRecord(Topics.CONTROLS, partition, offset, bad.reason(), Bytes.of(value)));
            }
            case Decoded.Value<Control> good -> {
                switch (good.value()) {
                    case DeployMarker marker -> {
                        if (!deploys.add(marker)) {
                            count(Tally.DEPLOYS_OVER_LIMIT);
                        }
                    }
                    case Acknowledgement acknowledgement -> countIfRefused(decisions.add(acknowledgement));
                    case Mute mute -> countIfRefused(decisions.add(mute));
                    case BaselineReset reset -> countIfRefused(decisions.add(reset));
                }
            }
        }
    }

    private void countIfRefused(boolean isTaken) {
        if (!isTaken) {
            count(Tally.DECISIONS_OVER_LIMIT);
        }
    }

    private void undecodableControl(UndecodableRecord record) {
        count(Tally.UNDECODABLE);
        if (foundAmongControls.size() < MOST_UNDECODABLE_CONTROLS) {
            foundAmongControls.add(record);
        }
    }

    /**
     * Takes up one record of the baselines topic: those that people chose hold from the next window on. What a detector learned
     * is read with the rest of its state.
     */
    public synchronized void takeBaseline(int partition, long offset, byte @Nullable [] key, byte @Nullable [] value) {
        String name = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        if (value == null) {
            decisions.forgetBaseline(name);
            return;
        }
        switch (Codec.BASELINES.decode(value)) {
            case Decoded.Undecodable<BaselineRecord> bad ->
                undecodableControl(
                        new UndecodableRecord(Topics.BASELINES, partition, offset, bad.reason(), Bytes.of(value)));
            case Decoded.Value<BaselineRecord> good -> {
                switch (good.value().kind()) {
                    case PINNED, LAST_GREEN -> countIfRefused(decisions.add(name, good.value()));
                    case LEARNED, ROLLING, CANARY -> {
                        // Not chosen by a person.
                    }
                }
            }
        }
    }

    /** The controls and baselines topics were read to the end that they had when reading began, or there are none. */
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

    /** A partition will be read; its series stand at once as their snapshots say. Call {@link #relearn} before {@link #take}. */
    public synchronized void assign(int number, Reading reading) {
        long toldThrough = publishedByGroup.values().stream()
                .flatMap(List::stream)
                .map(VerdictRecord::source)
                .filter(source -> source.partition() == number)
                .mapToLong(SourcePosition::offset)
                .max()
                .orElse(-1);
        revoke(List.of(number));
        Partition partition = new Partition(reading, toldThrough);
        partitions.put(number, partition);
        published.snapshots().values().stream()
                .filter(snapshot -> speaksOf(snapshot, number))
                .forEach(snapshot -> partition.saved.add(snapshot.key()));
        // Should not all of them have a place any more, it is for those that were heard of last.
        publishedByGroup.values().stream()
                .filter(verdicts -> verdicts.getFirst().source().partition() == number)
                .sorted(Comparator.comparing(List::getFirst, NEWEST_FIRST))
                .takeWhile(unused -> hasRoomForAGroup())
                .forEach(verdicts -> {
                    Group group = restored(verdicts, number);
                    partition.groups.put(group.key(), group);
                    weigh(group);
                });
    }

    private boolean hasRoomForAGroup() {
        return groupCount() < limits.groups() && stateBytes < limits.stateBytes();
    }

    private boolean speaksOf(Snapshot snapshot, int partition) {
        return switch (snapshot) {
            case Snapshot.OfSeries series ->
                series.verdict().window().lengthMillis() == windowLengthMillis
                        && series.verdict().source().partition() == partition;
            case Snapshot.OfLearning learning ->
                learning.windowLengthMillis() == windowLengthMillis && learning.partition() == partition;
            case Snapshot.OfPartition unused -> false;
        };
    }

    /** Where the windows lie in a partition that groups without baseline have learned from; ascending. */
    public synchronized List<Long> learningOffsets(int number) {
        TreeSet<Long> offsets = new TreeSet<>();
        Partition partition = partitions.get(number);
        if (partition != null && partition.reading.isContinued()) {
            for (Snapshot snapshot : published.snapshots().values()) {
                if (snapshot instanceof Snapshot.OfLearning learning
                        && speaksOf(learning, number)
                        && !isOver(learning)
                        && groupWithoutBaseline(partition, learning.comparison())
                                .isPresent()) {
                    offsets.addAll(learning.offsets());
                }
            }
        }
        return List.copyOf(offsets);
    }

    /**
     * Whether a snapshot is of a learning that came to its baseline: a stop between what changed and what is gone leaves it, and by the
     * next stop the group may be learning anew.
     */
    private boolean isOver(Snapshot.OfLearning learning) {
        long last = learning.offsets().isEmpty() ? -1 : learning.offsets().getLast();
        return published.snapshots().values().stream()
                .filter(Snapshot.OfSeries.class::isInstance)
                .map(Snapshot.OfSeries.class::cast)
                .map(Snapshot.OfSeries::verdict)
                .filter(verdict -> verdict.source().partition() == learning.partition())
                .filter(verdict -> verdict.window().series().comparison().equals(learning.comparison()))
                .anyMatch(verdict ->
                        verdict.baselineId().isPresent() && verdict.source().offset() > last);
    }

    private static Optional<Group> groupWithoutBaseline(Partition partition, String key) {
        return Optional.ofNullable(partition.groups.get(key))
                .filter(group -> group.state.baseline().isEmpty() && !group.isRestored);
    }

    /** Takes up a window once more that {@link #learningOffsets} asked for; nothing is told of it but a baseline that is new. */
    public synchronized void relearn(int number, long offset, byte @Nullable [] bytes) {
        Partition partition = partitions.get(number);
        if (partition == null || !(Codec.WINDOWS.decode(bytes) instanceof Decoded.Value<WindowRecord> good)) {
            return;
        }
        WindowRecord window = good.value();
        Optional<Group> learning =
                groupWithoutBaseline(partition, window.id().series().comparison());
        if (learning.isEmpty() || window.id().lengthMillis() != windowLengthMillis) {
            return;
        }
        Group group = learning.get();
        try {
            // Nobody has an incident in a group without baseline: no alert comes of it.
            group.state = GroupJudge.forget(
                            group.state,
                            group.id,
                            forgottenUntilEpochMillis(window.id()),
                            window.id().endEpochMillis())
                    .state();
            if (judge.judge(decided(group, window), window, new SourcePosition(number, offset))
                    instanceof Judged.Taken taken) {
                count(Tally.RELEARNED);
                GroupState before = group.state;
                group.state = taken.state();
                group.heard(window.id());
                learned(taken).forEach(learnedOnRestore::add);
                rememberLearning(group, before, taken, offset);
                weigh(group);
            }
        } catch (RuntimeException e) {
            // It was set aside, and reported, when it came first.
            count(Tally.SET_ASIDE);
        }
    }

    private GroupState decided(Group group, WindowRecord window) {
        return group.state.decided(decisions.of(window.id().series()));
    }

    /** @param before how the series of the group stood before the window */
    private void rememberLearning(Group group, GroupState before, Judged.Taken taken, long offset) {
        if (taken.state().baseline().isPresent() || taken.verdict().baselineId().isPresent()) {
            group.learningOffsets.clear();
            return;
        }
        if (group.learningOffsets.isEmpty()) {
            Map<String, Continuity> stood = new HashMap<>();
            before.variants().forEach((variant, snapshot) -> stood.put(variant, snapshot.continuity()));
            group.stood = stood;
        }
        group.learningOffsets.addLast(offset);
        if (group.learningOffsets.size() > mostLearningOffsets) {
            group.learningOffsets.removeFirst();
        }
    }

    /** Whether every record is taken up that there was when its partition was assigned. */
    public synchronized boolean isCaughtUp() {
        return partitions.values().stream().allMatch(Partition::isCaughtUp);
    }

    /**
     * Hands over what has changed since the last time; whoever takes it must publish it. A partition in which windows are
     * being read again that have been told already is left out: their verdicts lie before the place that would be noted
     * with it, and a start from there would tell them once more.
     */
    public synchronized Unsaved takeUnsaved() {
        List<Snapshot.OfLearning> learning = new ArrayList<>();
        List<Snapshot.OfSeries> series = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        Map<Integer, Long> nextOffsets = new HashMap<>();
        partitions.forEach((number, partition) -> {
            if (partition.nextOffset() <= partition.toldThrough) {
                return;
            }
            Set<String> there = new HashSet<>();
            partition.groups.values().forEach(group -> {
                group.verdicts.forEach((variant, verdict) -> {
                    Snapshot.OfSeries snapshot = new Snapshot.OfSeries(verdict);
                    there.add(snapshot.key());
                    if (group.unsaved.contains(variant)) {
                        series.add(snapshot);
                    }
                });
                if (!group.learningOffsets.isEmpty()) {
                    Snapshot.OfLearning snapshot = new Snapshot.OfLearning(
                            group.id,
                            windowLengthMillis,
                            number,
                            List.copyOf(group.learningOffsets),
                            group.conditions,
                            group.stood);
                    there.add(snapshot.key());
                    if (!group.unsaved.isEmpty()) {
                        learning.add(snapshot);
                    }
                }
                group.unsaved.clear();
            });
            partition.saved.stream().filter(key -> !there.contains(key)).forEach(gone::add);
            partition.saved.clear();
            partition.saved.addAll(there);
            nextOffsets.put(number, partition.nextOffset());
        });
        return new Unsaved(learning, series, gone, nextOffsets);
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
                yield offset < partition.reading.committedOffset()
                        ? Outgoing.NOTHING
                        : Outgoing.ofSetAside(
                                List.of(undecodable(partitionNumber, offset, bad.reason(), bytes)),
                                List.of("undecodable record " + topic + '-' + partitionNumber + '@' + offset + ": "
                                        + bad.reason()));
            }
            case Decoded.Value<WindowRecord> good -> {
                List<AlertRecord> closed = new ArrayList<>();
                Outgoing outgoing;
                try {
                    forgetOld(partition, good.value().id(), closed);
                    outgoing = take(partition, good.value(), new SourcePosition(partitionNumber, offset));
                } catch (RuntimeException e) {
                    outgoing =
                            setAside(partition, good.value(), undecodable(partitionNumber, offset, oneLine(e), bytes));
                }
                yield outgoing.afterAlerts(closed);
            }
        };
    }

    private UndecodableRecord undecodable(int partition, long offset, String reason, byte @Nullable [] bytes) {
        return new UndecodableRecord(topic, partition, offset, reason, Bytes.of(bytes));
    }

    private static String oneLine(RuntimeException e) {
        String line = ("cannot be judged: " + e).lines().findFirst().orElseThrow();
        return line.length() <= 300 ? line : line.substring(0, 300);
    }

    /**
     * A window whose judging threw an exception. Nothing of it is in the state of its series, see {@link #take(Partition,
     * WindowRecord, SourcePosition)}; when the state itself is what cannot be judged with, it is discarded.
     */
    private Outgoing setAside(Partition partition, WindowRecord window, UndecodableRecord record) {
        count(Tally.SET_ASIDE);
        Series series = window.id().series();
        List<String> warnings = new ArrayList<>();
        int inARow = partition.setAside.getOrDefault(series.key(), 0) + 1;
        if (inARow == 1) {
            warnings.add("a window of " + series.key() + " (" + topic + '-' + record.partition() + '@' + record.offset()
                    + ") " + record.reason() + "; it is set aside in " + Topics.UNDECODABLE
                    + ", and what follows of this series is only counted");
        }
        if (inARow == SET_ASIDE_IN_A_ROW) {
            warnings.add(startOver(partition, series));
        }
        if (partition.setAside.containsKey(series.key()) || partition.setAside.size() < WatchLimits.MOST_GROUPS) {
            partition.setAside.put(series.key(), inARow);
        }
        return Outgoing.ofSetAside(
                record.offset() < partition.reading.committedOffset() ? List.of() : List.of(record), warnings);
    }

    /** Discards what is known of a series; the baseline of its group stays. */
    private String startOver(Partition partition, Series series) {
        count(Tally.STARTED_OVER);
        Group group = partition.groups.get(series.comparison());
        String incident = "";
        if (group != null) {
            SeriesSnapshot lost = group.state.variants().get(series.variant());
            incident = lost == null
                    ? ""
                    : lost.incident()
                            .map(open -> ", its open alert " + open.alertId() + " will not be resolved")
                            .orElse("");
            Map<String, SeriesSnapshot> others = new HashMap<>(group.state.variants());
            others.remove(series.variant());
            group.state = group.state.baseline().isPresent()
                    ? GroupState.restored(group.state.baseline(), others, group.state.under())
                    : GroupState.ofNewGroup();
            if (group.state.baseline().isEmpty()) {
                group.learningOffsets.clear();
            }
            group.totals.remove(series.variant());
            group.verdicts.remove(series.variant());
            weigh(group);
        }
        return SET_ASIDE_IN_A_ROW + " windows of " + series.lane() + " in a row could not be judged; the series"
                + (group != null && group.state.baseline().isEmpty()
                        ? ", and the baseline that was being learned,"
                        : "")
                + " starts over" + incident;
    }

    /** Whatever may throw comes before whatever changes something. */
    private Outgoing take(Partition partition, WindowRecord window, SourcePosition at) {
        if (window.id().lengthMillis() != windowLengthMillis) {
            count(Tally.OTHER_LENGTH);
            return Outgoing.NOTHING;
        }
        Series series = window.id().series();
        String groupKey = series.comparison();
        Group known = partition.groups.get(groupKey);
        if (known == null && !hasRoomForAGroup()) {
            count(Tally.REFUSED);
            return Outgoing.NOTHING;
        }
        Group group = known != null ? known : new Group(series, GroupState.ofNewGroup());
        if (window.revision() > 0 && group.series.isEmpty()) {
            // Of a window that was never seen here: a group of corrections alone would never be forgotten.
            count(Tally.CORRECTIONS);
            return Outgoing.NOTHING;
        }
        if (!group.series.containsKey(series.variant()) && !hasRoomFor(window, group)) {
            count(Tally.REFUSED);
            return Outgoing.NOTHING;
        }
        Optional<VerdictRecord> before = publishedVerdict(series, at.partition());
        // By time, too: in a topic that was deleted and made again offsets begin anew, and time does not.
        boolean covered = before.filter(
                        verdict -> at.offset() <= verdict.source().offset())
                .filter(verdict ->
                        window.id().endEpochMillis() <= verdict.window().endEpochMillis())
                .isPresent();
        WindowSummary totals = group.totals.getOrDefault(series.variant(), WindowSummary.empty());
        if (!covered) {
            totals = totals.plus(counted(window));
        }
        boolean recovered = window.revision() == 0
                && covered
                && (group.state.baseline().isPresent() || group.isRestored)
                && isRestored(group, before.get());
        Optional<Judged> judged =
                recovered ? Optional.empty() : Optional.of(judge.judge(decided(group, window), window, at));
        List<AlertRecord> alertsOfIt = judged.map(this::named).orElse(List.of());

        partition.groups.put(groupKey, group);
        partition.setAside.remove(series.key());
        group.series.put(series.variant(), series);
        group.totals.put(series.variant(), totals);
        if (judged.isEmpty()) {
            count(Tally.RECOVERED);
            weigh(group);
            return Outgoing.NOTHING;
        }
        Outgoing outgoing = taken(group, window, at, judged.get(), alertsOfIt, covered);
        weigh(group);
        return outgoing;
    }

    private Outgoing taken(
            Group group,
            WindowRecord window,
            SourcePosition at,
            Judged judged,
            List<AlertRecord> alertsOfIt,
            boolean covered) {
        return switch (judged) {
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
                Set<String> gone = new HashSet<>(group.state.variants().keySet());
                gone.removeAll(taken.state().variants().keySet());
                GroupState before = group.state;
                group.state = taken.state();
                group.forget(gone);
                VerdictRecord verdict = decided(taken.verdict());
                group.taken(verdict);
                group.unsaved.add(window.id().series().variant());
                rememberLearning(group, before, taken, at.offset());
                if (covered) {
                    count(Tally.RECOVERED);
                } else if (!window.hasLoadThroughout()) {
                    count(Tally.WITHOUT_LOAD);
                } else {
                    count(window.coverage() < WindowRecord.MINIMUM_COVERAGE ? Tally.INVALID : Tally.JUDGED);
                }
                yield outgoing(group, taken, verdict, alertsOfIt, covered);
            }
        };
    }

    /** The verdict with what people decided about its alert and its series. */
    private VerdictRecord decided(VerdictRecord verdict) {
        Optional<Decision> acknowledged =
                decisions.acknowledged(verdict.snapshot().openAlert(), verdict.window(), deploys.markers());
        Optional<Decision> muted = decisions.muted(verdict.window());
        return acknowledged.isEmpty() && muted.isEmpty()
                ? verdict
                : verdict.with(verdict.decided().orElse(Decided.nothing()).with(acknowledged, muted));
    }

    /** The alerts that are to be published, each with the deploy nearest to it. */
    private List<AlertRecord> named(Judged judged) {
        return switch (judged) {
            case Judged.LeftOut unused -> List.of();
            case Judged.Taken taken -> named(taken.alerts());
        };
    }

    private List<AlertRecord> named(List<AlertRecord> alerts) {
        return alerts.stream()
                .filter(alert -> !publishedAlerts.contains(key(alert)))
                .map(this::muted)
                .map(alert -> Deploys.named(alert, deploys.markers(), windowLengthMillis))
                .toList();
    }

    /** The alert, with who muted its series in its summary; as it was where nobody did. */
    private AlertRecord muted(AlertRecord alert) {
        return decisions
                .muted(WindowId.holding(alert.series(), alert.atEpochMillis() - 1, windowLengthMillis))
                .map(decision -> new AlertRecord(
                        alert.alertId(),
                        alert.series(),
                        alert.transition(),
                        alert.atEpochMillis(),
                        alert.sinceEpochMillis(),
                        alert.evidence(),
                        alert.summary() + "; muted by " + decision.who() + " (" + decision.why() + ")"))
                .orElse(alert);
    }

    /** While learning there is nothing to restore: the windows are learned from again. */
    private static boolean isRestored(Group group, VerdictRecord before) {
        SeriesSnapshot held =
                group.state.variants().get(before.window().series().variant());
        return held != null
                && held.continuity().lastEndEpochMillis()
                        >= before.snapshot().continuity().lastEndEpochMillis();
    }

    private Outgoing outgoing(
            Group group, Judged.Taken taken, VerdictRecord verdict, List<AlertRecord> fresh, boolean covered) {
        told(group, taken.alerts().size(), fresh);
        List<BaselineRecord> learned = learned(taken);
        if (!covered) {
            count(Tally.VERDICTS);
        }
        return new Outgoing(learned, fresh, covered ? List.of() : List.of(verdict), List.of(), List.of());
    }

    /** Counts and remembers alerts that go out; of {@code all} the others were published before this start. */
    private void told(Group group, int all, List<AlertRecord> fresh) {
        for (AlertRecord alert : fresh) {
            remember(alert);
            count(Tally.ALERTS);
            group.transitions
                    .computeIfAbsent(alert.series().variant(), variant -> new EnumMap<>(AlertRecord.Transition.class))
                    .merge(alert.transition(), 1L, Long::sum);
        }
        for (int known = fresh.size(); known < all; known++) {
            count(Tally.ALERTS_SUPPRESSED);
        }
    }

    /** A correction of a variant that was never judged takes up no state, but a counter. */
    private boolean hasRoomFor(WindowRecord window, Group group) {
        return stateBytes < limits.stateBytes()
                && (window.revision() == 0
                        ? group.state.hasRoomFor(window.id())
                        : group.series.size() < GroupState.MAX_VARIANTS);
    }

    private long forgottenUntilEpochMillis(WindowId window) {
        return window.startEpochMillis() - limits.forgetAfterMillis();
    }

    /**
     * Forgets what is too old beside a window: in its group at once, elsewhere now and then.
     *
     * @param closed the alerts that must go out for it are added here
     */
    private void forgetOld(Partition partition, WindowId window, List<AlertRecord> closed) {
        if (window.lengthMillis() != windowLengthMillis) {
            return;
        }
        if (window.startEpochMillis() >= partition.nextSweepEpochMillis) {
            // Within an hour always the same is too old: a restart, whose first window sweeps, forgets nothing sooner.
            long sweepEpochMillis = window.startEpochMillis() - window.startEpochMillis() % SWEEP_MILLIS;
            partition.nextSweepEpochMillis = sweepEpochMillis + SWEEP_MILLIS;
            for (Group group : List.copyOf(partition.groups.values())) {
                forgetOld(partition, group, sweepEpochMillis - limits.forgetAfterMillis(), window, closed);
            }
        }
        Group own = partition.groups.get(window.series().comparison());
        if (own != null) {
            forgetOld(partition, own, forgottenUntilEpochMillis(window), window, closed);
        }
    }

    private void forgetOld(
            Partition partition, Group group, long untilEpochMillis, WindowId window, List<AlertRecord> closed) {
        GroupJudge.Forgotten forgotten =
                GroupJudge.forget(group.state, group.id, untilEpochMillis, window.endEpochMillis());
        Set<String> left = forgotten.state().variants().keySet();
        Set<String> gone = new HashSet<>(group.state.variants().keySet());
        gone.removeAll(left);
        // Restored without a baseline: there is a verdict, and no state until its windows are learned from again.
        group.verdicts.forEach((variant, verdict) -> {
            if (!left.contains(variant) && verdict.window().endEpochMillis() < untilEpochMillis) {
                gone.add(variant);
            }
        });
        boolean isOver = group.lastEndEpochMillis < untilEpochMillis;
        if (gone.isEmpty() && !isOver) {
            return;
        }
        List<AlertRecord> fresh = named(forgotten.alerts());
        tallies.merge(Tally.FORGOTTEN, (long) gone.size(), Long::sum);
        told(group, forgotten.alerts().size(), fresh);
        closed.addAll(fresh);
        group.forget(gone);
        if (isOver) {
            // The baseline with it. A verdict that is left is one of windows that are still to be read again.
            group.state = GroupState.ofNewGroup();
            group.isRestored = false;
            group.learningOffsets.clear();
        } else {
            group.state = forgotten.state();
        }
        if (isOver && group.verdicts.isEmpty()) {
            stateBytes -= group.bytes;
            partition.groups.remove(group.key());
        } else {
            weigh(group);
        }
    }

    private void weigh(Group group) {
        long bytes = group.state.heapBytes()
                + VERDICT_BYTES * group.series.size()
                + OFFSET_BYTES * group.learningOffsets.size();
        for (WindowSummary total : group.totals.values()) {
            bytes += total.heapBytes();
        }
        stateBytes += bytes - group.bytes;
        group.bytes = bytes;
    }

    /** A baseline that was learned and is not published yet, nor replaced by one that its group learned after it was forgotten. */
    private List<BaselineRecord> learned(Judged.Taken taken) {
        List<BaselineRecord> learned = taken.learned().stream()
                .filter(baseline -> !Optional.ofNullable(published.baselines().get(baseline.comparison()))
                        .filter(known -> known.equals(baseline)
                                || (known.learned().windowLengthMillis() == windowLengthMillis
                                        && known.learned().untilEpochMillis()
                                                > baseline.learned().untilEpochMillis()))
                        .isPresent())
                .toList();
        learned.forEach(baseline -> count(Tally.BASELINES));
        return learned;
    }

    /**
     * A group as its last verdicts say. What is too old is forgotten with the first window that is taken; until then windows
     * that were told may be read again, and are known by it.
     *
     * @param published of the group, newest first; one at least
     */
    private Group restored(List<VerdictRecord> published, int partition) {
        WindowId newest = published.getFirst().window();
        List<VerdictRecord> verdicts = published.stream()
                .filter(verdict -> verdict.source().partition() == partition)
                .toList();
        Map<String, SeriesSnapshot> variants = new HashMap<>();
        Map<String, String> under = new HashMap<>();
        verdicts.forEach(verdict -> {
            String variant = verdict.window().series().variant();
            variants.put(variant, verdict.snapshot());
            verdict.baselineId().ifPresent(baseline -> under.put(variant, baseline));
        });
        List<VerdictRecord> ofNow = verdicts.stream()
                .filter(verdict -> verdict.window().endEpochMillis() >= forgottenUntilEpochMillis(newest))
                .toList();
        Optional<BaselineRecord> last = learnedAt(newest, new SourcePosition(partition, Long.MAX_VALUE));
        Optional<BaselineRecord> dropped =
                last.filter(known -> verdicts.stream().anyMatch(verdict -> dropped(verdict, known)));
        // Perhaps one that was chosen; whether what was learned beside it still counts shows when that is gone.
        boolean isUnderOne = ofNow.stream()
                .limit(1)
                .flatMap(verdict -> verdict.baselineId().stream())
                .anyMatch(id -> dropped.filter(known -> known.baselineId().equals(id))
                        .isEmpty());
        Optional<BaselineRecord> learned = last.filter(known -> dropped.isEmpty())
                .filter(known -> isUnderOne || ofNow.stream().anyMatch(verdict -> isUnder(verdict, known)));
        Optional<GroupState> state = learned.isPresent() || isUnderOne
                ? Optional.of(GroupState.restored(learned, variants, under))
                : Optional.empty();
        GroupState asSaved = state.isPresent() ? state.get() : whileLearning(newest, partition);
        Set<String> kept = state.map(known -> known.variants().keySet()).orElseGet(() -> newest(verdicts));
        Group restored = new Group(newest.series(), asSaved);
        restored.isRestored = state.isPresent();
        restored.lastEndEpochMillis = state.isPresent() ? 0 : asSaved.lastEndEpochMillis();
        for (VerdictRecord verdict : verdicts) {
            Series series = verdict.window().series();
            if (kept.contains(series.variant())) {
                restored.series.put(series.variant(), series);
                restored.verdicts.put(series.variant(), verdict);
                if (state.isPresent()) {
                    restored.heard(verdict.window());
                }
                if (!isSaved(verdict)) {
                    restored.unsaved.add(series.variant());
                }
            }
        }
        return restored;
    }

    /** What its group had learned up to a window, and nobody reset. */
    private Optional<BaselineRecord> learnedAt(WindowId window, SourcePosition at) {
        return Optional.ofNullable(published.baselines().get(window.series().comparison()))
                .filter(known -> known.learned().windowLengthMillis() == windowLengthMillis)
                .filter(known -> known.learned()
                        .through()
                        .filter(through -> through.partition() == at.partition() && through.offset() <= at.offset())
                        .isPresent())
                .filter(known -> decisions
                        .of(window.series())
                        .resetBefore(window)
                        .filter(reset -> known.learned().fromEpochMillis() < reset.atEpochMillis())
                        .isEmpty());
    }

    /**
     * A group that learns, as the snapshots have it: the windows behind them are judged again, and are told already. Either it
     * learned by then, and its windows are read again from where it began; or it was still held against a baseline.
     */
    private GroupState whileLearning(WindowId newest, int partition) {
        Map<String, SeriesSnapshot> variants = new HashMap<>();
        Map<String, String> under = new HashMap<>();
        List<VerdictRecord> held = new ArrayList<>();
        for (Snapshot snapshot : published.snapshots().values()) {
            if (!speaksOf(snapshot, partition)) {
                continue;
            }
            if (snapshot instanceof Snapshot.OfSeries saved
                    && saved.verdict()
                            .window()
                            .series()
                            .comparison()
                            .equals(newest.series().comparison())) {
                String variant = saved.verdict().window().series().variant();
                saved.verdict().baselineId().ifPresent(baseline -> {
                    variants.put(variant, saved.verdict().snapshot());
                    under.put(variant, baseline);
                    held.add(saved.verdict());
                });
            }
            if (snapshot instanceof Snapshot.OfLearning learning
                    && learning.comparison().equals(newest.series().comparison())
                    && !isOver(learning)) {
                Map<String, SeriesSnapshot> stood = new HashMap<>();
                learning.stood()
                        .forEach((variant, continuity) -> stood.put(
                                variant,
                                new SeriesSnapshot(continuity, List.of(), List.of(), List.of(), Optional.empty())));
                return GroupState.restored(Optional.empty(), stood, Map.of());
            }
        }
        // Beside one that was chosen, what was learned counts again when that is gone.
        return held.stream()
                .min(NEWEST_FIRST)
                .map(last -> GroupState.restored(learnedAt(last.window(), last.source()), variants, under))
                .orElseGet(GroupState::ofNewGroup);
    }

    private static Set<String> newest(List<VerdictRecord> verdicts) {
        Set<String> newest = new HashSet<>();
        verdicts.stream()
                .limit(GroupState.MAX_VARIANTS)
                .forEach(verdict -> newest.add(verdict.window().series().variant()));
        return newest;
    }

    /**
     * Whether its group had the baseline when the verdict was reached, or has it by its window. Any variant can tell: the one
     * that taught it may be long forgotten. Offsets cannot: behind a baseline there are also verdicts of a group that had been
     * forgotten and learns anew.
     */
    private static boolean isUnder(VerdictRecord verdict, BaselineRecord baseline) {
        return verdict.baselineId().filter(baseline.baselineId()::equals).isPresent()
                || (verdict.window().series().equals(baseline.learned().from())
                        && baseline.learned()
                                .through()
                                .filter(verdict.source()::equals)
                                .isPresent());
    }

    /** Whether who taught a baseline was reached behind it and learns: then it was stale, and counts for nobody any more. */
    private static boolean dropped(VerdictRecord verdict, BaselineRecord baseline) {
        return verdict.window().series().equals(baseline.learned().from())
                && verdict.baselineId().isEmpty()
                && baseline.learned()
                        .through()
                        .filter(through -> through.partition() == verdict.source().partition()
                                && through.offset() < verdict.source().offset())
                        .isPresent();
    }

    private boolean isSaved(VerdictRecord verdict) {
        return published.snapshots().get(new Snapshot.OfSeries(verdict).key()) instanceof Snapshot.OfSeries saved
                && saved.verdict().source().equals(verdict.source());
    }

    /** The last verdict of a series that was reached in this partition. */
    private Optional<VerdictRecord> publishedVerdict(Series series, int partition) {
        return Optional.ofNullable(published.verdicts().get(series.key()))
                .filter(known -> known.window().lengthMillis() == windowLengthMillis)
                .filter(known -> known.source().partition() == partition);
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

    /** An incident is closed once; because of which window it is forgotten, depends on when one was started. */
    private static String key(AlertRecord alert) {
        if (alert.transition() == AlertRecord.Transition.ENDED) {
            return alert.alertId() + '/' + alert.transition();
        }
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

    /**
     * Every series, ordered by key. What was measured of one under other conditions is counted with it; how it stands is that of
     * the conditions that were heard of last.
     */
    public synchronized List<SeriesView> series() {
        TreeMap<String, SeriesView> views = new TreeMap<>();
        for (Partition partition : partitions.values()) {
            for (Group group : partition.groups.values()) {
                group.series.forEach((variant, series) -> views.merge(
                        series.lane(),
                        new SeriesView(
                                series,
                                Optional.ofNullable(group.verdicts.get(variant)),
                                baseline(group, series),
                                group.totals.getOrDefault(variant, WindowSummary.empty()),
                                transitions(group, variant),
                                List.of()),
                        SeriesView::under));
            }
        }
        return List.copyOf(views.values());
    }

    /** What the last window of a series was held against; before the first, what it will be. */
    private Optional<BaselineRecord> baseline(Group group, Series series) {
        Optional<String> named =
                Optional.ofNullable(group.verdicts.get(series.variant())).flatMap(VerdictRecord::baselineId);
        if (named.isEmpty()) {
            return group.state.baseline();
        }
        return Stream.concat(group.state.baseline().stream(), decisions.of(series).chosen().stream())
                .filter(known -> known.baselineId().equals(named.get()))
                .findFirst();
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
