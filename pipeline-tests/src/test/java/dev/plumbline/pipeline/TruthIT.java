package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.PipePlan;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What the windows say against what the target truly did: its log holds the time of every write, by the same monotonic
 * clock. {@code -Dplumbline.truth.runs=5 -Dplumbline.truth.requests=10000} gives the table of the release notes; the
 * default is a short look that every build can afford.
 *
 * <p>Accuracy of the percentiles is a matter of the machine, too, and asserted in the long form alone, which wants one to
 * itself. What must hold beside any other work is asserted in both. The windows hold exactly what the stamps of the
 * requests give. And the stamps are true by cause and effect, whatever the machine does: nothing is received before it
 * was sent, nothing is seen before it was written. A stamp that is taken too early, with the headers or the role-only
 * chunk for the first token, breaks that by tens of milliseconds. One that is taken too late is late for every request,
 * while a busy machine leaves a few of hundreds alone.
 */
class TruthIT {

    private static final int RUNS = Integer.getInteger("plumbline.truth.runs", 1);
    private static final int REQUESTS = Integer.getInteger("plumbline.truth.requests", 800);
    private static final boolean IS_LONG_FORM = RUNS >= 5 && REQUESTS >= 10_000;

    /** Not measured: they warm the target, whose cold code would be late and say so in the log alone. */
    private static final int WARMUP_REQUESTS = 300;

    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final double[] QUANTILES = {0.50, 0.95, 0.99};

    /** Of the requests, how many are looked at for whether they were seen at once: those that were, soonest. */
    private static final double SOONEST_SHARE = 0.01;

    /** How late those may be: a shorter time than a token takes. */
    private static final long SOONEST_WITHIN_NANOS = 3_000_000;

    /** What the target wrote about one request. */
    private record Emitted(long receivedNanos, long firstContentNanos, long lastContentNanos, long outputTokens) {

        long ttftNanos() {
            return firstContentNanos - receivedNanos;
        }

        OptionalLong tpotNanos() {
            return perToken(lastContentNanos - firstContentNanos, outputTokens);
        }
    }

    /** A write and its sight, each by the clock of its own process. */
    private record Sighting(long writtenNanos, long seenNanos) {

        /** What the writer's clock is ahead of the other, plus the way. */
        long differenceNanos() {
            return seenNanos - writtenNanos;
        }
    }

    /** What one process wrote and another saw, and the same the other way round: it bounds how far their clocks differ. */
    private record Crossing(List<Sighting> requests, List<Sighting> answers) {

        private long soonestRequestNanos() {
            return requests.stream().mapToLong(Sighting::differenceNanos).min().orElseThrow();
        }

        /** Positive when an answer was seen before it was written. */
        long tooEarlyNanos() {
            return answers.stream()
                            .mapToLong(answer -> -answer.differenceNanos())
                            .max()
                            .orElseThrow()
                    - soonestRequestNanos();
        }

        /** How long those answers were on their way that were seen soonest, with the way of the soonest request. */
        long soonestAnswerNanos() {
            long[] ways = answers.stream()
                    .mapToLong(answer -> answer.differenceNanos() + soonestRequestNanos())
                    .sorted()
                    .toArray();
            return ways[(int) (SOONEST_SHARE * ways.length)];
        }

        boolean isTrue() {
            return tooEarlyNanos() <= 0 && soonestAnswerNanos() <= SOONEST_WITHIN_NANOS;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "too early by %.3f ms (negative is fine), the soonest on the way for %.3f ms",
                    tooEarlyNanos() / 1e6,
                    soonestAnswerNanos() / 1e6);
        }
    }

    /** One number, measured and true, in nanoseconds. */
    private record Pair(double measured, double truth) {
        double errorNanos() {
            return measured - truth;
        }

        /** The stated accuracy: 1 % of the true value and 1 ms. */
        double allowedNanos() {
            return truth * 0.01 + 1e6;
        }
    }

    @Test
    void windowsHoldWhatTheStampsGiveAndStampsAreThoseOfTheEmitLog() throws Exception {
        Map<String, List<Pair>> pairs = new TreeMap<>();
        for (int run = 1; run <= RUNS; run++) {
            measure(run)
                    .forEach((name, pair) -> pairs.computeIfAbsent(name, unused -> new ArrayList<>())
                            .add(pair));
        }
        System.out.printf(Locale.ROOT, "truth: %d run(s) of %d requests; medians over the runs, ms%n", RUNS, REQUESTS);
        System.out.printf(
                Locale.ROOT, "truth: %-10s %10s %10s %10s %10s%n", "", "true", "measured", "error", "allowed");
        pairs.forEach((name, all) -> System.out.printf(
                Locale.ROOT,
                "truth: %-10s %10.3f %10.3f %+10.3f %10.3f%n",
                name,
                median(all.stream().mapToDouble(Pair::truth).toArray()) / 1e6,
                median(all.stream().mapToDouble(Pair::measured).toArray()) / 1e6,
                median(all.stream().mapToDouble(Pair::errorNanos).toArray()) / 1e6,
                median(all.stream().mapToDouble(Pair::allowedNanos).toArray()) / 1e6));
        if (!IS_LONG_FORM) {
            return;
        }
        pairs.forEach((name, all) -> {
            if (!name.endsWith("p99")) {
                double error = median(all.stream().mapToDouble(Pair::errorNanos).toArray());
                double allowed =
                        median(all.stream().mapToDouble(Pair::allowedNanos).toArray());
                assertThat(Math.abs(error)).as(name).isLessThanOrEqualTo(allowed);
            }
        });
    }

    private static Map<String, Pair> measure(int run) throws Exception {
        List<String> producer = new ArrayList<>(List.of(
                "plumbline.producer.id=truth",
                "plumbline.target.name=truth",
                "plumbline.target.model=truth-7b",
                "plumbline.load.concurrency=8",
                "plumbline.load.request-count=" + REQUESTS,
                "plumbline.load.warmup-requests=" + WARMUP_REQUESTS,
                "plumbline.stay=true",
                "plumbline.series.scenario=truth",
                "plumbline.workload.seed=" + run));
        if (!IS_LONG_FORM) {
            // Whether this machine leaves the producer enough of its time is not asked: nothing shall be left out.
            producer.addAll(AnyMachine.SETTINGS);
        }
        PipePlan plan = new PipePlan(
                WINDOW,
                1,
                0,
                List.of(
                        "--seed", Integer.toString(run),
                        "--model", "truth-7b",
                        "--prefill-ms", "30",
                        "--decode-ms", "4",
                        "--output-tokens", "8"),
                Map.of(Part.AGGREGATOR, List.of("plumbline.aggregator.grace=500ms"), Part.PRODUCER, producer));
        try (LocalPipe pipe = LocalPipe.start(plan, Installation.ofSystemProperties());
                WindowLog log = new WindowLog(pipe.bootstrapServers(), WINDOW)) {
            log.readUntilCounted(REQUESTS);
            assertThat(log.countedEvents()).isEqualTo(REQUESTS);
            pipe.end(Part.TARGET);
            Map<String, RequestEvent> requests = byId(log.requests());
            assertThat(requests).hasSize(REQUESTS);
            Map<String, Emitted> truth = emitted(pipe);
            assertThat(truth.keySet()).containsAll(requests.keySet());
            assertThatWindowsHold(requests, truth, log);
            assertThatStampsAreTrue(requests, truth);
            return compare(truth, log);
        }
    }

    private static Map<String, RequestEvent> byId(List<RequestEvent> requests) {
        Map<String, RequestEvent> byId = new HashMap<>();
        requests.forEach(request -> byId.put(request.attempt().requestId(), request));
        return byId;
    }

    /** Bucket by bucket, unless the producer called itself sick and its requests were left out. */
    private static void assertThatWindowsHold(
            Map<String, RequestEvent> requests, Map<String, Emitted> truth, WindowLog log) {
        List<WindowRecord> sick = log.windows().stream()
                .filter(window -> window.excluded().requests().total() > 0)
                .toList();
        sick.forEach(window -> System.out.println("truth: a window was left out of the distributions, the producer was "
                + "sick: " + window.excluded().reasons()));
        if (!sick.isEmpty()) {
            assertThat(IS_LONG_FORM).as("left out: %s", sick).isTrue();
            return;
        }
        assertThat(log.merged(LatencyMetric.TTFT))
                .isEqualTo(Histogram.of(requests.values().stream()
                        .mapToLong(request -> firstContentNanos(request)
                                - request.stamps().sentNanos().orElseThrow())
                        .toArray()));
        assertThat(log.merged(LatencyMetric.TPOT))
                .isEqualTo(Histogram.of(requests.entrySet().stream()
                        .map(entry -> perToken(
                                lastContentNanos(entry.getValue()) - firstContentNanos(entry.getValue()),
                                truth.get(entry.getKey()).outputTokens()))
                        .flatMapToLong(OptionalLong::stream)
                        .toArray()));
    }

    private static void assertThatStampsAreTrue(Map<String, RequestEvent> requests, Map<String, Emitted> truth) {
        Crossing first = crossing(requests, truth, Emitted::firstContentNanos, TruthIT::firstContentNanos);
        Crossing last = crossing(requests, truth, Emitted::lastContentNanos, TruthIT::lastContentNanos);
        System.out.println("truth: first content " + first);
        System.out.println("truth: last content " + last);
        assertThat(first).matches(Crossing::isTrue);
        assertThat(last).matches(Crossing::isTrue);
        // The same look, seen red: wrong stamps of the same requests.
        assertThat(crossing(requests, truth, Emitted::firstContentNanos, TruthIT::headersNanos))
                .as("headers, taken for the first content")
                .matches(wrong -> wrong.tooEarlyNanos() > 0);
        assertThat(crossing(requests, truth, Emitted::firstContentNanos, TruthIT::lastContentNanos))
                .as("the last content, taken for the first")
                .matches(wrong -> wrong.soonestAnswerNanos() > SOONEST_WITHIN_NANOS);
    }

    private static Crossing crossing(
            Map<String, RequestEvent> requests,
            Map<String, Emitted> truth,
            ToLongFunction<Emitted> written,
            ToLongFunction<RequestEvent> seen) {
        List<Sighting> sent = new ArrayList<>();
        List<Sighting> answered = new ArrayList<>();
        requests.forEach((id, request) -> {
            Emitted emitted = truth.get(id);
            sent.add(new Sighting(request.stamps().sentNanos().orElseThrow(), emitted.receivedNanos()));
            answered.add(new Sighting(written.applyAsLong(emitted), seen.applyAsLong(request)));
        });
        return new Crossing(sent, answered);
    }

    private static long headersNanos(RequestEvent request) {
        return request.stamps().headersNanos().orElseThrow();
    }

    private static long firstContentNanos(RequestEvent request) {
        return request.stamps().firstContentNanos().orElseThrow();
    }

    private static long lastContentNanos(RequestEvent request) {
        return request.stamps().lastContentNanos().orElseThrow();
    }

    private static OptionalLong perToken(long decodeNanos, long tokens) {
        return tokens < 2 ? OptionalLong.empty() : OptionalLong.of(Math.round((double) decodeNanos / (tokens - 1)));
    }

    private static Map<String, Pair> compare(Map<String, Emitted> truth, WindowLog log) {
        Map<String, Pair> pairs = new TreeMap<>();
        put(pairs, LatencyMetric.TTFT, truth.values().stream().mapToLong(Emitted::ttftNanos), log);
        put(
                pairs,
                LatencyMetric.TPOT,
                truth.values().stream().map(Emitted::tpotNanos).flatMapToLong(OptionalLong::stream),
                log);
        return pairs;
    }

    private static void put(Map<String, Pair> pairs, LatencyMetric metric, LongStream trueNanos, WindowLog log) {
        long[] truth = trueNanos.sorted().toArray();
        for (double quantile : QUANTILES) {
            long exact = truth[(int) Math.ceil(quantile * truth.length) - 1];
            long measured = log.merged(metric).quantileNanos(quantile).orElseThrow();
            pairs.put(metric.label() + " p" + Math.round(quantile * 100), new Pair(measured, exact));
        }
    }

    /** The completed requests of the load, by request id. */
    private static Map<String, Emitted> emitted(LocalPipe pipe) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Map<String, Emitted> byId = new HashMap<>();
        for (String line : Files.readAllLines(pipe.folder().resolve(LocalPipe.EMIT_LOG))) {
            JsonNode emitted = json.readTree(line);
            String outcome = emitted.path("outcome").asText();
            String id = emitted.path("requestId").asText();
            if (id.startsWith("truth-") && (outcome.equals("STOP") || outcome.equals("LENGTH"))) {
                byId.put(
                        id,
                        new Emitted(
                                emitted.path("receivedNanos").asLong(),
                                emitted.path("firstContentNanos").asLong(),
                                emitted.path("lastContentNanos").asLong(),
                                emitted.path("outputTokens").asLong()));
            }
        }
        return byId;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
