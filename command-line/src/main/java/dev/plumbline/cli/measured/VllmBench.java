package dev.plumbline.cli.measured;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.cli.measured.MeasuredRequest.Latencies;
import dev.plumbline.cli.measured.MeasuredRequest.Tokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vllm bench serve --save-result --save-detailed} writes: an object whose arrays have an entry for each request, in the
 * order of sending; seconds in arrays, milliseconds in single numbers. With {@code --append-result} a file has several such objects,
 * a run each.
 *
 * <p>A request that failed has zeros in the same arrays, and words in {@code errors}. {@code ttfts} begin with the first chunk that has
 * choices, of a chat also one with a role only. {@code start_times} are of a clock that is not the wall's. End to end is
 * {@code latencies}, or where they are missing TTFT and all gaps; TPOT is what is left of it behind TTFT over the output tokens less
 * one, as in vLLM's own summary.
 */
final class VllmBench implements Format {

    private static final String TOOL = "vllm bench";
    private static final double SECOND = 1e9;

    @Override
    public boolean isOne(Set<String> head) {
        return head.contains("model_id") && head.contains("request_rate") && head.contains("num_prompts");
    }

    @Override
    public List<Measurement> read(Source source) throws IOException {
        List<Measurement> runs = new ArrayList<>();
        try (JsonParser parser = source.json()) {
            while (parser.nextToken() != null) {
                runs.add(new Run(parser, source.name() + (runs.isEmpty() ? "" : " #" + (runs.size() + 1))).read());
            }
        }
        return runs;
    }

    /** Numbers that grow. */
    private static final class Column {
        private double[] values = new double[1_024];
        private int size;

        void add(double value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        /** NaN where there is none. */
        double at(int index) {
            return index < size ? values[index] : Double.NaN;
        }

        int size() {
            return size;
        }
    }

    /** One object of the file. */
    private static final class Run {
        private final JsonParser parser;
        private final String name;
        private final Map<String, String> told = new HashMap<>();
        private final Map<String, Column> columns = new HashMap<>();
        /** Words of those that failed, by place: most did not. */
        private final Map<Integer, String> errors = new HashMap<>();

        private int errorsTold;

        Run(JsonParser parser, String name) {
            this.parser = parser;
            this.name = name;
        }

        Measurement read() throws IOException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new BadFile(name + " has " + parser.currentToken() + " where a result of vllm bench begins");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (field) {
                    case "ttfts", "latencies", "start_times", "input_lens", "output_lens", "queue_times" ->
                        numbers(field, token);
                    case "itls" -> gaps(token);
                    case "errors" -> errors(token);
                    default -> {
                        if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                            told.put(field, parser.getText());
                        } else {
                            parser.skipChildren();
                        }
                    }
                }
            }
            return columns.containsKey("ttfts") ? requests() : summary();
        }

        private Measurement summary() {
            return new Measurement.OfSummary(name, TOOL, "vllm bench serve --save-result --save-detailed");
        }

        private void numbers(String field, JsonToken token) throws IOException {
            Column column = begin(field, token);
            if (column == null) {
                return;
            }
            JsonToken next = parser.nextToken();
            while (next != JsonToken.END_ARRAY) {
                column.add(number(next));
                next = parser.nextToken();
            }
        }

        /** Of each request how many gaps there were, and their sum. */
        private void gaps(JsonToken token) throws IOException {
            Column sums = begin("itls", token);
            if (sums == null) {
                return;
            }
            Column counts = new Column();
            columns.put("gaps", counts);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                require(parser.currentToken() == JsonToken.START_ARRAY, "a list of gaps");
                double sum = 0;
                int count = 0;
                JsonToken next = parser.nextToken();
                while (next != JsonToken.END_ARRAY) {
                    sum += number(next);
                    count++;
                    next = parser.nextToken();
                }
                sums.add(sum);
                counts.add(count);
            }
        }

        private void errors(JsonToken token) throws IOException {
            if (token != JsonToken.START_ARRAY) {
                parser.skipChildren();
                return;
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == JsonToken.VALUE_STRING && parser.getTextLength() > 0) {
                    errors.put(errorsTold, parser.getText());
                }
                errorsTold++;
            }
        }

        @Nullable
        private Column begin(String field, JsonToken token) throws IOException {
            if (token != JsonToken.START_ARRAY) {
                parser.skipChildren();
                return null;
            }
            Column column = new Column();
            columns.put(field, column);
            return column;
        }

        private double number(JsonToken token) throws IOException {
            if (token == JsonToken.VALUE_NULL) {
                return Double.NaN;
            }
            require(token.isNumeric(), "a number");
            return parser.getDoubleValue();
        }

        private void require(boolean isSo, String what) throws IOException {
            if (!isSo) {
                throw new BadFile(name + ": " + parser.getParsingContext().pathAsPointer() + " is " + parser.getText()
                        + ", " + what + " was expected");
            }
        }

        private Measurement requests() {
            Column ttfts = column("ttfts");
            int count = ttfts.size();
            columns.forEach((field, column) -> {
                if (column.size() != count) {
                    throw new BadFile(name + ": /" + field + " has " + column.size() + " entries, /ttfts " + count
                            + ": it was cut or edited; take the file as vllm bench wrote it");
                }
            });
            RequestTally tally = new RequestTally(name);
            facts(tally);
            for (int i = 0; i < count; i++) {
                tally.add("", request(i));
            }
            if (tally.isEmpty()) {
                throw new BadFile(name + " holds no request");
            }
            return tally.toMeasurement();
        }

        private MeasuredRequest request(int i) {
            String where = name + ": request " + i;
            OptionalLong ttft = positive(column("ttfts").at(i), where);
            OptionalLong prompt = tokens(column("input_lens").at(i));
            OptionalLong output = tokens(column("output_lens").at(i));
            OptionalLong took = positive(column("latencies").at(i), where);
            double gaps = column("itls").at(i);
            if (took.isEmpty() && ttft.isPresent() && !Double.isNaN(gaps)) {
                took = OptionalLong.of(Row.nanos((column("ttfts").at(i) + gaps) * SECOND, where));
            }
            double start = column("start_times").at(i);
            // Failed requests have 0 where no time was taken.
            OptionalLong sent =
                    Double.isNaN(start) ? OptionalLong.empty() : OptionalLong.of(Row.nanos(start * SECOND, where));
            boolean failed = errorsTold == 0 ? ttft.isEmpty() && took.isEmpty() : errors.containsKey(i);
            if (failed) {
                return new MeasuredRequest(
                        sent,
                        took.orElse(0),
                        Latencies.NONE,
                        Tokens.UNKNOWN,
                        FailureWords.failed(OptionalInt.empty(), errors.getOrDefault(i, "")));
            }
            return new MeasuredRequest(
                    sent,
                    took.orElse(0),
                    new Latencies(ttft, tpot(i, ttft, took, output), took),
                    new Tokens(prompt, output),
                    new Ended.Completed());
        }

        /** Absent of an answer in one chunk: nothing of its decoding was seen. */
        private OptionalLong tpot(int i, OptionalLong ttft, OptionalLong took, OptionalLong output) {
            boolean isStreamed = !(column("gaps").at(i) < 1);
            return isStreamed
                            && ttft.isPresent()
                            && took.isPresent()
                            && took.getAsLong() > ttft.getAsLong()
                            && output.orElse(0) > 1
                    ? OptionalLong.of((took.getAsLong() - ttft.getAsLong()) / (output.getAsLong() - 1))
                    : OptionalLong.empty();
        }

        private Column column(String field) {
            return columns.getOrDefault(field, NOTHING);
        }

        private static final Column NOTHING = new Column();

        private static OptionalLong positive(double seconds, String where) {
            return Double.isNaN(seconds) || seconds == 0
                    ? OptionalLong.empty()
                    : OptionalLong.of(Row.nanos(seconds * SECOND, where));
        }

        private static OptionalLong tokens(double count) {
            return count >= 0 ? OptionalLong.of((long) count) : OptionalLong.empty();
        }

        private void facts(RequestTally tally) {
            tally.fact(Facts.TOOL, TOOL);
            tally.fact(Facts.MODEL, told.getOrDefault("model_id", ""));
            if (told.containsKey("backend")) {
                tally.fact(Facts.ENDPOINT, told.get("backend"));
            }
            OptionalDouble atATime = told("max_concurrency");
            OptionalDouble rate = told("request_rate");
            if (told.containsKey("ramp_up_strategy")) {
                tally.load(Facts.named("ramp-up"));
            } else if (rate.isPresent()) {
                tally.load(
                        Facts.perSecond(rate.getAsDouble(), told("burstiness").orElse(1)));
                if (atATime.isPresent()) {
                    tally.fact("max_concurrency", told.get("max_concurrency"));
                }
            } else if (atATime.isPresent()) {
                tally.load(Facts.atATime((int) atATime.getAsDouble()));
            } else {
                tally.load(Facts.named("at-once-" + column("ttfts").size()));
            }
        }

        /** A finite number that is above 0. */
        private OptionalDouble told(String field) {
            try {
                double number = Double.parseDouble(told.getOrDefault(field, ""));
                return number > 0 && Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
            } catch (NumberFormatException e) {
                return OptionalDouble.empty();
            }
        }
    }
}
