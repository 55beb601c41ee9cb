package dev.plumbline.probe;

import java.util.Objects;
import java.util.Optional;

/**
 * The software that serves.
 *
 * @param version as it tells it; empty where it does not
 */
public record Engine(Kind kind, Optional<String> version) {

    /** Which software. */
    public enum Kind {
        VLLM("vllm"),
        LLAMA_CPP("llama.cpp"),
        OLLAMA("ollama"),
        SGLANG("sglang"),
        TGI("tgi"),
        /** Something behind OpenAI's API. */
        OPENAI_COMPATIBLE("openai-compatible"),
        UNKNOWN("unknown");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** As it is recorded. */
        public String label() {
            return label;
        }
    }

    public Engine {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(version, "version");
    }

    @Override
    public String toString() {
        return kind.label() + version.map(text -> " " + text).orElse("");
    }
}
