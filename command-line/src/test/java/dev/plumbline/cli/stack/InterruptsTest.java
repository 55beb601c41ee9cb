package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InterruptsTest {

    private final Interrupts interrupts = new Interrupts();

    @Test
    void theFirstSignalAsksForAnEnd() {
        assertThat(interrupts.requested()).isFalse();
        interrupts.heard("TERM");
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
