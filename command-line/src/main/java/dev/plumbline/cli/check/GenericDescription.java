package dev.plumbline.cli.check;

import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.GenericTarget.Framing;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** An API that we do not know, as a person describes it: {@code --generic NAME=VALUE}. */
final class GenericDescription {

    private static final List<String> NAMES = List.of(
            "method",
            "body",
            "framing",
            "text",
            "reasoning",
            "finish-reason",
            "prompt-tokens",
            "output-tokens",
            "error");

    private GenericDescription() {}

    /** @throws IllegalArgumentException with one line that names the part that is wrong */
    static GenericTarget of(Map<String, String> parts) {
        parts.keySet().stream()
                .filter(name -> !NAMES.contains(name))
                .findFirst()
                .ifPresent(unknown -> {
                    throw new IllegalArgumentException(
                            "there is no part '" + unknown + "', expected one of " + String.join(", ", NAMES));
                });
        String text = Optional.ofNullable(parts.get("text"))
                .orElseThrow(() -> new IllegalArgumentException(
                        "text is missing: a JSON pointer to the text of an answer or of a piece of it, for example"
                                + " --generic text=/token/text"));
        return new GenericTarget(
                parts.getOrDefault("method", "POST"),
                parts.getOrDefault("body", ""),
                framing(parts.getOrDefault("framing", "sse")),
                text,
                Optional.ofNullable(parts.get("reasoning")),
                Optional.ofNullable(parts.get("finish-reason")),
                Optional.ofNullable(parts.get("prompt-tokens")),
                Optional.ofNullable(parts.get("output-tokens")),
                parts.getOrDefault("error", "/error"));
    }

    private static Framing framing(String name) {
        return Arrays.stream(Framing.values())
                .filter(framing -> framing.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "framing '" + name.toLowerCase(Locale.ROOT)
                                        + "' is not known, expected sse (events), ndjson (a JSON text a line) or json (one JSON text)"));
    }
}
