package dev.plumbline.protocol;

import java.util.Objects;
import java.util.OptionalLong;

/** Token counts of one answer as the server reports them; empty where it says nothing. */
public record Usage(OptionalLong prompt, OptionalLong output, OptionalLong reasoning, OptionalLong cached) {

    public Usage {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(reasoning, "reasoning");
        Objects.requireNonNull(cached, "cached");
    }
}
