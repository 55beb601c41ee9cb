package dev.plumbline.producer.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PromptsTest {

    @Test
    void isTheSameForTheSameSeedAndOrdinal() {
        assertThat(new Prompts(7, 20, 5).prompt(3)).isEqualTo(new Prompts(7, 20, 5).prompt(3));
        assertThat(new Prompts(8, 20, 5).prompt(3)).isNotEqualTo(new Prompts(7, 20, 5).prompt(3));
    }

    @Test
    void noTwoPromptsShareTheirFirstEightWords() {
        Prompts prompts = new Prompts(42, 32, 0);
        Set<String> beginnings = new HashSet<>();
        for (long ordinal = 0; ordinal < 10_000; ordinal++) {
            String[] words = prompts.prompt(ordinal).split(" ");
            assertThat(words).hasSize(32);
            beginnings.add(String.join(" ", java.util.Arrays.copyOf(words, 8)));
        }
        assertThat(beginnings).hasSize(10_000);
    }

    @Test
    void lengthsSpreadAroundTheMeanAndNeverBelowOne() {
        Prompts prompts = new Prompts(42, 10, 8);
        double mean = LongStream.range(0, 5_000)
                .map(ordinal -> prompts.prompt(ordinal).split(" ").length)
                .peek(words -> assertThat(words).isBetween(1L, 40L))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(10.3, within(0.8));
    }

    @Test
    void aPromptOfOneWordIsOneWord() {
        assertThat(new Prompts(1, 1, 0).prompt(0)).doesNotContain(" ").isNotEmpty();
    }
}
