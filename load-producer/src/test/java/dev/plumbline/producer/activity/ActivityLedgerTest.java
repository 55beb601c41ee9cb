package dev.plumbline.producer.activity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.time.ManualClock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ActivityLedgerTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    private static final long MILLI = 1_000_000;

    /** The epoch begins 400 ms before a slot ends. */
    private final ManualClock clock = new ManualClock(10_600);

    private final ActivityLedger ledger = new ActivityLedger(clock, SERIES, 0);

    @Test
    void timeInFlightIsExactAndCutAtSlots() {
        ledger.measuredFrom(0);
        ledger.offered(100 * MILLI);
        ledger.entered(100 * MILLI);
        ledger.entered(200 * MILLI);
        ledger.left(600 * MILLI);
        ledger.left(1_500 * MILLI + 1);
        assertThat(ledger.drain(2_300 * MILLI))
                .containsExactly(
                        begin(new Activity("stable", 10_000, 1, (300 + 200) * MILLI, 0, Set.of())),
                        new Activity("stable", 11_000, 0, (600 + 200 + 400) * MILLI, 0, Set.of()),
                        new Activity("stable", 12_000, 0, 100 * MILLI + 1, 0, Set.of()));
    }

    @Test
    void ofRequestsOfTheWarmUpThePartWithinTheSpanIsTold() {
        ledger.measuredFrom(500 * MILLI);
        ledger.entered(100 * MILLI);
        ledger.tokens(499 * MILLI, 3);
        assertThat(ledger.inFlight()).isEqualTo(1);
        assertThat(ledger.drain(499 * MILLI)).isEmpty();
        ledger.tokens(500 * MILLI, 5);
        ledger.left(600 * MILLI);
        assertThat(ledger.inFlight()).isZero();
        assertThat(ledger.drain(600 * MILLI))
                .containsExactly(begin(new Activity("stable", 11_000, 0, 100 * MILLI, 5, Set.of())));
    }

    @Test
    void ofRequestsThatAreUnderWayAtItsEndNothingIsToldFromThereOn() {
        ledger.measuredFrom(0);
        ledger.measuredUntil(1_000 * MILLI);
        ledger.entered(100 * MILLI);
        ledger.entered(900 * MILLI);
        ledger.tokens(999 * MILLI, 3);
        ledger.tokens(1_000 * MILLI, 5);
        ledger.left(2_500 * MILLI);
        ledger.tokens(2_500 * MILLI, -1);
        ledger.entered(2_600 * MILLI);
        assertThat(ledger.inFlight()).isEqualTo(2);
        assertThat(ledger.drain(3_000 * MILLI))
                .containsExactly(
                        begin(new Activity("stable", 10_000, 0, 300 * MILLI, 0, Set.of())),
                        end(new Activity("stable", 11_000, 0, (600 + 100) * MILLI, 3, Set.of())));
    }

    @Test
    void whereNothingIsMeasuredNothingIsTold() {
        ledger.entered(0);
        ledger.tokens(100 * MILLI, 3);
        ledger.left(5_000 * MILLI);
        assertThat(ledger.drain(9_000 * MILLI)).isEmpty();
    }

    @Test
    void whatWasToldIsNotToldAgainAndSumsAreKept() {
        ledger.measuredFrom(0);
        ledger.entered(0);
        ledger.tokens(10 * MILLI, 5);
        List<Activity> first = ledger.drain(100 * MILLI);
        ledger.tokens(150 * MILLI, -2);
        List<Activity> second = ledger.drain(300 * MILLI);
        assertThat(first).containsExactly(begin(new Activity("stable", 10_000, 0, 100 * MILLI, 5, Set.of())));
        assertThat(second).containsExactly(new Activity("stable", 10_000, 0, 200 * MILLI, -2, Set.of()));
        ActivitySum sum = new ActivitySum();
        sum.add(second);
        sum.add(first);
        assertThat(sum.drain()).containsExactly(begin(new Activity("stable", 10_000, 0, 300 * MILLI, 3, Set.of())));
        assertThat(sum.drain()).isEmpty();
    }

    /** A chunk is stamped when it comes and counted when it is decoded, and what was told in between stays told. */
    @Test
    void tokensOfASecondThatWasToldCountInTheNext() {
        ledger.measuredFrom(0);
        assertThat(ledger.drain(450 * MILLI)).containsExactly(idle(10_000), idle(11_000));
        ledger.tokens(399 * MILLI, 3);
        assertThat(ledger.drain(500 * MILLI)).containsExactly(new Activity("stable", 11_000, 0, 0, 3, Set.of()));
    }

    @Test
    void delaysAndCostsAreOfTheirSecondAndAddUp() {
        ledger.delayed(100 * MILLI, 7 * MILLI);
        assertThat(ledger.drain(300 * MILLI)).as("nothing is measured yet").isEmpty();
        ledger.measuredFrom(500 * MILLI);
        ledger.delayed(600 * MILLI, 2 * MILLI);
        ledger.spent(700 * MILLI, 40);
        List<Activity> first = ledger.drain(800 * MILLI);
        ledger.putBack(first);
        ledger.spent(900 * MILLI, 2);
        ledger.delayed(950 * MILLI, 3 * MILLI);

        Circumstances around = ledger.drain(1_000 * MILLI).stream()
                .filter(activity -> activity.slotStartEpochMillis() == 11_000)
                .findFirst()
                .orElseThrow()
                .circumstances()
                .orElseThrow();
        assertThat(around.costBillionths()).hasValue(42);
        assertThat(around.generatorDelay().orElseThrow().count()).isEqualTo(2);
        assertThat(around.generatorDelay().orElseThrow().maxNanos()).hasValue(3 * MILLI);
    }

    @Test
    void aLateTickBehindAStatedEndTellsNoSecondMore() {
        ledger.measuredFrom(500 * MILLI);
        ledger.measuredUntil(1_300 * MILLI);
        ledger.delayed(1_500 * MILLI, 200 * MILLI);
        assertThat(ledger.drain(1_600 * MILLI))
                .extracting(Activity::slotStartEpochMillis)
                .containsExactly(11_000L);
    }

    @Test
    void seriesOfOtherConditionsAreNotAddedUp() {
        ActivitySum sum = new ActivitySum();
        Activity plain = new Activity("stable", 10_000, 1, 0, 0, Set.of());
        Activity other = new Activity(
                "stable",
                Optional.of("0123456789abcdef"),
                10_000,
                2,
                0,
                0,
                Set.of(),
                Optional.empty(),
                Optional.empty());
        sum.add(List.of(plain, other, plain));
        assertThat(sum.drain()).containsExactly(new Activity("stable", 10_000, 2, 0, 0, Set.of()), other);
    }

    @Test
    void nothingIsNothing() {
        assertThat(ledger.drain(5_000 * MILLI)).isEmpty();
    }

    @Test
    void everySlotOfTheMeasuredSpanIsToldOnceAlsoWhenNothingHappenedInIt() {
        ledger.measuredFrom(500 * MILLI);
        assertThat(ledger.drain(499 * MILLI)).as("it lies ahead").isEmpty();
        ledger.offered(1_500 * MILLI);
        assertThat(ledger.drain(3_000 * MILLI))
                .containsExactly(begin(idle(11_000)), new Activity("stable", 12_000, 1, 0, 0, Set.of()), idle(13_000));
        assertThat(ledger.drain(3_300 * MILLI)).as("once").isEmpty();
        ledger.measuredUntil(5_400 * MILLI);
        assertThat(ledger.drain(9_000 * MILLI))
                .as("16,000 is no part of it")
                .containsExactly(idle(14_000), end(idle(15_000)));
        assertThat(ledger.drain(90_000 * MILLI)).isEmpty();
    }

    @Test
    void anEndThatLiesAheadIsToldWhenItIsReachedAndMayComeEarlier() {
        ledger.measuredFrom(0);
        ledger.measuredUntil(5_400 * MILLI);
        assertThat(ledger.drain(1_000 * MILLI)).containsExactly(begin(idle(10_000)), idle(11_000));
        ledger.measuredUntil(1_200 * MILLI);
        assertThat(ledger.drain(1_100 * MILLI)).as("not reached").isEmpty();
        assertThat(ledger.drain(1_200 * MILLI)).containsExactly(end(idle(11_000)));
        ledger.measuredUntil(1_200 * MILLI);
        assertThat(ledger.drain(9_000 * MILLI)).as("once").isEmpty();
    }

    @Test
    void anEndAtTheBorderOfASlotIsInTheSlotBefore() {
        ledger.measuredFrom(0);
        ledger.measuredUntil(400 * MILLI);
        assertThat(ledger.drain(400 * MILLI)).containsExactly(edges(idle(10_000), new LoadEdges(1, 1)));
    }

    @Test
    void edgesThatCouldNotBeToldAreToldLaterAndOnce() {
        ledger.measuredFrom(0);
        ledger.measuredUntil(200 * MILLI);
        ledger.putBack(ledger.drain(300 * MILLI));
        assertThat(ledger.drain(400 * MILLI)).containsExactly(edges(idle(10_000), new LoadEdges(1, 1)));
        assertThat(ledger.drain(500 * MILLI)).isEmpty();
    }

    @Test
    void whatWasNotToldOfASpanIsToldAlsoWhenTheNextHasBegun() {
        ledger.measuredFrom(0);
        ledger.entered(100 * MILLI);
        ledger.measuredUntil(300 * MILLI);
        ledger.measuredFrom(2_000 * MILLI);
        ledger.left(2_100 * MILLI);
        assertThat(ledger.drain(2_300 * MILLI))
                .containsExactly(
                        edges(new Activity("stable", 10_000, 0, 200 * MILLI, 0, Set.of()), new LoadEdges(1, 1)),
                        begin(new Activity("stable", 12_000, 0, 100 * MILLI, 0, Set.of())));
    }

    @Test
    void aSpanThatWasOverBeforeItBeganHasNoSlots() {
        ledger.measuredFrom(500 * MILLI);
        ledger.measuredUntil(500 * MILLI);
        assertThat(ledger.drain(5_000 * MILLI)).isEmpty();
        ledger.sick(0, 1_000 * MILLI, Sickness.CPU_SATURATED);
        assertThat(ledger.drain(6_000 * MILLI)).isEmpty();
    }

    @Test
    void emptySlotsThatCouldNotBeToldAreToldLaterAndOnce() {
        ledger.measuredFrom(0);
        ledger.putBack(ledger.drain(1_000 * MILLI));
        assertThat(ledger.drain(2_000 * MILLI)).containsExactly(begin(idle(10_000)), idle(11_000), idle(12_000));
        assertThat(ledger.drain(2_100 * MILLI)).isEmpty();
    }

    @Test
    void emptySlotsOfSeveralLoopsAddUpWithWhatOneOfThemDid() {
        ActivityLedger other = new ActivityLedger(clock, SERIES, 0);
        ledger.measuredFrom(0);
        other.measuredFrom(0);
        other.offered(100 * MILLI);
        ActivitySum sum = new ActivitySum();
        sum.add(ledger.drain(1_000 * MILLI));
        sum.add(other.drain(1_000 * MILLI));
        assertThat(sum.drain())
                .containsExactly(
                        edges(new Activity("stable", 10_000, 1, 0, 0, Set.of()), new LoadEdges(2, 0)), idle(11_000));
    }

    @Test
    void aProducerThatStoodStillForLongTellsTheNewestSlotsAndCountsThoseThatItLost() {
        ledger.measuredFrom(0);
        List<Activity> told = ledger.drain((ActivityLedger.MAX_SLOTS + 9) * 1_000 * MILLI);
        assertThat(told).hasSize(ActivityLedger.MAX_SLOTS);
        assertThat(told.getLast()).isEqualTo(idle(10_000 + (ActivityLedger.MAX_SLOTS + 9) * 1_000L));
        assertThat(ledger.discardedSlots()).isEqualTo(10);
    }

    @Test
    void nobodyIsSickWhereNothingIsMeasured() {
        ledger.sick(0, 3_000 * MILLI, Sickness.EVENT_LOOP_STALLED);
        assertThat(ledger.drain(3_000 * MILLI)).isEmpty();
        ledger.measuredFrom(4_000 * MILLI);
        ledger.measuredUntil(5_000 * MILLI);
        ledger.sick(3_000 * MILLI, 9_000 * MILLI, Sickness.EVENT_LOOP_STALLED);
        assertThat(ledger.drain(9_000 * MILLI))
                .extracting(Activity::slotStartEpochMillis)
                .containsExactly(14_000L, 15_000L);
    }

    @Test
    void behindTheSpanSicknessIsToldAsLongAsARequestMayEnd() {
        ledger.measuredFrom(0);
        ledger.measuredUntil(200 * MILLI);
        ledger.entered(100 * MILLI);
        ledger.drain(300 * MILLI);
        ledger.sick(1_000 * MILLI, 1_100 * MILLI, Sickness.EVENT_LOOP_STALLED);
        ledger.left(2_300 * MILLI);
        ledger.sick(1_500 * MILLI, 3_500 * MILLI, Sickness.CPU_SATURATED);
        assertThat(ledger.drain(4_000 * MILLI))
                .containsExactly(sick(11_000, Sickness.EVENT_LOOP_STALLED), sick(12_000, Sickness.CPU_SATURATED));
    }

    @Test
    void whatARequestCostThatEndedBehindTheSpanIsToldThere() {
        ledger.measuredFrom(0);
        ledger.measuredUntil(200 * MILLI);
        ledger.drain(300 * MILLI);
        ledger.spent(1_400 * MILLI, 40);
        assertThat(ledger.drain(2_000 * MILLI)).singleElement().satisfies(behind -> {
            assertThat(behind.slotStartEpochMillis()).isEqualTo(12_000);
            assertThat(behind.circumstances().orElseThrow().costBillionths()).hasValue(40);
            assertThat(behind.edges()).isEmpty();
        });
    }

    private static Activity begin(Activity activity) {
        return edges(activity, new LoadEdges(1, 0));
    }

    private static Activity end(Activity activity) {
        return edges(activity, new LoadEdges(0, 1));
    }

    private static Activity edges(Activity activity, LoadEdges edges) {
        return new Activity(
                activity.variant(),
                activity.conditions(),
                activity.slotStartEpochMillis(),
                activity.offered(),
                activity.inFlightNanos(),
                activity.outputTokens(),
                activity.sickness(),
                activity.circumstances(),
                Optional.of(edges));
    }

    private static Activity idle(long slotStartEpochMillis) {
        return new Activity("stable", slotStartEpochMillis, 0, 0, 0, Set.of());
    }

    @Test
    void sicknessCoversEverySlotItTouches() {
        ledger.measuredFrom(0);
        ledger.sick(300 * MILLI, 1_400 * MILLI, Sickness.EVENT_LOOP_STALLED);
        assertThat(ledger.drain(1_400 * MILLI))
                .extracting(Activity::slotStartEpochMillis)
                .containsExactly(10_000L, 11_000L, 12_000L);
    }

    @Test
    void whatCouldNotBeToldIsToldLater() {
        ledger.offered(0);
        ledger.putBack(ledger.drain(1));
        assertThat(ledger.drain(2)).extracting(Activity::offered).containsExactly(1L);
    }

    @Test
    void tokensOfASlotThatWasDiscardedAreDiscarded() {
        ledger.entered(0);
        ledger.tokens(0, 1);
        ledger.left(ActivityLedger.MAX_SLOTS * 1_000 * MILLI);
        assertThat(ledger.discardedSlots()).isEqualTo(1);
        ledger.tokens(1, 2);
        ledger.tokens(2, 2);
        assertThat(ledger.discardedSlots()).isEqualTo(3);
        assertThat(ledger.drain(ActivityLedger.MAX_SLOTS * 1_000 * MILLI))
                .hasSize(ActivityLedger.MAX_SLOTS)
                .allSatisfy(slot -> assertThat(slot.outputTokens()).isZero());
    }

    @Test
    void slotsAreBounded() {
        for (long slot = 0; slot < ActivityLedger.MAX_SLOTS + 5; slot++) {
            ledger.offered(slot * 1_000 * MILLI);
        }
        assertThat(ledger.drain(0)).hasSize(ActivityLedger.MAX_SLOTS);
        assertThat(ledger.discardedSlots()).isEqualTo(5);
    }

    /** Asleep, or set forward: the seconds that were never there are not told. */
    @Test
    void whereTheClockWasSetForwardNothingIsToldOfTheTimeBetween() {
        ledger.measuredFrom(0);
        ledger.entered(0);
        clock.setWall(3_600_000);
        clock.lookTwice();
        assertThat(ledger.drain(2_000 * MILLI))
                .as("until 11,350 by the old anchor, from 3,611,350 by the new one")
                .containsExactly(
                        begin(flying(10_000, 400)),
                        flying(11_000, 350),
                        flying(3_611_000, 650),
                        flying(3_612_000, 600));
        assertThat(ledger.discardedSlots()).isZero();
    }

    @Test
    void aSlotThatWasToldBeforeItWasCutIsToldAgainFromTheCutOn() {
        ledger.measuredFrom(0);
        clock.setWall(60_000);
        clock.advanceMillis(250);
        clock.look();
        clock.advanceMillis(250);
        assertThat(ledger.drain(clock.nanos())).containsExactly(begin(idle(10_000)), idle(11_000));
        clock.look();
        assertThat(ledger.drain(900 * MILLI)).containsExactly(idle(71_000));
    }

    @Test
    void tokensFindTheSlotThatWasCutBetweenTwoOfThem() {
        clock.setWall(60_000);
        clock.advanceMillis(250);
        clock.look();
        clock.advanceMillis(250);
        ledger.tokens(clock.nanos(), 1);
        clock.look();
        ledger.tokens(clock.nanos(), 2);
        ledger.tokens(800 * MILLI, 4);
        ledger.tokens(clock.nanos(), 8);
        assertThat(ledger.drain(900 * MILLI))
                .containsExactly(
                        new Activity("stable", 11_000, 0, 0, 11, Set.of()),
                        new Activity("stable", 71_000, 0, 0, 4, Set.of()));
    }

    /** Wall time goes through three seconds again: were they vouched for, their windows would have double the load. */
    @Test
    void whereTheClockWasSetBackTheSecondsThatComeAgainAreNotVouchedFor() {
        ledger.measuredFrom(0);
        assertThat(ledger.drain(0)).containsExactly(begin(idle(10_000)));
        clock.setWall(-2_000);
        clock.lookTwice();
        assertThat(clock.anchorAt(clock.nanos()).fromEpochMillis()).isEqualTo(9_350);
        assertThat(ledger.drain(4_000 * MILLI))
                .containsExactly(
                        sick(9_000, Sickness.WATERMARK_STALLED),
                        sick(10_000, Sickness.WATERMARK_STALLED),
                        sick(11_000, Sickness.WATERMARK_STALLED),
                        idle(12_000));
    }

    private static Activity flying(long slotStartEpochMillis, long millis) {
        return new Activity("stable", slotStartEpochMillis, 0, millis * MILLI, 0, Set.of());
    }

    private static Activity sick(long slotStartEpochMillis, Sickness why) {
        return new Activity("stable", slotStartEpochMillis, 0, 0, 0, Set.of(why));
    }
}
