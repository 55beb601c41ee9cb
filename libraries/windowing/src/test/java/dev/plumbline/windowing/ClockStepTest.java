package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.window.WindowRecord;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A producer whose machine had a wrong clock, or slept, until it was set right: it goes on in another epoch, whose first
 * heartbeat claims no more than both clocks allow, and says no goodbye.
 */
class ClockStepTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long STALL = 10_000;
    private static final IntakeLimits LIMITS =
            new IntakeLimits(10_000, 2_000, 10_000, STALL, 300_000, 50, 20, 16 << 20);
    private static final long STEP = T0 + 60_000;
    private static final long END = T0 + 180_000;

    private final SmallPipe pipe = new SmallPipe(1, LIMITS);
    private final TestEvents well = new TestEvents("well", T0);
    private long sent;

    static Stream<Arguments> clocks() {
        return Stream.of(-3_600_000L, -5_000L, -700L, 700L, 5_000L, 240_000L)
                .flatMap(off -> Stream.of(Arguments.of(off, true), Arguments.of(off, false)));
    }

    @ParameterizedTest(name = "off by {0} ms until it is set, others in the group: {1}")
    @MethodSource("clocks")
    void everyEventIsCountedOnceAndNobodyIsLateForEver(long offMillis, boolean isSomebodyWell) {
        TestEvents before = new TestEvents("p", T0 + offMillis);
        for (long now = T0; now < STEP; now += 250) {
            speak(before, now, offMillis, isSomebodyWell);
        }
        TestEvents after = new TestEvents("p", Math.max(STEP, T0 + offMillis + 1));
        send(after.heartbeat(Math.min(STEP, STEP + offMillis) - 1), STEP);
        long lateBefore = -1;
        for (long now = STEP; now <= END; now += 250) {
            speak(after, now, 0, isSomebodyWell);
            if (now == STEP + 2 * STALL) {
                lateBefore = pipe.tally(Tally.EVENTS_LATE);
            }
        }
        assertThat(pipe.intakes.getFirst().stalledCount()).isZero();
        assertThat(pipe.tally(Tally.EVENTS_LATE)).as("late for ever").isEqualTo(lateBefore);
        assertThat(pipe.intakes.getFirst().closedToEpochMillis(GROUP)).isEqualTo(END - 10_000);
        assertThat(pipe.windows)
                .as("nobody said goodbye")
                .allSatisfy(window -> assertThat(window.endedEpochMillis()).isEmpty());
        send(after.leaving(END), END);
        if (isSomebodyWell) {
            send(well.leaving(END), END);
        }
        assertThat(pipe.counted()).isEqualTo(sent);
        assertThat(pipe.refusals).isEmpty();
        assertWindowsOfAfterAreWhole(isSomebodyWell);
    }

    private void assertWindowsOfAfterAreWhole(boolean isSomebodyWell) {
        long wholeFrom = STEP + 30_000;
        assertThat(pipe.windows.stream()
                        .filter(window -> window.id().startEpochMillis() >= wholeFrom
                                && window.id().endEpochMillis() < END)
                        .filter(window -> window.revision() == 0)
                        .mapToLong(WindowRecord::countedEvents))
                .hasSize(8)
                .allMatch(count -> count == (isSomebodyWell ? 80 : 40));
    }

    private void speak(TestEvents producer, long now, long offMillis, boolean isSomebodyWell) {
        long wall = now + offMillis;
        send(producer.completed(STABLE, wall, 10), now);
        sent++;
        send(producer.heartbeat(wall, offered(slot(wall), 1)), now);
        if (isSomebodyWell) {
            send(well.completed(STABLE, now, 10), now);
            sent++;
            send(well.heartbeat(now, offered(slot(now), 1)), now);
        }
        pipe.tick(now, true);
    }

    private void send(Event event, long now) {
        pipe.send(event, now);
    }

    private static long slot(long wall) {
        return wall - Math.floorMod(wall, 1_000L);
    }
}
