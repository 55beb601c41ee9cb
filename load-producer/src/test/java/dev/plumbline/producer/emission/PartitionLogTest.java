package dev.plumbline.producer.emission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Heartbeat.LostSequences;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever Kafka does with records, and whatever the queue loses: each number is one record that was acknowledged or is named
 * once, and no heartbeat that got there claims what is not there and not named by then.
 */
class PartitionLogTest {

    private static final int STEPS = 400;
    private static final ComparisonGroup GROUP = group(0);

    private static ComparisonGroup group(int index) {
        return new ComparisonGroup("t", "m", "class-" + index, LoadPoint.parse("c1"), "default");
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 300);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void eachNumberIsOneRecordOrNamedOnceAndNothingIsClaimedThatIsNeither(long seed) {
        History history = new History(seed);
        history.run();
        history.assertEachNumberIsThereOrNamedOnce();
        history.assertEachLossIsNamedByItsGroup();
        history.assertEveryClaimIsTrue();
        history.assertEverythingIsClaimedInTheEnd();
    }

    /** A log, what went into it by chance, and what became of that. */
    private static final class History {

        /** A request: one that has a number, or one that waits for it in the next marker of its loop. */
        private record Ended(ComparisonGroup group, int loop, long atNanos) {}

        private final Random random;
        private final List<ComparisonGroup> groups = new ArrayList<>();
        private final int loops;
        private final PartitionLog log;

        private final List<List<Ended>> lostInQueue = new ArrayList<>();
        private final long[] markedNanos;
        private final Map<Long, Ended> requests = new HashMap<>();
        private final List<PartitionLog.Word> words = new ArrayList<>();
        private final List<PartitionLog.Written> open = new ArrayList<>();
        private final Map<Long, Boolean> acknowledged = new HashMap<>();
        private long lastSequence;
        private long now;

        History(long seed) {
            this.random = new Random(seed);
            int count = 1 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                groups.add(group(i));
            }
            this.loops = 1 + random.nextInt(3);
            this.markedNanos = new long[loops];
            for (int i = 0; i < loops; i++) {
                lostInQueue.add(new ArrayList<>());
            }
            this.log = new PartitionLog(groups, loops, 1 + random.nextInt(3));
        }

        void run() {
            int failingPercent = random.nextInt(60);
            for (int step = 0; step < STEPS; step++) {
                now++;
                ComparisonGroup group = groups.get(random.nextInt(groups.size()));
                int loop = random.nextInt(loops);
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> write(group, loop);
                    case 3 -> lostInQueue.get(loop).add(new Ended(group, loop, now));
                    case 4 -> mark(loop, false);
                    case 5 -> speak(group);
                    case 6, 7, 8 -> conclude(random.nextInt(100) >= failingPercent);
                    default -> log.settle();
                }
            }
            for (int loop = 0; loop < loops; loop++) {
                now++;
                mark(loop, true);
            }
            do {
                groups.forEach(this::speak);
                while (!open.isEmpty()) {
                    conclude(true);
                }
                log.settle();
            } while (!log.isNamed());
            groups.forEach(this::speak);
            while (!open.isEmpty()) {
                conclude(true);
            }
            log.settle();
        }

        private void write(ComparisonGroup group, int loop) {
            PartitionLog.Request request = log.request(new Series(group, "stable"), now);
            assertThat(request.sequence()).isEqualTo(++lastSequence);
            requests.put(request.sequence(), new Ended(group, loop, now));
            open.add(request);
        }

        private void mark(int loop, boolean last) {
            for (ComparisonGroup group : groups) {
                List<Ended> lost = lostInQueue.get(loop).stream()
                        .filter(each -> each.group().equals(group))
                        .toList();
                if (!lost.isEmpty()) {
                    log.lost(group, lost.size());
                    lost.forEach(each -> requests.put(++lastSequence, each));
                }
            }
            lostInQueue.get(loop).clear();
            log.mark(loop, now, last);
            markedNanos[loop] = now;
        }

        private void speak(ComparisonGroup group) {
            PartitionLog.Word word = log.heartbeat(group, List.of());
            assertThat(word.sequence()).isEqualTo(++lastSequence);
            words.add(word);
            open.add(word);
        }

        /** In any order. */
        private void conclude(boolean arrives) {
            if (open.isEmpty()) {
                return;
            }
            PartitionLog.Written record = open.remove(random.nextInt(open.size()));
            if (arrives) {
                record.acknowledged();
            } else {
                record.failed();
            }
            acknowledged.put(record.sequence(), arrives);
        }

        /** By number, which of the heartbeats that got there name it. */
        private Map<Long, List<PartitionLog.Word>> naming() {
            Map<Long, List<PartitionLog.Word>> naming = new HashMap<>();
            for (PartitionLog.Word word : words) {
                if (isThere(word.sequence())) {
                    for (LostSequences lost : word.lost()) {
                        for (long sequence = lost.first(); sequence <= lost.last(); sequence++) {
                            naming.computeIfAbsent(sequence, unused -> new ArrayList<>())
                                    .add(word);
                        }
                    }
                }
            }
            return naming;
        }

        private boolean isThere(long sequence) {
            return acknowledged.getOrDefault(sequence, false);
        }

        void assertEachNumberIsThereOrNamedOnce() {
            Map<Long, List<PartitionLog.Word>> naming = naming();
            for (long sequence = 1; sequence <= lastSequence; sequence++) {
                assertThat((isThere(sequence) ? 1 : 0)
                                + naming.getOrDefault(sequence, List.of()).size())
                        .as("number %d: acknowledged or named, and that once", sequence)
                        .isEqualTo(1);
            }
            assertThat(naming.keySet()).allMatch(sequence -> sequence <= lastSequence);
        }

        void assertEachLossIsNamedByItsGroup() {
            Map<Long, ComparisonGroup> groupOf = new HashMap<>();
            requests.forEach((sequence, request) -> groupOf.put(sequence, request.group()));
            words.forEach(word -> groupOf.put(word.sequence(), word.group()));
            naming().forEach((sequence, by) -> assertThat(by.getFirst().group()).isEqualTo(groupOf.get(sequence)));
            for (PartitionLog.Word word : words) {
                for (LostSequences lost : word.lost()) {
                    assertThat(lost.events())
                            .as("requests in %s", lost)
                            .isEqualTo(LongStream.rangeClosed(lost.first(), lost.last())
                                    .filter(requests::containsKey)
                                    .count());
                }
            }
        }

        void assertEveryClaimIsTrue() {
            Map<Long, List<PartitionLog.Word>> naming = naming();
            for (PartitionLog.Word word : words) {
                if (isThere(word.sequence())) {
                    requests.forEach((sequence, request) -> {
                        if (isClaimed(word, request)) {
                            boolean isInFront = isThere(sequence) && sequence < word.sequence();
                            boolean isNamed = naming.getOrDefault(sequence, List.of()).stream()
                                    .anyMatch(by -> by.sequence() <= word.sequence());
                            assertThat(isInFront || isNamed)
                                    .as("%s, number %d, as heartbeat %d claims it", request, sequence, word.sequence())
                                    .isTrue();
                        }
                    });
                }
            }
        }

        private static boolean isClaimed(PartitionLog.Word word, Ended request) {
            return request.group().equals(word.group())
                    && (word.claimed().ended()
                            || request.atNanos() <= word.claimed().nanos().get(request.loop()));
        }

        void assertEverythingIsClaimedInTheEnd() {
            assertThat(log.isSettled()).isTrue();
            assertThat(log.isNaming()).isFalse();
            for (ComparisonGroup group : groups) {
                PartitionLog.Reached reached = log.claimable(group);
                assertThat(reached.ended()).isTrue();
                assertThat(reached.nanos())
                        .containsExactly(LongStream.of(markedNanos).boxed().toArray(Long[]::new));
            }
        }
    }

    @Test
    void theNextEpochCountsFromOneAndGoesOnWhereTheLoopsAre() {
        PartitionLog log = new PartitionLog(List.of(GROUP), 2);
        log.mark(1, 70, true);
        log.request(new Series(GROUP, "stable"), 1).acknowledged();
        log.settle();

        PartitionLog next = log.next();
        assertThat(next.heartbeat(GROUP, List.of()).sequence()).isEqualTo(1);
        assertThat(next.claimable(GROUP).nanos()).containsExactly(0L, 70L);
        next.mark(0, 80, true);
        next.settle();
        assertThat(next.isEnded()).isFalse();
        next.open().forEach(PartitionLog.Written::acknowledged);
        next.settle();
        assertThat(next.isEnded())
                .as("the other loop ended in the epoch before")
                .isTrue();
    }

    @Test
    void anEpochIsNotLeftWhileAnythingOfItIsOpenOrUnnamed() {
        PartitionLog log = new PartitionLog(List.of(GROUP), 1);
        PartitionLog.Request request = log.request(new Series(GROUP, "stable"), 1);
        assertThatThrownBy(log::next).isInstanceOf(IllegalStateException.class);
        request.failed();
        assertThat(log.settle()).containsExactly(request);
        assertThatThrownBy(log::next).isInstanceOf(IllegalStateException.class);
        log.heartbeat(GROUP, List.of()).acknowledged();
        log.settle();
        assertThat(log.next()).isNotNull();
    }

    @Test
    void aGroupOfAnotherPartitionIsRefused() {
        PartitionLog log = new PartitionLog(List.of(GROUP), 1);
        assertThatThrownBy(() -> log.heartbeat(group(1), List.of())).hasMessageContaining(group(1).key());
    }
}
