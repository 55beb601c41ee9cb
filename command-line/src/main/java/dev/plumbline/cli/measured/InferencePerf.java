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
 * inference-perf's {@code per_request_lifecycle_metrics.json}: an array, an object for each request, seconds of one clock. Stages are
 * loads of their own, where they are told.
 *
 * <p>TTFT is the first of {@code output_token_times}, or of {@code chunk_times} where those are missing, less {@code start_time}; end to
 * end is taken to the last of them. The server's count of output tokens goes before the tool's own.
 */
final class InferencePerf implements Format {

    private static final String TOOL = "inference-perf";
    private static final double SECOND = 1e9;

    @Override
    public boolean isOne(Set<String> head) {
        return head.contains("[].start_time") && head.contains("[].end_time");
    }

    @Override
    public List<Measurement> read(Source source) throws IOException {
        RequestTally tally = new RequestTally(source.name());
        tally.fact(Facts.TOOL, TOOL);
        tally.note("the model and the load are not told in it: that they were the same is assumed");
        try (JsonParser parser = source.json()) {
            parser.nextToken();
            int index = 0;
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                Row row = new Row(parser.readValueAsTree(), source.name() + ": /" + index);
                tally.add(row.has("stage_id") ? "stage " + row.text("stage_id") : "", request(row));
                index++;
            }
        }
        if (tally.isEmpty()) {
            throw new BadFile(source.name() + " holds no request");
        }
        return List.of(tally.toMeasurement());
    }

    private static MeasuredRequest request(Row row) {
        long sent = Row.nanos(row.required("start_time") * SECOND, row.where() + "/start_time");
        long took = Math.max(0, Row.nanos(row.required("end_time") * SECOND, row.where() + "/end_time") - sent);
        if (row.has("error")) {
            Row error = row.at("error");
            return new MeasuredRequest(
                    OptionalLong.of(sent),
                    took,
                    Latencies.NONE,
                    Tokens.UNKNOWN,
                    FailureWords.failed(OptionalInt.empty(), error.text("error_type") + " " + error.text("error_msg")));
        }
        Row info = row.at("info");
        Row answer = info.has("response_metrics") ? info.at("response_metrics") : info;
        JsonNode times = answer.node().path("output_token_times");
        if (times.isEmpty()) {
            times = answer.node().path("chunk_times");
        }
        OptionalLong first = moment(times.path(0), answer.where());
        OptionalLong last = moment(times.path(times.size() - 1), answer.where());
        OptionalLong output = answer.at("server_usage").count("completion_tokens");
        if (output.isEmpty()) {
            output = answer.count("output_tokens");
        }
        OptionalLong prompt = info.at("request_metrics").at("text").count("input_tokens");
        return new MeasuredRequest(
                OptionalLong.of(sent),
                took,
                new Latencies(
                        since(sent, first),
                        tpot(first, last, output),
                        last.isPresent() ? since(sent, last) : OptionalLong.of(took)),
                new Tokens(
                        prompt.isPresent() ? prompt : info.count("input_tokens"),
                        output,
                        answer.at("server_usage").at("prompt_tokens_details").count("cached_tokens")),
                new Ended.Completed());
    }

    private static OptionalLong tpot(OptionalLong first, OptionalLong last, OptionalLong output) {
        return first.isPresent() && last.isPresent() && last.getAsLong() > first.getAsLong() && output.orElse(0) > 1
                ? OptionalLong.of((last.getAsLong() - first.getAsLong()) / (output.getAsLong() - 1))
                : OptionalLong.empty();
    }

    private static OptionalLong moment(JsonNode seconds, String where) {
        return seconds.isNumber()
                ? OptionalLong.of(Row.nanos(seconds.doubleValue() * SECOND, where))
                : OptionalLong.empty();
    }

    private static OptionalLong since(long sent, OptionalLong moment) {
        return moment.isPresent() && moment.getAsLong() >= sent
                ? OptionalLong.of(moment.getAsLong() - sent)
                : OptionalLong.empty();
    }

    /** {@code summary_lifecycle_metrics.json} and those of the stages: percentiles and means. */
    static final class Summary implements Format {

        @Override
        public boolean isOne(Set<String> head) {
            return head.contains("load_summary");
        }

        @Override
        public List<Measurement> read(Source source) {
            return List.of(new Measurement.OfSummary(
                    source.name(),
                    TOOL,
                    "report.request_lifecycle.per_request: true in its configuration, which writes"
                            + " per_request_lifecycle_metrics.json"));
        }
    }
}
