package dev.plumbline.judgement.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OutageTest {

    private static Outage ended(OptionalInt exitCode) {
        return new Outage("broker", 1_000, exitCode, 0, OptionalLong.empty(), "");
    }

    @Test
    void aSignalIsToldAsOne() {
        assertThat(ended(OptionalInt.of(137)).cause()).isEqualTo("signal 9");
        assertThat(ended(OptionalInt.of(143)).cause()).isEqualTo("signal 15");
        assertThat(ended(OptionalInt.of(128)).cause()).isEqualTo("exit code 128");
        assertThat(ended(OptionalInt.of(4)).cause()).isEqualTo("exit code 4");
        assertThat(ended(OptionalInt.of(255)).cause()).isEqualTo("exit code 255");
        assertThat(ended(OptionalInt.empty()).cause()).isEqualTo("its end is not known");
    }

    @Test
    void itIsTheSameWhateverBecameOfIt() {
        Outage over = new Outage("broker", 1_000, OptionalInt.of(4), 2, OptionalLong.of(5_000), "words");
        assertThat(over.isSameAs(ended(OptionalInt.of(137)))).isTrue();
        assertThat(over.isSameAs(new Outage("broker", 1_001, OptionalInt.of(4), 2, OptionalLong.of(5_000), "words")))
                .isFalse();
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Outage("broker", 1_000, OptionalInt.empty(), -1, OptionalLong.empty(), ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Outage("broker", 1_000, OptionalInt.empty(), 0, OptionalLong.of(-1), ""));
    }
}
