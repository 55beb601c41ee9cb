package dev.plumbline.target;

import dev.plumbline.target.lockstep.KvSettings;
import dev.plumbline.target.lockstep.LockstepCore;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Counters and histograms under the names, labels and buckets of vLLM 0.32. Not thread safe. */
final class EngineMetrics {

    private static final double[] FIRST_TOKEN_SECONDS = {
        .001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560
    };
    private static final double[] TOKEN_SECONDS = {
        .01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
    };
    private static final double[] REQUEST_SECONDS = {
        .3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
    };

    private final Histogram firstToken = new Histogram(FIRST_TOKEN_SECONDS);
    private final Histogram interToken = new Histogram(TOKEN_SECONDS);
    private final Histogram perOutputToken = new Histogram(TOKEN_SECONDS);
    private final Histogram endToEnd = new Histogram(REQUEST_SECONDS);
    private final Histogram queueTime = new Histogram(REQUEST_SECONDS);
    private final Map<EmitOutcome, Long> outcomes = new EnumMap<>(EmitOutcome.class);
    private long promptTokens;
    private long generationTokens;

    void admitted(long waitedNanos, int tokens) {
        queueTime.add(waitedNanos);
        promptTokens += tokens;
    }

    void firstToken(long nanos) {
        firstToken.add(nanos);
    }

    void nextToken(long nanos) {
        interToken.add(nanos);
    }

    void generated(int tokens) {
        generationTokens += tokens;
    }

    void finished(long endToEndNanos, long decodeNanos, int tokens) {
        endToEnd.add(endToEndNanos);
        if (tokens > 1) {
            perOutputToken.add(decodeNanos / (tokens - 1));
        }
    }

    void ended(EmitRecord emitRecord) {
        outcomes.merge(emitRecord.outcome(), 1L, Long::sum);
    }

    long count(EmitOutcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    /** The text exposition, version 0.0.4. */
    String exposition(String name, int running, int waiting, double cacheUsage) {
        String model = name.replace("\\", "\\\\").replace("\"", "\\\"");
        String labels = "engine=\"0\",model_name=\"" + model + "\"";
        StringBuilder text = new StringBuilder(16_384);
        single(text, "num_requests_running", "gauge", "Requests in a slot.", labels, running);
        single(text, "num_requests_waiting", "gauge", "Requests waiting for a slot.", labels, waiting);
        single(text, "kv_cache_usage_perc", "gauge", "Share of the simulated cache in use.", labels, cacheUsage);
        single(text, "prompt_tokens_total", "counter", "Prompt tokens of admitted requests.", labels, promptTokens);
        single(text, "generation_tokens_total", "counter", "Tokens generated.", labels, generationTokens);
        head(text, "request_success_total", "counter", "Requests that ended, by reason.");
        success(text, model, "stop", count(EmitOutcome.STOP) + count(EmitOutcome.EMPTY));
        success(text, model, "length", count(EmitOutcome.LENGTH));
        success(text, model, "abort", count(EmitOutcome.DISCONNECTED));
        success(text, model, "error", count(EmitOutcome.STREAM_ERROR) + count(EmitOutcome.HTTP_ERROR));
        firstToken.write(text, "time_to_first_token_seconds", "Receipt to first token.", labels);
        interToken.write(text, "inter_token_latency_seconds", "Between two emissions.", labels);
        perOutputToken.write(text, "request_time_per_output_token_seconds", "Mean per output token.", labels);
        endToEnd.write(text, "e2e_request_latency_seconds", "Receipt to last token.", labels);
        queueTime.write(text, "request_queue_time_seconds", "Receipt to a slot.", labels);
        return text.toString();
    }

    /** What an engine that works in steps tells beside that. */
    String ofSteps(String model, LockstepCore core, KvSettings kv) {
        String labels = "engine=\"0\",model_name=\"" + model + "\"";
        StringBuilder text = new StringBuilder(2048);
        single(text, "num_preemptions_total", "counter", "Preemptions.", labels, core.preemptions());
        single(
                text,
                "prefix_cache_queries_total",
                "counter",
                "Prompt tokens looked up in the prefix cache.",
                labels,
                core.queriedTokens());
        single(
                text,
                "prefix_cache_hits_total",
                "counter",
                "Prompt tokens found in the prefix cache.",
                labels,
                core.hitTokens());
        single(
                text,
                "prompt_tokens_cached_total",
                "counter",
                "Prompt tokens that were not computed.",
                labels,
                core.hitTokens());
        String config = "block_size=\"" + kv.blockTokens() + "\",enable_prefix_caching=\""
                + (kv.prefixCache() ? "True" : "False") + "\",engine=\"0\",num_gpu_blocks=\"" + kv.blocks() + "\"";
        single(text, "cache_config_info", "gauge", "The KV cache.", config, 1);
        return text.toString();
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP vllm:").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE vllm:").append(name).append(' ').append(type).append('\n');
    }

    private static void single(StringBuilder text, String name, String type, String help, String labels, double value) {
        head(text, name, type, help);
        text.append("vllm:")
                .append(name)
                .append('{')
                .append(labels)
                .append("} ")
                .append(value)
                .append('\n');
    }

    private static void success(StringBuilder text, String model, String reason, double value) {
        text.append("vllm:request_success_total{engine=\"0\",finished_reason=\"")
                .append(reason)
                .append("\",model_name=\"")
                .append(model)
                .append("\"} ")
                .append(value)
                .append('\n');
    }

    private static final class Histogram {
        private final double[] upperSeconds;
        private final long[] counts;
        private double sumSeconds;

        Histogram(double[] upperSeconds) {
            this.upperSeconds = upperSeconds;
            this.counts = new long[upperSeconds.length + 1];
        }

        void add(long nanos) {
            double seconds = nanos / 1e9;
            int found = Arrays.binarySearch(upperSeconds, seconds);
            counts[found >= 0 ? found : -found - 1]++;
            sumSeconds += seconds;
        }

        void write(StringBuilder text, String name, String help, String labels) {
            head(text, name, "histogram", help);
            long cumulative = 0;
            for (int i = 0; i < counts.length; i++) {
                cumulative += counts[i];
                text.append("vllm:")
                        .append(name)
                        .append("_bucket{")
                        .append(labels)
                        .append(",le=\"");
                text.append(i < upperSeconds.length ? Double.toString(upperSeconds[i]) : "+Inf");
                text.append("\"} ").append((double) cumulative).append('\n');
            }
            text.append("vllm:").append(name).append("_count{").append(labels).append("} ");
            text.append((double) cumulative).append('\n');
            text.append("vllm:").append(name).append("_sum{").append(labels).append("} ");
            text.append(sumSeconds).append('\n');
        }
    }
}
