package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class InterruptsTest {

    private final Interrupts interrupts = new Interrupts();

    @Test
    void theFirstSignalAsksForAnEnd() {
        assertThat(interrupts.requested()).isFalse();
        interrupts.heard("TERM");
        assertThat(interrupts.requested()).isTrue();
    }

    @Test
    void whileSomethingStartsTheFirstSignalEndsItAtOnce() {
        interrupts.whileStarting();
        interrupts.heard("HUP");
        // It clears the mark, too: this thread goes on.
        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupts.isCutShort()).isTrue();
        assertThatThrownBy(interrupts::started).isInstanceOf(InterruptedException.class);
    }

    @Test
    void afterwardsItAsksForAnEndInOrder() throws InterruptedException {
        interrupts.whileStarting();
        interrupts.started();
        interrupts.heard("TERM");
        assertThat(Thread.interrupted()).isFalse();
        assertThat(interrupts.isCutShort()).isFalse();
        assertThat(interrupts.requested()).isTrue();
    }

    /** The second of another kind would end this very process. */
    @Test
    void aTerminalThatIsGoneMaySaySoAsOftenAsItLikes() {
        interrupts.heard("INT");
        interrupts.heard("HUP");
        interrupts.heard("HUP");
        assertThat(interrupts.requested()).isTrue();
    }
}
