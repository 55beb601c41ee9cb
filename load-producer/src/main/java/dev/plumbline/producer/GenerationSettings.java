package dev.plumbline.producer;

import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Generation;
import dev.plumbline.protocol.Generation.Ending;
import dev.plumbline.protocol.Generation.Field;
import dev.plumbline.protocol.Generation.Sampling;
import dev.plumbline.protocol.Generation.Unsupported;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.JsonFields;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The part of the configuration that says how answers are drawn and where they end. */
final class GenerationSettings {

    private static final String SECTION = "plumbline.generation.";
    private static final int MOST_TOKENS = 1_000_000;

    private GenerationSettings() {}

    /**
     * What is stated, without the seed of {@code target.sampling-seed}.
     *
     * @throws InvalidConfiguration naming the first key that is wrong
     */
    static Generation checked(ProducerConfig config) {
        ProducerConfig.Generation stated = config.generation();
        ProducerConfig.Limits limits = config.limits();
        return InvalidConfiguration.allowed(SECTION, () -> {
            Allowed.require(
                    stated.maxTokensField() != Generation.MaxTokensField.NONE
                            || (limits.maxTokensTotal().isEmpty()
                                    && limits.maxCost().isEmpty()),
                    Field.MAX_TOKENS_FIELD.word(),
                    stated.maxTokensField(),
                    "another with limits.max-tokens-total or .max-cost: an answer without a longest length keeps neither");
            stated.minTokens().ifPresent(tokens -> Allowed.number(Field.MIN_TOKENS.word(), tokens, 0, MOST_TOKENS));
            return new Generation(
                    new Sampling(temperature(config), stated.topP(), stated.samplingSeed()),
                    new Ending(
                            read(Field.STOP, stated.stop(), JsonFields::texts).orElse(List.of()),
                            stated.minTokens(),
                            stated.ignoreEos(),
                            stated.maxTokensField()),
                    read(Field.EXTRA_BODY, stated.extraBody(), JsonFields::parse)
                            .orElse(JsonFields.NONE));
        });
    }

    /**
     * Refuses what the API has no place for.
     *
     * @param described the API, where it is a generic one
     * @throws InvalidConfiguration naming the key
     */
    static void requireSupported(Generation generation, EndpointType type, Optional<GenericTarget> described) {
        Optional<Unsupported> refused = generation.unsupported(type, described);
        if (refused.isPresent()) {
            throw new InvalidConfiguration(SECTION + refused.get().field().word() + " cannot be sent: "
                    + refused.get().why());
        }
    }

    private static OptionalDouble temperature(ProducerConfig config) {
        if (config.generation().temperature().isPresent()) {
            return config.generation().temperature();
        }
        if (config.target().temperature().isPresent()) {
            return config.target().temperature();
        }
        return switch (config.generation().style()) {
            case DETERMINISTIC -> OptionalDouble.of(0);
            case DEFAULTS -> OptionalDouble.empty();
        };
    }

    private static <T> Optional<T> read(Field field, Optional<String> text, Function<String, T> reading) {
        try {
            return text.map(reading);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field.word() + " " + e.getMessage(), e);
        }
    }
}
