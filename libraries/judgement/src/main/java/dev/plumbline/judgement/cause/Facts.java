package dev.plumbline.judgement.cause;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.CounterSum;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.verdict.Means.Sum;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenOrigins;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The means of a window that causes are read from, by name; what a window does not say has none. Latencies are in nanoseconds, the
 * rest in the unit of its source.
 */
public final class Facts {

    static final String TTFT = "ttft";
    /** The median of each window, of windows. */
    static final String TTFT_MEDIAN = "ttft_p50";

    static final String TPOT = "tpot";
    static final String E2E = "e2e";
    static final String ITL = "itl";
    static final String ITL_MEDIAN = "itl_p50";
    /** What gaps have beyond four times the median, of gaps: answers that pause. */
    static final String PAUSE = "itl_pause";

    static final String GENERATOR_DELAY = "generator_delay";
    static final String OUTPUT_TOKENS = "output_tokens";
    static final String PROMPT_TOKENS = "prompt_tokens";
    static final String CACHED = "cached_ratio";
    static final String ACCEPTED = "accepted_per_draft";
    static final String OFFERED = "offered_per_second";
    static final String IN_FLIGHT = "in_flight";
    static final String ALL_FAILED = "failed";
    /** Followed by the kind; a kind that did not occur has none, so its share is of those of all kinds. */
    static final String FAILED = "failed_";

    static final String RUNNING = "engine_requests_running";
    static final String WAITING = "engine_requests_waiting";
    static final String KV = "engine_kv_cache_usage_ratio";
    static final String PREEMPTIONS = "engine_preemptions_per_second";
    static final String QUEUE = "engine_queue_seconds";
    static final String HITS = "engine_prefix_hit_ratio";
    static final String ENGINE_ACCEPTED = "engine_accepted_per_draft";
    static final String OFFLOAD = "engine_offload_load_bytes_per_second";
    static final String CLOCK = "gpu_sm_clock_hertz";
    static final String SLOWED = "gpu_slowed_gpus";
    static final String MEMORY = "gpu_memory_used_ratio";

    private static final double PAUSES_FROM_MEDIANS = 4;
    private static final String[] GAUGES = {RUNNING, WAITING, KV, CLOCK, SLOWED, MEMORY};

    private final Map<String, Sum> sums = new HashMap<>();

    private Facts() {}

    /**
     * What a stretch of time says.
     *
     * @param seconds that it lasted, above 0
     */
    public static Means of(WindowSummary summary, double seconds) {
        Facts facts = new Facts();
        facts.latencies(summary);
        facts.work(summary, seconds);
        summary.circumstances().ifPresent(facts::around);
        return new Means(facts.sums);
    }

    private void latencies(WindowSummary summary) {
        mean(TTFT, summary.latency(LatencyMetric.TTFT));
        mean(TPOT, summary.latency(LatencyMetric.TPOT));
        mean(E2E, summary.latency(LatencyMetric.E2E));
        median(TTFT_MEDIAN, summary.latency(LatencyMetric.TTFT));
        Histogram gaps = summary.latency(LatencyMetric.ITL);
        mean(ITL, gaps);
        median(ITL_MEDIAN, gaps);
        if (!gaps.isEmpty()) {
            put(PAUSE, pauses(gaps), gaps.count());
        }
    }

    private static double pauses(Histogram gaps) {
        double median = gaps.quantileNanos(0.5).orElseThrow();
        double[] beyond = {0};
        gaps.forEachBucket((index, count) -> {
            double gap = (Buckets.upperBoundNanos(index) + Buckets.upperBoundNanos(index - 1)) / 2;
            if (gap > PAUSES_FROM_MEDIANS * median) {
                beyond[0] += count * (gap - median);
            }
        });
        return beyond[0] + gaps.aboveCount() * Math.max(0, Buckets.HIGHEST_NANOS - median);
    }

    private void work(WindowSummary summary, double seconds) {
        RequestCounts requests = summary.requests();
        TokenTotals tokens = summary.tokens();
        put(OFFERED, summary.offered(), seconds);
        put(IN_FLIGHT, summary.inFlightNanos() / 1e9, seconds);
        put(OUTPUT_TOKENS, tokens.output(), requests.completed());
        put(PROMPT_TOKENS, tokens.prompt(), requests.completed());
        tokens.origins().ifPresent(origins -> told(tokens, origins));
        long ended = requests.completed() + requests.failedTotal();
        put(ALL_FAILED, requests.failedTotal(), ended);
        requests.failed().forEach((kind, count) -> put(FAILED + kind.name(), count, ended));
    }

    /** The share of ended requests that failed so; empty where nothing ended. */
    static OptionalDouble failed(Means means, FailureKind kind) {
        Sum all = means.sums().get(ALL_FAILED);
        Sum some = means.sums().get(FAILED + kind.name());
        return all == null ? OptionalDouble.empty() : OptionalDouble.of(some == null ? 0 : some.sum() / all.of());
    }

    private void told(TokenTotals tokens, TokenOrigins origins) {
        put(CACHED, tokens.cached(), origins.promptWithKnownCache());
        put(ACCEPTED, origins.accepted(), origins.drafts());
    }

    private void around(Circumstances around) {
        for (String gauge : GAUGES) {
            Circumstances.GaugeSum sum = around.gauges().get(gauge);
            if (sum != null) {
                put(gauge, sum.sumThousandths() / 1e3, sum.looks());
            }
        }
        growth(around, PREEMPTIONS, "engine_preemptions");
        growth(around, OFFLOAD, "engine_offload_load_bytes");
        ratio(around, QUEUE, "engine_queue_time_seconds", "engine_queue_time_requests");
        // Of an engine whose prefix cache is off nothing is looked up, so that of all prompt tokens is asked first.
        ratio(around, HITS, "engine_prefix_hit_tokens", "engine_prefix_query_tokens");
        ratio(around, HITS, "engine_prefix_hit_tokens", "engine_prompt_tokens");
        ratio(around, ENGINE_ACCEPTED, "engine_accepted_tokens", "engine_drafts");
        around.generatorDelay().ifPresent(delay -> mean(GENERATOR_DELAY, delay));
    }

    private void growth(Circumstances around, String name, String counter) {
        CounterSum sum = around.counters().get(counter);
        if (sum != null) {
            put(name, sum.increaseThousandths() / 1e3, sum.spanMillis() / 1e3);
        }
    }

    private void ratio(Circumstances around, String name, String numerator, String denominator) {
        CounterSum above = around.counters().get(numerator);
        CounterSum below = around.counters().get(denominator);
        if (above != null && below != null) {
            put(name, above.increaseThousandths(), below.increaseThousandths());
        }
    }

    private void mean(String name, Histogram values) {
        put(name, values.sumNanos(), values.count());
    }

    private void median(String name, Histogram values) {
        values.quantileNanos(0.5).ifPresent(nanos -> put(name, nanos, 1));
    }

    private void put(String name, double sum, double of) {
        if (of > 0 && sum >= 0) {
            sums.put(name, new Sum(sum, of));
        }
    }
}
