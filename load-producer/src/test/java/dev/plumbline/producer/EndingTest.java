package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndingTest {

    private final List<String> taken = new ArrayList<>();
    private final Ending ending = new Ending();

    @Test
    void aStepIsTakenWhateverBecameOfThoseBefore() throws Exception {
        ending.step("a", () -> {
            throw new IllegalStateException("a cannot be closed");
        });
        ending.step("b", () -> taken.add("b"));
        ending.over();
        assertThat(taken).containsExactly("b");
    }

    @Test
    void anInterruptionIsTakenAlongToTheEnd() {
        ending.step("a", () -> {
            throw new InterruptedException("in a hurry");
        });
        ending.step("b", () -> taken.add("b"));
        assertThatThrownBy(ending::over)
                .isInstanceOf(InterruptedException.class)
                .hasMessage("in a hurry");
        assertThat(taken).containsExactly("b");
    }
}
