package dev.plumbline.workload.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.protocol.EndpointType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A golden file of each format, by its content alone, and what exactly is asked then. 64 is what the run asks for at most. */
class DatasetTest {

    static Stream<Arguments> golden() {
        return Stream.of(
                of(
                        "questions.csv",
                        DatasetFormat.CSV,
                        "U:Name three rivers of Europe. [16]",
                        "S:Answer briefly. | U:Rewrite: \"I came, I saw\"\\nin the present tense. [32]",
                        "U:Why is the sky blue? [64]"),
                of("semicolons.csv", DatasetFormat.CSV, "U:Un, deux, trois [7]", "U:Quatre [64]"),
                of(
                        "questions.jsonl",
                        DatasetFormat.JSONL,
                        "U:Name three rivers of Europe. [64]",
                        "S:Answer briefly. | U:Why is the sky blue? [24]"),
                of(
                        "instructions.json",
                        DatasetFormat.JSONL,
                        "U:Translate into French.\\n\\nGood morning [64]",
                        "U:Name a prime number. [64]"),
                of("custom.jsonl", DatasetFormat.VLLM_CUSTOM, "U:Say hi [64]", "U:Count to five [20]"),
                of(
                        "chats.jsonl",
                        DatasetFormat.XK6_LLM,
                        "U:hi [16]",
                        "S:Be short. | U:Why? [64]",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"Weather in Rome?\"},{\"role\":\"assistant\","
                                + "\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":"
                                + "{\"name\":\"weather\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\","
                                + "\"tool_call_id\":\"c1\",\"content\":\"sunny\"}],\"max_tokens\":9} [9]"),
                of(
                        "sharegpt.json",
                        DatasetFormat.SHAREGPT,
                        "U:What is a river? [64] => U:What is a river? | A:Flowing water. | U:Name one. [64]",
                        "S:Be kind. | U:Hello \ud83d\ude00 \ufffd [64]"),
                of(
                        "batch.jsonl",
                        DatasetFormat.OPENAI_BATCH,
                        "{\"model\":\"m\",\"messages\":[{\"role\": \"user\", \"content\": \"hi\"}],\"max_tokens\":16,"
                                + "\"temperature\":0.20} [16]",
                        "{\"messages\":[{\"role\": \"user\", \"content\": \"ho\"}],\"tools\":[{\"type\": \"function\","
                                + " \"function\": {\"name\": \"f\"}}]} [64]"),
                of(
                        "single-turn.jsonl",
                        DatasetFormat.AIPERF_SINGLE_TURN,
                        "U:hi [16]",
                        "U:one\\n\\ntwo\\n\\nthree {\"top_k\":5} [64]",
                        "U:first of s [64] => after 250500000 U:second of s [3]",
                        "U:alone [64]"),
                of(
                        "multi-turn.jsonl",
                        DatasetFormat.AIPERF_MULTI_TURN,
                        "U:hi [64] => after 500000000 U:hi | A:A1 | U:more [8]",
                        "S:Be short. [64] => S:Be short. | A:A1 | U:why [64]",
                        "U:Write a verse. [64] => U:Write a verse. | A:A1 | U:Now in prose. [64]"),
                of(
                        "payloads.jsonl",
                        DatasetFormat.AIPERF_RAW_PAYLOAD,
                        "{\"model\":\"other\",\"messages\":[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\","
                                + " \"image_url\": {\"url\": \"data:\"}}, {\"type\": \"text\", \"text\": \"what is"
                                + " it\"}]}],\"max_completion_tokens\":12,\"stream\":false} [12]",
                        "{\"model\":\"other\",\"messages\":[{\"role\": \"user\", \"content\": \"hi\"}]} [64]"),
                of(
                        "inputs.json",
                        DatasetFormat.AIPERF_INPUTS,
                        "{\"model\":\"m\",\"messages\":[{\"role\": \"user\", \"content\": \"hi\"}],\"max_tokens\":5} [5]"
                                + " => {\"model\":\"m\",\"messages\":[{\"role\": \"user\", \"content\": \"hi\"},"
                                + " {\"role\": \"assistant\", \"content\": \"ho\"}, {\"role\": \"user\","
                                + " \"content\": \"he\"}]} [64]",
                        "{\"model\":\"m\",\"prompt\":\"x\"} [64]"),
                of(
                        "agentic.json",
                        DatasetFormat.SGLANG_AGENTIC,
                        "U:find the bug [40] => U:find the bug | A:which | U:that one [64]",
                        "U:thanks [64]"));
    }

    private static Arguments of(String file, DatasetFormat format, String... asked) {
        return Arguments.of(file, format, List.of(asked));
    }

    @ParameterizedTest
    @MethodSource("golden")
    void isRecognizedAndAskedAsItStandsThere(String file, DatasetFormat format, List<String> asked) {
        Dataset dataset = Given.dataset(Given.golden(file), file, DatasetChoice.RECOGNIZED);

        assertThat(dataset.facts().format()).isEqualTo(format);
        assertThat(Given.asked(dataset)).isEqualTo(asked);
        assertThat(dataset.facts().conversations()).isEqualTo(asked.size());
        assertThat(dataset.facts().questions())
                .isEqualTo(asked.stream()
                        .mapToInt(line -> line.split(" => ").length)
                        .sum());
    }

    /** The same through sources that give a byte at a time: nothing hangs on where a buffer ends. */
    @ParameterizedTest
    @MethodSource("golden")
    void doesNotHangOnHowItsBytesCome(String file, DatasetFormat format, List<String> asked) throws Exception {
        byte[] bytes = Given.golden(file);
        int[] at = {0};
        Dataset dataset = Dataset.read(
                file,
                into -> {
                    if (at[0] == bytes.length) {
                        return -1;
                    }
                    into[0] = bytes[at[0]++];
                    return 1;
                },
                DatasetChoice.RECOGNIZED.as(format));
        assertThat(Given.asked(dataset)).isEqualTo(asked);
    }

    @Test
    void linesAndWholeFilesArePromptsWhereThatIsSaid() {
        assertThat(Given.asked(Given.dataset(
                        Given.golden("prompts.txt"), "p", DatasetChoice.RECOGNIZED.as(DatasetFormat.LINES))))
                .containsExactly(
                        "U:Name three rivers of Europe. [64]",
                        "U:Why is the sky blue? [64]",
                        "U:Schreibe einen Satz über Öl. [64]");
        assertThat(Given.asked(Given.dataset(
                        Given.golden("letter.txt"), "l", DatasetChoice.RECOGNIZED.as(DatasetFormat.WHOLE))))
                .containsExactly(
                        "U:Summarize this letter in one sentence:\\n\\nDear neighbours,\\nthe lift is repaired on"
                                + " Tuesday.\\n [64]");
        assertThat(Given.asked(Dataset.ofPrompts("--prompt", List.of("{not json", "b"))))
                .containsExactly("U:{not json [64]", "U:b [64]");
    }

    @Test
    void countsWhatItLeavesOut() {
        DatasetFacts facts = Given.dataset(Given.golden("sharegpt.json"), "s", DatasetChoice.RECOGNIZED)
                .facts();
        assertThat(facts.leftOut()).isEqualTo(2);
        assertThat(facts.questionsWithoutLimit()).isEqualTo(3);
        assertThat(facts.mostTokens()).isZero();
        assertThat(facts.readsAnswers()).isFalse();
        assertThat(facts.longest()).isEqualTo(new DatasetFacts.Longest("s:1: entry 1", 16 + 14 + 9));
    }

    @Test
    void takesFirstTurnsOnlyWhereThatIsSaid() {
        DatasetChoice first = new DatasetChoice(Optional.empty(), Optional.empty(), 10, DatasetChoice.Turns.FIRST);
        assertThat(Given.asked(Given.dataset(Given.golden("multi-turn.jsonl"), "m", first)))
                .containsExactly("U:hi [64]", "S:Be short. [64]", "U:Write a verse. [64]");
        assertThat(Given.dataset(Given.golden("multi-turn.jsonl"), "m", first)
                        .facts()
                        .readsAnswers())
                .isFalse();
        assertThat(Given.asked(Given.dataset(Given.golden("single-turn.jsonl"), "m", first)))
                .hasSize(4)
                .contains("U:first of s [64]");
    }

    @Test
    void goesNoFurtherThanItsBounds() {
        DatasetChoice two = new DatasetChoice(Optional.empty(), Optional.empty(), 2, DatasetChoice.Turns.ALL);
        Dataset cut = Given.dataset("{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n{\"prompt\":\"c\"}\nbroken", two);
        assertThat(cut.facts().conversations()).isEqualTo(2);
        assertThat(cut.facts().isCut()).isTrue();
        assertThat(Given.dataset("{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n", two)
                        .facts()
                        .isCut())
                .isFalse();
    }

    /** As many texts as one gigabyte has, of which most are never looked at. */
    @Test
    void holdsNoMoreThanItsTextsMay() throws Exception {
        byte[] entry = ("{\"id\":\"x\",\"conversations\":[{\"from\":\"human\",\"value\":\"" + "a".repeat(1 << 20)
                        + "\"},{\"from\":\"gpt\",\"value\":\"b\"}]},")
                .getBytes(StandardCharsets.UTF_8);
        long[] given = {0};
        Dataset dataset = Dataset.read(
                "big.json",
                into -> {
                    assertThat(given[0]).as("bytes read").isLessThan(64L << 20);
                    if (given[0] == 0) {
                        into[0] = '[';
                        given[0]++;
                        return 1;
                    }
                    int from = (int) ((given[0] - 1) % entry.length);
                    int count = Math.min(into.length, entry.length - from);
                    System.arraycopy(entry, from, into, 0, count);
                    given[0] += count;
                    return count;
                },
                DatasetChoice.RECOGNIZED);
        assertThat(dataset.facts().isCut()).isTrue();
        assertThat(dataset.facts().conversations()).isBetween(48, 50);
    }

    @Test
    void isKnownByWhatItAsksAndNotByHowItIsWritten() {
        String digest =
                Given.dataset("{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}").facts().digest();
        assertThat(digest).matches("[0-9a-f]{16}");
        assertThat(Dataset.ofPrompts("--prompt", List.of("a", "b")).facts().digest())
                .isEqualTo(digest);
        assertThat(Given.dataset("prompt\na\nb\n").facts().digest()).isEqualTo(digest);
        assertThat(Dataset.ofPrompts("--prompt", List.of("b", "a")).facts().digest())
                .isNotEqualTo(digest);
        assertThat(Dataset.ofPrompts("--prompt", List.of("ab")).facts().digest())
                .isNotEqualTo(digest);
        assertThat(Given.dataset("{\"prompt\":\"a\",\"max_tokens\":5}\n{\"prompt\":\"b\"}")
                        .facts()
                        .digest())
                .isNotEqualTo(digest);
    }

    @Test
    void saysWhichApiCannotBeAskedAllOfIt() {
        DatasetFacts bodies = Given.dataset(Given.golden("inputs.json"), "inputs.json", DatasetChoice.RECOGNIZED)
                .facts();
        assertThat(bodies.hasBodies()).isTrue();
        assertThat(bodies.refusal(EndpointType.CHAT).orElseThrow())
                .startsWith("inputs.json:5: entry 2: has no \"messages\"");
        assertThat(bodies.refusal(EndpointType.GENERIC)).isPresent();
        DatasetFacts prompts = Given.dataset("{\"prompt\":\"a\"}").facts();
        for (EndpointType type : EndpointType.values()) {
            assertThat(prompts.refusal(type)).isEmpty();
        }
    }

    @Test
    void takesColumnsThatAreNamed() {
        DatasetChoice named = new DatasetChoice(Optional.empty(), Optional.of("ask"), 100, DatasetChoice.Turns.ALL);
        assertThat(Given.asked(Given.dataset("{\"ask\":\"a\",\"prompt\":\"no\"}", named)))
                .containsExactly("U:a [64]");
        assertThat(Given.asked(Given.dataset("prompt\tAsk\nno\ta\n", named))).containsExactly("U:a [64]");
    }
}
