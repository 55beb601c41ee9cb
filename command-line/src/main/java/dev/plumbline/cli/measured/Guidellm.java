package dev.plumbline.cli.measured;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.cli.measured.MeasuredRequest.Latencies;
import dev.plumbline.cli.measured.MeasuredRequest.Tokens;
import dev.plumbline.contract.series.LoadPoint;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * GuideLLM's JSON: a list of benchmarks, one for each load, each with its requests. Moments are seconds of the wall clock.
 *
 * <p>TTFT is {@code first_token_iteration - request_start}, end to end is taken to the last token and not to the end of the stream as
 * GuideLLM does, and TPOT is what lies between first and last token over the output tokens less one: GuideLLM's
 * {@code inter_token_latency_ms}; its {@code time_per_output_token_ms} holds the first token. What was cut off at the end is
 * {@code incomplete}, and neither good nor bad.
 */
final class Guidellm implements Format {

    private static final String TOOL = "guidellm";
    private static final double SECOND = 1e9;

    @Override
    public boolean isOne(Set<String> head) {
        return head.contains("metadata.guidellm_version");
    }

    @Override
    public List<Measurement> read(Source source) throws IOException {
        RequestTally tally = new RequestTally(source.name());
        tally.fact(Facts.TOOL, TOOL);
        Map<String, LoadPoint> loads = new LinkedHashMap<>();
        long all = 0;
        try (JsonParser parser = source.json()) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.FIELD_NAME
                        && parser.currentName().equals("benchmarks")) {
                    parser.nextToken();
                    int index = 0;
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        all += benchmark(parser, source.name() + ": /benchmarks/" + index, tally, loads, index);
                        index++;
                    }
                } else if (parser.currentToken().isStructStart()
                        && !parser.getParsingContext().getParent().inRoot()) {
                    parser.skipChildren();
                }
            }
        }
        if (tally.isEmpty()) {
            return List.of(new Measurement.OfSummary(
                    source.name(), TOOL, "guidellm run --output kind=json without a sample size of 0 in --metrics"));
        }
        if (loads.size() == 1) {
            loads.values().forEach(tally::load);
        }
        if (all > tally.requests()) {
            tally.note("it holds a sample, " + tally.requests() + " of " + all + " requests");
        }
        return List.of(tally.toMeasurement());
    }

    /** @return how many requests its totals speak of */
    private static long benchmark(
            JsonParser parser, String where, RequestTally tally, Map<String, LoadPoint> loads, int index)
            throws IOException {
        String title = "benchmark " + index;
        long all = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "config" -> {
                    JsonNode config = parser.readValueAsTree();
                    title = strategy(config.path("strategy"), tally, loads, title);
                    JsonNode backend = config.path("backend");
                    fact(tally, Facts.MODEL, backend.path("model"));
                    fact(tally, Facts.ENDPOINT, backend.path("request_format"));
                    fact(tally, Facts.URL, backend.path("target"));
                }
                case "metrics" -> {
                    JsonNode totals = ((JsonNode) parser.readValueAsTree()).path("request_totals");
                    all = totals.path("total").asLong();
                }
                case "requests" -> requests(parser, where + "/requests", tally, title);
                default -> parser.skipChildren();
            }
        }
        return all;
    }

    private static void fact(RequestTally tally, String key, JsonNode value) {
        if (value.isTextual()) {
            tally.fact(key, value.asText());
        }
    }

    /** @return what the benchmark is called, as GuideLLM has it: concurrent@4 */
    private static String strategy(
            JsonNode strategy, RequestTally tally, Map<String, LoadPoint> loads, String otherwise) {
        String type = strategy.path("type_").asText(strategy.path("type").asText(""));
        double rate = strategy.path("rate").asDouble();
        int streams =
                strategy.path("streams").asInt(strategy.path("max_concurrency").asInt());
        if (type.isEmpty()) {
            return otherwise;
        }
        LoadPoint load = switch (type) {
            case "concurrent" -> streams > 0 ? Facts.atATime(streams) : Facts.named("unknown");
            case "synchronous" -> Facts.atATime(1);
            case "constant" -> rate > 0 ? Facts.evenly(rate) : Facts.named("unknown");
            case "poisson", "async" -> rate > 0 ? Facts.perSecond(rate, 1) : Facts.named("unknown");
            default -> Facts.named("other-" + type.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]", "-"));
        };
        String title = type + "@" + (rate > 0 ? strategy.path("rate").asText() : Integer.toString(streams));
        loads.put(title, load);
        return title;
    }

    private static void requests(JsonParser parser, String where, RequestTally tally, String title) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String kind = parser.currentName();
            if (parser.nextToken() != JsonToken.START_ARRAY || kind.equals("total")) {
                parser.skipChildren();
                continue;
            }
            int index = 0;
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                Row row = new Row(parser.readValueAsTree(), where + "/" + kind + "/" + index);
                tally.add(title, request(row, kind));
                index++;
            }
        }
    }

    private static MeasuredRequest request(Row row, String kind) {
        Row timings = row.at("info").at("timings");
        OptionalDouble start = first(timings.number("request_start"), row.number("request_start_time"));
        OptionalLong sent = nanos(start, timings.where());
        OptionalDouble end = first(timings.number("request_end"), row.number("request_end_time"));
        long took = between(start, end).orElse(0);
        if (!kind.equals("successful")) {
            return new MeasuredRequest(
                    sent,
                    took,
                    Latencies.NONE,
                    Tokens.UNKNOWN,
                    kind.equals("incomplete")
                            ? new Ended.Cancelled()
                            : FailureWords.failed(
                                    OptionalInt.empty(), row.at("info").text("error")));
        }
        OptionalDouble firstToken = timings.number("first_token_iteration");
        OptionalDouble lastToken = timings.number("last_token_iteration");
        OptionalLong output = row.count("output_tokens");
        if (output.isEmpty()) {
            output = row.at("output_metrics").count("text_tokens");
        }
        OptionalLong prompt = row.count("prompt_tokens");
        OptionalLong decode = between(firstToken, lastToken);
        OptionalLong e2e = between(start, lastToken.isPresent() ? lastToken : end);
        return new MeasuredRequest(
                sent,
                took,
                new Latencies(
                        between(start, firstToken),
                        decode.orElse(0) > 0 && output.orElse(0) > 1
                                ? OptionalLong.of(decode.getAsLong() / (output.getAsLong() - 1))
                                : OptionalLong.empty(),
                        e2e),
                new Tokens(
                        prompt.isPresent() ? prompt : row.at("input_metrics").count("text_tokens"),
                        output,
                        row.count("cached_tokens")),
                new Ended.Completed());
    }

    private static OptionalDouble first(OptionalDouble one, OptionalDouble two) {
        return one.isPresent() ? one : two;
    }

    private static OptionalLong nanos(OptionalDouble seconds, String where) {
        return seconds.isPresent()
                ? OptionalLong.of(Row.nanos(seconds.getAsDouble() * SECOND, where))
                : OptionalLong.empty();
    }

    private static OptionalLong between(OptionalDouble from, OptionalDouble to) {
        return from.isPresent() && to.isPresent() && to.getAsDouble() >= from.getAsDouble()
                ? OptionalLong.of(Math.round((to.getAsDouble() - from.getAsDouble()) * SECOND))
                : OptionalLong.empty();
    }
}
