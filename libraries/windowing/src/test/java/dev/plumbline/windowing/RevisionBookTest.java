package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.STABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.window.WindowId;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RevisionBookTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long WINDOW = 10_000;

    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private final ChangeLedger<MergeSnapshot> ledger = new ChangeLedger<>();
    private int timesTold;
    private final RevisionBook book = book(ledger);

    private RevisionBook book(ChangeLedger<MergeSnapshot> into) {
        return new RevisionBook(3, into, () -> timesTold++, (tally, times) -> tallies.merge(tally, times, Long::sum));
    }

    @Test
    void knowsNoFinalWindowAtFirst() {
        assertThat(book.isFinal(window(0))).isFalse();
        assertThat(book.closedToEpochMillis()).isZero();
        assertThat(book.size()).isZero();
    }

    @Test
    void listsNoWindowThatIsFinalByTheWatermark() {
        book.closeTo(T0 + WINDOW);
        book.becameFinal(window(0));

        assertThat(book.isFinal(window(0))).isTrue();
        assertThat(book.isFinal(window(1))).isFalse();
        assertThat(book.size()).isZero();
    }

    @Test
    void listsAWindowThatIsFinalAheadOfTimeUntilTheWatermarkHasPassedIt() {
        book.becameFinal(window(1));
        assertThat(book.isFinal(window(1))).isTrue();
        assertThat(book.isFinal(window(0))).isFalse();
        assertThat(changes()).containsOnlyKeys(key(1));

        book.closeTo(T0 + 2 * WINDOW);

        assertThat(book.size()).isZero();
        assertThat(changes()).containsExactly(Map.entry(key(1), Optional.empty()));
    }

    @Test
    void countsTheCorrectionsOfEachWindow() {
        book.closeTo(T0 + 2 * WINDOW);

        assertThat(book.nextRevision(window(0))).isEqualTo(1);
        assertThat(book.nextRevision(window(0))).isEqualTo(2);
        assertThat(book.nextRevision(window(1))).isEqualTo(1);
        book.closeTo(T0 + 3 * WINDOW);
        assertThat(book.nextRevision(window(0))).as("stays listed").isEqualTo(3);
    }

    @Test
    void forgetsTheOldestAndNeverUsesARevisionTwice() {
        book.closeTo(T0 + 9 * WINDOW);
        book.nextRevision(window(0));
        book.nextRevision(window(0));
        for (int i = 1; i <= 3; i++) {
            book.nextRevision(window(i));
        }

        assertThat(book.size()).isEqualTo(3);
        assertThat(book.highestForgottenRevision()).isEqualTo(2);
        assertThat(timesTold).isEqualTo(1);
        assertThat(tallies).containsEntry(Tally.REVISIONS_FORGOTTEN, 1L);
        assertThat(book.nextRevision(window(0))).isEqualTo(3);
    }

    @Test
    void closesUpToAForgottenWindowSoThatItIsNotFinalTwice() {
        for (int i = 0; i <= 3; i++) {
            book.becameFinal(window(i));
        }

        assertThat(book.closedToEpochMillis()).isEqualTo(T0 + WINDOW);
        assertThat(book.isFinal(window(0))).isTrue();
        assertThat(timesTold).isEqualTo(1);
    }

    @Test
    void goesOnAsItWasKept() {
        book.becameFinal(window(5));
        book.closeTo(T0 + WINDOW);
        book.nextRevision(window(0));
        RevisionBook restarted = book(new ChangeLedger<>());

        restarted.restore(book.closedToEpochMillis(), book.highestForgottenRevision());
        changes().values().forEach(change -> restarted.restore((MergeSnapshot.Final) change.orElseThrow()));

        assertThat(restarted.nextRevision(window(0))).isEqualTo(2);
        assertThat(restarted.isFinal(window(5))).isTrue();
        assertThat(restarted.isFinal(window(4))).isFalse();
    }

    private static WindowId window(int number) {
        return new WindowId(STABLE, T0 + number * WINDOW, WINDOW);
    }

    private static String key(int number) {
        return "final|" + (T0 + number * WINDOW) + '|' + STABLE.key();
    }

    private Map<String, Optional<MergeSnapshot>> changes() {
        Map<String, Optional<MergeSnapshot>> changes = new LinkedHashMap<>();
        ledger.drain(changes::put);
        return changes;
    }
}
