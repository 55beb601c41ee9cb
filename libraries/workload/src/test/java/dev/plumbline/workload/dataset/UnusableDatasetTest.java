package dev.plumbline.workload.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that cannot be asked: one line each that says where, what and what to do, and no prompt. */
class UnusableDatasetTest {

    private static final String SECRET = "tell nobody";

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '§',
            value = {
                "§§ ~ x: is empty",
                "\\n \\n ~ x: is empty",
                "[] ~ x: holds no prompt",
                "prompt\\n ~ x: holds no prompt",
                "{\"prompt\":\"S\"}\\n{\"prompt\":\"S ~ x:2: is no JSON: it breaks at column",
                "{\"prompt\":\"S\"}\\n\\n{\"prompt\":S} ~ x:3: is no JSON: it breaks at column",
                "{\"prompt\":\"S\"}\\n7 ~ x:2: is no JSON object",
                "{\"prompt\":\"S\"}\\n{\"prompt\":\" \"} ~ x:2: has no text in 'prompt'; it has prompt",
                "{\"prompt\":\"S\"}\\n{\"text\":\"S\",\"b\":1} ~ x:2: has no text in 'prompt'; it has text, b",
                "{\"prompt\":\"S\",\"max_tokens\":0} ~ x:1: has a 'max_tokens' that is none",
                "{\"prompt\":\"S\",\"max_tokens\":1.5} ~ x:1: has a 'max_tokens' that is none",
                "{\"prompt\":\"S\",\"image_files\":[\"a\"]} ~ x:1: has 'image_files', and only texts",
                "{\"a\":\"S\",\"b\":2} ~ x:1: has no field that is known to hold a prompt (prompt, ",
                "{\"timestamp\":1,\"input_length\":5,\"hash_ids\":[1]} ~ x:1: is of a trace",
                "S is this? ~ x:1: is of no format that is recognized",
                "{\"messages\":[]} ~ x:1: has no 'messages'",
                "{\"messages\":[{\"role\":\"assistant\",\"content\":\"S\"}]} ~ x:1: has no message that could be answered",
                "{\"messages\":[{\"content\":\"S\"}]} ~ x:1: has a message without a role",
                "[{\"conversations\":[]}] ~ x: in none of its 1 entries a user asks",
                "[{\"conversations\":[{\"from\":\"human\",\"value\":\"S\"}]} ~ x:1: entry 1: ends in the middle",
                "[{\"conversations\":[{\"from\":\"human\",\"value\":\"S\"}]}]] ~ x:1: entry 1: goes on behind the end",
                "[{\"prompt\":\"S\"},\\n{\"prompt\":] ~ x:2: entry 2: is no JSON",
                "[{\"prompt\":\"S\"},\\n{\"prompt\":}] ~ x:2: entry 2: is no JSON",
                "{\"turns\":[{\"text\":\"S\"},{\"text\":\"\"}]} ~ x:1: has no 'text' in one of its turns",
                "{\"turns\":[{\"text\":\"S\",\"delay\":-1}]} ~ x:1: has a 'delay' that is none",
                "{\"turns\":[{\"messages\":[],\"forks\":[\"a\"]}]} ~ x:1: is of AIPerf's dag_jsonl",
                "{\"turns\":[{\"text\":\"S\",\"extra\":{\"model\":\"m\"}}]} ~ x:1: has an 'extra' that cannot be sent",
                "{\"custom_id\":\"a\",\"body\":{\"messages\":[],\"max_tokens\":\"S\"}} ~ x:1: is no body that can be sent",
                "{\"data\":[{\"session_id\":\"a\",\"payloads\":[]}]} ~ x:1: entry 1: has no 'payloads'",
                "{\"data\":[{\"payloads\":[{\"prompt\":\"S\"}]} ~ x:1: entry 1: ends in the middle",
                "{\"conversations\":[[{\"messages\":[]}]]} ~ x:1: entry 1: has a request without 'messages'",
                "prompt,b\\nS ~ x:2: has 1 fields, and the header has 2",
                "prompt,b\\n\"S,2\\n3 ~ x:2: opens a quote that is never closed",
                "prompt,b\\n\"S\"x,2 ~ x:2: goes on behind the closing quote of field 1",
                "prompt,prompt\\nS,S ~ x:1: names a column twice",
            })
    void isToldByPlaceFaultAndRemedy(String file, String words) {
        assertThatThrownBy(() -> Given.dataset(file.replace("\\n", "\n").replace("S", SECRET)))
                .isInstanceOf(UnusableDataset.class)
                .hasMessageStartingWith(words)
                .hasMessageNotContainingAny("\n", SECRET);
    }

    @Test
    void namesColumnsThatThereAreWhereSomebodySaidThatTheyAreColumns() {
        DatasetChoice csv = DatasetChoice.RECOGNIZED.as(DatasetFormat.CSV);
        assertThatThrownBy(() -> Given.dataset("a,b\n1,2\n", csv))
                .hasMessageStartingWith("x:1: has no column that is known to hold a prompt")
                .hasMessageContaining("it has a, b: say which with --prompt-column");
        DatasetChoice named =
                new DatasetChoice(Optional.of(DatasetFormat.CSV), Optional.of("c"), 5, DatasetChoice.Turns.ALL);
        assertThatThrownBy(() -> Given.dataset("a,b\n1,2\n", named)).hasMessage("x:1: has no column 'c'; it has a, b");
    }

    @Test
    void saysHowToUnpackOrConvert() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(Given.golden("custom.jsonl"));
        }
        assertThat(Given.asked(Given.dataset(packed.toByteArray(), "x.gz", DatasetChoice.RECOGNIZED)))
                .as("gzip is unpacked as it is read")
                .isEqualTo(Given.asked(Given.dataset(Given.golden("custom.jsonl"), "x", DatasetChoice.RECOGNIZED)))
                .isNotEmpty();
        assertThatThrownBy(() -> Given.dataset(
                        Arrays.copyOf(packed.toByteArray(), packed.size() - 3), "x.gz", DatasetChoice.RECOGNIZED))
                .hasMessageContaining("gzip data is cut off");
        assertThatThrownBy(() -> Given.dataset(new byte[] {'a', 0, 'b'}, "x", DatasetChoice.RECOGNIZED))
                .hasMessage("x: is no text (it has a byte 0): is it the right file?");
        assertThatThrownBy(() -> Given.dataset(
                        "{\"prompt\":\"a\"}".getBytes(StandardCharsets.UTF_16), "x", DatasetChoice.RECOGNIZED))
                .hasMessageStartingWith("x: is UTF-16");
        assertThatThrownBy(() -> Given.dataset(
                        "{\"prompt\":\"a\"}\n{\"prompt\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1),
                        "x",
                        DatasetChoice.RECOGNIZED))
                .hasMessageStartingWith("x:2: is not UTF-8: convert the file");
        assertThat(Given.asked(Given.dataset("\ufeff{\"prompt\":\"a\"}"))).containsExactly("U:a [64]");
    }

    @Test
    void boundsALine() {
        assertThatThrownBy(() -> Dataset.read(
                        "x",
                        into -> {
                            Arrays.fill(into, (byte) 'a');
                            return into.length;
                        },
                        DatasetChoice.RECOGNIZED.as(DatasetFormat.LINES)))
                .isInstanceOf(UnusableDataset.class)
                .hasMessageStartingWith("x:1: is longer than 16 MiB");
        assertThatThrownBy(() -> Dataset.read(
                        "x",
                        into -> {
                            Arrays.fill(into, (byte) '[');
                            return into.length;
                        },
                        DatasetChoice.RECOGNIZED))
                .isInstanceOf(UnusableDataset.class)
                .hasMessageStartingWith("x:1: entry 1: is longer than 16 MiB");
    }

    @Test
    void refusesTypedPromptsThatAreNone() {
        assertThatThrownBy(() -> Dataset.ofPrompts("--prompt", List.of("a", " ")))
                .hasMessage("--prompt: prompt 2 is empty: write something, or leave it out");
    }

    /** Whatever a file was cut to or changed into, it is a dataset or refused in one line. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "questions.csv",
                "semicolons.csv",
                "questions.jsonl",
                "instructions.json",
                "custom.jsonl",
                "chats.jsonl",
                "sharegpt.json",
                "batch.jsonl",
                "single-turn.jsonl",
                "multi-turn.jsonl",
                "payloads.jsonl",
                "inputs.json",
                "agentic.json"
            })
    void isADatasetOrRefusedHoweverItIsBroken(String file) {
        byte[] golden = Given.golden(file);
        for (int length = 0; length < golden.length; length++) {
            isDatasetOrRefused(file + " cut to " + length, Arrays.copyOf(golden, length));
        }
        byte[] letters = "{}[]\",:\\\n\r\t 019aeu\u0000".getBytes(StandardCharsets.UTF_8);
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] mutated = golden.clone();
            for (int change = random.nextInt(1, 6); change > 0; change--) {
                int at = random.nextInt(mutated.length);
                switch (random.nextInt(4)) {
                    case 0 -> mutated[at] = letters[random.nextInt(letters.length)];
                    case 1 -> mutated[at] = (byte) random.nextInt(256);
                    case 2 -> System.arraycopy(mutated, at, mutated, 0, mutated.length - at);
                    default -> {
                        int from = random.nextInt(mutated.length);
                        int count = Math.min(20, mutated.length - Math.max(at, from));
                        System.arraycopy(golden, from, mutated, at, count);
                    }
                }
            }
            isDatasetOrRefused(file + " mutated by seed " + seed, mutated);
        }
    }

    private static void isDatasetOrRefused(String what, byte[] bytes) {
        for (DatasetChoice choice :
                List.of(DatasetChoice.RECOGNIZED, DatasetChoice.RECOGNIZED.as(DatasetFormat.LINES))) {
            try {
                Dataset dataset = Given.dataset(bytes, "x", choice);
                assertThat(Given.asked(dataset)).as(what).isNotEmpty();
            } catch (UnusableDataset e) {
                assertThat(e.getMessage()).as(what).startsWith("x:").doesNotContain("\n");
            } catch (RuntimeException e) {
                throw new AssertionError(what, e);
            }
        }
    }
}
