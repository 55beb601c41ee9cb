package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupHoldsTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long STALL = 10_000;
    private static final long SILENCE = 10_000;

    private final GroupHolds holds = new GroupHolds(STALL, SILENCE);
    private final List<String> told = new ArrayList<>();

    @Test
    void followsTheSlowestOfThoseWhoHaveSpoken() {
        spoken("p1", T0 + 5_000, 0);
        spoken("p2", T0 + 9_000, 0);
        holds.put(new Hold(GROUP, "p3", 1));

        assertThat(holds.watermarkEpochMillis(0)).hasValue(T0 + 5_000);
    }

    @Test
    void goesByTheEventsWhereNobodyHasSpoken() {
        holds.put(new Hold(GROUP, "p1", 1));

        assertThat(holds.watermarkEpochMillis(0)).isEmpty();
        assertThat(holds.watermarkEpochMillis(T0)).hasValue(T0 - SILENCE);
        assertThat(holds.anyTrusted()).isFalse();
    }

    @Test
    void doesNotWaitForAWatermarkThatStandsStill() {
        spoken("p1", T0, 0);
        spoken("p2", T0 + 5_000, 5_000);

        assess(STALL - 1);
        assertThat(holds.watermarkEpochMillis(0)).hasValue(T0);
        assess(STALL);

        assertThat(told).containsExactly("p1 stalled");
        assertThat(holds.watermarkEpochMillis(0)).hasValue(T0 + 5_000);
    }

    @Test
    void doesNotWaitForOneThatIsFarBehindAndDoesAgainWhenItHasCaughtUp() {
        Hold slow = spoken("p1", T0 - STALL - 1, 0);
        spoken("p2", T0, 0);

        holds.compare(slow, 0);
        assess(0);
        slow.heard(T0, 1, 0);
        slow.until(T0 - STALL, 1);
        holds.compare(slow, 1);
        assess(1);

        assertThat(told).containsExactly("p1 stalled", "p1 caught up");
        assertThat(holds.watermarkEpochMillis(0)).hasValue(T0 - STALL);
    }

    @Test
    void whoSpeaksFirstAfterAPauseIsNotAheadOfTheOthers() {
        spoken("p1", T0, 0);
        Hold first = spoken("p2", T0 + 60_000, 1_000);

        holds.compare(first, 1_000);
        assess(1_000);

        assertThat(told).isEmpty();
        assertThat(holds.watermarkEpochMillis(0)).hasValue(T0);
    }

    @Test
    void aClockThatIsAheadMakesNobodyLate() {
        Hold right = spoken("p1", T0, 0);
        Hold ahead = spoken("p2", T0 + 240_000, 0);
        ahead.heard(T0 + 100, 0, 0);

        holds.compare(right, 0);
        assess(0);

        assertThat(told).isEmpty();
        assertThat(holds.watermarkEpochMillis(0)).hasValue(T0);
    }

    @Test
    void goesByTheEventsWhereEveryOneHangs() {
        spoken("p1", T0, 0);

        assess(STALL);

        assertThat(holds.watermarkEpochMillis(T0 + 60_000)).hasValue(T0 + 60_000 - SILENCE);
    }

    private Hold spoken(String producerId, long untilEpochMillis, long livedMillis) {
        Hold hold = new Hold(GROUP, producerId, 1);
        hold.heard(untilEpochMillis, livedMillis, 0);
        hold.until(untilEpochMillis, livedMillis);
        holds.put(hold);
        return hold;
    }

    private void assess(long livedMillis) {
        holds.assess(livedMillis, hold -> told.add(hold.producerId() + (hold.isStalled() ? " stalled" : " caught up")));
    }
}
