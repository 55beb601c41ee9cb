package dev.plumbline.workload.trace;

import static dev.plumbline.workload.trace.Traces.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.workload.trace.TraceLint.Severity;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TraceLintTest {

    private static TraceLint lint(String text) throws BadTrace {
        return TraceLint.of(Replay.open(Traces.of(text)), OptionalLong.empty());
    }

    private static String rows(IntStream millis) {
        return millis.mapToObj(at -> "{\"timestamp\":" + at + ",\"input_length\":10,\"output_length\":2}")
                .collect(Collectors.joining("\n"));
    }

    @Test
    void figuresOfARealTrace() throws BadTrace {
        TraceLint lint =
                TraceLint.of(Replay.open(Traces.read("mooncake-synthetic-excerpt.jsonl")), OptionalLong.empty());
        TraceLint.Rate rate = lint.rate().orElseThrow();
        assertThat(rate.spanNanos()).isEqualTo(17_245_000_000L);
        assertThat(rate.meanPerSecond()).isCloseTo(60 / 17.245, within(1e-9));
        assertThat(rate.mostInASecond()).isEqualTo(8);
        assertThat(lint.refusal()).isEmpty();
        assertThat(lint.rowsWithBlocks()).isEqualTo(60);
        assertThat(lint.lines()).anySatisfy(line -> assertThat(line).contains("rows      60"));
    }

    @Test
    void evenGapsDoNotVaryAndBurstsVaryMoreThanAPoissonProcess() throws BadTrace {
        assertThat(lint(rows(IntStream.range(0, 50).map(i -> i * 100)))
                        .rate()
                        .orElseThrow()
                        .variation()
                        .orElseThrow())
                .isZero();
        assertThat(lint(rows(IntStream.range(0, 50).map(i -> i / 10 * 5_000 + i % 10)))
                        .rate()
                        .orElseThrow()
                        .variation()
                        .orElseThrow())
                .isGreaterThan(2);
    }

    @Test
    void hitsOfAnInfiniteCacheAreOfWholeBlocksFromTheBeginning() throws BadTrace {
        TraceLint lint = lint("""
                {"timestamp":0,"input_length":1536,"output_length":1,"hash_ids":[1,2,3]}
                {"timestamp":1,"input_length":1536,"output_length":1,"hash_ids":[1,2,4]}
                {"timestamp":2,"input_length":1536,"output_length":1,"hash_ids":[9,2,3]}
                {"timestamp":3,"input_length":1300,"output_length":1,"hash_ids":[1,2,4]}
                """);
        assertThat(lint.expectedHitTokens()).isEqualTo(2 * 512 + 0 + 2 * 512);
        assertThat(lint.expectedHitShare()).isCloseTo(2048.0 / (3 * 1536 + 1300), within(1e-12));
    }

    @Test
    void timestampsThatAreGapsAreRefused() throws BadTrace {
        TraceLint lint = lint(rows(IntStream.of(5, 3, 9, 1, 7, 2, 8, 4, 6, 3, 5, 1)));
        assertThat(lint.refusal().orElseThrow()).startsWith("times go back at 6 of 12 rows, first in line 2");
    }

    @Test
    void aRowOutOfOrderIsSortedAndTold() throws BadTrace {
        TraceLint lint = lint(rows(IntStream.concat(IntStream.range(0, 30).map(i -> i * 100), IntStream.of(250))));
        assertThat(lint.refusal()).isEmpty();
        assertThat(lint.findings())
                .anyMatch(finding -> finding.severity() == Severity.DOUBTFUL
                        && finding.text().equals("times go back at 1 of 31 rows, first in line 31: rows are sorted"));
    }

    @Test
    void anImpossiblePauseIsRefusedUnlessItIsCut() throws BadTrace {
        Trace trace = Traces.of("""
                {"timestamp":0,"input_length":10,"output_length":2}
                {"timestamp":1764411300000,"input_length":10,"output_length":2}
                """);
        assertThat(TraceLint.of(Replay.open(trace), OptionalLong.empty())
                        .refusal()
                        .orElseThrow())
                .contains("before line 2")
                .contains("--idle-gap-cap");
        assertThat(TraceLint.of(
                                new Replay(trace, Replay.Mode.OPEN, 1, OptionalLong.of(10 * SECOND)),
                                OptionalLong.empty())
                        .refusal())
                .isEmpty();
    }

    @Test
    void promptsBeyondTheContextAreRefused() throws BadTrace {
        Replay replay = Replay.open(Traces.read("azure-code-excerpt.csv"));
        assertThat(TraceLint.of(replay, OptionalLong.of(4_818)).refusal().orElse(""))
                .doesNotContain("line 2 with");
        assertThat(TraceLint.of(replay, OptionalLong.of(4_817)).refusal().orElseThrow())
                .contains("context of 4,817 tokens, first line 2 with 4,808 + 10");
        assertThat(TraceLint.of(replay, OptionalLong.of(1_000_000)).refusal()).isEmpty();
    }

    @Test
    void sessionsWithClocksOfTheirOwnAreNotAskedByTime() throws BadTrace {
        Trace trace = Traces.read("weka.json");
        assertThat(TraceLint.of(Replay.open(trace), OptionalLong.empty())
                        .refusal()
                        .orElseThrow())
                .contains("--trace-mode session");
        assertThat(TraceLint.of(new Replay(trace, Replay.Mode.SESSION, 1, OptionalLong.empty()), OptionalLong.empty())
                        .refusal())
                .isEmpty();
    }

    @Test
    void turnsThatHoldOnlyWhatIsNewAreTold() throws BadTrace {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            text.append("{\"timestamp\":" + i + ",\"session_id\":\"s\",\"input_length\":"
                    + (i % 2 == 0 ? 500 - i : 480 - 2 * i) + ",\"output_length\":5}\n");
        }
        String findings = lint(text.toString()).findings().toString();
        assertThat(findings).contains("later turns are shorter than the turn before");
    }
}
