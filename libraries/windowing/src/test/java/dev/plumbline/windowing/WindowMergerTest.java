package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.STABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WindowMergerTest {

    private static final long T0 = 1_000_000_000_000L;

    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private WindowMerger merger = merger(2, 3);

    private WindowMerger merger(int sources, int revisionLimit) {
        return new WindowMerger(
                10_000, sources, revisionLimit, (tally, times) -> tallies.merge(tally, times, Long::sum));
    }

    @Test
    void waitsForEverySourceAndAddsTheirParts() {
        merger.accept(part(0, T0, 3));
        merger.accept(new Partial.SourceClosed(0, T0 + 10_000));
        assertThat(merger.drain()).isEmpty();

        merger.accept(part(1, T0, 4));
        merger.accept(new Partial.SourceClosed(1, T0 + 10_000));

        assertThat(merger.drain())
                .singleElement()
                .satisfies(window -> assertThat(window.countedEvents()).isEqualTo(7));
    }

    @Test
    void isNotHeldByAnIdleSource() {
        merger.accept(part(0, T0, 3));
        merger.accept(new Partial.SourceClosed(0, T0 + 10_000));
        merger.accept(new Partial.SourceIdle(1));

        assertThat(merger.drain()).hasSize(1);
    }

    @Test
    void isHeldAgainByASourceThatCameBack() {
        merger.accept(new Partial.SourceIdle(1));
        merger.accept(new Partial.SourceClosed(1, 0));
        merger.accept(part(0, T0, 3));
        merger.accept(new Partial.SourceClosed(0, T0 + 10_000));

        assertThat(merger.drain()).isEmpty();
    }

    @Test
    void closesWhatIsOpenWhenEverySourceIsIdle() {
        merger.accept(part(0, T0, 3));
        merger.accept(new Partial.SourceIdle(0));
        assertThat(merger.drain()).isEmpty();

        merger.accept(new Partial.SourceIdle(1));

        assertThat(merger.drain()).extracting(WindowRecord::revision).containsExactly(0);
    }

    @Test
    void correctsWhatWasClosedAheadOfTime() {
        closeAheadOfTime(T0);

        merger.accept(part(0, T0, 1));
        merger.accept(new Partial.SourceClosed(0, T0 + 10_000));
        merger.accept(part(0, T0, 1));

        assertThat(merger.drain()).extracting(WindowRecord::revision).containsExactly(1, 2);
    }

    @Test
    void leavesNothingOpenThatComesWhenEverySourceIsIdle() {
        merger.accept(new Partial.SourceIdle(0));
        merger.accept(new Partial.SourceIdle(1));

        merger.accept(part(0, T0, 1));

        assertThat(merger.drain()).extracting(WindowRecord::revision).containsExactly(0);
    }

    @Test
    void leavesLaterWindowsOpen() {
        merger.accept(part(0, T0, 1));
        merger.accept(part(0, T0 + 10_000, 1));
        merger.accept(new Partial.SourceIdle(1));
        merger.accept(new Partial.SourceClosed(0, T0 + 10_000));

        assertThat(merger.drain()).hasSize(1);
        assertThat(merger.openWindows()).isEqualTo(1);
    }

    @Test
    void neverUsesARevisionTwiceAlthoughItForgetsRevisions() {
        merger.accept(new Partial.SourceIdle(1));
        merger.accept(new Partial.SourceClosed(0, T0 + 100_000));
        for (int i = 0; i < 4; i++) {
            merger.accept(part(0, T0, 1));
        }
        for (int i = 1; i <= 3; i++) {
            merger.accept(part(0, T0 + i * 10_000, 1));
        }
        assertThat(merger.rememberedRevisions()).isEqualTo(3);
        assertThat(tallies.get(Tally.REVISIONS_FORGOTTEN)).isEqualTo(1);
        merger.accept(part(0, T0, 1));

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

        merger.accept(part(0, T0, 1));

        assertThat(merger.drain())
                .singleElement()
                .satisfies(window -> assertThat(window.revision()).isEqualTo(1));
    }

    @Test
    void forgetsPlainRevisionsOnceTheyFollowFromTheWatermark() {
        closeAheadOfTime(T0);
        assertThat(merger.rememberedRevisions()).isEqualTo(1);

        merger.accept(new Partial.SourceClosed(0, T0 + 10_000));

        assertThat(merger.rememberedRevisions()).isZero();
    }

    @Test
    void goesOnFromASnapshotAtEveryPoint() {
        List<Partial> script = List.of(
                part(0, T0, 1),
                new Partial.SourceIdle(1),
                new Partial.SourceIdle(0),
                part(0, T0, 1),
                new Partial.SourceClosed(0, T0),
                part(1, T0, 1),
                part(0, T0 + 10_000, 1),
                new Partial.SourceClosed(0, T0 + 20_000),
                part(0, T0, 1),
                part(0, T0 + 10_000, 1));
        Map<String, MergeSnapshot> store = new LinkedHashMap<>();
        List<WindowRecord> all = new java.util.ArrayList<>();
        for (Partial partial : script) {
            merger.accept(partial);
            all.addAll(merger.drain());
            merger.drainChanges((key, change) -> change.ifPresentOrElse(
                    value -> store.put(key, value),
                    () -> assertThat(store.remove(key)).isNotNull()));
            merger = merger(2, 3);
            store.values().forEach(merger::restore);
        }

        assertThat(all).extracting(WindowRecord::revision).containsExactly(0, 1, 2, 0, 3, 1);
    }

    @Test
    void refusesWhatBelongsToAnotherSetUp() {
        assertThat(merger.accept(new Partial.SourceIdle(2))).isInstanceOf(Admission.Refused.class);
        assertThat(merger.accept(new Partial.WindowPart(
                        0, new WindowId(STABLE, T0, 1_000), WindowSummary.empty(), ExcludedPart.none())))
                .isInstanceOf(Admission.Refused.class);
        assertThat(tallies.get(Tally.REFUSED_FOREIGN_PARTIAL)).isEqualTo(2);
    }

    @Test
    void refusesASnapshotOfAnotherPartitionCount() {
        merger.accept(new Partial.SourceIdle(1));
        WindowMerger other = merger(3, 3);

        merger.drainChanges((key, change) -> assertThatThrownBy(() -> other.restore(change.orElseThrow()))
                .hasMessageContaining("had 2 partitions and now has 3"));
    }

    private void closeAheadOfTime(long startEpochMillis) {
        merger.accept(part(0, startEpochMillis, 1));
        merger.accept(new Partial.SourceIdle(0));
        merger.accept(new Partial.SourceIdle(1));
        assertThat(merger.drain()).extracting(WindowRecord::revision).containsExactly(0);
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
