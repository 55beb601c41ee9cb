package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.group;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.WindowRecord;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One bad producer, one bad partition, one hour of backlog hurt nobody else. */
class NobodyWaitsForOneTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final IntakeLimits LIMITS =
            new IntakeLimits(10_000, 2_000, 10_000, 10_000, 300_000, 50, 20, 16 << 20);

    /** Windows that end later than this before now need not be there yet: stall bound, grace, one window. */
    private static final long BEHIND_AT_MOST = 10_000 + 2_000 + 10_000;

    private final SmallPipe pipe = new SmallPipe(1, LIMITS);
    private final TestEvents p1 = new TestEvents("p1", 1);
    private final TestEvents p2 = new TestEvents("p2", 1);

    @Test
    void aWatermarkThatStandsStillHoldsNobodyElse() {
        for (long now = T0; now <= T0 + 60_000; now += 250) {
            pipe.send(p1.heartbeat(T0), now);
            pipe.send(p2.completed(STABLE, now, 10), now);
            pipe.send(p2.heartbeat(now), now);
            pipe.tick(now, true);
        }
        assertThat(newestEnd(GROUP)).isGreaterThanOrEqualTo(T0 + 60_000 - BEHIND_AT_MOST);
    }

    @ParameterizedTest
    @ValueSource(longs = {-HOUR, 4 * 60_000})
    void aClockThatIsOffHoldsNobodyElse(long offMillis) {
        for (long now = T0; now <= T0 + 60_000; now += 250) {
            pipe.send(p1.completed(STABLE, now + offMillis, 10), now);
            pipe.send(p1.heartbeat(now + offMillis), now);
            pipe.send(p2.completed(STABLE, now, 10), now);
            pipe.send(p2.heartbeat(now), now);
            pipe.tick(now, true);
        }
        assertThat(finals(GROUP).filter(end -> end > T0 && end <= T0 + 60_000 - BEHIND_AT_MOST))
                .as("windows of now")
                .hasSize(3);
        pipe.send(p1.leaving(T0 + 60_000 + offMillis), T0 + 60_000);
        pipe.send(p2.leaving(T0 + 60_000), T0 + 60_000);
        pipe.tick(T0 + 70_000, true);
        assertThat(pipe.counted()).isEqualTo(2 * 241);
    }

    @Test
    void aGroupWaitsForNobodyOfAnotherGroup() {
        ComparisonGroup other = group("other");
        for (long now = T0; now <= T0 + 30_000; now += 250) {
            pipe.send(p1.heartbeat(other, T0), now);
            pipe.send(p2.completed(STABLE, now, 10), now);
            pipe.send(p2.heartbeat(now), now);
        }
        assertThat(newestEnd(GROUP)).isEqualTo(T0 + 20_000);
    }

    @Test
    void junkIsNoLife() {
        SmallPipe two = new SmallPipe(2, LIMITS);
        int home = GroupPartitioner.partitionOf(GROUP, 0, 2);
        for (long now = T0; now <= T0 + 30_000; now += 250) {
            two.send(p1.completed(STABLE, now, 10), now);
            two.send(p1.heartbeat(now), now);
            two.junk(1 - home);
            two.tick(now, true);
        }
        assertThat(two.windows)
                .extracting(window -> window.id().endEpochMillis())
                .contains(T0 + 10_000, T0 + 20_000);
    }

    @Test
    void aLightPartitionDoesNotWaitForAHeavyOne() {
        SmallPipe two = new SmallPipe(2, LIMITS);
        int home = GroupPartitioner.partitionOf(GROUP, 0, 2);
        ComparisonGroup heavy = IntStream.range(0, 100)
                .mapToObj(i -> group("heavy" + i))
                .filter(other -> GroupPartitioner.partitionOf(other, 0, 2) != home)
                .findFirst()
                .orElseThrow();
        two.send(p2.heartbeat(heavy, T0), T0);
        long worst = 0;
        for (long at = T0; at <= T0 + HOUR; at += 1_000) {
            two.send(p1.completed(STABLE, at, 10), at);
            two.send(p1.heartbeat(at), at);
            worst = Math.max(worst, two.mergers.get(home).openWindows());
        }
        assertThat(worst).isLessThanOrEqualTo(3);
        assertThat(two.windows).hasSize(359);
    }

    @Test
    void whoSendsRequestsAndNoHeartbeatsHoldsNobody() {
        long latest = 0;
        for (long now = T0; now <= T0 + 120_000; now += 250) {
            pipe.send(p1.completed(STABLE, now, 10), now);
            pipe.send(p1.heartbeat(now), now);
            if (now % 1_000 == 0) {
                pipe.send(p2.completed(STABLE, now, 10), now);
            }
            pipe.tick(now, true);
            latest = Math.max(latest, now - Math.max(T0, newestEnd(GROUP)));
        }
        assertThat(latest).as("a window, grace and a heartbeat").isLessThanOrEqualTo(10_000 + 2_000 + 1_000);
    }

    @Test
    void aProducerWhoseClockWasAheadIsHeardAgain() {
        // Ten years ahead at its first start.
        TestEvents ahead = new TestEvents("p1", T0 + 10 * 365 * 24 * HOUR);
        TestEvents again = new TestEvents("p1", T0 + 1_000);
        pipe.send(ahead.heartbeat(T0), T0);
        for (long now = T0 + 1_000; now <= T0 + 41_000; now += 250) {
            pipe.send(again.completed(STABLE, now, 10), now);
            pipe.send(again.heartbeat(now), now);
            pipe.tick(now, true);
        }
        assertThat(pipe.windows).extracting(WindowRecord::revision).containsOnly(0);
        assertThat(finals(GROUP)).containsExactly(T0 + 10_000, T0 + 20_000, T0 + 30_000);
    }

    @Test
    void nothingIsRefusedForWantOfRoomWhenAnHourIsReadAtOnce() {
        SmallPipe small = new SmallPipe(1, new IntakeLimits(10_000, 2_000, 10_000, 10_000, 300_000, 50, 20, 50_000));
        // It died in the first second, and nobody was there to see it.
        small.send(p2.completed(STABLE, T0, 10), T0);
        small.send(p2.heartbeat(T0), T0);
        long sent = 1;
        for (long at = T0; at <= T0 + HOUR; at += 1_000) {
            small.send(p1.completed(STABLE, at, 10), at);
            small.send(p1.heartbeat(at), at);
            sent++;
        }
        assertThat(small.refusals).isEmpty();
        assertThat(small.intakes.getFirst().openBytes()).isLessThanOrEqualTo(50_000);
        small.send(p1.leaving(T0 + HOUR), T0 + HOUR);
        for (long now = T0 + HOUR; now <= T0 + HOUR + 30_000; now += 1_000) {
            small.tick(now, true);
        }
        assertThat(small.counted()).isEqualTo(sent);
    }

    @Test
    void theOldestLeaveEarlyWhereThereIsNoMoreRoom() {
        SmallPipe small = new SmallPipe(1, new IntakeLimits(10_000, 2_000, 10_000, 10_000, 300_000, 50, 20, 50_000));
        // So many windows at once, held open by a watermark that is right.
        small.send(p1.heartbeat(T0), T0);
        for (int i = 0; i < 145; i++) {
            small.send(p1.completed(new Series(GROUP, "v" + i % 5), T0 + i / 5 * 10_000L, 10), T0);
            assertThat(small.intakes.getFirst().openBytes()).isLessThanOrEqualTo(50_000);
            assertThat(small.mergers.getFirst().openBytes()).isLessThanOrEqualTo(50_000);
        }
        assertThat(small.tally(Tally.PARTS_EARLY)).isPositive();
        assertThat(small.tally(Tally.WINDOWS_EARLY)).isPositive();
        small.send(p1.completed(new Series(GROUP, "v0"), T0 + 1, 10), T0);
        small.send(p1.leaving(T0), T0);

        assertThat(small.counted()).isEqualTo(146);
        assertThat(small.windows.getFirst().cut()).contains(WindowRecord.Cut.NO_ROOM);
        assertThat(small.windows)
                .as("each once")
                .doesNotHaveDuplicates()
                .extracting(window -> window.id() + "#" + window.revision())
                .doesNotHaveDuplicates();
    }

    @Test
    void whatAStalledProducerSentIsCountedApart() {
        for (long now = T0; now <= T0 + 60_000; now += 250) {
            pipe.send(p1.completed(STABLE, now, 900), now);
            pipe.send(p1.heartbeat(Math.min(now, T0 + 15_000)), now);
            pipe.send(p2.completed(STABLE, now, 10), now);
            pipe.send(p2.heartbeat(now), now);
        }
        assertThat(pipe.tally(Tally.PRODUCERS_STALLED)).isEqualTo(1);
        assertThat(pipe.intakes.getFirst().slowestHolder(true))
                .contains(new PartitionIntake.Holder("p1", GROUP, T0 + 15_000));
        assertThat(pipe.windows.getLast().excluded().reasons())
                .isEqualTo(Map.of("p1", Set.of(Sickness.WATERMARK_STALLED)));
        assertThat(pipe.windows.getLast().delta().requests().completed()).isEqualTo(40);

        pipe.send(p1.heartbeat(T0 + 60_000), T0 + 60_250);
        assertThat(pipe.tally(Tally.PRODUCERS_CAUGHT_UP)).isEqualTo(1);
        assertThat(pipe.intakes.getFirst().slowestHolder(true)).isEmpty();
    }

    @Test
    void aWindowThatIsCutSaysSo() {
        pipe.send(p1.completed(STABLE, T0 + 1_000, 10), T0 + 1_000);
        pipe.send(p1.leaving(T0 + 2_000), T0 + 2_000);
        pipe.send(p2.completed(STABLE, T0 + 11_000, 10), T0 + 11_000);
        pipe.send(p2.heartbeat(T0 + 11_000), T0 + 11_000);
        for (long now = T0 + 11_000; now <= T0 + 40_000; now += 250) {
            pipe.tick(now, true);
        }
        assertThat(pipe.windows)
                .extracting(window -> window.cut().orElseThrow())
                .containsExactly(WindowRecord.Cut.LEFT, WindowRecord.Cut.SILENT);
    }

    @Test
    void nothingIsCountedAgainWhenKafkaForgetsHowFarItWas() {
        List<Event> log = List.of(
                p1.completed(STABLE, T0 + 1, 10),
                p1.heartbeat(T0 + 12_000),
                p1.completed(STABLE, T0 + 13_000, 10),
                p1.heartbeat(T0 + 13_000));
        PartitionIntake before = new PartitionIntake(new Placement(0, 1, 1), LIMITS, group -> 0, (tally, times) -> {});
        for (int i = 0; i < log.size(); i++) {
            before.accept(i, log.get(i), T0 + 13_000);
        }
        PartitionIntake after = new PartitionIntake(
                new Placement(0, 1, 1),
                LIMITS,
                group -> 0,
                (tally, times) -> pipe.tallies.merge(tally, times, Long::sum));
        before.drainChanges((key, change) -> change.ifPresent(after::restore));

        for (int i = 0; i < log.size(); i++) {
            assertThat(after.accept(i, log.get(i), T0 + 13_000)).isEqualTo(Admission.DUPLICATE);
        }
        assertThat(after.drain()).isEmpty();
        assertThat(pipe.tally(Tally.READ_AGAIN)).isEqualTo(4);
        assertThat(after.openWindows()).isEqualTo(1);
    }

    @Test
    void anApplicationWithoutStateGoesOnBehindWhatWasSaid() {
        PartitionIntake anew = new PartitionIntake(
                new Placement(0, 1, 1),
                LIMITS,
                group -> T0 + 10_000,
                (tally, times) -> pipe.tallies.merge(tally, times, Long::sum));
        anew.accept(0, p1.completed(STABLE, T0 + 1, 10), T0);
        anew.accept(1, p1.heartbeat(T0 + 5_000, offered(T0 + 4_000, 3)), T0 + 5_000);
        anew.accept(2, p1.completed(STABLE, T0 + 10_001, 10), T0 + 10_001);

        assertThat(pipe.tally(Tally.EVENTS_COUNTED_BEFORE)).isEqualTo(1);
        assertThat(pipe.tally(Tally.EVENTS_COUNTED)).isEqualTo(1);
        assertThat(anew.openWindows()).isEqualTo(1);
    }

    @Test
    void aBrokerThatWasAwayExpelsNobody() {
        for (long now = T0; now <= T0 + 20_000; now += 250) {
            pipe.send(p1.heartbeat(now), now);
            pipe.send(p2.heartbeat(now), now);
            pipe.tick(now, true);
        }
        // For a quarter of a minute nothing can be written or read; then one producer is there before the other.
        long back = T0 + 35_000;
        pipe.tick(back - 14_000, false);
        pipe.tick(back, true);
        pipe.send(p1.heartbeat(back), back + 100);
        pipe.tick(back + 250, true);
        pipe.send(p2.heartbeat(back), back + 500);
        pipe.tick(back + 750, true);

        assertThat(pipe.tally(Tally.PRODUCERS_EXPELLED)).isZero();
    }

    @Test
    void theSameLogGivesTheSameWindowsHoweverOftenTheClockIsLookedAt() {
        assertThat(windowsWithTicksEvery(250)).isEqualTo(windowsWithTicksEvery(7_000));
    }

    private List<WindowRecord> windowsWithTicksEvery(long millis) {
        SmallPipe replay = new SmallPipe(1, LIMITS);
        TestEvents first = new TestEvents("p1", 1);
        TestEvents second = new TestEvents("p2", 1);
        long nextTick = T0;
        for (long now = T0; now <= T0 + 60_000; now += 250) {
            replay.send(first.completed(STABLE, now - (now % 5_000 == 0 ? 15_000 : 0), 10), now);
            // A pause in which nobody is there, and one that dies.
            if (now < T0 + 20_000) {
                replay.send(first.heartbeat(now), now);
            } else if (now == T0 + 20_000) {
                replay.send(first.leaving(now), now);
            }
            if (now < T0 + 32_000) {
                replay.send(second.completed(new Series(group("other"), "stable"), now, 10), now);
                replay.send(second.heartbeat(group("other"), now), now);
            }
            if (now >= nextTick) {
                replay.tick(now, true);
                nextTick = now + millis;
            }
        }
        return replay.windows;
    }

    private LongStream finalEnds(ComparisonGroup of) {
        return pipe.windows.stream()
                .filter(window -> window.revision() == 0)
                .map(WindowRecord::id)
                .filter(id -> id.series().group().equals(of))
                .mapToLong(id -> id.endEpochMillis());
    }

    private java.util.stream.Stream<Long> finals(ComparisonGroup of) {
        return finalEnds(of).boxed();
    }

    private long newestEnd(ComparisonGroup of) {
        return finalEnds(of).max().orElse(0);
    }
}
