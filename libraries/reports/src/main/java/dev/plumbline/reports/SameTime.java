package dev.plumbline.reports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.window.WindowRates;
import dev.plumbline.contract.window.WindowSummary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the target's GPU and engine said in the very seconds that were measured, and the load generator of itself: where to look
 * for the cause of a number. What nobody said is left out.
 */
final class SameTime {

    private static final double PERCENT = 100;
    private static final double GIBIBYTE = 1L << 30;

    private final Circumstances around;
    private final WindowRates rates;
    private final Map<String, String> lines = new LinkedHashMap<>();

    private SameTime(Circumstances around, WindowRates rates) {
        this.around = around;
        this.rates = rates;
    }

    /** Name and value, for people; empty where nothing is known. */
    static Map<String, String> lines(RunStory story) {
        return of(story).map(SameTime::written).orElse(Map.of());
    }

    /** The same for programs. */
    static Optional<ObjectNode> node(RunStory story) {
        return of(story).map(SameTime::encoded);
    }

    private static Optional<SameTime> of(RunStory story) {
        WindowSummary measured = story.figures().measured();
        double seconds = story.result().identity().durationSeconds();
        return seconds > 0
                ? measured.circumstances().map(around -> new SameTime(around, new WindowRates(measured, seconds)))
                : Optional.empty();
    }

    private Map<String, String> written() {
        gauge("requests in the engine", "engine_requests_running", 1, "");
        gauge("requests waiting in it", "engine_requests_waiting", 1, "");
        gauge("KV cache in use", "engine_kv_cache_usage_ratio", PERCENT, " %");
        growth("preemptions", "engine_preemptions", "/s");
        ratio("queue time of a request", "engine_queue_time_seconds", "engine_queue_time_requests", 1e3, " ms");
        ratio(
                "prompt tokens found in the cache",
                "engine_prefix_hit_tokens",
                "engine_prefix_query_tokens",
                PERCENT,
                " %");
        ratio("draft tokens accepted", "engine_accepted_tokens", "engine_draft_tokens", PERCENT, " %");
        gauge("GPU utilization", "gpu_utilization_ratio", PERCENT, " %");
        gauge("GPU memory", "gpu_memory_used_bytes", 1 / GIBIBYTE, " GiB");
        gauge("GPU power", WindowRates.POWER_GAUGE, 1, " W");
        gauge("GPU clock", "gpu_sm_clock_hertz", 1e-6, " MHz");
        gauge("GPUs held back by heat or power", "gpu_slowed_gpus", 1, "");
        value("energy of 1,000 output tokens", rates.joulesPer1kTokens(), " J");
        value("cost of 1,000 output tokens", rates.costPer1kTokens(), "");
        around.mean(Circumstances.ROUNDS_IN_STEP)
                .ifPresent(share -> lines.put(
                        "rounds in which the clients sent together", Figures.significant(share * PERCENT) + " %"));
        around.generatorDelay()
                .ifPresent(delay -> lines.put(
                        "lateness of the load generator's own loop",
                        "p50 " + Figures.millis(Percentile.P50.nanosOf(delay)) + " ms, p99 "
                                + Figures.millis(Percentile.P99.nanosOf(delay)) + " ms"));
        return lines;
    }

    private void gauge(String label, String name, double factor, String unit) {
        GaugeSum gauge = around.gauges().get(name);
        if (gauge != null) {
            lines.put(
                    label,
                    Figures.significant(gauge.mean() * factor) + unit + " on average, at most "
                            + Figures.significant(gauge.largest() * factor) + unit);
        }
    }

    private void growth(String label, String name, String unit) {
        value(label, around.perSecond(name), unit);
    }

    private void ratio(String label, String numerator, String denominator, double factor, String unit) {
        OptionalDouble ratio = around.ratio(numerator, denominator);
        value(label, ratio.isPresent() ? OptionalDouble.of(ratio.getAsDouble() * factor) : ratio, unit);
    }

    private void value(String label, OptionalDouble value, String unit) {
        value.ifPresent(known -> lines.put(label, Figures.significant(known) + unit));
    }

    private ObjectNode encoded() {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        ObjectNode gauges = node.putObject("gauges");
        around.gauges()
                .forEach((name, gauge) ->
                        gauges.putObject(name).put("mean", gauge.mean()).put("largest", gauge.largest()));
        ObjectNode counters = node.putObject("counters");
        around.counters().forEach((name, counter) -> counters.putObject(name).put("perSecond", counter.perSecond()));
        ArtifactJson.put(node, "joulesPer1kTokens", rates.joulesPer1kTokens());
        ArtifactJson.put(node, "costPer1kTokens", rates.costPer1kTokens());
        around.generatorDelay().ifPresent(delay -> {
            ArtifactJson.put(node, "generatorDelayP50Nanos", Percentile.P50.nanosOf(delay));
            ArtifactJson.put(node, "generatorDelayP99Nanos", Percentile.P99.nanosOf(delay));
        });
        return node;
    }
}
