package dev.plumbline.workload.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.workload.Length;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Workload;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetWorkloadTest {

    private static final List<String> LETTERS =
            IntStream.range(0, 26).mapToObj(i -> Character.toString('a' + i)).toList();

    private static Workload letters(Order order, long seed) {
        return new DatasetWorkload(
                new RequestClass("chat"), Dataset.ofPrompts("--prompt", LETTERS), order, seed, Length.of(8));
    }

    private static List<String> texts(Workload workload, long from, long count) {
        return LongStream.range(from, from + count)
                .mapToObj(ordinal ->
                        Given.turns(workload, ordinal).getFirst().ask().text())
                .toList();
    }

    @Test
    void asksInTheOrderOfTheFileAndThenAgain() {
        assertThat(texts(letters(Order.FILE, 1), 0, 26)).isEqualTo(LETTERS);
        assertThat(texts(letters(Order.FILE, 1), 26, 26)).isEqualTo(LETTERS);
    }

    @Test
    void shufflesBySeedAndAnewEachTime() {
        List<String> first = texts(letters(Order.SHUFFLED, 1), 0, 26);
        List<String> again = texts(letters(Order.SHUFFLED, 1), 26, 26);
        assertThat(first).containsExactlyInAnyOrderElementsOf(LETTERS).isNotEqualTo(LETTERS);
        assertThat(again).containsExactlyInAnyOrderElementsOf(LETTERS).isNotEqualTo(first);
        assertThat(texts(letters(Order.SHUFFLED, 1), 0, 26)).isEqualTo(first);
        assertThat(texts(letters(Order.SHUFFLED, 2), 0, 26)).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 16, 17, 1_000, 65_536, 65_537})
    void leavesNoneOutAndAsksNoneTwice(int count) {
        Set<Integer> seen = new HashSet<>();
        for (int ordinal = 0; ordinal < count; ordinal++) {
            seen.add(Order.SHUFFLED.index(ordinal, count, 42));
        }
        assertThat(seen).hasSize(count).allMatch(index -> index >= 0 && index < count);
    }

    /** Each is first about as often as any other: chi-square of 26 cells, whose 99.9 % quantile is 52.6 for 25 degrees of freedom. */
    @Test
    void prefersNone() {
        int[] firsts = new int[26];
        int seeds = 26_000;
        for (int seed = 0; seed < seeds; seed++) {
            firsts[Order.SHUFFLED.index(0, 26, seed)]++;
        }
        double expected = seeds / 26.0;
        double chiSquare = IntStream.of(firsts)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        assertThat(chiSquare).isLessThan(52.6);
    }

    @Test
    void saltedItBeginsWithALineOfItsOwn() {
        Workload salted = letters(Order.FILE, 1).salted(7);
        List<String> first = texts(salted, 0, 52);
        assertThat(first.stream().map(text -> text.substring(0, text.indexOf('\n'))))
                .as("no prefix in common")
                .doesNotHaveDuplicates();
        assertThat(first.stream()
                        .map(text -> text.substring(text.indexOf('\n') + 1))
                        .limit(26))
                .isEqualTo(LETTERS);
        assertThat(texts(letters(Order.FILE, 1).salted(8), 0, 52)).doesNotContainAnyElementsOf(first);
    }

    @Test
    void aSaltedConversationKeepsItsBeginningThroughAllTurns() {
        Workload salted = Given.inOrder(Given.dataset(Given.golden("multi-turn.jsonl"), "m", DatasetChoice.RECOGNIZED))
                .salted(7);
        List<String> turns = Given.turns(salted, 0).stream()
                .map(turn -> turn.ask().messages().getFirst().text())
                .toList();
        assertThat(turns).hasSize(2);
        assertThat(turns.get(1)).isEqualTo(turns.get(0)).endsWith("\nhi");
    }

    @Test
    void aSaltedBodyIsTheSameButForItsFirstText() {
        Workload salted = Given.inOrder(Given.dataset(Given.golden("payloads.jsonl"), "m", DatasetChoice.RECOGNIZED))
                .salted(7);
        String body =
                Given.turns(salted, 0).getFirst().ask().body().orElseThrow().json();
        assertThat(body)
                .matches(
                        "\\{\"model\":\"other\",\"messages\":\\[\\{\"role\":\"user\",\"content\":\\[\\{\"type\":\"image_url\","
                                + "\"image_url\":\\{\"url\":\"data:\"}},\\{\"type\":\"text\",\"text\":\"([a-z]+ ){7}[a-z]+\\\\nwhat is"
                                + " it\"}]}],\"max_completion_tokens\":12,\"stream\":false}");
    }

    @Test
    void answersAreAsLongAsTheDatasetSaysElseAsTheRunSays() {
        Workload workload = new DatasetWorkload(
                new RequestClass("chat"),
                Given.dataset("{\"prompt\":\"a\",\"max_tokens\":5}\n{\"prompt\":\"b\"}"),
                Order.FILE,
                1,
                new Length(100, 10));
        Set<Integer> drawn = new HashSet<>();
        for (long ordinal = 0; ordinal < 40; ordinal += 2) {
            assertThat(Given.turns(workload, ordinal).getFirst().ask().maxTokens())
                    .isEqualTo(5);
            drawn.add(Given.turns(workload, ordinal + 1).getFirst().ask().maxTokens());
        }
        assertThat(drawn).hasSizeGreaterThan(8).allMatch(tokens -> tokens > 50 && tokens < 150);
    }
}
