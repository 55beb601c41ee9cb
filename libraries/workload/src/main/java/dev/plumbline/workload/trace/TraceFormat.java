package dev.plumbline.workload.trace;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A form in which traces are kept. */
public enum TraceFormat {
    /** Azure LLM inference traces of 2023 and 2024. */
    AZURE("Azure LLM inference trace", 0, true, ""),
    /** Azure traces of large multimodal models, 2025. */
    AZURE_LMM("Azure LMM inference trace", 0, true, ""),
    /** Mooncake's, and what AIPerf adds to it. */
    MOONCAKE("Mooncake trace", 512, true, "class"),
    /** Traces of Alibaba's Bailian (Qwen). */
    BAILIAN("Bailian trace", 16, true, "type"),
    /** BurstGPT, versions 1 to 3. */
    BURST_GPT("BurstGPT trace", 0, true, "Model"),
    /** Sessions of agents as Weka and AgentX keep them. */
    WEKA("Weka/AgentX sessions", 64, false, "model"),
    /** The standard log of a LiteLLM proxy. */
    LITELLM("LiteLLM log", 0, true, "model"),
    /** What a run of ours leaves. */
    EVENTS("events.jsonl of a run", 0, true, "series.group.scenario"),
    /** Sessions of GitHub Copilot's agent, June 2026; what their prompts have in common is reckoned from the tokens that were cached. */
    COPILOT("GitHub Copilot agent sessions", 256, true, "model"),
    /** Clients of ServeGen: rates and lengths of which requests are drawn. */
    SERVE_GEN("ServeGen clients", 0, true, "client");

    private final String label;
    private final int blockTokens;
    private final boolean hasOneClock;
    private final String classField;

    TraceFormat(String label, int blockTokens, boolean hasOneClock, String classField) {
        this.label = label;
        this.blockTokens = blockTokens;
        this.hasOneClock = hasOneClock;
        this.classField = classField;
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

    /** The field that says of which class a row is; empty = it has none. */
    String classField() {
        return classField;
    }

    /** Whether rows stand in the order in which they ended, or session by session, so that times go back in a file that is right. */
    boolean isOutOfOrder() {
        return this == LITELLM || this == EVENTS || this == COPILOT;
    }

    /** All of them, for whoever has none of them in hand. */
    static String known() {
        return Arrays.stream(values()).map(format -> format.label).collect(Collectors.joining(", "))
                + "; docs/workloads.md says how each looks";
    }
}
