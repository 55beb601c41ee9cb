package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.group;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowRecord.Cut;
import dev.plumbline.contract.window.WindowSummary;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WindowMergerTest {

    private static final long T0 = 1_000_000_000_000L;

    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private WindowMerger merger = merger(2, 3);
    private long offset;

    private WindowMerger merger(int sources, int revisionLimit) {
        return new WindowMerger(
                10_000, sources, revisionLimit, 1 << 20, 0, (tally, times) -> tallies.merge(tally, times, Long::sum));
    }

    private void accept(Partial partial) {
        assertThat(merger.accept(++offset, partial)).isEqualTo(Admission.TAKEN);
    }

    private void closed(int source, long toEpochMillis) {
        accept(new Partial.GroupClosed(source, GROUP, toEpochMillis));
    }

    private void released(int source) {
        accept(new Partial.GroupReleased(source, GROUP, 0, OptionalLong.of(T0 + 6_000)));
    }

    @Test
    void saysAWindowAsSoonAsTheOnePartitionOfItsGroupHasClosedIt() {
        closed(0, T0);
        accept(part(0, T0, 3));
        assertThat(merger.drain()).isEmpty();

        closed(0, T0 + 10_000);

        assertThat(merger.drain()).singleElement().satisfies(window -> {
            assertThat(window.countedEvents()).isEqualTo(3);
            assertThat(window.closedToEpochMillis()).hasValue(T0 + 10_000);
            assertThat(window.cut()).isEmpty();
        });
    }

    @Test
    void waitsForEverySourceThatHoldsTheGroupAndAddsTheirParts() {
        closed(1, 0);
        accept(part(0, T0, 3));
        closed(0, T0 + 10_000);
        assertThat(merger.drain()).isEmpty();

        accept(part(1, T0, 4));
        closed(1, T0 + 10_000);

        assertThat(merger.drain())
                .singleElement()
                .satisfies(window -> assertThat(window.countedEvents()).isEqualTo(7));
    }

    @Test
    void addsWhereLoadsEndedOfEverySourceAndOfWhatComesLate() {
        closed(1, 0);
        closed(0, 0);
        accept(edges(0, T0, new LoadEdges(0, 1)));
        accept(edges(1, T0, new LoadEdges(1, 2)));
        closed(0, T0 + 10_000);
        closed(1, T0 + 10_000);
        accept(edges(1, T0, new LoadEdges(0, 1)));

        assertThat(merger.drain())
                .extracting(window -> window.delta().edges())
                .containsExactly(Optional.of(new LoadEdges(1, 3)), Optional.of(new LoadEdges(0, 1)));
    }

    @Test
    void isNotHeldByASourceThatNobodyIsInAnyMore() {
        closed(1, 0);
        closed(0, 0);
        accept(part(0, T0, 3));
        closed(0, T0 + 10_000);
        released(1);

        assertThat(merger.drain()).hasSize(1);
    }

    @Test
    void cutsWhatIsOpenWhenNobodyIsLeft() {
        closed(0, T0);
        accept(part(0, T0, 3));

        released(0);

        assertThat(merger.drain()).singleElement().satisfies(window -> {
            assertThat(window.revision()).isZero();
            assertThat(window.cut()).contains(Cut.LEFT);
        });
    }

    @Test
    void tellsTheGoodbyeOnTheLastWindowOfEachSeries() {
        closed(0, 0);
        accept(part(0, T0, 1));
        accept(part(0, T0 + 10_000, 1));
        released(0);

        assertThat(merger.drain())
                .extracting(WindowRecord::endedEpochMillis)
                .containsExactly(OptionalLong.empty(), OptionalLong.of(T0 + 6_000));
    }

    @Test
    void keepsConditionsApartAndTellsTheGoodbyeOfEach() {
        Series other = new Series(TestEvents.GROUP, "stable", Optional.of("0123456789abcdef"));
        WindowSummary any = new WindowSummary(
                new RequestCounts(1, Map.of(), 0, 0, 0), Map.of(), TokenTotals.none(), 1, 1, Map.of());
        closed(0, 0);
        accept(part(0, T0, 1));
        accept(new Partial.WindowPart(0, new WindowId(other, T0, 10_000), any, ExcludedPart.none()));
        closed(0, T0 + 10_000);
        assertThat(merger.drain()).extracting(window -> window.id().series()).containsExactly(TestEvents.STABLE, other);

        released(0);

        assertThat(merger.drain())
                .allSatisfy(window -> {
                    assertThat(window.revision()).isEqualTo(1);
                    assertThat(window.endedEpochMillis()).hasValue(T0 + 6_000);
                })
                .extracting(window -> window.id().series())
                .containsExactly(TestEvents.STABLE, other);
    }

    @Test
    void tellsTheGoodbyeAfterTheLastWindowWasSaid() {
        closed(0, 0);
        accept(part(0, T0, 1));
        closed(0, T0 + 10_000);
        assertThat(merger.drain())
                .singleElement()
                .satisfies(window -> assertThat(window.endedEpochMillis()).isEmpty());

        released(0);

        assertThat(merger.drain()).singleElement().satisfies(window -> {
            assertThat(window.id().startEpochMillis()).isEqualTo(T0);
            assertThat(window.revision()).isEqualTo(1);
            assertThat(window.countedEvents()).isZero();
            assertThat(window.endedEpochMillis()).hasValue(T0 + 6_000);
        });
        closed(0, T0 + 10_000);
        released(0);
        assertThat(merger.drain()).as("once").isEmpty();
    }

    @Test
    void closesWhatWasSaidWhenTheLastOneLeft() {
        closed(0, 0);
        accept(part(0, T0, 1));
        accept(new Partial.GroupReleased(0, GROUP, T0 + 10_000, OptionalLong.of(T0 + 6_000)));

        assertThat(merger.drain()).singleElement().satisfies(window -> {
            assertThat(window.cut()).contains(Cut.LEFT);
            assertThat(window.closedToEpochMillis()).hasValue(T0 + 10_000);
        });
    }

    @Test
    void tellsNoGoodbyeOfAGroupThatFellSilent() {
        closed(0, 0);
        accept(part(0, T0, 1));
        accept(new Partial.GroupReleased(0, GROUP, 0, OptionalLong.empty()));

        assertThat(merger.drain())
                .singleElement()
                .satisfies(window -> assertThat(window.endedEpochMillis()).isEmpty());
    }

    @Test
    void correctsWhatWasClosedAheadOfTime() {
        closeAheadOfTime(T0);

        closed(0, 0);
        accept(part(0, T0, 1));
        closed(0, T0 + 10_000);
        accept(part(0, T0, 1));

        assertThat(merger.drain()).extracting(WindowRecord::revision).containsExactly(1, 2);
    }

    @Test
    void leavesNothingOpenThatNobodyHolds() {
        accept(part(0, T0, 1));

        assertThat(merger.drain()).extracting(WindowRecord::revision).containsExactly(0);
    }

    @Test
    void leavesLaterWindowsOpen() {
        closed(0, 0);
        accept(part(0, T0, 1));
        accept(part(0, T0 + 10_000, 1));
        closed(0, T0 + 10_000);

        assertThat(merger.drain()).hasSize(1);
        assertThat(merger.openWindows()).isEqualTo(1);
    }

    @Test
    void holdsNoGroupForTheSakeOfAnother() {
        accept(new Partial.GroupClosed(1, group("other"), 0));
        closed(0, 0);
        accept(part(0, T0, 1));
        closed(0, T0 + 10_000);

        assertThat(merger.drain()).hasSize(1);
    }

    @Test
    void neverUsesARevisionTwiceAlthoughItForgetsRevisions() {
        closed(0, T0 + 100_000);
        for (int i = 0; i < 4; i++) {
            accept(part(0, T0, 1));
        }
        for (int i = 1; i <= 3; i++) {
            accept(part(0, T0 + i * 10_000, 1));
        }
        assertThat(merger.rememberedRevisions()).isEqualTo(3);
        assertThat(tallies.get(Tally.REVISIONS_FORGOTTEN)).isEqualTo(1);
        accept(part(0, T0, 1));

        assertThat(merger.drain())
                .filteredOn(window -> window.id().startEpochMillis() == T0)
                .extracting(WindowRecord::revision)
                .containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void neverMakesAForgottenWindowFinalTwice() {
        for (int i = 0; i < 5; i++) {
            closeAheadOfTime(T0 + i * 10_000);
        }

        accept(part(0, T0, 1));

        assertThat(merger.drain())
                .singleElement()
                .satisfies(window -> assertThat(window.revision()).isEqualTo(1));
    }

    @Test
    void forgetsPlainRevisionsOnceTheyFollowFromTheWatermark() {
        closeAheadOfTime(T0);
        assertThat(merger.rememberedRevisions()).isEqualTo(1);

        closed(0, T0 + 10_000);

        assertThat(merger.rememberedRevisions()).isZero();
    }

    @Test
    void takesALongWaitInLinearTimeAndBoundedRoom() {
        closed(1, 0);
        closed(0, 0);
        for (int i = 0; i < 100_000; i++) {
            accept(part(0, T0 + i * 10_000L, 1));
            assertThat(merger.openBytes()).isLessThanOrEqualTo(1 << 20);
        }

        assertThat(tallies.get(Tally.WINDOWS_EARLY) + merger.openWindows()).isEqualTo(100_000);
        assertThat(merger.drain())
                .first()
                .satisfies(window -> assertThat(window.cut()).contains(Cut.NO_ROOM));
    }

    @Test
    void takesNothingTwiceWhenKafkaForgetsHowFarItWas() {
        Partial once = part(0, T0, 1);
        closed(0, 0);
        merger.accept(700, once);

        assertThat(merger.accept(700, once)).isEqualTo(Admission.DUPLICATE);
        merger.accept(701, new Partial.GroupReleased(0, GROUP, 0, OptionalLong.of(T0 + 6_000)));
        assertThat(merger.drain())
                .singleElement()
                .satisfies(window -> assertThat(window.countedEvents()).isEqualTo(1));
    }

    @Test
    void goesOnFromASnapshotAtEveryPoint() {
        List<Partial> script = List.of(
                new Partial.GroupClosed(0, GROUP, 0),
                part(0, T0, 1),
                new Partial.GroupReleased(0, GROUP, 0, OptionalLong.empty()),
                part(0, T0, 1),
                new Partial.GroupClosed(0, GROUP, T0),
                new Partial.GroupClosed(1, GROUP, T0),
                part(1, T0, 1),
                part(0, T0 + 10_000, 1),
                new Partial.GroupClosed(0, GROUP, T0 + 20_000),
                new Partial.GroupClosed(1, GROUP, T0 + 20_000),
                part(0, T0, 1),
                part(0, T0 + 10_000, 1));
        Map<String, MergeSnapshot> store = new LinkedHashMap<>();
        List<WindowRecord> all = new java.util.ArrayList<>();
        for (Partial partial : script) {
            accept(partial);
            all.addAll(merger.drain());
            merger.drainChanges((key, change) -> change.ifPresentOrElse(
                    value -> store.put(key, value),
                    () -> assertThat(store.remove(key)).isNotNull()));
            merger = merger(2, 3);
            List.copyOf(store.values()).reversed().forEach(merger::restore);
        }

        assertThat(all).extracting(WindowRecord::revision).containsExactly(0, 1, 2, 0, 3, 1);
    }

    @Test
    void refusesWhatBelongsToAnotherSetUp() {
        assertThat(merger.accept(1, new Partial.GroupReleased(2, GROUP, 0, OptionalLong.of(T0 + 6_000))))
                .isInstanceOf(Admission.Refused.class);
        assertThat(merger.accept(
                        2,
                        new Partial.WindowPart(
                                0, new WindowId(STABLE, T0, 1_000), WindowSummary.empty(), ExcludedPart.none())))
                .isInstanceOf(Admission.Refused.class);
        assertThat(tallies.get(Tally.REFUSED_FOREIGN_PARTIAL)).isEqualTo(2);
    }

    @Test
    void refusesASnapshotOfAnotherPartitionCount() {
        merger.undecodable(1);
        WindowMerger other = merger(3, 3);

        merger.drainChanges((key, change) -> assertThatThrownBy(() -> other.restore(change.orElseThrow()))
                .hasMessageContaining("had 2 partitions and now has 3"));
    }

    private void closeAheadOfTime(long startEpochMillis) {
        closed(0, 0);
        accept(part(0, startEpochMillis, 1));
        released(0);
        assertThat(merger.drain()).extracting(WindowRecord::revision).containsExactly(0);
    }

    private static Partial.WindowPart edges(int source, long startEpochMillis, LoadEdges edges) {
        WindowAccumulator accumulator = new WindowAccumulator();
        accumulator.add(TestEvents.edges(startEpochMillis, edges));
        return new Partial.WindowPart(
                source, new WindowId(STABLE, startEpochMillis, 10_000), accumulator.toSummary(), ExcludedPart.none());
    }

    private static Partial.WindowPart part(int source, long startEpochMillis, long completed) {
        return new Partial.WindowPart(
                source,
                new WindowId(STABLE, startEpochMillis, 10_000),
                new WindowSummary(
                        new RequestCounts(completed, Map.of(), 0, 0, 0), Map.of(), TokenTotals.none(), 0, 0, Map.of()),
                ExcludedPart.none());
    }
}
