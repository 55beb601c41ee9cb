package dev.plumbline.protocol;

import java.util.Map;
import java.util.Objects;

/**
 * What a server says about its own work: Ollama's {@code *_duration} and {@code *_count}, the {@code timings} of llama.cpp.
 *
 * @param nanos durations by the server's own name without unit, in nanoseconds, 0 or more: {@code load}, {@code promptEval},
 *     {@code eval}, {@code total} of Ollama, {@code prompt}, {@code predicted} of llama.cpp; what the server left out is
 *     missing
 * @param tokens counts of that block, apart from {@code usage}
 */
public record ServerTimings(Map<String, Long> nanos, Usage tokens) {

    public ServerTimings {
        nanos = Map.copyOf(nanos);
        Objects.requireNonNull(tokens, "tokens");
    }
}
