package dev.plumbline.workload.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were damaged: rows come out, or one line that says where and what. Seeds are fixed and told. */
class TraceFuzzTest {

    private static final int ROUNDS = 400;
    private static final String PIECES = "{}[]\",:0123456789.-+eE\n\r\t \u0000\u00e9\ufffdnullNaN1e999";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "azure-code-excerpt.csv",
                "azure-lmm.csv",
                "mooncake-synthetic-excerpt.jsonl",
                "bailian.jsonl",
                "burstgpt.csv",
                "burstgpt-v3.csv",
                "weka.json",
                "litellm.jsonl",
                "copilot.jsonl",
                "events.jsonl"
            })
    void aDamagedFileGivesRowsOrOneLine(String name) {
        String whole = Traces.text(name);
        for (int seed = 0; seed < ROUNDS; seed++) {
            String damaged = damaged(whole, new SplittableRandom(seed));
            try {
                Trace trace = Traces.of(damaged);
                Replay replay = Replay.open(trace);
                long before = 0;
                for (long due : replay.dueNanos()) {
                    assertThat(due).as("seed %d", seed).isGreaterThanOrEqualTo(before);
                    before = due;
                }
                assertThat(TraceLint.of(replay, OptionalLong.of(100_000)).lines())
                        .as("seed %d", seed)
                        .allSatisfy(line -> assertThat(line).doesNotContain("\n"));
            } catch (BadTrace e) {
                assertThat(e.in(name))
                        .as("seed %d", seed)
                        .startsWith(name + ":")
                        .doesNotContain("\n")
                        .hasSizeLessThan(1_200);
            }
        }
    }

    @Test
    void aDamagedClientOfServeGenGivesRowsOrOneLine() throws IOException {
        for (int seed = 0; seed < ROUNDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            InMemory files = InMemory.client();
            files.texts().replaceAll((name, text) -> damaged(text, random));
            try {
                assertThat(TraceReader.read(files, TraceSelection.ALL).rows())
                        .as("seed %d", seed)
                        .isNotEmpty();
            } catch (BadTrace e) {
                assertThat(e.in("f"))
                        .as("seed %d", seed)
                        .startsWith("f:")
                        .doesNotContain("\n")
                        .hasSizeLessThan(1_200);
            }
        }
    }

    private static String damaged(String text, SplittableRandom random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = 1 + random.nextInt(4); i > 0 && !damaged.isEmpty(); i--) {
            int at = random.nextInt(damaged.length());
            int length = Math.min(random.nextInt(12), damaged.length() - at);
            switch (random.nextInt(4)) {
                case 0 -> damaged.delete(at, at + length);
                case 1 -> damaged.insert(at, PIECES.charAt(random.nextInt(PIECES.length())));
                case 2 -> damaged.insert(at, damaged.substring(at, at + length));
                default -> damaged.setCharAt(at, PIECES.charAt(random.nextInt(PIECES.length())));
            }
        }
        return random.nextInt(8) == 0 ? damaged.substring(0, random.nextInt(damaged.length() + 1)) : damaged.toString();
    }
}
