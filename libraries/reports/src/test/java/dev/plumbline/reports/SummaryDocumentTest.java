package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.Explanation.Cause;
import dev.plumbline.contract.verdict.Explanation.Kind;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.compat.ForeignFigures;
import dev.plumbline.judgement.compat.ForeignFigures.Figure;
import dev.plumbline.judgement.compat.ForeignTool;
import dev.plumbline.judgement.result.Replayed;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.IncidentFinding;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.reports.SampleRuns.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SummaryDocumentTest {

    private static final JsonSchema SCHEMA = schema();

    @ParameterizedTest
    @MethodSource("dev.plumbline.reports.SampleRuns#all")
    void everySummaryHasThePublishedForm(Sample sample) throws IOException {
        JsonNode summary = summary(sample);

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.toString()).doesNotContain(":null", "NaN", "Infinity");
    }

    @ParameterizedTest
    @EnumSource(Decision.class)
    void everyDecisionHasThePublishedForm(Decision decision) throws IOException {
        Sample sample = SampleRuns.regression();
        RunVerdict verdict = new RunVerdict(
                decision,
                "headline",
                sample.verdict().baselineRunId(),
                sample.verdict().findings());

        assertThat(SCHEMA.validate(summary(new Sample(sample.result(), verdict))))
                .isEmpty();
    }

    @Test
    void anIncidentThatWasOpenBeforeHasThePublishedForm() throws IOException {
        Sample sample = SampleRuns.regression();
        OpenIncident incident = new OpenIncident("a-1", SampleRuns.START, List.of(JudgedMetric.TTFT_P95), 0);
        JsonNode summary = summary(new Sample(
                sample.result(),
                new RunVerdict(
                        Decision.REGRESSION,
                        "headline",
                        Optional.empty(),
                        List.of(new IncidentFinding(Answer.FAIL, incident)))));

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.at("/verdict/findings/0/why").asText())
                .isEqualTo("p95(ttft) open since 2026-11-25T20:00:00Z, before this run began, and not resolved in it");
    }

    @Test
    void whereTheChangeComesFromHasThePublishedForm() throws IOException {
        Sample sample = SampleRuns.regression();
        Explanation why = new Explanation(
                "ttft",
                List.of(
                        new Cause(Kind.ENGINE_QUEUE, OptionalDouble.of(0.96), "queue time 0 -> 786 ms"),
                        new Cause(Kind.FEWER_SLOTS, OptionalDouble.empty(), "8 -> 2 requests run at a time")),
                "queue time 0 -> 786 ms explains 96 % of ttft");
        JsonNode summary = summary(new Sample(sample.result(), sample.verdict().because(Optional.of(why))));

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.at("/verdict/why").toString())
                .isEqualTo("{\"metric\":\"ttft\",\"sentence\":\"queue time 0 -> 786 ms explains 96 % of ttft\","
                        + "\"causes\":[{\"kind\":\"ENGINE_QUEUE\",\"share\":0.96,\"evidence\":\"queue time 0 -> 786 ms\"},"
                        + "{\"kind\":\"FEWER_SLOTS\",\"evidence\":\"8 -> 2 requests run at a time\"}]}");
        assertThat(summary(sample).at("/verdict").has("why")).isFalse();
    }

    @Test
    void partsThatWereGoneHaveThePublishedForm() throws IOException {
        JsonNode summary = summary(SampleRuns.withOutages(SampleRuns.regression()));

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.at("/outages")).hasSize(3);
        assertThat(summary.at("/outages/0").toString())
                .isEqualTo("{\"part\":\"broker\",\"sinceEpochMillis\":" + (SampleRuns.START + 60_000)
                        + ",\"exitCode\":137,\"starts\":1,\"awayMillis\":12340,"
                        + "\"lastWords\":\"READY <b>broker</b>\"}");
        assertThat(summary.at("/outages/2").has("awayMillis")).isFalse();
        assertThat(summary(SampleRuns.regression()).has("outages")).isFalse();
    }

    @Test
    void whoCountedTheTokensAndWhatTheServerSaidHaveThePublishedForm() throws IOException {
        JsonNode summary = summary(SampleRuns.countedInChunks(SampleRuns.regression()));

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.at("/tokens/outputUnit").asText()).isEqualTo("chunks");
        assertThat(summary.at("/tokens/outputCountedBy").toString()).isEqualTo("{\"CHUNKS\":120}");
        assertThat(summary.at("/tokens/refused").asText()).isEqualTo("0 output tokens beside 10 chunks with content");
        assertThat(summary.at("/totals/failures").toString())
                .isEqualTo("[{\"kind\":\"STREAM_ERROR\",\"count\":7,\"words\":\"out of <b>memory</b>\"}]");
    }

    @ParameterizedTest
    @EnumSource(ForeignTool.class)
    void theWordsOfAnotherToolHaveThePublishedForm(ForeignTool tool) throws IOException {
        Sample sample = SampleRuns.regression();
        ForeignFigures foreign = new ForeignFigures(
                tool,
                List.of(
                        new Figure("completed", "", Map.of(Figure.SINGLE, 2.0)),
                        new Figure("request_latency", "ms", Map.of("avg", 650.5))),
                List.of("ends at the last content"),
                Map.of("mode", "it depends"));
        JsonNode summary = ArtifactJson.MAPPER.readTree(SummaryDocument.of(new RunStory(
                sample.result(),
                sample.verdict(),
                RunFigures.of(sample.result()),
                new FolderContents(List.of(), List.of(), 0),
                Optional.of(foreign))));

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.at("/metricCompat").toString())
                .isEqualTo("{\"tool\":\"" + tool.key()
                        + "\",\"figures\":{\"completed\":2.0,\"request_latency\":{\"unit\":\"ms\",\"avg\":650.5}},"
                        + "\"notes\":[\"ends at the last content\"],\"missing\":{\"mode\":\"it depends\"}}");
        assertThat(summary(sample).has("metricCompat")).isFalse();
    }

    @Test
    void whatOfATraceTheLoadWasHasThePublishedForm() throws IOException {
        Replayed late = new Replayed(
                100,
                98,
                1,
                5,
                OptionalLong.of(1_000),
                OptionalLong.of(2_000),
                OptionalLong.of(60_000_000),
                OptionalDouble.of(1.02),
                OptionalDouble.of(0.98),
                OptionalDouble.of(0.5),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.of("2 of 100 rows were not sent"));
        Sample replayed = SampleRuns.replayed(SampleRuns.regression(), late);
        JsonNode summary = summary(replayed);
        assertThat(new String(MarkdownDocument.of(replayed.story()), StandardCharsets.UTF_8))
                .contains("| Was it the trace? | INVALID: 2 of 100 rows were not sent |")
                .contains("98 of 100, and 1 requests that are none of them");
        assertThat(new String(ReportDocument.of(replayed.story()), StandardCharsets.UTF_8))
                .contains("What of the trace the load was")
                .contains("INVALID: 2 of 100 rows were not sent")
                .contains("largest 60.0 ms; 5 later than 50 ms");
        assertThat(new String(ReportDocument.of(SampleRuns.regression().story()), StandardCharsets.UTF_8))
                .doesNotContain("What of the trace the load was");

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.at("/replay").toString())
                .isEqualTo(
                        "{\"rows\":100,\"sent\":98,\"strangers\":1,\"late\":5,\"lagP50Nanos\":1000,\"lagP99Nanos\":2000,"
                                + "\"lagMaxNanos\":60000000,\"promptShare\":1.02,\"outputShare\":0.98,\"sameOutputShare\":0.5,"
                                + "\"valid\":false,\"invalid\":\"2 of 100 rows were not sent\"}");
        assertThat(summary(SampleRuns.regression()).has("replay")).isFalse();
    }

    @Test
    void whatNobodyCountedIsAbsentAndNotZero() throws IOException {
        JsonNode summary = summary(SampleRuns.empty());

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.at("/tokens")).isEmpty();
    }

    @Test
    void eachSeriesOfSeveralHasItsOwnNumbersAndVerdict() throws IOException {
        Sample sample = SampleRuns.mixed();
        JsonNode summary = summary(sample);

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.get("series")).hasSize(3);
        JsonNode rag = summary.at("/series/1");
        assertThat(rag.get("name").asText()).isEqualTo("rag <long>");
        assertThat(rag.get("scenario").asText()).isEqualTo("chat.rag <long>");
        assertThat(rag.at("/verdict/word").asText()).isEqualTo("regression");
        assertThat(rag.at("/requests/completed").asLong()).isEqualTo(30 * 28);
        assertThat(rag.at("/metrics/ttft/p50Nanos").asLong()).isGreaterThan(900_000_000L);
        assertThat(rag.at("/rates/completedPerSecond").asDouble()).isEqualTo(2.8);
        assertThat(rag.at("/totals/goodput/good").asLong())
                .isEqualTo(sample.result()
                        .series()
                        .get(1)
                        .totals()
                        .goodput()
                        .orElseThrow()
                        .good());
        assertThat(summary.at("/requests/completed").asLong()).isEqualTo(30 * (40 + 28 + 16));
        assertThat(summary.at("/verdict/findings")).isEmpty();
        assertThat(summary(SampleRuns.regression()).has("series")).isFalse();
    }

    @Test
    void theShareOfACanaryHasThePublishedForm() throws IOException {
        JsonNode summary = summary(SampleRuns.canary());

        assertThat(SCHEMA.validate(summary)).isEmpty();
        assertThat(summary.at("/series/1/variant").asText()).isEqualTo("canary");
        assertThat(summary.at("/series/1/verdict/findings/0").toString())
                .isEqualTo("{\"type\":\"sampleRatio\",\"answer\":\"CANNOT_TELL\",\"asked\":0.5,\"canary\":840,"
                        + "\"beside\":1200,\"why\":\"840 requests on the canary\"}");
    }

    @Test
    void whatIsWrongIsFoundBySchema() throws IOException {
        assertRefused(summary -> summary.remove("verdict"));
        assertRefused(summary -> summary.put("version", 2));
        assertRefused(summary -> summary.put("surprise", true));
        assertRefused(summary -> summary.putNull("errorShare"));
        assertRefused(summary -> object(summary, "/verdict").put("decision", "MAYBE"));
        assertRefused(summary -> object(summary, "/ending").put("type", "limit"));
        assertRefused(summary -> object(summary, "/metrics/ttft").put("p95Nanos", "0.5"));
        assertRefused(summary -> object(summary, "/metrics/ttft").remove("count"));
        assertRefused(summary -> object(summary, "/metrics").set("latency", summary.at("/metrics/ttft")));
        assertRefused(summary -> object(summary, "/verdict/findings/0").remove("budget"));
        assertRefused(summary -> object(summary, "/requests/failedByKind").put("GREMLINS", 1));
        assertRefused(summary -> object(summary, "/run").put("startTime", "yesterday"));
    }

    @Test
    void thePublishedSchemaIsTheOneThatIsTested() throws IOException {
        Path published = Path.of(System.getProperty("plumbline.home"), "docs", "schemas", "summary.schema.json");
        try (InputStream tested = SummaryDocument.class.getResourceAsStream("summary.schema.json")) {
            assertThat(Files.readString(published))
                    .isEqualTo(new String(tested.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void numbersAreThoseOfTheMergedDistributions() throws IOException {
        Sample sample = SampleRuns.regression();
        RunFigures figures = RunFigures.of(sample.result());
        JsonNode ttft = summary(sample).at("/metrics/ttft");

        assertThat(ttft.get("count").asLong())
                .isEqualTo(figures.latency(LatencyMetric.TTFT).count())
                .isEqualTo(sample.result().windows().stream()
                        .filter(RunWindow::canBeJudged)
                        .mapToLong(window ->
                                window.measured().latency(LatencyMetric.TTFT).count())
                        .sum());
        assertThat(ttft.get("p95Nanos").asLong())
                .isEqualTo(
                        figures.latency(LatencyMetric.TTFT).quantileNanos(0.95).getAsLong());
    }

    @Test
    void ratesComeFromWholeAndWellCoveredWindowsOnly() throws IOException {
        JsonNode rates = summary(SampleRuns.regression()).get("rates");

        assertThat(rates.get("wholeWindows").asBoolean()).isTrue();
        assertThat(rates.get("windows").asInt()).isEqualTo(57);
        assertThat(rates.get("seconds").asDouble()).isEqualTo(570);
        assertThat(rates.get("completedPerSecond").asDouble()).isEqualTo(8.0);
    }

    @Test
    void anEmptyRunHasNoNumbersInsteadOfZeros() throws IOException {
        JsonNode summary = summary(SampleRuns.empty());

        assertThat(summary.get("metrics").isEmpty()).isTrue();
        assertThat(summary.has("rates")).isFalse();
        assertThat(summary.has("errorShare")).isFalse();
        assertThat(summary.at("/coverage").has("share")).isFalse();
    }

    @Test
    void theSchemaKnowsEveryReasonWhyNobodyVouches() throws IOException {
        ObjectNode summary = (ObjectNode) summary(SampleRuns.regression());
        ObjectNode reasons = object(summary, "/coverage/excluded/reasons");
        for (Sickness sickness : Sickness.values()) {
            reasons.putArray(sickness.name()).add(sickness.name());
        }
        assertThat(SCHEMA.validate(summary)).isEmpty();
        reasons.putArray("p").add("OVERHEATED");
        assertThat(SCHEMA.validate(summary)).isNotEmpty();
    }

    private static void assertRefused(Consumer<ObjectNode> change) throws IOException {
        ObjectNode summary = (ObjectNode) summary(SampleRuns.regression());
        change.accept(summary);
        Set<ValidationMessage> messages = SCHEMA.validate(summary);
        assertThat(messages)
                .as("%s", summary.toPrettyString().substring(0, 200))
                .isNotEmpty();
    }

    private static ObjectNode object(JsonNode summary, String pointer) {
        return (ObjectNode) summary.at(pointer);
    }

    private static JsonNode summary(Sample sample) throws IOException {
        return ArtifactJson.MAPPER.readTree(SummaryDocument.of(sample.story()));
    }

    private static JsonSchema schema() {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                        SummaryDocument.class.getResourceAsStream("summary.schema.json"),
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build());
    }
}
