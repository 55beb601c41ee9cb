package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.windowing.OpenWindows.Contribution;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpenWindowsTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long WINDOW = 10_000;
    private static final long HOUR = 3_600_000;
    private static final IntakeLimits LIMITS = new IntakeLimits(WINDOW, 2_000, 10_000, 10_000, 300_000, 2, 3, 20_000);
    private static final Series CANARY = new Series(GROUP, "canary");

    private final ChangeLedger<IntakeSnapshot> ledger = new ChangeLedger<>();
    private final OpenWindows windows = new OpenWindows(7, LIMITS, ledger);
    private final OpenGroup open = group(0);
    private final TestEvents producer = new TestEvents("p1", 1);
    private final TestEvents second = new TestEvents("p2", 1);

    @Test
    void emitsNothingWhenNothingIsOpen() {
        assertThat(windows.emitOpen(open, T0)).isEmpty();
        assertThat(windows.emitLate(open)).isEmpty();
        assertThat(windows.closeTo(open, T0)).isEmpty();
        assertThat(windows.count()).isZero();
        assertThat(windows.bytes()).isZero();
    }

    @Test
    void makesOnePartOfWhatSeveralProducersContribute() {
        add(producer, STABLE, T0);
        add(producer, STABLE, T0 + 1);
        add(second, STABLE, T0 + 2);
        assertThat(windows.count()).isEqualTo(1);

        assertThat(windows.emitOpen(open, T0)).singleElement().satisfies(partial -> {
            Partial.WindowPart part = (Partial.WindowPart) partial;
            assertThat(part.sourcePartition()).isEqualTo(7);
            assertThat(part.summary().requests().completed()).isEqualTo(3);
        });
        assertThat(windows.count()).isZero();
        assertThat(windows.bytes()).isZero();
    }

    @Test
    void emitsInOrderOfTimeAndThenOfSeries() {
        add(producer, STABLE, T0 + WINDOW);
        add(producer, STABLE, T0);
        add(producer, CANARY, T0);

        assertThat(windows.emitOpen(open, T0))
                .extracting(part -> ((Partial.WindowPart) part).id())
                .containsExactly(id(CANARY, T0), id(STABLE, T0), id(STABLE, T0 + WINDOW));
    }

    @Test
    void closesUpToAnEndAndKeepsTheRest() {
        add(producer, STABLE, T0);
        add(producer, STABLE, T0 + WINDOW);

        assertThat(windows.closeTo(open, T0 + WINDOW)).hasSize(1);

        assertThat(open.closedToEpochMillis()).isEqualTo(T0 + WINDOW);
        assertThat(windows.count()).isEqualTo(1);
    }

    @Test
    void keepsWhatIsLateApart() {
        windows.closeTo(open, T0 + WINDOW);
        assertThat(add(producer, STABLE, T0).isLate()).isTrue();
        assertThat(add(producer, STABLE, T0 + WINDOW).isLate()).isFalse();

        assertThat(windows.emitLate(open))
                .extracting(part -> ((Partial.WindowPart) part).id())
                .containsExactly(id(STABLE, T0));
        assertThat(windows.count()).isEqualTo(1);
    }

    @Test
    void closesWhatItEmitsBeforeItsTimeButNothingThatBeginsLater() {
        add(producer, STABLE, T0);
        add(producer, STABLE, T0 + 3 * WINDOW);
        windows.emitOpen(open, T0 + 1);

        assertThat(add(producer, STABLE, T0).isLate()).isTrue();
        assertThat(add(producer, STABLE, T0 + WINDOW).isLate()).isFalse();
    }

    @Test
    void leavesASickContributionOutOfTheSummaryAndNamesIt() {
        add(producer, STABLE, T0);
        Contribution sick = add(second, STABLE, T0);
        windows.add(sick, offered(T0, 5, Sickness.CPU_SATURATED));

        assertThat(windows.emitOpen(open, T0)).singleElement().satisfies(partial -> {
            Partial.WindowPart part = (Partial.WindowPart) partial;
            assertThat(part.summary().requests().completed()).isEqualTo(1);
            assertThat(part.excluded().offered()).isEqualTo(5);
            assertThat(part.excluded().reasons()).isEqualTo(Map.of("p2", Set.of(Sickness.CPU_SATURATED)));
        });
    }

    @Test
    void letsTheOldestGoWhereThereIsNoMoreRoomAndTheLateFirst() {
        windows.closeTo(open, T0 + WINDOW);
        int added = 0;
        while (windows.bytes() <= LIMITS.openBytes()) {
            assertThat(windows.makeRoom(List.of(open))).isEmpty();
            add(producer, STABLE, T0 + added * WINDOW);
            added++;
        }

        List<Partial> early = windows.makeRoom(List.of(open));

        assertThat(early)
                .extracting(part -> ((Partial.WindowPart) part).id().startEpochMillis())
                .isSorted()
                .startsWith(T0)
                .hasSizeLessThan(added);
        assertThat(windows.bytes()).isBetween(1L, LIMITS.openBytes() / 4 * 3);
        assertThat(early.size() + windows.count()).isEqualTo(added);
    }

    @Test
    void countsEveryContributionOfAStartOutOfTheDistributionsThatIsOpen() {
        add(producer, STABLE, T0);
        add(producer, STABLE, T0 + WINDOW);
        add(second, STABLE, T0);

        windows.exclude(open, new GroupHolds.Author("p1", 1), Sickness.WATERMARK_STALLED);

        assertThat(windows.emitOpen(open, T0))
                .extracting(part ->
                        ((Partial.WindowPart) part).excluded().requests().completed())
                .containsExactly(1L, 1L);
    }

    @Test
    void refusesASeriesTooManyUntilOneHasHadNoWindowForAnHour() {
        Series third = new Series(GROUP, "third");
        add(producer, STABLE, T0);
        add(producer, CANARY, T0 + 2 * HOUR);

        assertThat(place(producer, third, T0 + HOUR)).isEmpty();
        assertThat(windows.knows(third)).isFalse();

        assertThat(place(producer, third, T0 + 2 * HOUR)).isPresent();
        assertThat(windows.knows(STABLE)).isFalse();
        assertThat(windows.seriesCount()).isEqualTo(2);
    }

    @Test
    void goesOnAsItWasKept() {
        add(producer, STABLE, T0 + WINDOW);
        windows.closeTo(open, T0 + WINDOW);
        windows.add(add(producer, STABLE, T0), offered(T0, 5, Sickness.CPU_SATURATED));
        OpenWindows restarted = new OpenWindows(7, LIMITS, new ChangeLedger<>());
        OpenGroup restartedGroup = group(0);
        changes().values().forEach(change -> {
            switch (change.orElseThrow()) {
                case IntakeSnapshot.KnownSeries kept -> restarted.restore(kept);
                case IntakeSnapshot.Contribution kept -> restarted.restore(restartedGroup, kept);
                case IntakeSnapshot.KnownGroup kept -> restartedGroup.restore(kept);
                default -> throw new AssertionError(change);
            }
        });

        assertThat(restarted.knows(STABLE)).isTrue();
        assertThat(restarted.bytes()).isEqualTo(windows.bytes());
        assertThat(restarted.emitLate(restartedGroup)).isEqualTo(windows.emitLate(open));
        assertThat(restarted.emitOpen(restartedGroup, T0)).isEqualTo(windows.emitOpen(open, T0));
    }

    @Test
    void takesWhatItEmittedOutOfTheStore() {
        add(producer, STABLE, T0);
        assertThat(changes().values()).allMatch(Optional::isPresent).hasSize(2);

        windows.emitOpen(open, T0);

        assertThat(changes()).containsEntry("contribution|0", Optional.empty());
    }

    private Contribution add(TestEvents from, Series series, long endEpochMillis) {
        RequestEvent event = from.completed(series, endEpochMillis, 1);
        Contribution contribution =
                windows.place(open, id(series, endEpochMillis), event.origin()).orElseThrow();
        windows.add(contribution, event);
        return contribution;
    }

    private Optional<Contribution> place(TestEvents from, Series series, long endEpochMillis) {
        return windows.place(open, id(series, endEpochMillis), from.next());
    }

    private static OpenGroup group(long countedBeforeEpochMillis) {
        return new OpenGroup(GROUP, new GroupHolds(10_000, 10_000), countedBeforeEpochMillis);
    }

    private static WindowId id(Series series, long epochMillis) {
        return WindowId.holding(series, epochMillis, WINDOW);
    }

    private Map<String, Optional<IntakeSnapshot>> changes() {
        Map<String, Optional<IntakeSnapshot>> changes = new LinkedHashMap<>();
        ledger.drain(changes::put);
        return changes;
    }
}
