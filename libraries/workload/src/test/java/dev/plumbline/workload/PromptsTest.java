package dev.plumbline.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PromptsTest {

    @Test
    void isTheSameForTheSameSeedAndOrdinal() {
        assertThat(new Prompts(7, new Length(20, 5)).prompt(3)).isEqualTo(new Prompts(7, new Length(20, 5)).prompt(3));
        assertThat(new Prompts(8, new Length(20, 5)).prompt(3))
                .isNotEqualTo(new Prompts(7, new Length(20, 5)).prompt(3));
    }

    @Test
    void noTwoPromptsShareTheirFirstEightWords() {
        Prompts prompts = new Prompts(42, new Length(32, 0));
        Set<String> beginnings = new HashSet<>();
        for (long ordinal = 0; ordinal < 10_000; ordinal++) {
            String[] words = prompts.prompt(ordinal).split(" ");
            assertThat(words).hasSize(32);
            beginnings.add(String.join(" ", Arrays.copyOf(words, 8)));
        }
        assertThat(beginnings).hasSize(10_000);
    }

    @Test
    void anotherStartHasTheSameShapesAndNoBeginningInCommon() {
        Prompts first = new Prompts(42, new Length(40, 10)).salted(Salt.ofStart("producer-1", 1_795_345_200_000L));
        Prompts again = new Prompts(42, new Length(40, 10)).salted(Salt.ofStart("producer-1", 1_795_345_200_001L));
        Prompts replica = new Prompts(42, new Length(40, 10)).salted(Salt.ofStart("producer-2", 1_795_345_200_000L));
        Set<String> beginnings = new HashSet<>();
        for (long ordinal = 0; ordinal < 3_000; ordinal++) {
            String[] words = first.prompt(ordinal).split(" ");
            for (Prompts each : List.of(first, again, replica)) {
                String[] others = each.prompt(ordinal).split(" ");
                assertThat(others).hasSameSizeAs(words);
                // Too short ones have too few beginnings there are.
                if (others.length >= 8) {
                    assertThat(beginnings.add(String.join(" ", Arrays.copyOf(others, 8))))
                            .as("ordinal %d", ordinal)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void neighbouringSeedsHaveNoFourWordsInARowInCommon() {
        for (long seed = 42; seed < 62; seed++) {
            Set<String> rows = fours(new Prompts(seed, new Length(64, 0)).prompt(7));
            rows.retainAll(fours(new Prompts(seed + 1, new Length(64, 0)).prompt(7)));
            assertThat(rows).as("seeds %d and %d", seed, seed + 1).isEmpty();
        }
    }

    private static Set<String> fours(String prompt) {
        String[] words = prompt.split(" ");
        Set<String> rows = new HashSet<>();
        for (int i = 0; i + 4 <= words.length; i++) {
            rows.add(String.join(" ", Arrays.copyOfRange(words, i, i + 4)));
        }
        return rows;
    }

    @Test
    void lengthsSpreadAroundTheMeanAndNeverBelowOne() {
        Prompts prompts = new Prompts(42, new Length(10, 8));
        double mean = LongStream.range(0, 5_000)
                .map(ordinal -> prompts.prompt(ordinal).split(" ").length)
                .peek(words -> assertThat(words).isBetween(1L, 40L))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(10.3, within(0.8));
    }

    @Test
    void aPromptOfOneWordIsOneWord() {
        assertThat(new Prompts(1, new Length(1, 0)).prompt(0))
                .doesNotContain(" ")
                .isNotEmpty();
    }
}
