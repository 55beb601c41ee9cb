package dev.plumbline.judgement.compat;

/** A load generator whose names and definitions people know. */
public enum ForeignTool {
    /** {@code vllm bench serve}. */
    VLLM("vllm", "vllm bench serve"),
    /** NVIDIA's AIPerf, the successor of genai-perf. */
    AIPERF("aiperf", "AIPerf"),
    /** GuideLLM. */
    GUIDELLM("guidellm", "GuideLLM");

    private final String key;
    private final String label;

    ForeignTool(String key, String label) {
        this.key = key;
        this.label = label;
    }

    /** As options and files have it. */
    public String key() {
        return key;
    }

    /** As people call it. */
    public String label() {
        return label;
    }
}
