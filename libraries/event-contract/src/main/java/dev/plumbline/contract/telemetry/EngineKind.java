package dev.plumbline.contract.telemetry;

/** Which inference engine a page of metrics belongs to. */
public enum EngineKind {
    VLLM,
    SGLANG,
    LLAMACPP,
    TGI,
    OLLAMA,
    /** One whose metric names were given by configuration. */
    OTHER
}
