package dev.plumbline.workload.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** Which format an entry is of. */
final class Recognition {

    private Recognition() {}

    /** @throws UnusableDataset if it is of none, with what it has */
    static DatasetFormat of(JsonNode entry, Shape shape, Place place) {
        if (shape == Shape.CONVERSATIONS_MEMBER) {
            return DatasetFormat.SGLANG_AGENTIC;
        }
        if (!entry.isObject()) {
            throw place.unusable("is no JSON object; known are " + DatasetFormat.known());
        }
        if (entry.path("payloads").isArray()) {
            return DatasetFormat.AIPERF_INPUTS;
        }
        if (entry.path("body").isObject() && (entry.has("custom_id") || entry.has("url") || entry.has("method"))) {
            return DatasetFormat.OPENAI_BATCH;
        }
        if (entry.path("turns").isArray()) {
            return DatasetFormat.AIPERF_MULTI_TURN;
        }
        if (entry.path("conversations").isArray() || entry.path("conversation").isArray()) {
            return DatasetFormat.SHAREGPT;
        }
        boolean isBody = Records.OF_BODIES.stream().anyMatch(entry::has);
        if (entry.path("messages").isArray()) {
            return isBody ? DatasetFormat.AIPERF_RAW_PAYLOAD : DatasetFormat.XK6_LLM;
        }
        if (entry.has("model") && (entry.path("prompt").isTextual() || entry.has("input"))) {
            return DatasetFormat.AIPERF_RAW_PAYLOAD;
        }
        if (entry.path("prompt").isTextual() && !entry.has("system") && !entry.has("system_prompt")) {
            return DatasetFormat.VLLM_CUSTOM;
        }
        if (promptColumn(entry).filter(column -> !column.equals("text")).isPresent()) {
            return DatasetFormat.JSONL;
        }
        if (entry.path("text").isTextual() || entry.path("texts").isArray()) {
            return DatasetFormat.AIPERF_SINGLE_TURN;
        }
        if (entry.has("hash_ids") || entry.has("input_length")) {
            throw place.unusable("is of a trace: it has lengths and no texts; give a file of prompts");
        }
        throw place.unusable("has no field that is known to hold a prompt (" + String.join(", ", Records.PROMPT_NAMES)
                + "); it has " + Records.names(entry) + ": say which with --prompt-column, or what it is with"
                + " --dataset-format: " + DatasetFormat.known());
    }

    /** The field that holds the prompt. */
    static Optional<String> promptColumn(JsonNode entry) {
        return Records.PROMPT_NAMES.stream()
                .filter(name -> entry.path(name).isTextual()
                        || (name.equals("prompt") && entry.path(name).isArray()))
                .findFirst();
    }

    /** The column that holds the prompt, as the header writes it. */
    static Optional<String> promptColumn(List<String> header) {
        return Records.PROMPT_NAMES.stream()
                .flatMap(name -> header.stream().filter(column -> column.strip().equalsIgnoreCase(name)))
                .findFirst();
    }
}
