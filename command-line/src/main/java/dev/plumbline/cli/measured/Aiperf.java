package dev.plumbline.cli.measured;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.cli.measured.MeasuredRequest.Latencies;
import dev.plumbline.cli.measured.MeasuredRequest.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * AIPerf's {@code profile_export.jsonl}: a request on each line, in the order of ending; wall clock in nanoseconds, metrics with their
 * units. What the load was stands in {@code profile_export_aiperf.json} beside it, and is read there.
 *
 * <p>Warm-up is told by {@code benchmark_phase} and left out; a request that AIPerf cut off has {@code was_cancelled}. AIPerf's
 * {@code inter_token_latency} is our TPOT, but for its count of output tokens: that of its own tokenizer. Where the server told its
 * count, {@code usage_completion_tokens}, TPOT is reckoned with that, because so is ours.
 */
final class Aiperf implements Format {

    private static final String TOOL = "aiperf";
    private static final String MEASURED = "profiling";

    @Override
    public boolean isOne(Set<String> head) {
        return head.contains("metadata.request_start_ns") && head.contains("metrics");
    }

    @Override
    public List<Measurement> read(Source source) throws IOException {
        RequestTally tally = new RequestTally(source.name());
        tally.fact(Facts.TOOL, TOOL);
        load(source, tally);
        long warmUp = 0;
        try (JsonParser parser = source.json()) {
            while (parser.nextToken() != null) {
                int line = parser.currentTokenLocation().getLineNr();
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    throw new BadFile(source.name() + ", line " + line + " is no record of AIPerf");
                }
                Row row = new Row(parser.readValueAsTree(), source.name() + ", line " + line);
                String phase = row.at("metadata").text("benchmark_phase");
                if (phase.isEmpty() || phase.equals(MEASURED)) {
                    tally.add("", request(row));
                } else {
                    warmUp++;
                }
            }
        }
        if (tally.isEmpty()) {
            throw new BadFile(source.name() + " holds no measured request, " + warmUp + " of the warm-up");
        }
        return List.of(tally.toMeasurement());
    }

    private static MeasuredRequest request(Row row) {
        Row metadata = row.at("metadata");
        Row metrics = row.at("metrics");
        long sent = Row.nanos(metadata.required("request_start_ns"), metadata.where());
        // Read as a number with a fraction, nanoseconds of today are exact to a quarter of a microsecond.
        long took = Math.max(0, Row.nanos(metadata.number("request_end_ns").orElse(sent), metadata.where()) - sent);
        if (row.has("error")) {
            Row error = row.at("error");
            OptionalLong code = error.count("code");
            return new MeasuredRequest(
                    OptionalLong.of(sent),
                    took,
                    Latencies.NONE,
                    Tokens.UNKNOWN,
                    metadata.node().path("was_cancelled").asBoolean()
                            ? new Ended.Cancelled()
                            : FailureWords.failed(
                                    code.isPresent() ? OptionalInt.of((int) code.getAsLong()) : OptionalInt.empty(),
                                    error.text("type") + " " + error.text("message")));
        }
        if (metadata.node().path("was_cancelled").asBoolean()) {
            return new MeasuredRequest(
                    OptionalLong.of(sent), took, Latencies.NONE, Tokens.UNKNOWN, new Ended.Cancelled());
        }
        OptionalLong ttft = metric(metrics, "time_to_first_token");
        OptionalLong e2e = metric(metrics, "request_latency");
        OptionalLong byServer = metrics.at("usage_completion_tokens").count("value");
        OptionalLong tpot = metric(metrics, "inter_token_latency");
        if (byServer.isPresent() && ttft.isPresent() && e2e.isPresent()) {
            tpot = byServer.getAsLong() > 1 && e2e.getAsLong() > ttft.getAsLong()
                    ? OptionalLong.of((e2e.getAsLong() - ttft.getAsLong()) / (byServer.getAsLong() - 1))
                    : OptionalLong.empty();
        }
        return new MeasuredRequest(
                OptionalLong.of(sent),
                e2e.orElse(took),
                new Latencies(ttft, tpot, e2e),
                new Tokens(
                        first(metrics.at("usage_prompt_tokens"), metrics.at("input_sequence_length")),
                        first(metrics.at("usage_completion_tokens"), metrics.at("output_sequence_length")),
                        metrics.at("usage_prompt_cache_read_tokens").count("value")),
                new Ended.Completed());
    }

    private static OptionalLong first(Row one, Row two) {
        OptionalLong count = one.count("value");
        return count.isPresent() ? count : two.count("value");
    }

    private static OptionalLong metric(Row metrics, String tag) {
        Row metric = metrics.at(tag);
        double nanosPerUnit = switch (metric.text("unit")) {
            case "ns" -> 1;
            case "us" -> 1e3;
            case "s", "sec" -> 1e9;
            case "ms", "" -> 1e6;
            default ->
                throw new BadFile(metric.where() + "/unit is '" + metric.text("unit") + "', known are ns, us, ms, s");
        };
        return metric.nanos("value", nanosPerUnit);
    }

    /** What the file beside it says of the load. */
    private static void load(Source source, RequestTally tally) throws IOException {
        Path summary = Summary.beside(source.file());
        if (!Files.isRegularFile(summary)) {
            tally.note("the model and the load are not told: " + summary.getFileName() + " is not beside it");
            return;
        }
        JsonNode config;
        try (JsonParser parser = Source.of(summary).json()) {
            parser.nextToken();
            config = ((JsonNode) parser.readValueAsTree()).path("input_config");
        }
        JsonNode model = config.path("models").path("items").path(0).path("name");
        if (model.isTextual()) {
            tally.fact(Facts.MODEL, model.asText());
        }
        JsonNode endpoint = config.path("endpoint").path("type");
        if (endpoint.isTextual()) {
            tally.fact(Facts.ENDPOINT, endpoint.asText());
        }
        for (JsonNode phase : config.path("phases")) {
            if (phase.path("kind").asText().equals(MEASURED)) {
                phase(phase, tally);
            }
        }
    }

    private static void phase(JsonNode phase, RequestTally tally) {
        double rate = phase.path("rate").asDouble(phase.path("request_rate").asDouble());
        int atATime = phase.path("concurrency").asInt();
        if (rate > 0) {
            tally.load(phase.path("type").asText().equals("constant") ? Facts.evenly(rate) : Facts.perSecond(rate, 1));
            if (atATime > 0) {
                tally.fact("max_concurrency", Integer.toString(atATime));
            }
        } else if (atATime > 0) {
            tally.load(Facts.atATime(atATime));
        }
    }

    /** {@code profile_export_aiperf.json}: percentiles and means. */
    static final class Summary implements Format {

        private static final String SUFFIX = "_aiperf.json";

        static Path beside(Path records) {
            String name = String.valueOf(records.getFileName()).replaceFirst("\\.jsonl?(\\.gz)?$", "");
            return records.resolveSibling(name + SUFFIX);
        }

        @Override
        public boolean isOne(Set<String> head) {
            return head.contains("aiperf_version") && head.contains("schema_version");
        }

        @Override
        public List<Measurement> read(Source source) throws IOException {
            Path records = source.file()
                    .resolveSibling(
                            String.valueOf(source.file().getFileName()).replaceFirst(SUFFIX + "$", "") + ".jsonl");
            return List.of(new Measurement.OfSummary(
                    source.name(),
                    TOOL,
                    Files.isRegularFile(records)
                            ? records + ", which lies beside it"
                            : "aiperf profile --export-level records, which writes profile_export.jsonl"));
        }
    }
}
