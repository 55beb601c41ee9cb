package dev.plumbline.contract.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowRecordTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "s", LoadPoint.parse("c1"), "default"), "stable");

    @Test
    void windowHoldsItsStartAndNotItsEnd() {
        assertThat(WindowId.holding(SERIES, 10_000, 10_000).startEpochMillis()).isEqualTo(10_000);
        assertThat(WindowId.holding(SERIES, 19_999, 10_000).startEpochMillis()).isEqualTo(10_000);
        assertThat(WindowId.holding(SERIES, 20_000, 10_000).startEpochMillis()).isEqualTo(20_000);
        assertThatThrownBy(() -> new WindowId(SERIES, 10_001, 10_000)).hasMessageContaining("10001");
        assertThatThrownBy(() -> new WindowId(SERIES, 0, 1_500)).hasMessageContaining("1500");
    }

    @Test
    void coverageIsTheOfferedShareOfHealthyProducers() {
        assertThat(record(80, 20, 0, 0).coverage()).isEqualTo(0.8);
        assertThat(record(0, 0, 30, 10).coverage()).isEqualTo(0.75);
        assertThat(record(0, 0, 0, 0).coverage()).isEqualTo(1.0);
        assertThat(record(0, 20, 0, 0).coverage()).isZero();
    }

    @Test
    void whereNothingWasDueASickProducerVouchesForThatAsLittle() {
        ExcludedPart sick = new ExcludedPart(RequestCounts.none(), 0, Map.of("p", Set.of(Sickness.EVENT_LOOP_STALLED)));
        WindowRecord record = new WindowRecord(WindowId.holding(SERIES, 0, 1_000), 0, WindowSummary.empty(), sick);
        assertThat(record.coverage()).isZero();
        assertThat(record.hasNoLoad()).as("it is not known").isFalse();
        assertThat(record(0, 0, 0, 0).hasNoLoad()).isTrue();
        assertThat(record(1, 0, 0, 0).hasNoLoad()).isFalse();
        assertThat(record(0, 0, 0, 1).hasNoLoad()).isFalse();
    }

    @Test
    void whatEndedWhereNoLoadIsToldHadFallenDueBefore() {
        RequestCounts drained = new RequestCounts(3, Map.of(FailureKind.TIMEOUT_TOTAL, 1L), 0, 1, 0);
        assertThat(window(drained, 0, 0, 0, LoadEdges.none()).liesAfterLoad()).isTrue();
        assertThat(window(drained, 0, 0, -2, LoadEdges.none()).liesAfterLoad())
                .as("a correction is no load")
                .isTrue();
        assertThat(window(drained, 1, 0, 0, LoadEdges.none()).liesAfterLoad()).isFalse();
        assertThat(window(drained, 0, 1, 0, LoadEdges.none()).liesAfterLoad()).isFalse();
        assertThat(window(drained, 0, 0, 1, LoadEdges.none()).liesAfterLoad()).isFalse();
        assertThat(record(0, 0, 0, 0).liesAfterLoad()).as("nothing ended").isFalse();
        assertThat(record(0, 3, 2, 0).liesAfterLoad())
                .as("somebody whom nobody vouches for goes on")
                .isFalse();
        assertThat(window(new RequestCounts(0, Map.of(), 2, 0, 0), 0, 0, 0, LoadEdges.none())
                        .liesAfterLoad())
                .as("what was never sent was not under way")
                .isFalse();
    }

    @Test
    void aWindowHasLoadThroughoutUnlessOneBeganOrEndedInItOrWasOver() {
        RequestCounts some = new RequestCounts(3, Map.of(), 0, 0, 0);
        assertThat(window(some, 3, 5, 9, LoadEdges.none()).hasLoadThroughout()).isTrue();
        assertThat(window(some, 3, 5, 9, new LoadEdges(1, 0)).hasLoadThroughout())
                .isFalse();
        assertThat(window(some, 3, 5, 9, new LoadEdges(0, 1)).hasLoadThroughout())
                .isFalse();
        assertThat(window(some, 0, 0, 0, LoadEdges.none()).hasLoadThroughout()).isFalse();
        assertThat(window(RequestCounts.none(), 0, 0, 0, LoadEdges.none()).hasLoadThroughout())
                .isFalse();
    }

    @Test
    void edgesOfLoadsAddUpAndNoneIsNotTold() {
        assertThat(new LoadEdges(1, 0).plus(new LoadEdges(2, 1))).isEqualTo(new LoadEdges(3, 1));
        assertThat(new LoadEdges(Long.MAX_VALUE, 0).plus(new LoadEdges(1, 0)).began())
                .isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> new LoadEdges(0, -1)).hasMessageContaining("-1");
        WindowSummary began =
                window(RequestCounts.none(), 0, 0, 0, new LoadEdges(1, 0)).delta();
        WindowSummary ended =
                window(RequestCounts.none(), 0, 0, 0, new LoadEdges(0, 1)).delta();
        assertThat(began.plus(ended).edges()).contains(new LoadEdges(1, 1));
        assertThat(window(RequestCounts.none(), 0, 0, 0, LoadEdges.none()).delta())
                .isEqualTo(WindowSummary.empty());
    }

    private static WindowRecord window(
            RequestCounts requests, long offered, long inFlightNanos, long streamedTokens, LoadEdges edges) {
        return new WindowRecord(
                WindowId.holding(SERIES, 0, 1_000),
                0,
                new WindowSummary(
                        requests,
                        Map.of(),
                        new TokenTotals(0, 0, 0, 0, streamedTokens),
                        offered,
                        inFlightNanos,
                        Map.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(edges)),
                ExcludedPart.none());
    }

    @Test
    void countedEventsIncludeExcludedOnes() {
        assertThat(record(0, 0, 30, 10).countedEvents()).isEqualTo(40);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void summariesAddInAnyOrder(long seed) {
        Random random = new Random(seed);
        WindowSummary a = summary(random);
        WindowSummary b = summary(random);
        WindowSummary c = summary(random);
        assertThat(a.plus(b).plus(c)).as("seed %d", seed).isEqualTo(c.plus(a.plus(b)));
        assertThat(a.plus(WindowSummary.empty())).isEqualTo(a);
        assertThat(WindowSummary.empty().plus(a)).isEqualTo(a);
        ExcludedPart x = new ExcludedPart(a.requests(), 3, Map.of("p", Set.of(Sickness.DISPATCH_LAG)));
        ExcludedPart y = new ExcludedPart(b.requests(), 4, Map.of("p", Set.of(Sickness.CPU_SATURATED)));
        assertThat(x.plus(y)).isEqualTo(y.plus(x));
        assertThat(x.plus(y).reasons().get("p"))
                .containsExactlyInAnyOrder(Sickness.DISPATCH_LAG, Sickness.CPU_SATURATED);
    }

    private static WindowSummary summary(Random random) {
        return new WindowSummary(
                new RequestCounts(random.nextInt(9), Map.of(FailureKind.EMPTY, 1L + random.nextInt(3)), 1, 2, 0),
                Map.of(LatencyMetric.TTFT, Histogram.of(random.nextInt(1_000_000), random.nextInt(1_000_000))),
                new TokenTotals(1, 2, 3, 4, random.nextInt(100)),
                random.nextInt(10),
                random.nextInt(10),
                Map.of(
                        LatencyMetric.TTFT,
                        List.of(
                                new SlowRequest("a" + random.nextInt(50), random.nextInt(5)),
                                new SlowRequest("b" + random.nextInt(50), 0))),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new LoadEdges(random.nextInt(2), random.nextInt(2))));
    }

    private static WindowRecord record(long offered, long offeredSick, long completed, long completedSick) {
        WindowSummary summary = new WindowSummary(
                new RequestCounts(completed, Map.of(), 0, 0, 0), Map.of(), TokenTotals.none(), offered, 0, Map.of());
        ExcludedPart excluded =
                new ExcludedPart(new RequestCounts(completedSick, Map.of(), 0, 0, 0), offeredSick, Map.of());
        return new WindowRecord(WindowId.holding(SERIES, 0, 1_000), 0, summary, excluded);
    }
}
