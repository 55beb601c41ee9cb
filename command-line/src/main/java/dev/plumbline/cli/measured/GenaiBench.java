package dev.plumbline.cli.measured;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.cli.measured.MeasuredRequest.Latencies;
import dev.plumbline.cli.measured.MeasuredRequest.Tokens;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The file that genai-bench writes for a scenario and a load: {@code individual_request_metrics}, in the order of ending and without
 * times. All durations are in {@code _time_unit}, which stands behind them, so the file is read twice. genai-bench leaves out what was
 * faster than 1,000 tokens a second.
 */
final class GenaiBench implements Format {

    private static final String TOOL = "genai-bench";

    @Override
    public boolean isOne(Set<String> head) {
        return head.contains("aggregated_metrics") || head.contains("individual_request_metrics");
    }

    @Override
    public List<Measurement> read(Source source) throws IOException {
        RequestTally tally = new RequestTally(source.name());
        tally.fact(Facts.TOOL, TOOL);
        tally.note("the model is not told in it: that it was the same is assumed");
        double nanosPerUnit = unit(source);
        boolean isDetailed = false;
        try (JsonParser parser = source.json()) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "aggregated_metrics" -> load(parser.readValueAsTree(), tally);
                    case "individual_request_metrics" -> {
                        isDetailed = true;
                        int index = 0;
                        while (parser.nextToken() == JsonToken.START_OBJECT) {
                            Row row = new Row(
                                    parser.readValueAsTree(), source.name() + ": /individual_request_metrics/" + index);
                            tally.add("", request(row, nanosPerUnit));
                            index++;
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        }
        if (isDetailed && !tally.isEmpty()) {
            return List.of(tally.toMeasurement());
        }
        return List.of(new Measurement.OfSummary(
                source.name(), TOOL, "the file of each load as genai-bench wrote it, with individual_request_metrics"));
    }

    private static double unit(Source source) throws IOException {
        try (JsonParser parser = source.json()) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                if (field.equals("_time_unit")) {
                    return switch (parser.getText()) {
                        case "s" -> 1e9;
                        case "ms" -> 1e6;
                        default ->
                            throw new BadFile(
                                    source.name() + ": /_time_unit is '" + parser.getText() + "', known are s and ms");
                    };
                }
                parser.skipChildren();
            }
        }
        // Older versions knew seconds only.
        return 1e9;
    }

    private static void load(JsonNode all, RequestTally tally) {
        double number = all.path("num_concurrency").asDouble();
        if (all.path("scenario").isTextual()) {
            tally.fact("scenario", all.path("scenario").asText());
        }
        if (number > 0) {
            tally.load(
                    all.path("total_arrivals").isNumber() ? Facts.perSecond(number, 1) : Facts.atATime((int) number));
        }
    }

    private static MeasuredRequest request(Row row, double nanosPerUnit) {
        OptionalLong code = row.count("error_code");
        if (code.orElse(0) != 0) {
            return new MeasuredRequest(
                    OptionalLong.empty(),
                    0,
                    Latencies.NONE,
                    Tokens.UNKNOWN,
                    FailureWords.failed(OptionalInt.of((int) code.getAsLong()), row.text("error_message")));
        }
        OptionalLong e2e = row.nanos("e2e_latency", nanosPerUnit);
        OptionalLong output = row.count("num_output_tokens");
        return new MeasuredRequest(
                OptionalLong.empty(),
                e2e.orElse(0),
                new Latencies(
                        row.nanos("ttft", nanosPerUnit),
                        output.orElse(0) > 1 ? row.nanos("tpot", nanosPerUnit) : OptionalLong.empty(),
                        e2e),
                new Tokens(row.count("num_input_tokens"), output),
                new Ended.Completed());
    }
}
