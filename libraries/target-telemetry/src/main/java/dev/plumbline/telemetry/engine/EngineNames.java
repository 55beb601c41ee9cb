package dev.plumbline.telemetry.engine;

import dev.plumbline.contract.telemetry.EngineKind;
import dev.plumbline.telemetry.scrape.PrometheusPage;
import dev.plumbline.telemetry.scrape.PrometheusPage.Labelling;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What one engine calls its values.
 *
 * @param prefix with which all its names begin, {@code :} written as {@code _}
 * @param names of a value, the newest first; a value without names is one that the engine does not tell
 */
record EngineNames(EngineKind engine, String prefix, Map<EngineValue, List<String>> names, Labelling labelling) {

    EngineNames {
        names = Map.copyOf(names);
    }

    /** The engines that are recognised by their names. llm-d's simulator speaks as vLLM does. */
    static final List<EngineNames> KNOWN = List.of(
            new EngineNames(
                    EngineKind.VLLM,
                    "vllm_",
                    Map.ofEntries(
                            entry(EngineValue.RUNNING, "vllm:num_requests_running"),
                            entry(
                                    EngineValue.WAITING,
                                    "vllm:num_requests_waiting",
                                    "vllm:num_requests_waiting_by_reason"),
                            // Before 0.9 gpu_cache_usage_perc.
                            entry(
                                    EngineValue.KV_CACHE_USAGE_RATIO,
                                    "vllm:kv_cache_usage_perc",
                                    "vllm:gpu_cache_usage_perc"),
                            entry(EngineValue.PREEMPTIONS_TOTAL, "vllm:num_preemptions_total", "vllm:num_preemptions"),
                            entry(EngineValue.PROMPT_TOKENS_TOTAL, "vllm:prompt_tokens_total", "vllm:prompt_tokens"),
                            entry(
                                    EngineValue.CACHED_PROMPT_TOKENS_TOTAL,
                                    "vllm:prompt_tokens_cached_total",
                                    "vllm:prefix_cache_hits_total"),
                            entry(
                                    EngineValue.GENERATION_TOKENS_TOTAL,
                                    "vllm:generation_tokens_total",
                                    "vllm:generation_tokens"),
                            entry(
                                    EngineValue.QUEUE_TIME_SECONDS_TOTAL,
                                    "vllm:request_queue_time_seconds_sum",
                                    "vllm:time_in_queue_requests_sum"),
                            entry(
                                    EngineValue.QUEUE_TIME_REQUESTS_TOTAL,
                                    "vllm:request_queue_time_seconds_count",
                                    "vllm:time_in_queue_requests_count"),
                            // In tokens.
                            entry(EngineValue.PREFIX_QUERY_TOKENS_TOTAL, "vllm:prefix_cache_queries_total"),
                            entry(EngineValue.PREFIX_HIT_TOKENS_TOTAL, "vllm:prefix_cache_hits_total"),
                            entry(EngineValue.EXTERNAL_QUERY_TOKENS_TOTAL, "vllm:external_prefix_cache_queries_total"),
                            entry(EngineValue.EXTERNAL_HIT_TOKENS_TOTAL, "vllm:external_prefix_cache_hits_total"),
                            entry(EngineValue.OFFLOAD_LOAD_BYTES_TOTAL, "vllm:kv_offload_load_bytes_total"),
                            entry(EngineValue.OFFLOAD_STORE_BYTES_TOTAL, "vllm:kv_offload_store_bytes_total"),
                            // Gone with the engine V0.
                            entry(EngineValue.SWAPPED, "vllm:num_requests_swapped"),
                            entry(EngineValue.DRAFTS_TOTAL, "vllm:spec_decode_num_drafts_total"),
                            entry(EngineValue.DRAFT_TOKENS_TOTAL, "vllm:spec_decode_num_draft_tokens_total"),
                            entry(EngineValue.ACCEPTED_TOKENS_TOTAL, "vllm:spec_decode_num_accepted_tokens_total")),
                    Labelling.plain()),
            new EngineNames(
                    EngineKind.SGLANG,
                    "sglang_",
                    Map.of(
                            EngineValue.RUNNING, List.of("sglang:num_running_reqs"),
                            EngineValue.WAITING, List.of("sglang:num_queue_reqs"),
                            EngineValue.KV_CACHE_USAGE_RATIO, List.of("sglang:token_usage"),
                            // The gauge num_retracted_reqs starts anew and is not a count.
                            EngineValue.PREEMPTIONS_TOTAL, List.of("sglang:num_retracted_requests_total"),
                            EngineValue.PROMPT_TOKENS_TOTAL, List.of("sglang:prompt_tokens_total"),
                            EngineValue.CACHED_PROMPT_TOKENS_TOTAL, List.of("sglang:cached_tokens_total"),
                            EngineValue.GENERATION_TOKENS_TOTAL, List.of("sglang:generation_tokens_total"),
                            EngineValue.QUEUE_TIME_SECONDS_TOTAL, List.of("sglang:queue_time_seconds_sum"),
                            EngineValue.QUEUE_TIME_REQUESTS_TOTAL, List.of("sglang:queue_time_seconds_count")),
                    new Labelling(Set.of("tp_rank", "pp_rank", "moe_ep_rank"), Set.of("priority"))),
            new EngineNames(
                    EngineKind.LLAMACPP,
                    "llamacpp_",
                    Map.of(
                            EngineValue.RUNNING, List.of("llamacpp:requests_processing"),
                            EngineValue.WAITING, List.of("llamacpp:requests_deferred"),
                            // Gone since 2025.
                            EngineValue.KV_CACHE_USAGE_RATIO, List.of("llamacpp:kv_cache_usage_ratio"),
                            EngineValue.PROMPT_TOKENS_TOTAL, List.of("llamacpp:prompt_tokens_total"),
                            EngineValue.CACHED_PROMPT_TOKENS_TOTAL, List.of("llamacpp:prompt_tokens_cached_total"),
                            EngineValue.GENERATION_TOKENS_TOTAL, List.of("llamacpp:tokens_predicted_total"),
                            EngineValue.DRAFTS_TOTAL, List.of("llamacpp:spec_decode_num_drafts_total"),
                            EngineValue.DRAFT_TOKENS_TOTAL, List.of("llamacpp:spec_decode_num_draft_tokens_total"),
                            EngineValue.ACCEPTED_TOKENS_TOTAL,
                                    List.of("llamacpp:spec_decode_num_accepted_tokens_total")),
                    Labelling.plain()),
            new EngineNames(
                    EngineKind.TGI,
                    "tgi_",
                    Map.of(
                            EngineValue.RUNNING, List.of("tgi_batch_current_size"),
                            EngineValue.WAITING, List.of("tgi_queue_size"),
                            EngineValue.PROMPT_TOKENS_TOTAL, List.of("tgi_request_input_length_sum"),
                            EngineValue.GENERATION_TOKENS_TOTAL, List.of("tgi_request_generated_tokens_sum"),
                            EngineValue.QUEUE_TIME_SECONDS_TOTAL, List.of("tgi_request_queue_duration_sum"),
                            EngineValue.QUEUE_TIME_REQUESTS_TOTAL, List.of("tgi_request_queue_duration_count")),
                    new Labelling(Set.of("method"), Set.of())));

    private static Map.Entry<EngineValue, List<String>> entry(EngineValue value, String... names) {
        return Map.entry(value, List.of(names));
    }

    /** An engine whose names an operator gave. */
    static EngineNames given(Map<EngineValue, String> names) {
        Map<EngineValue, List<String>> lists = new EnumMap<>(EngineValue.class);
        names.forEach((value, name) -> lists.put(value, List.of(name)));
        return new EngineNames(EngineKind.OTHER, "", lists, Labelling.plain());
    }

    /** Whether the page is of this engine: it has at least one value that is looked for. */
    boolean isOn(PrometheusPage page) {
        return names.keySet().stream().anyMatch(value -> value(page, value).isPresent());
    }

    /** Whether any name on the page begins as this engine's do. */
    boolean hasPrefix(PrometheusPage page) {
        return page.names().stream().anyMatch(name -> name.startsWith(prefix));
    }

    /** One value; of a cache that several replicas have, the fullest. Empty when it is not there or below zero. */
    OptionalDouble value(PrometheusPage page, EngineValue value) {
        List<String> wanted = names.getOrDefault(value, List.of());
        OptionalDouble found = value == EngineValue.KV_CACHE_USAGE_RATIO
                ? page.largest(wanted, labelling)
                : page.sum(wanted, labelling);
        return found.isPresent() && found.getAsDouble() >= 0 ? found : OptionalDouble.empty();
    }
}
