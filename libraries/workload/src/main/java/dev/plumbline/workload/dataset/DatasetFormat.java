package dev.plumbline.workload.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How prompts stand in a file. */
public enum DatasetFormat {
    /** Plain text, a prompt per line; blank lines are none. Never recognized, only chosen. */
    LINES,
    /** Plain text that is one prompt. Never recognized, only chosen. */
    WHOLE,
    /** Comma, semicolon or tab between columns, the first line names them; one is the prompt. */
    CSV,
    /** JSON objects, one field of which is the prompt. */
    JSONL,
    /** {@code {"prompt": …}}, as {@code vllm bench serve --dataset-name custom} takes it. */
    VLLM_CUSTOM,
    /** {@code {"messages": […], "max_tokens": 16}}: a request, its history included. */
    XK6_LLM,
    /** {@code {"conversations": [{"from": "human", "value": …}]}}: conversations with their recorded answers. */
    SHAREGPT,
    /** {@code {"custom_id": …, "body": {…}}}: bodies of requests. */
    OPENAI_BATCH,
    /** {@code {"text": …, "output_length": 16}}. */
    AIPERF_SINGLE_TURN,
    /** {@code {"session_id": …, "turns": [{"text": …}, {"text": …, "delay": 500}]}}. */
    AIPERF_MULTI_TURN,
    /** A whole body of a request on each line. */
    AIPERF_RAW_PAYLOAD,
    /** {@code {"data": [{"session_id": …, "payloads": [{…}]}]}}: bodies of requests by session. */
    AIPERF_INPUTS,
    /** {@code {"conversations": [[{"messages": […]}]]}}: the requests of agents, each with its history. */
    SGLANG_AGENTIC;

    /** As users write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String toString() {
        return label();
    }

    /** Empty for a word that names none. */
    public static Optional<DatasetFormat> of(String label) {
        return Arrays.stream(values())
                .filter(format -> format.label().equalsIgnoreCase(label.strip()))
                .findFirst();
    }

    /** The names of all. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(DatasetFormat::label).toList();
    }

    /** The names of all, for messages. */
    static String known() {
        return Arrays.stream(values()).map(DatasetFormat::label).collect(Collectors.joining(", "));
    }
}
