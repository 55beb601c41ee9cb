package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.group;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both stages with three partitions, several producers that start, lag, fall silent, leave and come back, duplicates,
 * disorder, and crashes that throw both stages back to what was last written. Whatever happens: finals and corrections
 * are the accepted events, each (window, revision) appears once, and a final appears at most once.
 */
class PipelineSimulationTest {

    private static final int PARTITIONS = 3;
    private static final long T0 = 1_000_000_000_000L;
    private static final IntakeLimits LIMITS = new IntakeLimits(1_000, 300, 3_000, 500, 60_000, 100, 50, 10_000);

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void countsEveryAcceptedEventExactlyOnce(long seed) {
        new Simulation(seed).run();
    }

    private static final class Simulation {
        private final long seed;
        private final Random random;
        private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
        private final List<Source> sources = new ArrayList<>();
        private final List<Merge> merges = new ArrayList<>();
        private final List<Sender> senders = new ArrayList<>();
        private final Map<Series, Long> accepted = new HashMap<>();
        private final List<WindowRecord> windows = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();
        private int checked;
        private long now = T0;

        Simulation(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            for (int p = 0; p < PARTITIONS; p++) {
                sources.add(new Source(p));
                merges.add(new Merge());
            }
            for (int i = 0; i < 4; i++) {
                senders.add(new Sender("p" + i));
            }
        }

        void run() {
            for (int step = 0; step < 1_500; step++) {
                now += random.nextInt(40);
                senders.get(random.nextInt(senders.size())).act();
                if (random.nextInt(5) == 0) {
                    Source source = sources.get(random.nextInt(PARTITIONS));
                    source.tick();
                }
                if (random.nextInt(10) == 0) {
                    sources.get(random.nextInt(PARTITIONS)).crash();
                    merges.get(random.nextInt(PARTITIONS)).crash();
                }
                check(step);
            }
            senders.forEach(Sender::leave);
            for (int i = 0; i < 30; i++) {
                now += 1_000;
                sources.forEach(source -> source.tick(true));
            }
            check(1_500);
            Map<Series, Long> counted = new HashMap<>();
            windows.forEach(window -> counted.merge(window.id().series(), window.countedEvents(), Long::sum));
            counted.values().removeIf(count -> count == 0);
            assertThat(counted).as("seed %d", seed).isEqualTo(accepted);
            assertThat(tallies.get(Tally.EVENTS_COUNTED))
                    .as("seed %d", seed)
                    .isEqualTo(accepted.values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
            assertThat(merges)
                    .as("seed %d: nothing stays open", seed)
                    .allSatisfy(merge -> assertThat(merge.merger.openWindows()).isZero());
        }

        /** Looks at what came since the last look: windows only ever come. */
        private void check(int step) {
            for (WindowRecord window : windows.subList(checked, windows.size())) {
                if (!seen.add(window.id() + "#" + window.revision())) {
                    throw new AssertionError("seed %d, step %d: %s revision %d twice"
                            .formatted(seed, step, window.id(), window.revision()));
                }
            }
            checked = windows.size();
        }

        private void deliver(Event event) {
            Source source = sources.get(GroupPartitioner.partitionOf(event.group(), 0, PARTITIONS));
            source.take(event);
        }

        private final class Sender {
            private final String id;
            private final Map<ComparisonGroup, TestEvents> numbering = new HashMap<>();
            private final List<ComparisonGroup> groups = new ArrayList<>();
            private final List<Event> sentBefore = new ArrayList<>();
            private final List<Event> heldBack = new ArrayList<>();
            private long epoch = 1;
            private long skewMillis = random.nextInt(400) - 200L;

            Sender(String id) {
                this.id = id;
                for (String target : List.of("a", "b", "c", "d", "e")) {
                    if (random.nextBoolean() || groups.isEmpty()) {
                        groups.add(group(target));
                    }
                }
            }

            /** Sequences count per partition, and groups of one partition share them. */
            private TestEvents numbers(ComparisonGroup group) {
                ComparisonGroup first = groups.stream()
                        .filter(other -> GroupPartitioner.partitionOf(other, 0, PARTITIONS)
                                == GroupPartitioner.partitionOf(group, 0, PARTITIONS))
                        .findFirst()
                        .orElseThrow();
                return numbering.computeIfAbsent(first, ignored -> new TestEvents(id, epoch));
            }

            void act() {
                ComparisonGroup group = groups.get(random.nextInt(groups.size()));
                Series series = new Series(group, random.nextBoolean() ? "stable" : "canary");
                switch (random.nextInt(20)) {
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
                        if (random.nextInt(10) == 0) {
                            epoch++;
                            numbering.clear();
                            heldBack.clear();
                        }
                    }
                    case 4 -> {
                        if (random.nextInt(5) == 0) {
                            send(numbers(group).leaving(group, wall()));
                        }
                    }
                    case 5, 6, 7, 8, 9 ->
                        send(numbers(group)
                                .heartbeat(
                                        group,
                                        wall() - random.nextInt(50),
                                        random.nextInt(6) == 0
                                                ? offered(slot(), 2, Sickness.CPU_SATURATED)
                                                : offered(slot(), random.nextInt(3))));
                    case 10 -> send(numbers(group).failed(series, wall(), FailureKind.TIMEOUT_TOTAL));
                    default -> send(numbers(group).completed(series, wall() - random.nextInt(1_500), 20));
                }
            }

            void leave() {
                heldBack.forEach(this::send);
                groups.forEach(group -> send(numbers(group).leaving(group, wall())));
            }

            private void resend() {
                if (!sentBefore.isEmpty()) {
                    deliver(sentBefore.get(random.nextInt(sentBefore.size())));
                }
            }

            private void send(Event event) {
                deliver(event);
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

        private final class Source {
            private final int partition;
            private final Map<String, IntakeSnapshot> store = new LinkedHashMap<>();
            private PartitionIntake intake;

            Source(int partition) {
                this.partition = partition;
                this.intake = fresh();
            }

            private PartitionIntake fresh() {
                return new PartitionIntake(
                        new Placement(partition, PARTITIONS, 1),
                        LIMITS,
                        (tally, times) -> tallies.merge(tally, times, Long::sum),
                        now);
            }

            void take(Event event) {
                Admission admission = intake.accept(event, now, now);
                if (admission instanceof Admission.Taken
                        && event instanceof dev.plumbline.contract.event.RequestEvent request) {
                    accepted.merge(request.series(), 1L, Long::sum);
                }
                flush();
            }

            void tick() {
                tick(random.nextInt(10) > 0);
            }

            void tick(boolean drained) {
                List<ProducerExpelled> expelled = intake.tick(now, drained);
                flush();
                expelled.forEach(this::take);
            }

            /** Loses the objects, keeps what was committed. */
            void crash() {
                intake.drainChanges((key, change) -> change.ifPresentOrElse(
                        value -> store.put(key, value),
                        () -> assertThat(store.remove(key))
                                .as("seed %d: %s", seed, key)
                                .isNotNull()));
                intake = fresh();
                store.values().forEach(snapshot -> intake.restore(snapshot, now));
            }

            private void flush() {
                for (Partial partial : intake.drain()) {
                    if (partial instanceof Partial.WindowPart part) {
                        merges.get(GroupPartitioner.partitionOf(
                                        part.id().series().group(), 0, PARTITIONS))
                                .take(partial);
                    } else {
                        merges.forEach(merge -> merge.take(partial));
                    }
                }
            }
        }

        private final class Merge {
            private final Map<String, MergeSnapshot> store = new LinkedHashMap<>();
            private WindowMerger merger = fresh();

            private WindowMerger fresh() {
                // So few that forgetting happens in every run.
                return new WindowMerger(1_000, PARTITIONS, 5, (tally, times) -> tallies.merge(tally, times, Long::sum));
            }

            void take(Partial partial) {
                merger.accept(partial);
                windows.addAll(merger.drain());
            }

            void crash() {
                merger.drainChanges((key, change) -> change.ifPresentOrElse(
                        value -> store.put(key, value),
                        () -> assertThat(store.remove(key))
                                .as("seed %d: %s", seed, key)
                                .isNotNull()));
                merger = fresh();
                store.values().forEach(merger::restore);
            }
        }
    }
}
