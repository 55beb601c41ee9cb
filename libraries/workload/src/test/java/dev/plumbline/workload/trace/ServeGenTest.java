package dev.plumbline.workload.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServeGenTest {

    private static final String LENGTHS =
            "{\"0\":{\"input_tokens\":\"{100: 0.25, 300: 0.75}\",\"output_tokens\":\"{5: 0.5, 50: 0.5}\"}}";

    private static Trace trace(String arrivals, String lengths) throws Exception {
        return TraceReader.read(
                new InMemory(
                        "chunk-3-trace.csv",
                        false,
                        Map.of("chunk-3-trace.csv", arrivals, "chunk-3-dataset.json", lengths)),
                TraceSelection.ALL);
    }

    @Test
    void windowsHaveTheRequestsThatTheirRateSaysAndTheLengthsOfTheirTime() throws Exception {
        Trace trace = TraceReader.read(InMemory.client(), TraceSelection.ALL);
        assertThat(trace.format()).isEqualTo(TraceFormat.SERVE_GEN);
        List<TraceRow> first = rows(trace, 0, 100);
        List<TraceRow> last = rows(trace, 200, 300);
        assertThat(first).hasSize(50).allMatch(row -> row.promptTokens() == 100 || row.promptTokens() == 200);
        assertThat(first).allMatch(row -> row.outputTokens() == 9 && row.line() == 1);
        assertThat(rows(trace, 100, 198)).as("a window without a pattern").isEmpty();
        assertThat(last.size()).as("times count from the first request on").isBetween(97, 100);
        assertThat(last).allMatch(row -> row.promptTokens() == 300 && row.line() == 3);
        assertThat(TraceReader.read(InMemory.client(), TraceSelection.ALL).digest())
                .as("the same each time")
                .isEqualTo(trace.digest());
    }

    private static List<TraceRow> rows(Trace trace, long fromSeconds, long toSeconds) {
        return trace.rows().stream()
                .filter(row -> row.atNanos().orElseThrow() >= fromSeconds * Traces.SECOND
                        && row.atNanos().orElseThrow() < toSeconds * Traces.SECOND)
                .toList();
    }

    /** Coefficients of variation: Gamma of shape k has 1/sqrt(k), Weibull of shape 0.5 sqrt(5), Poisson 1. */
    @ParameterizedTest
    @CsvSource({"Gamma, 4, 0.5", "Gamma, 1, 1", "Gamma, 0.25, 2", "Weibull, 1, 1", "Weibull, 0.5, 2.236"})
    void gapsAreDistributedAsTheClientHasThem(String pattern, double shape, double variation) throws Exception {
        int count = 20_000;
        Trace trace = trace("0," + count / 100 + ",1," + pattern + "," + shape + ",1\n100,0,0,,0,0\n", LENGTHS);
        assertThat(trace.rows()).hasSize(count);
        double[] gaps = new double[count - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = trace.rows().get(i + 1).atNanos().orElseThrow()
                    - trace.rows().get(i).atNanos().orElseThrow();
        }
        double mean = Arrays.stream(gaps).average().orElseThrow();
        double square = Arrays.stream(gaps)
                .map(gap -> (gap - mean) * (gap - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(100e9 / count, within(100e9 / count * 0.02));
        // Some 5 standard errors of the heaviest of them.
        assertThat(Math.sqrt(square) / mean).isCloseTo(variation, within(variation * 0.12));
        assertThat(trace.rows().stream()
                                .filter(row -> row.promptTokens() == 300)
                                .count()
                        / (double) count)
                .isCloseTo(0.75, within(0.016));
        long both = trace.rows().stream()
                .filter(row -> row.promptTokens() == 300 && row.outputTokens() == 50)
                .count();
        assertThat(both / (double) count).as("drawn apart from each other").isCloseTo(0.375, within(0.018));
    }

    @Test
    void ratesBelowOneRequestInAWindowAreKeptOnTheWhole() throws Exception {
        StringBuilder arrivals = new StringBuilder();
        for (int window = 0; window < 4_000; window++) {
            arrivals.append(window * 600).append(",0.0005,1,Gamma,1,2000\n");
        }
        // 1,200 expected, binomially: 5 deviations.
        assertThat(trace(arrivals.toString(), LENGTHS).rows().size()).isBetween(1_060, 1_340);
    }

    @Test
    void clientsOfAFolderAreSeriesOfTheirOwn() throws Exception {
        Map<String, String> files = new HashMap<>(InMemory.client().texts());
        files.put("chunk-12-trace.csv", "0,1,1,Gamma,1,1\n100,0,0,,0,0\n200,0,0,,0,0\n");
        files.put("chunk-12-dataset.json", LENGTHS);
        files.put("README.md", "no client");
        InMemory folder = new InMemory("m-small", true, files);
        Trace trace = TraceReader.read(folder, TraceSelection.ALL);
        assertThat(Replay.open(trace).classes())
                .containsOnlyKeys("client-7", "client-12")
                .containsEntry("client-12", 100);
        assertThat(trace.rows()).extracting(row -> row.atNanos().orElseThrow()).isSorted();
        Trace few = TraceReader.read(folder, TraceSelection.rows(30));
        assertThat(few.rows()).isEqualTo(trace.rows().subList(0, 30));
        assertThat(TraceReader.read(
                                folder,
                                new TraceSelection(0, OptionalLong.empty(), OptionalInt.empty(), new ClassField.None()))
                        .rows())
                .allMatch(row -> row.requestClass().isEmpty());
    }

    @Test
    void picturesAndSoundBecomeTextOfAsManyTokens() throws Exception {
        Trace trace = trace(
                "0,1,1,Gamma,1,1\n100,0,0,,0,0\n",
                "{\"0\":{\"text_tokens\":\"{10: 1.0}\",\"image_tokens\":\"{500: 1.0}\",\"image_count\":\"{2: 1.0}\","
                        + "\"audio_tokens\":\"{0: 1.0}\",\"audio_count\":\"{0: 1.0}\",\"output_tokens\":\"{4: 1.0}\"}}");
        assertThat(trace.rows()).hasSize(100).allMatch(row -> row.promptTokens() == 1_010);
        assertThat(trace.reading().changed())
                .isEqualTo(Map.of("pictures, sound or film: sent as text of the same number of tokens", 100));
    }

    @Test
    void whatIsWrongNamesTheFileOfTheClientAndTheLine() {
        refused("0,1,1,Gamma,1,1\n0,1,1,Gamma,1,1\n", LENGTHS, "chunk-3-trace.csv:2: start is 0, not behind");
        refused("0,1,1,Gamma,1,1\n9,-1,1,Gamma,1,1\n", LENGTHS, "chunk-3-trace.csv:2: rate is -1, allowed is 0 to");
        refused("0,1,1,Gamma,1,1\n9,1,1,Gamma,0,1\n", LENGTHS, "chunk-3-trace.csv:2: shape is 0, allowed is 0.001 to");
        refused("0,1,1,Gamma,1,1\n9,1,1,Pareto,1,1\n", LENGTHS, "chunk-3-trace.csv:2: expected start,rate,CV,pattern");
        refused("0,1,1,Gamma,1,1\n", LENGTHS, "chunk-3-trace.csv: has 1 windows");
        refused("0,9999,1,Gamma,1,1\n600,0,0,,0,0\n", LENGTHS, "asks 5999400 times in the window at 0 s");
        String arrivals = "0,1,1,Gamma,1,1\n9,1,1,Gamma,1,1\n";
        refused(
                arrivals,
                "{\"0\":{\"input_tokens\":\"{}\",\"output_tokens\":\"{}\"}}",
                "chunk-3-dataset.json: has no lengths");
        refused(
                arrivals,
                "{\"0\":{\"input_tokens\":\"{1: 0}\",\"output_tokens\":\"{}\"}}",
                "input_tokens has shares that are 0 in sum");
        refused(
                arrivals,
                "{\"0\":{\"input_tokens\":\"{1: many}\",\"output_tokens\":\"{}\"}}",
                "input_tokens has '1: many'");
        refused(
                arrivals,
                "{\"0\":\n{",
                "chunk-3-dataset.json:3: not JSON: Unexpected end-of-input: expected close marker for Object");
        refused(arrivals, "{\"0\":{\"tokens\":1}}", "no ServeGen data");
        assertThatThrownBy(() -> TraceReader.read(InMemory.file("chunk-3-trace.csv", arrivals), TraceSelection.ALL))
                .hasMessageContaining("chunk-3-dataset.json, which has the lengths of the client, cannot be read");
        assertThatThrownBy(() -> TraceReader.read(InMemory.file("mine.csv", arrivals), TraceSelection.ALL))
                .hasMessageContaining("must be called chunk-N-trace.csv");
        assertThatThrownBy(() -> TraceReader.read(new InMemory("f", true, Map.of("a", "b")), TraceSelection.ALL))
                .hasMessageContaining("a folder without ServeGen's chunk-N-trace.csv");
        assertThatThrownBy(() -> TraceReader.read(InMemory.client(), TraceSelection.by(new ClassField.Named("model"))))
                .hasMessageContaining("have only a 'client'");
    }

    private static void refused(String arrivals, String lengths, String why) {
        assertThatThrownBy(() -> trace(arrivals, lengths))
                .isInstanceOf(BadTrace.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("\n");
    }
}
