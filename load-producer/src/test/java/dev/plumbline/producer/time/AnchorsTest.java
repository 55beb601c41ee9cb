package dev.plumbline.producer.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnchorsTest {

    private static final long MILLI = 1_000_000;
    private static final long ZERO = 1_000_000_000_000L;

    private final Anchors anchors = new Anchors(ZERO);
    private long now;

    /** Past the pause between two looks. */
    private Optional<Anchor> look(long offMillis) {
        now += Anchors.LOOK_INTERVAL_MILLIS * MILLI;
        return anchors.look(now, ZERO + now / MILLI + offMillis, now);
    }

    @ParameterizedTest(name = "set by {0} ms")
    @ValueSource(longs = {3_600_000, 501, -501, -3_000, -3_600_000})
    void aClockThatWasSetIsFollowedOnceTwoLooksAgree(long byMillis) {
        assertThat(look(0)).isEmpty();
        assertThat(look(byMillis)).as("one look may be a hiccup").isEmpty();
        Anchor next = look(byMillis).orElseThrow();
        assertThat(next.movedMillis()).isEqualTo(byMillis);
        assertThat(next.fromNanos())
                .as("what was stamped by now keeps its place")
                .isGreaterThan(now);
        assertThat(anchors.at(now).epochMillisAt(now)).isEqualTo(ZERO + now / MILLI);
        assertThat(anchors.at(next.fromNanos() - 1).epochMillisAt(next.fromNanos() - 1))
                .isEqualTo(ZERO + (next.fromNanos() - 1) / MILLI);
        assertThat(anchors.at(next.fromNanos()).epochMillisAt(next.fromNanos()))
                .isEqualTo(ZERO + next.fromNanos() / MILLI + byMillis);
        assertThat(anchors.at(0).untilNanos()).isEqualTo(next.fromNanos());
        assertThat(anchors.made()).isEqualTo(1);
        assertThat(look(byMillis)).as("once").isEmpty();
        assertThat(look(byMillis)).isEmpty();
    }

    @Test
    void aHiccupBetweenTwoReadingsIsNoStep() {
        for (int i = 0; i < 5; i++) {
            assertThat(look(700)).isEmpty();
            assertThat(look(0)).isEmpty();
        }
        // Late by different times, twice in a row.
        assertThat(look(600)).isEmpty();
        assertThat(look(1_900)).isEmpty();
        assertThat(look(0)).isEmpty();
        assertThat(anchors.made()).isZero();
    }

    @Test
    void aReadingThatTookLongIsNone() {
        for (int i = 0; i < 5; i++) {
            now += Anchors.LOOK_INTERVAL_MILLIS * MILLI;
            long after = now + (Anchors.LONGEST_READING_MILLIS + 1) * MILLI;
            assertThat(anchors.look(now, ZERO + now / MILLI + 9_000, after)).isEmpty();
            now = after;
        }
    }

    @Test
    void looksThatFollowEachOtherAtOnceAreOne() {
        look(9_000);
        for (int i = 0; i < 100; i++) {
            now += MILLI;
            assertThat(anchors.isDue(now)).isFalse();
            assertThat(anchors.look(now, ZERO + now / MILLI + 9_000, now)).isEmpty();
        }
    }

    @Test
    void whatTimeServersCorrectAllDayIsLeftAlone() {
        for (int i = 0; i < 10; i++) {
            assertThat(look(500)).isEmpty();
            assertThat(look(-500)).isEmpty();
        }
    }

    /** A later epoch has a larger number, or what it writes would be taken for something old. */
    @Test
    void epochsGrowAlsoWhereTheClockIsSetBackBehindTheStart() {
        look(-60_000);
        Anchor first = look(-60_000).orElseThrow();
        assertThat(first.epoch()).isEqualTo(ZERO + 1);
        look(-120_000);
        look(-120_000);
        assertThat(look(-120_000)
                        .or(() -> Optional.of(anchors.at(now + 10_000 * MILLI)))
                        .orElseThrow()
                        .epoch())
                .isEqualTo(ZERO + 2);
    }

    /** The first start of a machine that did not know the time yet: nobody has taken a record of that epoch. */
    @Test
    void anEpochOfTheFarFutureIsGivenUp() {
        look(-3_600_000);
        Anchor next = look(-3_600_000).orElseThrow();
        assertThat(next.epoch()).isEqualTo(next.fromEpochMillis()).isLessThan(ZERO);
    }

    @Test
    void wallTimeThatCameBeforeIsKnownToComeAgain() {
        look(-3_000);
        Anchor back = look(-3_000).orElseThrow();
        assertThat(back.toldToEpochMillis()).isEqualTo(back.fromEpochMillis() + 3_000);
        now = back.fromNanos();
        look(1_000);
        Anchor forward = look(1_000).orElseThrow();
        assertThat(forward.toldToEpochMillis()).isLessThan(forward.fromEpochMillis());
    }

    @Test
    void onlySoManyAreKept() {
        for (int i = 1; i <= 2 * Anchors.MOST; i++) {
            long off = i * 1_000L;
            look(off);
            now = look(off).orElseThrow().fromNanos();
        }
        assertThat(anchors.made()).isEqualTo(2 * Anchors.MOST);
        assertThat(anchors.at(0).fromNanos()).as("the oldest that is kept").isPositive();
        assertThat(anchors.at(now).epochMillisAt(now)).isEqualTo(ZERO + now / MILLI + 2 * Anchors.MOST * 1_000L);
    }
}
