package dev.plumbline.workload.trace;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A form in which traces are kept. */
public enum TraceFormat {
    /** Azure LLM inference traces of 2023 and 2024. */
    AZURE("Azure LLM inference trace", "CSV TIMESTAMP,ContextTokens,GeneratedTokens", 0, true),
    /** Azure traces of large multimodal models, 2025. */
    AZURE_LMM("Azure LMM inference trace", "CSV TIMESTAMP,NumImages,ContextTokens,GeneratedTokens", 0, true),
    /** Mooncake's, and what AIPerf adds to it. */
    MOONCAKE("Mooncake trace", "JSONL timestamp (ms), input_length, output_length, hash_ids", 512, true),
    /** Traces of Alibaba's Bailian (Qwen). */
    BAILIAN("Bailian trace", "JSONL chat_id, timestamp (s), input_length, output_length, hash_ids", 16, true),
    /** BurstGPT, versions 1 to 3. */
    BURST_GPT("BurstGPT trace", "CSV Timestamp (s),Model,Request tokens,Response tokens", 0, true),
    /** Sessions of agents as Weka and AgentX keep them. */
    WEKA("Weka/AgentX sessions", "JSON id, block_size, requests [t, in, out, hash_ids]", 64, false),
    /** The standard log of a LiteLLM proxy. */
    LITELLM("LiteLLM log", "JSONL startTime, endTime, prompt_tokens, completion_tokens", 0, true),
    /** What a run of ours leaves. */
    EVENTS("events.jsonl of a run", "JSONL of request events", 0, true);

    private final String label;
    private final String shape;
    private final int blockTokens;
    private final boolean hasOneClock;

    TraceFormat(String label, String shape, int blockTokens, boolean hasOneClock) {
        this.label = label;
        this.shape = shape;
        this.blockTokens = blockTokens;
        this.hasOneClock = hasOneClock;
    }

    /** What it is called. */
    public String label() {
        return label;
    }

    /** Tokens of a block, unless the file says otherwise; 0 = it has no blocks. */
    int blockTokens() {
        return blockTokens;
    }

    /** Whether times of one session compare with those of another. */
    boolean hasOneClock() {
        return hasOneClock;
    }

    /** Whether rows stand in the order in which they ended, so that times go back in a file that is right. */
    boolean isByEnd() {
        return this == LITELLM || this == EVENTS;
    }

    /** All of them, for whoever has none of them in hand. */
    static String known() {
        return Arrays.stream(values())
                .map(format -> format.label + " (" + format.shape + ")")
                .collect(Collectors.joining("; "));
    }
}
