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
import dev.plumbline.windowing.OpenWindows.Place;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpenWindowsTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long WINDOW = 10_000;
    private static final long HOUR = 3_600_000;
    private static final IntakeLimits LIMITS = new IntakeLimits(WINDOW, 2_000, 10_000, 1_000, 300_000, 2, 3, 4);
    private static final Series CANARY = new Series(GROUP, "canary");

    private final ChangeLedger<IntakeSnapshot> ledger = new ChangeLedger<>();
    private final OpenWindows windows = new OpenWindows(7, LIMITS, ledger);
    private final TestEvents producer = new TestEvents("p1", 1);
    private final TestEvents second = new TestEvents("p2", 1);

    @Test
    void emitsNothingWhenNothingIsOpen() {
        assertThat(windows.emitOpen()).isEmpty();
        assertThat(windows.emitLate()).isEmpty();
        assertThat(windows.closeTo(T0)).isEmpty();
        assertThat(windows.isEmpty()).isTrue();
    }

    @Test
    void makesOnePartOfWhatSeveralProducersContribute() {
        add(producer, STABLE, T0);
        add(producer, STABLE, T0 + 1);
        add(second, STABLE, T0 + 2);
        assertThat(windows.count()).isEqualTo(1);

        assertThat(windows.emitOpen()).singleElement().satisfies(partial -> {
            Partial.WindowPart part = (Partial.WindowPart) partial;
            assertThat(part.sourcePartition()).isEqualTo(7);
            assertThat(part.summary().requests().completed()).isEqualTo(3);
        });
        assertThat(windows.isEmpty()).isTrue();
    }

    @Test
    void emitsInOrderOfTimeAndThenOfSeries() {
        add(producer, STABLE, T0 + WINDOW);
        add(producer, STABLE, T0);
        add(producer, CANARY, T0);

        assertThat(windows.emitOpen())
                .extracting(part -> ((Partial.WindowPart) part).id())
                .containsExactly(id(CANARY, T0), id(STABLE, T0), id(STABLE, T0 + WINDOW));
    }

    @Test
    void closesUpToAnEndAndKeepsTheRest() {
        add(producer, STABLE, T0);
        add(producer, STABLE, T0 + WINDOW);

        assertThat(windows.closeTo(T0 + WINDOW)).hasSize(1);

        assertThat(windows.closedToEpochMillis()).isEqualTo(T0 + WINDOW);
        assertThat(windows.count()).isEqualTo(1);
    }

    @Test
    void keepsWhatIsLateApart() {
        windows.closeTo(T0 + WINDOW);
        assertThat(add(producer, STABLE, T0).isLate()).isTrue();
        assertThat(add(producer, STABLE, T0 + WINDOW).isLate()).isFalse();

        assertThat(windows.emitLate())
                .extracting(part -> ((Partial.WindowPart) part).id())
                .containsExactly(id(STABLE, T0));
        assertThat(windows.count()).isEqualTo(1);
    }

    @Test
    void leavesWindowsOpenThatAreEmittedBeforeTheirTime() {
        add(producer, STABLE, T0);
        windows.emitOpen();

        assertThat(add(producer, STABLE, T0).isLate()).isFalse();
    }

    @Test
    void leavesASickContributionOutOfTheSummaryAndNamesIt() {
        add(producer, STABLE, T0);
        Contribution sick = add(second, STABLE, T0);
        windows.add(sick, offered(T0, 5, Sickness.CPU_SATURATED));

        assertThat(windows.emitOpen()).singleElement().satisfies(partial -> {
            Partial.WindowPart part = (Partial.WindowPart) partial;
            assertThat(part.summary().requests().completed()).isEqualTo(1);
            assertThat(part.excluded().offered()).isEqualTo(5);
            assertThat(part.excluded().reasons()).isEqualTo(Map.of("p2", Set.of(Sickness.CPU_SATURATED)));
        });
    }

    @Test
    void refusesAContributionTooManyOpenAndLateTogether() {
        windows.closeTo(T0 + WINDOW);
        for (int i = 0; i < 4; i++) {
            add(producer, STABLE, T0 + i * WINDOW);
        }

        assertThat(place(second, STABLE, T0)).isInstanceOf(Place.NoContributionLeft.class);
        assertThat(place(producer, STABLE, T0)).isInstanceOf(Contribution.class);
    }

    @Test
    void refusesASeriesTooManyUntilOneHasHadNoWindowForAnHour() {
        Series third = new Series(GROUP, "third");
        add(producer, STABLE, T0);
        add(producer, CANARY, T0 + 2 * HOUR);

        assertThat(place(producer, third, T0 + 2 * HOUR)).isInstanceOf(Place.NoSeriesLeft.class);
        assertThat(windows.knows(third)).isFalse();
        windows.closeTo(T0 + WINDOW + HOUR);
        assertThat(place(producer, third, T0 + 2 * HOUR)).isInstanceOf(Place.NoSeriesLeft.class);
        windows.closeTo(T0 + 2 * WINDOW + HOUR);

        assertThat(place(producer, third, T0 + 2 * HOUR)).isInstanceOf(Contribution.class);
        assertThat(windows.knows(STABLE)).isFalse();
        assertThat(windows.seriesCount()).isEqualTo(2);
    }

    @Test
    void goesOnAsItWasKept() {
        add(producer, STABLE, T0 + WINDOW);
        windows.closeTo(T0 + WINDOW);
        windows.add(add(producer, STABLE, T0), offered(T0, 5, Sickness.CPU_SATURATED));
        OpenWindows restarted = new OpenWindows(7, LIMITS, new ChangeLedger<>());
        restarted.restoreClosedTo(windows.closedToEpochMillis());
        changes().values().forEach(change -> {
            switch (change.orElseThrow()) {
                case IntakeSnapshot.KnownSeries kept -> restarted.restore(kept);
                case IntakeSnapshot.Contribution kept -> restarted.restore(kept);
                case IntakeSnapshot.SourceProgress kept -> throw new AssertionError(kept);
                case IntakeSnapshot.KnownProducer kept -> throw new AssertionError(kept);
            }
        });

        assertThat(restarted.knows(STABLE)).isTrue();
        assertThat(restarted.emitLate()).isEqualTo(windows.emitLate());
        assertThat(restarted.emitOpen()).isEqualTo(windows.emitOpen());
    }

    @Test
    void takesWhatItEmittedOutOfTheStore() {
        add(producer, STABLE, T0);
        assertThat(changes().values()).allMatch(Optional::isPresent).hasSize(2);

        windows.emitOpen();

        assertThat(changes().values()).singleElement().isEqualTo(Optional.empty());
    }

    private Contribution add(TestEvents from, Series series, long endEpochMillis) {
        RequestEvent event = from.completed(series, endEpochMillis, 1);
        Contribution contribution = (Contribution) windows.place(id(series, endEpochMillis), event.origin());
        windows.add(contribution, event);
        return contribution;
    }

    private Place place(TestEvents from, Series series, long endEpochMillis) {
        return windows.place(id(series, endEpochMillis), from.next());
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
