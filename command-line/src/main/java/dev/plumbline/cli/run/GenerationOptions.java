package dev.plumbline.cli.run;

import dev.plumbline.cli.number.CountConverter;
import dev.plumbline.cli.number.DecimalConverter;
import dev.plumbline.cli.number.WholeNumberConverter;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Generation;
import dev.plumbline.protocol.Generation.Ending;
import dev.plumbline.protocol.Generation.MaxTokensField;
import dev.plumbline.protocol.Generation.Sampling;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.JsonFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How answers are drawn, where they end, and what else stands in a request. */
final class GenerationOptions {

    private static final String PREFIX = "plumbline.generation.";
    private static final int MOST_TOKENS = 1_000_000;

    @Option(
            names = "--generation",
            defaultValue = "deterministic",
            paramLabel = "STYLE",
            description = {
                "deterministic: temperature 0;",
                "defaults: no field of sampling is sent, the server's own hold.",
                "Default: ${DEFAULT-VALUE}"
            })
    Style generation = Style.deterministic;

    @Option(
            names = "--temperature",
            converter = DecimalConverter.class,
            paramLabel = "T",
            description = {"Sampling temperature.", "Default: by --generation."})
    @Nullable
    Double temperature;

    @Option(
            names = "--top-p",
            converter = DecimalConverter.class,
            paramLabel = "P",
            description = "Nucleus sampling, above 0 to 1.")
    @Nullable
    Double topP;

    @Option(
            names = "--sampling-seed",
            converter = CountConverter.class,
            paramLabel = "SEED",
            description = "Of the server's draws.")
    @Nullable
    Long samplingSeed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Ends an answer; may be given several times.")
    List<String> stop = new ArrayList<>();

    @Option(
            names = "--ignore-eos",
            description = {
                "Answers go on after the model's own end, so that each is as long as --osl says",
                "(vLLM, SGLang, llama.cpp behind OpenAI's API)."
            })
    boolean ignoreEos;

    @Option(
            names = "--min-tokens",
            converter = WholeNumberConverter.class,
            paramLabel = "TOKENS",
            description = "Shortest answer, never more than its longest (vLLM, SGLang).")
    @Nullable
    Integer minTokens;

    @Option(
            names = "--max-tokens-field",
            defaultValue = "auto",
            paramLabel = "NAME",
            description = {
                "Name of the longest answer in OpenAI's chat: max_tokens, max_completion_tokens, none (not sent).",
                "Default: ${DEFAULT-VALUE}, max_completion_tokens for OpenAI's and Azure's own API, else max_tokens."
            })
    FieldName maxTokensField = FieldName.auto;

    @Option(
            names = "--extra-body",
            paramLabel = "KEY=JSON",
            description = "A further field of each request; a text in quotes: 'user=\"me\"'.")
    Map<String, String> extraBody = new LinkedHashMap<>();

    @Option(
            names = "--no-request-ids",
            negatable = true,
            defaultValue = "true",
            description = "Requests carry no X-Request-Id and no traceparent.")
    boolean requestIds = true;

    /** Who says how answers are drawn; named as users write it. */
    @SuppressWarnings("checkstyle:MemberName")
    enum Style {
        deterministic,
        defaults
    }

    /** The longest answer; named as users write it. */
    @SuppressWarnings({"checkstyle:MemberName", "checkstyle:ConstantName"})
    enum FieldName {
        auto,
        max_tokens,
        max_completion_tokens,
        none
    }

    /** @throws RunPlan.Wrong for the first that is wrong */
    Generation generation() {
        if (temperature != null && !(temperature >= 0 && temperature <= 100)) {
            throw new RunPlan.Wrong("--temperature", "is " + temperature + ", allowed is 0 to 100");
        }
        if (topP != null && !(topP > 0 && topP <= 1)) {
            throw new RunPlan.Wrong("--top-p", "is " + topP + ", allowed is above 0 to 1");
        }
        RunPlan.range("--min-tokens", minTokens == null ? 0 : minTokens, 0, MOST_TOKENS);
        if (stop.stream().anyMatch(String::isEmpty)) {
            throw new RunPlan.Wrong("--stop", "is empty, allowed are texts of one character or more");
        }
        try {
            return new Generation(
                    new Sampling(
                            temperature(),
                            topP == null ? OptionalDouble.empty() : OptionalDouble.of(topP),
                            samplingSeed == null ? OptionalLong.empty() : OptionalLong.of(samplingSeed)),
                    new Ending(
                            stop,
                            minTokens == null ? OptionalInt.empty() : OptionalInt.of(minTokens),
                            ignoreEos,
                            MaxTokensField.valueOf(maxTokensField.name().toUpperCase(Locale.ROOT))),
                    extra());
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong(
                    "--extra-body", String.valueOf(e.getMessage()).replaceFirst("^extra-body: ", ""));
        }
    }

    private OptionalDouble temperature() {
        if (temperature != null) {
            return OptionalDouble.of(temperature);
        }
        return generation == Style.deterministic ? OptionalDouble.of(0) : OptionalDouble.empty();
    }

    private JsonFields extra() {
        JsonFields fields = JsonFields.NONE;
        for (Map.Entry<String, String> field : extraBody.entrySet()) {
            try {
                fields = fields.with(field.getKey(), field.getValue());
            } catch (IllegalArgumentException e) {
                throw new RunPlan.Wrong(
                        "--extra-body",
                        field.getKey() + ": the value " + e.getMessage() + "; a text stands in quotes: '"
                                + field.getKey() + "=\"text\"'");
            }
        }
        return fields;
    }

    /**
     * Why an API cannot be asked for this, one line that begins with the option; empty where it can.
     *
     * @param described the API, where it is a generic one
     */
    Optional<String> refusal(EndpointType type, Optional<GenericTarget> described) {
        return generation()
                .unsupported(type, described)
                .map(refused -> "--" + refused.field().word() + " cannot be sent: " + refused.why());
    }

    /** In the words of the load producer's settings; what is not set is not among them, but for the temperature. */
    void into(Map<String, String> all) {
        Generation wanted = generation();
        if (wanted.sampling().temperature().isPresent()) {
            all.put(
                    "plumbline.target.temperature",
                    Double.toString(wanted.sampling().temperature().getAsDouble()));
        } else {
            all.put(PREFIX + "style", "DEFAULTS");
        }
        wanted.sampling().topP().ifPresent(value -> all.put(PREFIX + "top-p", Double.toString(value)));
        wanted.sampling().seed().ifPresent(value -> all.put(PREFIX + "sampling-seed", Long.toString(value)));
        if (!stop.isEmpty()) {
            all.put(PREFIX + "stop", JsonFields.list(stop));
        }
        wanted.ending().minTokens().ifPresent(value -> all.put(PREFIX + "min-tokens", Integer.toString(value)));
        if (ignoreEos) {
            all.put(PREFIX + "ignore-eos", "true");
        }
        if (maxTokensField != FieldName.auto) {
            all.put(
                    PREFIX + "max-tokens-field",
                    wanted.ending().maxTokensField().name());
        }
        if (!wanted.extra().isEmpty()) {
            all.put(PREFIX + "extra-body", wanted.extra().json());
        }
        if (!requestIds) {
            all.put("plumbline.target.request-ids", "false");
        }
    }
}
