package dev.plumbline.producer.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TraceParentTest {

    /** What {@code printf %s producer-1-1-7 | sha256sum} prints. */
    @Test
    void isTheBeginningOfTheHashOfTheId() {
        assertThat(TraceParent.of("abc"))
                .as("the hash of abc that stands in the standard")
                .isEqualTo("00-ba7816bf8f01cfea414140de5dae2223-b00361a396177a9c-00");
    }

    @Test
    void eachTryHasItsOwn() {
        assertThat(TraceParent.of("p-1-7.2"))
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00")
                .isNotEqualTo(TraceParent.of("p-1-7"));
    }
}
