package dev.plumbline.windowing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.window.Partial;
import dev.plumbline.windowing.IntakeSnapshot.Announced;
import org.junit.jupiter.api.Test;

class AnnouncementsTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final IntakeLimits LIMITS = new IntakeLimits(10_000, 2_000, 10_000, 1_000, 300_000, 2, 3, 4);

    private final ChangeLedger<IntakeSnapshot> ledger = new ChangeLedger<>();
    private final OpenWindows windows = new OpenWindows(7, LIMITS, ledger);
    private final Announcements announcements = new Announcements(7, windows, ledger);

    @Test
    void hasSaidNothingAtFirst() {
        assertThat(announcements.announced()).isEqualTo(Announced.NOTHING);
        assertThat(announcements.drain()).isEmpty();
    }

    @Test
    void saysEachOnceAndInOrder() {
        announcements.active();
        windows.closeTo(T0);
        announcements.closed();
        announcements.idle();

        assertThat(announcements.drain())
                .containsExactly(
                        new Partial.SourceClosed(7, 0), new Partial.SourceClosed(7, T0), new Partial.SourceIdle(7));
        assertThat(announcements.drain()).isEmpty();
        assertThat(announcements.announced()).isEqualTo(Announced.IDLE);
    }

    @Test
    void goesOnAsItWasKept() {
        windows.closeTo(T0);
        announcements.active();
        OpenWindows restartedWindows = new OpenWindows(7, LIMITS, new ChangeLedger<>());
        Announcements restarted = new Announcements(7, restartedWindows, new ChangeLedger<>());

        ledger.drain((key, change) -> {
            assertThat(key).isEqualTo("standing");
            assertThat(change).contains(new IntakeSnapshot.SourceProgress(T0, Announced.ACTIVE));
            restarted.restore((IntakeSnapshot.SourceProgress) change.orElseThrow());
        });

        assertThat(restarted.announced()).isEqualTo(Announced.ACTIVE);
        assertThat(restartedWindows.closedToEpochMillis()).isEqualTo(T0);
    }
}
