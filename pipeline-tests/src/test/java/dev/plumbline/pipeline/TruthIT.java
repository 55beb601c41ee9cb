package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.PipePlan;
import dev.plumbline.contract.window.LatencyMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the windows say against what the target truly did: its log holds the time of every write, by the same monotonic
 * clock. {@code -Dplumbline.truth.runs=5 -Dplumbline.truth.requests=10000} gives the table of the release notes; the
 * default is a short look that every build can afford.
 */
class TruthIT {

    private static final int RUNS = Integer.getInteger("plumbline.truth.runs", 1);
    private static final int REQUESTS = Integer.getInteger("plumbline.truth.requests", 2_000);

    /** Not measured: they warm the target, whose cold code would be late and say so in the log alone. */
    private static final int WARMUP_REQUESTS = 300;

    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final double[] QUANTILES = {0.50, 0.95, 0.99};

    /** One percentile of one metric, measured and true, in nanoseconds. */
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
    @Timeout(1_200)
    void percentilesOfTheWindowsAreThoseOfTheEmitLog() throws Exception {
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
        // One short run on a shared machine finds a wrong definition (headers or the role-only chunk taken for the
        // first
        // token are off by tens of milliseconds), in the median; accuracy itself needs the long form.
        boolean isLongForm = RUNS >= 5 && REQUESTS >= 10_000;
        double highest = isLongForm ? 0.95 : 0.50;
        double slackNanos = isLongForm ? 0 : 2e6;
        pairs.forEach((name, all) -> {
            if (Double.parseDouble(name.substring(name.length() - 2)) / 100 <= highest) {
                double error = median(all.stream().mapToDouble(Pair::errorNanos).toArray());
                double allowed =
                        median(all.stream().mapToDouble(Pair::allowedNanos).toArray());
                assertThat(Math.abs(error)).as(name).isLessThanOrEqualTo(allowed + slackNanos);
            }
        });
    }

    private static Map<String, Pair> measure(int run) throws Exception {
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
                Map.of(
                        Part.AGGREGATOR, List.of("plumbline.aggregator.grace=500ms"),
                        Part.PRODUCER,
                                List.of(
                                        "plumbline.producer.id=truth",
                                        "plumbline.target.name=truth",
                                        "plumbline.target.model=truth-7b",
                                        "plumbline.load.concurrency=8",
                                        "plumbline.load.request-count=" + REQUESTS,
                                        "plumbline.load.warmup-requests=" + WARMUP_REQUESTS,
                                        "plumbline.stay=true",
                                        "plumbline.series.scenario=truth",
                                        "plumbline.workload.seed=" + run)));
        try (LocalPipe pipe = LocalPipe.start(plan, Installation.ofSystemProperties());
                WindowLog log = new WindowLog(pipe.bootstrapServers(), WINDOW)) {
            log.readUntilCounted(REQUESTS, Duration.ofMinutes(5));
            assertThat(log.countedEvents()).isEqualTo(REQUESTS);
            assertThat(log.windows())
                    .allMatch(window -> window.excluded().requests().total() == 0
                            || reportExclusion(window.excluded().reasons()));
            pipe.end(Part.TARGET);
            return compare(pipe, log);
        }
    }

    private static boolean reportExclusion(Map<?, ?> reasons) {
        System.out.println("truth: a window was left out of the distributions, the producer was sick: " + reasons);
        return true;
    }

    private static Map<String, Pair> compare(LocalPipe pipe, WindowLog log) throws IOException {
        long[][] truth = emitted(pipe);
        Map<String, Pair> pairs = new TreeMap<>();
        LatencyMetric[] metrics = {LatencyMetric.TTFT, LatencyMetric.TPOT};
        for (int i = 0; i < metrics.length; i++) {
            Arrays.sort(truth[i]);
            for (double quantile : QUANTILES) {
                long exact = truth[i][(int) Math.ceil(quantile * truth[i].length) - 1];
                long measured = log.merged(metrics[i]).quantileNanos(quantile).orElseThrow();
                pairs.put(metrics[i].label() + " p" + Math.round(quantile * 100), new Pair(measured, exact));
            }
        }
        return pairs;
    }

    /** True TTFT and TPOT of every completed request of the load: received to first write, and between writes. */
    private static long[][] emitted(LocalPipe pipe) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Long> ttftNanos = new ArrayList<>();
        List<Long> tpotNanos = new ArrayList<>();
        for (String line : Files.readAllLines(pipe.folder().resolve(LocalPipe.EMIT_LOG))) {
            JsonNode emitted = json.readTree(line);
            String outcome = emitted.path("outcome").asText();
            boolean measured = emitted.path("requestId").asText().startsWith("truth-");
            if (!measured || (!outcome.equals("STOP") && !outcome.equals("LENGTH"))) {
                continue;
            }
            long first = emitted.path("firstContentNanos").asLong();
            ttftNanos.add(first - emitted.path("receivedNanos").asLong());
            long tokens = emitted.path("outputTokens").asLong();
            if (tokens >= 2) {
                tpotNanos.add((emitted.path("lastContentNanos").asLong() - first) / (tokens - 1));
            }
        }
        assertThat(ttftNanos).hasSizeGreaterThanOrEqualTo(REQUESTS);
        return new long[][] {
            ttftNanos.stream().mapToLong(Long::longValue).toArray(),
            tpotNanos.stream().mapToLong(Long::longValue).toArray()
        };
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
