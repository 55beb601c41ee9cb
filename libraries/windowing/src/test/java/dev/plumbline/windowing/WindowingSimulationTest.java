package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.group;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both stages over three partitions, as Kafka runs them: every step is in a transaction that is committed or rolled back
 * and read again. One producer is healthy, though its clock was ahead at its first start. The others' clocks are off and step, their watermarks stand still, they go on
 * without heartbeats, die, start anew with a clock that is ahead or right, send twice and out of order. Somebody writes
 * junk. Partitions other than that of the healthy group are not read for a minute at a time. There is little room.
 *
 * <p>After every step: no (window, revision) twice; the healthy producer is never taken for gone; the healthy group's windows are as far as they can be, whatever the
 * others do; those of a group that the healthy one shares with the sick are no later than the bounds say. At the end: every
 * event is in one window once, nothing stays open, and who reads the log again, without clock, crash or pause, gets the
 * same parts in the same order.
 *
 * <p>{@code -Dplumbline.simulation.seeds=2000} asks more.
 */
class PipelineSimulationTest {

    private static final int PARTITIONS = 3;
    private static final int STEPS = 1_200;
    private static final long T0 = 1_000_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final long WINDOW = 1_000;
    private static final long GRACE = 300;
    private static final long TIMEOUT = 3_000;
    private static final long STALL = 2_000;
    private static final long FUTURE = 60_000;
    private static final long HEARTBEAT = 250;
    private static final IntakeLimits LIMITS = new IntakeLimits(WINDOW, GRACE, TIMEOUT, STALL, FUTURE, 100, 50, 60_000);

    /** How far a group may be behind now that is only the healthy producer's. */
    private static final long HEALTHY_BEHIND = WINDOW + GRACE + 2 * HEARTBEAT + WINDOW;

    /** How far a group may be behind now that the healthy producer shares with the others. */
    private static final long SHARED_BEHIND = HEALTHY_BEHIND + Math.max(TIMEOUT, STALL) + 2 * HEARTBEAT;

    private static final ComparisonGroup HEALTHY = group("healthy");
    private static final ComparisonGroup SHARED = group("shared");

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("plumbline.simulation.seeds", 50));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nobodyWaitsForOneAndEveryEventIsCountedOnce(long seed) {
        new Simulation(seed).run();
    }

    /** A record of the log; no event is junk. */
    private record Logged(Optional<Event> event, long appendEpochMillis) {}

    private static final class Simulation {
        private final long seed;
        private final Random random;
        private final List<List<Logged>> log = new ArrayList<>();
        private final List<List<Partial>> partials = new ArrayList<>();
        private final List<Intake> intakes = new ArrayList<>();
        private final List<Merge> merges = new ArrayList<>();
        private final List<Sender> senders = new ArrayList<>();
        private final Set<String> taken = new HashSet<>();
        private final Map<Series, Long> expected = new HashMap<>();
        private final List<WindowRecord> windows = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();
        private int checked;
        private int step;
        private long now = T0;
        private boolean brokerIsAway;
        private long backSince;

        Simulation(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            for (int p = 0; p < PARTITIONS; p++) {
                log.add(new ArrayList<>());
                partials.add(new ArrayList<>());
                intakes.add(new Intake(p));
                merges.add(new Merge(p));
            }
            senders.add(new Sender("healthy", List.of(HEALTHY, SHARED)));
            for (int i = 0; i < 4; i++) {
                List<ComparisonGroup> groups = new ArrayList<>(List.of(SHARED));
                for (String target : List.of("a", "b", "c", "d", "e")) {
                    if (random.nextBoolean()) {
                        groups.add(group(target));
                    }
                }
                senders.add(new Sender("p" + i, groups));
            }
        }

        void run() {
            senders.getFirst().startWithAClockThatIsAhead();
            long awayUntil = 0;
            for (step = 0; step < STEPS; step++) {
                now += random.nextInt(100);
                if (brokerIsAway && now >= awayUntil) {
                    brokerIsAway = false;
                    backSince = now;
                } else if (!brokerIsAway && random.nextInt(400) == 0) {
                    brokerIsAway = true;
                    awayUntil = now + random.nextInt(8_000);
                }
                if (!brokerIsAway) {
                    act();
                }
                work();
                check();
            }
            brokerIsAway = false;
            senders.forEach(Sender::leave);
            for (int i = 0; i < 100; i++) {
                now += HEARTBEAT;
                intakes.forEach(Intake::finish);
                merges.forEach(Merge::finish);
            }
            check();
            Map<Series, Long> counted = new HashMap<>();
            windows.forEach(window -> counted.merge(window.id().series(), window.countedEvents(), Long::sum));
            counted.values().removeIf(count -> count == 0);
            assertThat(counted).as(at()).isEqualTo(expected);
            for (Merge merge : merges) {
                assertThat(merge.merger.openWindows())
                        .as("%s: nothing stays open", at())
                        .isZero();
            }
            for (int p = 0; p < PARTITIONS; p++) {
                List<Partial> again = replay(p);
                for (int i = 0; i < Math.min(again.size(), intakes.get(p).told.size()); i++) {
                    assertThat(intakes.get(p).told.get(i))
                            .as("%s: the same log, read again: partial %d of partition %d", at(), i, p)
                            .isEqualTo(again.get(i));
                }
                assertThat(intakes.get(p).told)
                        .as("%s: the same log, read again", at())
                        .hasSameSizeAs(again);
            }
        }

        private void act() {
            senders.getFirst().beHealthy();
            for (int i = 0; i < 2; i++) {
                senders.get(1 + random.nextInt(senders.size() - 1)).act();
            }
            if (random.nextInt(3) == 0) {
                int partition = random.nextInt(PARTITIONS);
                log.get(partition).add(new Logged(Optional.empty(), now));
            }
        }

        private void work() {
            for (int p = 0; p < PARTITIONS; p++) {
                intakes.get(p).work();
            }
            for (int p = 0; p < PARTITIONS; p++) {
                merges.get(p).work();
            }
        }

        /** Looks at what came since the last look, and at how far those are who are owed promptness. */
        private void check() {
            for (WindowRecord window : windows.subList(checked, windows.size())) {
                if (!seen.add(window.id() + "#" + window.revision())) {
                    throw new AssertionError(
                            "%s: %s revision %d twice".formatted(at(), window.id(), window.revision()));
                }
                if (step < STEPS && window.id().series().group().equals(HEALTHY)) {
                    assertThat(window.cut())
                            .as("%s: the healthy one is always there", at())
                            .isEmpty();
                }
            }
            checked = windows.size();
            for (Intake intake : intakes) {
                assertThat(intake.intake.openBytes()).as("%s: room", at()).isLessThanOrEqualTo(LIMITS.openBytes());
            }
            Sender healthy = senders.getFirst();
            if (!brokerIsAway && step < STEPS) {
                behind(HEALTHY, healthy, HEALTHY_BEHIND);
                if (now - backSince > SHARED_BEHIND) {
                    behind(SHARED, healthy, SHARED_BEHIND);
                }
            }
        }

        /** By what the healthy producer has said, so that a broker that was away is nobody's fault. */
        private void behind(ComparisonGroup group, Sender healthy, long bound) {
            int p = partitionOf(group);
            if (!intakes.get(p).isUpToDate() || !merges.get(p).isUpToDate()) {
                return;
            }
            long said = healthy.saidUntil.getOrDefault(group, 0L);
            long started = healthy.since;
            if (said - started < bound) {
                return;
            }
            assertThat(said - merges.get(p).merger.closedToEpochMillis(group))
                    .as("%s: how far %s is behind", at(), group.target())
                    .isLessThanOrEqualTo(bound);
        }

        private String at() {
            return "seed " + seed + ", step " + step;
        }

        private List<Partial> replay(int partition) {
            PartitionIntake again = new PartitionIntake(
                    new Placement(partition, PARTITIONS, 1), LIMITS, group -> 0, (tally, times) -> {});
            List<Partial> told = new ArrayList<>();
            long offset = 0;
            for (Logged record : log.get(partition)) {
                if (record.event.isPresent()) {
                    again.accept(offset, record.event.get(), record.appendEpochMillis);
                } else {
                    again.undecodable(offset);
                }
                offset++;
                told.addAll(again.drain());
            }
            return told;
        }

        private void append(Event event) {
            log.get(partitionOf(event.group())).add(new Logged(Optional.of(event), now));
            if (event instanceof RequestEvent request
                    && request.origin().epoch() <= now + FUTURE
                    && taken.add(partitionOf(event.group()) + " " + request.origin())
                    && request.endEpochMillis() <= now + FUTURE) {
                expected.merge(request.series(), 1L, Long::sum);
            }
        }

        private static int partitionOf(ComparisonGroup group) {
            return GroupPartitioner.partitionOf(group, 0, PARTITIONS);
        }

        private enum Mood {
            WELL,
            STALLED,
            MUTE,
            DEAD
        }

        private final class Sender {
            private final String id;
            private final List<ComparisonGroup> groups;
            private final Map<Integer, TestEvents> numbering = new HashMap<>();
            private final Map<ComparisonGroup, Long> saidUntil = new HashMap<>();
            private final List<Event> sentBefore = new ArrayList<>();
            private final List<Event> heldBack = new ArrayList<>();
            private final long since = now;
            private long epoch = now;
            private int starts = 1;
            private long skewMillis = random.nextInt(400) - 200L;
            private long stalledAt;
            private long nextHeartbeat = now;
            private Mood mood = Mood.WELL;

            Sender(String id, List<ComparisonGroup> groups) {
                this.id = id;
                this.groups = List.copyOf(groups);
            }

            /** Sequences count per partition, and groups of one partition share them. */
            private TestEvents numbers(ComparisonGroup group) {
                return numbering.computeIfAbsent(partitionOf(group), ignored -> new TestEvents(id, epoch));
            }

            /** The first start of a machine that did not know the time yet; then it does. */
            void startWithAClockThatIsAhead() {
                epoch = now + 2 * FUTURE;
                groups.forEach(group -> heartbeat(group, now, offered(now, 1)));
                numbering.clear();
                epoch = now;
            }

            void beHealthy() {
                if (now >= nextHeartbeat) {
                    nextHeartbeat = now + HEARTBEAT - 50;
                    for (ComparisonGroup group : groups) {
                        send(numbers(group).completed(new Series(group, "stable"), now, 20));
                        heartbeat(group, now, offered(now - Math.floorMod(now, 1_000L), 1));
                    }
                }
            }

            private void heartbeat(ComparisonGroup group, long until, Activity activity) {
                send(numbers(group).heartbeat(group, until, activity));
                saidUntil.put(group, until);
            }

            void act() {
                change();
                if (mood == Mood.DEAD) {
                    return;
                }
                ComparisonGroup group = groups.get(random.nextInt(groups.size()));
                Series series = new Series(group, random.nextBoolean() ? "stable" : "canary");
                switch (random.nextInt(16)) {
                    case 0 -> resend();
                    case 1 -> {
                        if (!heldBack.isEmpty()) {
                            send(heldBack.remove(random.nextInt(heldBack.size())));
                        }
                    }
                    case 2 -> {
                        if (heldBack.size() < 20) {
                            heldBack.add(numbers(group).completed(series, wall(), 1 + random.nextInt(50)));
                        }
                    }
                    case 3 -> {
                        if (random.nextInt(5) == 0) {
                            send(numbers(group).leaving(group, wall()));
                        }
                    }
                    case 4, 5, 6, 7, 8 -> {
                        if (mood != Mood.MUTE) {
                            heartbeat(
                                    group,
                                    mood == Mood.STALLED ? stalledAt : wall() - random.nextInt(50),
                                    random.nextInt(6) == 0
                                            ? offered(slot(), 2, Sickness.CPU_SATURATED)
                                            : offered(slot(), random.nextInt(3)));
                        }
                    }
                    case 9 -> send(numbers(group).failed(series, wall(), FailureKind.TIMEOUT_TOTAL));
                    default -> send(numbers(group).completed(series, wall() - random.nextInt(1_500), 20));
                }
            }

            private void change() {
                if (random.nextInt(100) > 0) {
                    return;
                }
                switch (random.nextInt(6)) {
                    case 0 -> mood = Mood.WELL;
                    case 1 -> {
                        mood = Mood.STALLED;
                        stalledAt = wall();
                    }
                    case 2 -> mood = Mood.MUTE;
                    case 3 -> mood = Mood.DEAD;
                    case 4 ->
                        skewMillis = switch (random.nextInt(4)) {
                            case 0 -> -HOUR;
                            case 1 -> FUTURE - 5_000;
                            case 2 -> 2 * FUTURE;
                            default -> random.nextInt(400) - 200L;
                        };
                    default -> {
                        if (starts < IntakeLimits.EPOCHS_REMEMBERED) {
                            starts++;
                            mood = Mood.WELL;
                            numbering.clear();
                            heldBack.clear();
                            epoch = Math.max(wall(), 1);
                        }
                    }
                }
            }

            void leave() {
                if (mood == Mood.DEAD) {
                    return;
                }
                heldBack.forEach(this::send);
                groups.forEach(group -> send(numbers(group).leaving(group, wall())));
            }

            private void resend() {
                if (!sentBefore.isEmpty()) {
                    append(sentBefore.get(random.nextInt(sentBefore.size())));
                }
            }

            private void send(Event event) {
                append(event);
                sentBefore.add(event);
                if (sentBefore.size() > 50) {
                    sentBefore.removeFirst();
                }
            }

            private long wall() {
                return now + skewMillis;
            }

            private long slot() {
                return wall() - Math.floorMod(wall(), 1_000L);
            }
        }

        /** A task of the first stage: what it did since the last commit can be rolled back. */
        private final class Intake {
            private final int partition;
            private final boolean isPrompt;
            private final Map<String, IntakeSnapshot> store = new LinkedHashMap<>();
            private final List<Partial> told = new ArrayList<>();
            private final List<Partial> pendingPartials = new ArrayList<>();
            private final List<Event> pendingEvents = new ArrayList<>();
            private PartitionIntake intake;
            private int position;
            private int committed;
            private long pausedUntil;
            private long nextTick;

            Intake(int partition) {
                this.partition = partition;
                this.isPrompt = partition == partitionOf(HEALTHY) || partition == partitionOf(SHARED);
                this.intake = fresh();
            }

            private PartitionIntake fresh() {
                return new PartitionIntake(
                        new Placement(partition, PARTITIONS, 1), LIMITS, group -> 0, (tally, times) -> {});
            }

            boolean isUpToDate() {
                return committed == log.get(partition).size();
            }

            void work() {
                if (brokerIsAway) {
                    tick(false);
                    return;
                }
                if (!isPrompt && now >= pausedUntil && random.nextInt(200) == 0) {
                    pausedUntil = now + random.nextInt(60_000);
                }
                if (now < pausedUntil) {
                    return;
                }
                int most = isPrompt ? Integer.MAX_VALUE : random.nextInt(20);
                read(most);
                tick(position == log.get(partition).size());
                switch (random.nextInt(20)) {
                    case 0 -> abort();
                    case 1, 2, 3, 4, 5, 6, 7 -> commit();
                    default -> {}
                }
            }

            void finish() {
                read(Integer.MAX_VALUE);
                tick(true);
                commit();
            }

            private void read(int most) {
                int end = (int) Math.min(log.get(partition).size(), (long) position + most);
                for (; position < end; position++) {
                    Logged record = log.get(partition).get(position);
                    if (record.event.isPresent()) {
                        intake.accept(position, record.event.get(), record.appendEpochMillis);
                    } else {
                        intake.undecodable(position);
                    }
                    pendingPartials.addAll(intake.drain());
                }
            }

            private void tick(boolean drained) {
                if (now >= nextTick) {
                    nextTick = now + HEARTBEAT;
                    pendingEvents.addAll(intake.tick(now, drained));
                }
            }

            private void commit() {
                intake.drainChanges((key, change) -> change.ifPresentOrElse(
                        value -> store.put(key, value),
                        () -> assertThat(store.remove(key))
                                .as("%s: %s", at(), key)
                                .isNotNull()));
                for (Partial partial : pendingPartials) {
                    told.add(partial);
                    partials.get(partitionOf(SmallPipe.groupOf(partial))).add(partial);
                }
                pendingPartials.clear();
                pendingEvents.forEach(Simulation.this::append);
                pendingEvents.clear();
                committed = position;
            }

            /** Loses the objects, keeps what was committed, and reads the rest again. */
            private void abort() {
                pendingPartials.clear();
                pendingEvents.clear();
                position = committed;
                intake = fresh();
                store.values().forEach(intake::restore);
                if (random.nextInt(10) == 0) {
                    // Kafka has lost how far it was.
                    position = 0;
                }
            }
        }

        /** A task of the second stage. */
        private final class Merge {
            private final int partition;
            private final Map<String, MergeSnapshot> store = new LinkedHashMap<>();
            private final List<WindowRecord> pending = new ArrayList<>();
            private WindowMerger merger = fresh();
            private int position;
            private int committed;

            Merge(int partition) {
                this.partition = partition;
            }

            private WindowMerger fresh() {
                // So few that forgetting happens in every run.
                return new WindowMerger(WINDOW, PARTITIONS, 5, 60_000, 0, (tally, times) -> {});
            }

            boolean isUpToDate() {
                return committed == partials.get(partition).size();
            }

            void work() {
                read();
                switch (random.nextInt(20)) {
                    case 0 -> abort();
                    case 1, 2, 3, 4, 5, 6, 7 -> commit();
                    default -> {}
                }
            }

            void finish() {
                read();
                commit();
            }

            private void read() {
                for (; position < partials.get(partition).size(); position++) {
                    merger.accept(position, partials.get(partition).get(position));
                    pending.addAll(merger.drain());
                }
            }

            private void commit() {
                merger.drainChanges((key, change) -> change.ifPresentOrElse(
                        value -> store.put(key, value),
                        () -> assertThat(store.remove(key))
                                .as("%s: %s", at(), key)
                                .isNotNull()));
                windows.addAll(pending);
                pending.clear();
                committed = position;
            }

            private void abort() {
                pending.clear();
                position = random.nextInt(10) == 0 ? 0 : committed;
                merger = fresh();
                store.values().forEach(merger::restore);
            }
        }
    }
}
