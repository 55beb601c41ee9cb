package dev.plumbline.workload.trace;

import static dev.plumbline.workload.trace.Traces.MILLI;
import static dev.plumbline.workload.trace.Traces.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceReaderTest {

    @Test
    void azureOf2023HasSevenDigitsOfASecond() throws BadTrace {
        Trace trace = Traces.read("azure-code-excerpt.csv");
        assertThat(trace.format()).isEqualTo(TraceFormat.AZURE);
        assertThat(trace.rows()).hasSize(60);
        assertThat(trace.hasBlocks()).isFalse();
        assertThat(trace.rows().subList(0, 3))
                .containsExactly(
                        TraceRow.of(2, 0, 4808, 10, Blocks.NONE),
                        TraceRow.of(3, 52_000_000, 3180, 8, Blocks.NONE),
                        TraceRow.of(4, 98_189_000, 110, 27, Blocks.NONE));
    }

    @Test
    void azureOf2025HasPicturesAndZones() throws BadTrace {
        Trace trace = Traces.read("azure-lmm.csv");
        assertThat(trace.format()).isEqualTo(TraceFormat.AZURE_LMM);
        assertThat(trace.rows())
                .containsExactly(
                        TraceRow.of(2, 0, 120, 8, Blocks.NONE),
                        TraceRow.of(3, 750_000_100, 1800, 64, Blocks.NONE),
                        TraceRow.of(4, 1_500_000_000, 1, 1, Blocks.NONE));
        assertThat(trace.reading().changed())
                .isEqualTo(Map.of(
                        "pictures: sent as text of the same number of tokens", 1,
                        "no prompt tokens: sent with one", 1,
                        "no output tokens: one is asked for", 1));
    }

    @Test
    void mooncakeHasMillisecondsAndBlocksOf512() throws BadTrace {
        Trace trace = Traces.read("mooncake-synthetic-excerpt.jsonl");
        assertThat(trace.format()).isEqualTo(TraceFormat.MOONCAKE);
        assertThat(trace.blockTokens()).isEqualTo(512);
        assertThat(trace.rows()).hasSize(60);
        TraceRow first = trace.rows().getFirst();
        assertThat(first.promptTokens()).isEqualTo(40_160);
        assertThat(first.outputTokens()).isEqualTo(6);
        assertThat(first.blocks().size()).isEqualTo(79);
        assertThat(trace.rows().get(2).atNanos()).hasValue(40 * MILLI);
        assertThat(trace.reading().changed()).isEmpty();
    }

    @Test
    void mooncakeOfAiperfHasSessionsAndPauses() throws BadTrace {
        Trace trace = Traces.of("""
                {"timestamp":1200,"session_id":"a","input_length":1030,"output_length":64,"hash_ids":[0,1,7]}
                {"timestamp":1300.5,"input_length":5,"output_length":1,"hash_ids":[9]}
                {"session_id":"a","delay":250,"input_length":1500,"output_length":6,"hash_ids":[0,1,8]}
                """);
        assertThat(trace.rows())
                .containsExactly(
                        new TraceRow(
                                1,
                                OptionalLong.of(0),
                                OptionalLong.empty(),
                                OptionalLong.empty(),
                                1030,
                                64,
                                Blocks.of(0, 1, 7),
                                Optional.of("a")),
                        new TraceRow(
                                3,
                                OptionalLong.empty(),
                                OptionalLong.of(250 * MILLI),
                                OptionalLong.empty(),
                                1500,
                                6,
                                Blocks.of(0, 1, 8),
                                Optional.of("a")),
                        TraceRow.of(2, 100_500_000, 5, 1, Blocks.of(9)));
    }

    @Test
    void theSizeOfBlocksIsSeenInTheLengthsWhereNobodySaysIt() throws BadTrace {
        Trace trace = Traces.of("""
                {"timestamp":0,"input_length":100,"output_length":1,"hash_ids":[0,1]}
                {"timestamp":1,"input_length":64,"output_length":1,"hash_ids":[0]}
                {"timestamp":2,"input_length":300,"output_length":1,"hash_ids":[0,1,2,3,4]}
                """);
        assertThat(trace.blockTokens()).isEqualTo(64);
    }

    @Test
    void blocksThatDoNotFitTheLengthAreTold() throws BadTrace {
        Trace trace = Traces.of("""
                {"timestamp":0,"input_length":600,"output_length":1,"hash_ids":[0,1,2]}
                {"timestamp":1,"input_length":1600,"output_length":1,"hash_ids":[0]}
                """);
        assertThat(trace.blockTokens()).isEqualTo(512);
        assertThat(trace.rows().get(0).blocks()).isEqualTo(Blocks.of(0, 1));
        assertThat(trace.rows().get(1).blocks()).isEqualTo(Blocks.of(0));
        assertThat(trace.reading().changed()).hasSize(2);
    }

    @Test
    void bailianHasSecondsBlocksOf16AndChatsThatGoOn() throws BadTrace {
        Trace trace = Traces.read("bailian.jsonl");
        assertThat(trace.format()).isEqualTo(TraceFormat.BAILIAN);
        assertThat(trace.blockTokens()).isEqualTo(16);
        assertThat(trace.rows())
                .extracting(TraceRow::session)
                .containsExactly(
                        Optional.of("chat-5"), Optional.of("chat-6"), Optional.of("chat-5"), Optional.of("chat-5"));
        assertThat(trace.rows())
                .extracting(row -> row.atNanos().orElseThrow())
                .containsExactly(0L, 200 * MILLI, 17_700 * MILLI, 28_950 * MILLI);
        assertThat(trace.sessions()).containsExactly(List.of(0, 2, 3), List.of(1));
        assertThat(trace.reading().changed()).hasSize(1);
    }

    @Test
    void burstGptHasSecondsAndFailuresWithoutOutput() throws BadTrace {
        Trace trace = Traces.read("burstgpt.csv");
        assertThat(trace.format()).isEqualTo(TraceFormat.BURST_GPT);
        assertThat(trace.rows())
                .extracting(row -> row.of(Optional.empty()))
                .containsExactly(
                        TraceRow.of(2, 0, 472, 18, Blocks.NONE),
                        TraceRow.of(3, 40 * SECOND, 1087, 230, Blocks.NONE),
                        TraceRow.of(4, 113_500 * MILLI, 417, 1, Blocks.NONE));
    }

    @Test
    void burstGptOfVersion3HasSessionsAndHowLongTheyTook() throws BadTrace {
        Trace trace = Traces.read("burstgpt-v3.csv");
        assertThat(trace.sessions()).containsExactly(List.of(0, 2), List.of(1));
        assertThat(trace.rows().getFirst().tookNanos()).hasValue(2_500 * MILLI);
        assertThat(trace.reading().backwards()).isEqualTo(1);
        assertThat(trace.reading().firstBackwardsLine()).isEqualTo(4);
        assertThat(new Replay(trace, Replay.Mode.SESSION, 1, OptionalLong.empty())
                        .pauseNanos(trace.rows().get(0), trace.rows().get(2)))
                .isEqualTo(7_500 * MILLI);
    }

    @Test
    void wekaHasASessionToAnObjectAndItsSubAgentsApart() throws BadTrace {
        Trace trace = Traces.read("weka.json");
        assertThat(trace.format()).isEqualTo(TraceFormat.WEKA);
        assertThat(trace.blockTokens()).isEqualTo(64);
        assertThat(trace.rows())
                .extracting(row -> row.session().orElseThrow())
                .containsExactly("s1", "s2", "s1/a1", "s1");
        assertThat(trace.rows())
                .extracting(row -> row.atNanos().orElseThrow())
                .containsExactly(0L, 0L, 5 * SECOND, 14 * SECOND);
        TraceRow first = trace.rows().get(0);
        TraceRow last = trace.rows().get(3);
        assertThat(last.blocks().beginsWith(first.blocks()))
                .as("ids of one session")
                .isTrue();
        assertThat(trace.rows().get(2).blocks().id(0))
                .as("an agent of the same session")
                .isEqualTo(first.blocks().id(0));
        assertThat(trace.rows().get(1).blocks().id(0))
                .as("ids of another session")
                .isNotEqualTo(first.blocks().id(0));
        assertThat(last.pauseNanos()).hasValue(1_500 * MILLI);
        assertThat(last.tookNanos()).hasValue(2 * SECOND);
    }

    @Test
    void copilotHasSessionsOfCallsAndWhatWasCachedIsWhatTheyHaveInCommon() throws BadTrace {
        Trace trace = Traces.read("copilot.jsonl");
        assertThat(trace.format()).isEqualTo(TraceFormat.COPILOT);
        assertThat(trace.blockTokens()).isEqualTo(256);
        assertThat(trace.rows())
                .extracting(
                        row -> row.session().orElseThrow(), row -> row.atNanos().orElseThrow())
                .containsExactly(
                        tuple("h2", 0L), tuple("h1", 500 * MILLI), tuple("h1", 3 * SECOND), tuple("h1", 51 * SECOND));
        assertThat(trace.rows())
                .extracting(
                        TraceRow::promptTokens,
                        TraceRow::outputTokens,
                        row -> row.blocks().size())
                .containsExactly(tuple(700, 10, 3), tuple(1000, 60, 4), tuple(1500, 20, 6), tuple(300, 3, 2));
        Replay replay = new Replay(trace, Replay.Mode.SESSION, 1, OptionalLong.empty());
        assertThat(replay.pauseNanos(trace.rows().get(1), trace.rows().get(2)))
                .as("tools and people, between the end of a call and the next")
                .isEqualTo(500 * MILLI);
        InfiniteCache cache = new InfiniteCache(256);
        assertThat(trace.rows().stream().map(cache::ask))
                .as(
                        "512 that first calls of a model have in common, 1024 of the call before; whole blocks; another model")
                .containsExactly(0L, 512L, 768L, 0L);
        assertThat(trace.rows())
                .extracting(row -> row.requestClass().orElseThrow())
                .containsExactly("model-a", "model-a", "model-a", "model-b");
        assertThat(trace.reading().leftOut()).isEqualTo(Map.of("without token counts", 1));
        assertThat(trace.reading().changed()).isEqualTo(Map.of());
    }

    @Test
    void liteLlmLogsAreSortedByWhenTheyBegan() throws BadTrace {
        Trace trace = Traces.read("litellm.jsonl");
        assertThat(trace.format()).isEqualTo(TraceFormat.LITELLM);
        assertThat(trace.rows()).extracting(TraceRow::line).containsExactly(5, 1, 4);
        assertThat(trace.rows().get(1).session()).contains("t1");
        assertThat(trace.rows().get(2).atNanos().orElseThrow()
                        - trace.rows().get(1).atNanos().orElseThrow())
                .isCloseTo(9_750 * MILLI, org.assertj.core.api.Assertions.within(1_000L));
        assertThat(trace.reading().leftOut())
                .isEqualTo(Map.of("no generation of text (embedding)", 1, "without token counts", 1));
    }

    @Test
    void eventsOfARunAreATrace() throws BadTrace {
        Trace trace = Traces.read("events.jsonl");
        assertThat(trace.format()).isEqualTo(TraceFormat.EVENTS);
        assertThat(trace.rows()).hasSize(2);
        assertThat(trace.rows().get(0).promptTokens()).isEqualTo(120);
        assertThat(trace.rows().get(0).outputTokens()).isEqualTo(4);
        assertThat(trace.rows().get(1).session()).contains("s-4");
        assertThat(trace.reading().leftOut())
                .isEqualTo(Map.of(
                        "no request", 1,
                        "a further try of a request that failed", 1,
                        "without token counts", 1));
    }

    @Test
    void anArrayOfRowsIsReadLikeLines() throws BadTrace {
        assertThat(Traces.of("\ufeff [\n{\"timestamp\":5,\"input_length\":3,\"output_length\":2},\n"
                                + "{\"timestamp\":6,\"input_length\":3,\"output_length\":2}]")
                        .rows())
                .extracting(TraceRow::line)
                .containsExactly(2, 3);
    }

    @Test
    void aPartIsChosen() throws BadTrace {
        String text = Traces.text("azure-code-excerpt.csv");
        Trace all = Traces.of(text);
        assertThat(Traces.of(text, TraceSelection.rows(7)).rows())
                .isEqualTo(all.rows().subList(0, 7));
        long from = all.rows().get(20).atNanos().orElseThrow();
        Trace part = Traces.of(text, new TraceSelection(from, OptionalLong.of(SECOND), OptionalInt.empty()));
        assertThat(part.rows().getFirst().line()).isEqualTo(all.rows().get(20).line());
        assertThat(part.rows().getFirst().atNanos()).hasValue(0);
        assertThat(part.rows().getLast().atNanos().orElseThrow()).isLessThan(SECOND);
        assertThat(part.rows()).hasSizeLessThan(60);
        assertThatThrownBy(
                        () -> Traces.of(text, new TraceSelection(1L << 60, OptionalLong.empty(), OptionalInt.empty())))
                .hasMessageMatching("none of its 60 rows is chosen: the last one is due [\\d.]+ s after the first; .*");
        assertThatThrownBy(() -> Traces.of(text, new TraceSelection(from + 1, OptionalLong.of(1), OptionalInt.empty())))
                .hasMessageMatching("none of its 60 rows is chosen: the next one after --trace-from is due .*");
    }

    @Test
    void aFileWithoutEndIsReadAsFarAsItIsWantedAndNoFurtherThanTheCap() throws BadTrace {
        assertThat(TraceReader.read(endless(), TraceSelection.rows(10)).rows()).hasSize(10);
        assertThatThrownBy(() -> TraceReader.read(endless(), TraceSelection.ALL))
                .isInstanceOfSatisfying(
                        BadTrace.class,
                        bad -> assertThat(bad.in("f"))
                                .isEqualTo(
                                        "f:" + (Trace.MOST_ROWS + 2) + ": more than " + Trace.MOST_ROWS
                                                + " rows: choose a part of it with --trace-rows, --trace-from or --trace-duration"));
    }

    private static Iterator<String> endless() {
        return Stream.concat(
                        Stream.of("Timestamp,Model,Request tokens,Response tokens"),
                        IntStream.iterate(0, second -> second + 1).mapToObj(second -> second + ",m,7,3"))
                .iterator();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "''                                                     | f: is empty: is it the right file?",
                "'Time,Tokens'                                          | f:1: no trace that is known has the columns Time, Tokens",
                "'{\"a\":1,\"b\":2}'                                    | f:1: no trace that is known has the fields a, b",
                "'{\"timestamp\":1,\"input_length\":3}\n{\"timest'      | f:2: not JSON",
                "'{\"timestamp\":1,\"input_length\":-3}'                | f:1: input_length is -3",
                "'{\"timestamp\":1,\"input_length\":3.5}'               | f:1: input_length is 3.5",
                "'{\"timestamp\":1,\"input_length\":\"many\"}'          | f:1: input_length is \"many\"",
                "'{\"timestamp\":-1,\"input_length\":3}'                | f:1: timestamp is -1",
                "'{\"timestamp\":1e300,\"input_length\":3}'             | f:1: timestamp is 1.0E300",
                "'{\"timestamp\":1,\"input_length\":3,\"hash_ids\":7}'  | f:1: hash_ids is 7",
                "'{\"timestamp\":1,\"input_length\":3,\"hash_ids\":[\"a\"]}' | f:1: hash_ids holds \"a\"",
                "'{\"timestamp\":1,\"input_length\":3,\"message_mode\":\"delta\"}' | f:1: message_mode is delta",
                "'{\"timestamp\":1,\"text_input\":\"hello\",\"output_length\":3}' | f:1: a row with a text and without",
                "'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808' | f:2: 2 cells where",
                "'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-13-16 18:17:03.97,4808,10'   | f:2: TIMESTAMP is",
                "'TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,4808,10'                | f:2: TIMESTAMP is",
                "'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.97,many,10'   | f:2: ContextTokens is",
                "'TIMESTAMP,ContextTokens,GeneratedTokens\n'                                  | f: no row of it is a request",
                "'Timestamp,Model,Request tokens,Response tokens\nNaN,m,1,1'                  | f:2: Timestamp is NaN",
                "'{\"turns\":[{\"llm_calls\":[{\"timestamp\":1,\"tokens\":{\"prompt\":9,\"cached\":10}}]}]}' | f:1: cached is 10, allowed is 0 to the 9",
                "'{\"turns\":[{\"llm_calls\":[{\"tokens\":{\"prompt\":9}}]}]}' | f:1: timestamp is missing",
                "'{\"0\":{\"output_tokens\":\"{1: 1.0}\"}}' | f:1: lengths of a ServeGen client without its arrivals",
                "'[1,2]'                                                | f:1: expected a JSON object",
            })
    void whatIsWrongIsSaidInOneLineWithItsPlace(String text, String expected) {
        assertThatThrownBy(() -> Traces.of(text.replace("\\n", "\n")))
                .isInstanceOfSatisfying(
                        BadTrace.class,
                        bad -> assertThat(bad.in("f")).startsWith(expected).doesNotContain("\n"));
    }
}
