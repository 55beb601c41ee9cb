package dev.plumbline.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How the answers of a run are drawn and where they end. What is empty is not sent, so that the server's own value holds; what is not
 * is sent under the name that the API has for it.
 *
 * @param extra further members of each body, at its top; they win over what would be written under their names
 */
public record Generation(Sampling sampling, Ending ending, JsonFields extra) {

    /** What the run or the prompt says and nobody else. */
    private static final Set<String> SAID_ELSEWHERE = Set.of(
            "model",
            "stream",
            "messages",
            "prompt",
            "input",
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens");

    /** Temperature 0: the most likely token every time. */
    public static final Generation DETERMINISTIC = new Generation(
            new Sampling(OptionalDouble.of(0), OptionalDouble.empty(), OptionalLong.empty()),
            Ending.BY_SERVER,
            JsonFields.NONE);

    /** All that is the server's own. */
    public static final Generation SERVER_DEFAULTS =
            new Generation(Sampling.BY_SERVER, Ending.BY_SERVER, JsonFields.NONE);

    /** OpenAI's name for how many answers each prompt has. */
    static final String ANSWERS = "n";

    private static final int MOST_ANSWERS = 128;
    private static final int DIGEST_BYTES = 8;

    public Generation {
        Objects.requireNonNull(sampling, "sampling");
        Objects.requireNonNull(ending, "ending");
        for (String name : extra.names()) {
            if (SAID_ELSEWHERE.contains(name)) {
                throw new IllegalArgumentException(Field.EXTRA_BODY.word() + ": '" + name
                        + "' is what the run, the prompt or the length of answers says");
            }
        }
        extra.json(ANSWERS)
                .ifPresent(stated -> require(
                        answers(stated).isPresent(),
                        Field.EXTRA_BODY,
                        ANSWERS + "=" + stated,
                        "a whole number of answers to each prompt, 1 to " + MOST_ANSWERS));
    }

    /** What {@code n} says, where it can be: a whole number, 1 to {@value #MOST_ANSWERS}. */
    static OptionalInt answers(String json) {
        return json.matches("[1-9][0-9]{0,2}") && Integer.parseInt(json) <= MOST_ANSWERS
                ? OptionalInt.of(Integer.parseInt(json))
                : OptionalInt.empty();
    }

    /** How many answers each prompt has, where an {@link Ask} does not say it, 1 or more. */
    public int answersToEach() {
        return extra.json(ANSWERS)
                .map(Generation::answers)
                .orElse(OptionalInt.of(1))
                .orElse(1);
    }

    /**
     * How tokens are drawn.
     *
     * @param temperature 0 to 100; 0 asks for the most likely token every time
     * @param topP above 0 to 1
     * @param seed of the draws
     */
    public record Sampling(OptionalDouble temperature, OptionalDouble topP, OptionalLong seed) {

        /** As the server has it. */
        public static final Sampling BY_SERVER =
                new Sampling(OptionalDouble.empty(), OptionalDouble.empty(), OptionalLong.empty());

        public Sampling {
            Objects.requireNonNull(seed, "seed");
            temperature.ifPresent(value ->
                    require(value >= 0 && value <= 100, Field.TEMPERATURE, Double.toString(value), "0 to 100"));
            topP.ifPresent(
                    value -> require(value > 0 && value <= 1, Field.TOP_P, Double.toString(value), "above 0 to 1"));
        }
    }

    /**
     * Where an answer ends.
     *
     * @param stop texts that end it
     * @param minTokens shortest answer, in tokens
     * @param ignoresEos whether it goes on after the model's own end, up to its longest
     */
    public record Ending(List<String> stop, OptionalInt minTokens, boolean ignoresEos, MaxTokensField maxTokensField) {

        /** At the model's own end or at the longest answer. */
        public static final Ending BY_SERVER = new Ending(List.of(), OptionalInt.empty(), false, MaxTokensField.AUTO);

        public Ending {
            stop = List.copyOf(stop);
            Objects.requireNonNull(maxTokensField, "maxTokensField");
            require(
                    stop.stream().noneMatch(String::isEmpty),
                    Field.STOP,
                    stop.toString(),
                    "texts of one character or more");
            minTokens.ifPresent(value -> require(value >= 0, Field.MIN_TOKENS, Integer.toString(value), "0 or more"));
        }
    }

    /** Under which name the longest answer is sent. */
    public enum MaxTokensField {
        /** By what is known of the server, see {@link Generation#at}. */
        AUTO,
        /** OpenAI's first name, and whatever other APIs call it. */
        MAX_TOKENS,
        /** OpenAI's later name, without which its reasoning models answer nothing. */
        MAX_COMPLETION_TOKENS,
        /** It is not sent: an answer is as long as the server makes it. */
        NONE
    }

    /** What may be said of the generation, by the word that settings have for it. */
    public enum Field {
        TEMPERATURE("temperature"),
        TOP_P("top-p"),
        SAMPLING_SEED("sampling-seed"),
        STOP("stop"),
        MIN_TOKENS("min-tokens"),
        IGNORE_EOS("ignore-eos"),
        MAX_TOKENS_FIELD("max-tokens-field"),
        EXTRA_BODY("extra-body");

        private final String word;

        Field(String word) {
            this.word = word;
        }

        /** For example {@code top-p}. */
        public String word() {
            return word;
        }
    }

    /**
     * Something that an API has no place for.
     *
     * @param why begins behind the name of the field
     */
    public record Unsupported(Field field, String why) {}

    /**
     * What an API has no place for, the first of it; empty where all can be sent.
     *
     * @param described the API, where it is a generic one
     */
    public Optional<Unsupported> unsupported(EndpointType type, Optional<GenericTarget> described) {
        if (sampling.temperature().isEmpty()
                && described.filter(target -> target.fills("temperature")).isPresent()) {
            return Optional.of(new Unsupported(
                    Field.TEMPERATURE, "is not stated, and the body of the generic target has {{temperature}}"));
        }
        for (Field field : Field.values()) {
            if (isSet(field)) {
                Optional<String> why = refusal(field, type, described);
                if (why.isPresent()) {
                    return Optional.of(new Unsupported(field, why.get()));
                }
            }
        }
        return Optional.empty();
    }

    private boolean isSet(Field field) {
        return switch (field) {
            // 0 is what a run asks for that says nothing.
            case TEMPERATURE -> sampling.temperature().orElse(0) > 0;
            case TOP_P -> sampling.topP().isPresent();
            case SAMPLING_SEED -> sampling.seed().isPresent();
            case STOP -> !ending.stop().isEmpty();
            case MIN_TOKENS -> ending.minTokens().isPresent();
            case IGNORE_EOS -> ending.ignoresEos();
            case MAX_TOKENS_FIELD ->
                ending.maxTokensField() == MaxTokensField.MAX_COMPLETION_TOKENS
                        || ending.maxTokensField() == MaxTokensField.NONE;
            case EXTRA_BODY -> !extra.isEmpty();
        };
    }

    private Optional<String> refusal(Field field, EndpointType type, Optional<GenericTarget> described) {
        String noField = "endpoint type " + type.shortName() + " has no field for it";
        if (field == Field.EXTRA_BODY
                && extra.has(ANSWERS)
                && !type.takesSeveralAnswers()
                && type != EndpointType.GENERIC) {
            return Optional.of("endpoint type " + type.shortName() + " gives one answer and has no " + ANSWERS);
        }
        return switch (type) {
            case CHAT -> Optional.empty();
            case COMPLETIONS ->
                field == Field.MAX_TOKENS_FIELD && ending.maxTokensField() == MaxTokensField.MAX_COMPLETION_TOKENS
                        ? Optional.of("endpoint type completions knows max_tokens only")
                        : Optional.empty();
            case OLLAMA_GENERATE, OLLAMA_CHAT ->
                switch (field) {
                    case MIN_TOKENS, IGNORE_EOS -> Optional.of(noField);
                    case MAX_TOKENS_FIELD -> onlyNone("num_predict", type);
                    default -> Optional.empty();
                };
            case MESSAGES ->
                switch (field) {
                    case SAMPLING_SEED, MIN_TOKENS, IGNORE_EOS -> Optional.of(noField);
                    case MAX_TOKENS_FIELD -> Optional.of("endpoint type messages wants max_tokens in every request");
                    default -> Optional.empty();
                };
            case RESPONSES ->
                switch (field) {
                    case SAMPLING_SEED, STOP, MIN_TOKENS, IGNORE_EOS -> Optional.of(noField);
                    case MAX_TOKENS_FIELD -> onlyNone("max_output_tokens", type);
                    default -> Optional.empty();
                };
            case GENERIC ->
                switch (field) {
                    case TEMPERATURE -> wants("temperature", described);
                    case SAMPLING_SEED -> wants("seed", described);
                    default -> Optional.of("the body of a generic target says it: write it into the template instead");
                };
        };
    }

    private Optional<String> onlyNone(String name, EndpointType type) {
        return ending.maxTokensField() == MaxTokensField.NONE
                ? Optional.empty()
                : Optional.of("endpoint type " + type.shortName() + " calls it " + name + " and nothing else");
    }

    private static Optional<String> wants(String placeholder, Optional<GenericTarget> described) {
        return described.filter(target -> target.fills(placeholder)).isPresent()
                ? Optional.empty()
                : Optional.of("the body of the generic target has no {{" + placeholder + "}}");
    }

    /**
     * What of it must match for a comparison, by name: what is set, and that the server draws as it likes where nothing is said of a
     * temperature. A further field is there with a digest of its value, which may be what nobody else should see.
     */
    public Map<String, String> conditions() {
        Map<String, String> conditions = new TreeMap<>();
        if (sampling.temperature().isPresent()) {
            conditions.put("temperature", Double.toString(sampling.temperature().getAsDouble()));
        } else {
            conditions.put("generation", "defaults");
        }
        sampling.topP().ifPresent(value -> conditions.put("topP", Double.toString(value)));
        sampling.seed().ifPresent(value -> conditions.put("samplingSeed", Long.toString(value)));
        if (!ending.stop().isEmpty()) {
            conditions.put("stop", JsonFields.list(ending.stop()));
        }
        ending.minTokens().ifPresent(value -> conditions.put("minTokens", Integer.toString(value)));
        if (ending.ignoresEos()) {
            conditions.put("ignoreEos", "true");
        }
        if (ending.maxTokensField() == MaxTokensField.NONE) {
            conditions.put("maxTokensField", "none");
        }
        extra.names()
                .forEach(name -> conditions.put(
                        "extraBody." + name, digest(extra.json(name).orElseThrow())));
        return conditions;
    }

    /** This where a server is at home: the API of OpenAI and of Azure wants the later name of the longest answer in its chats. */
    public Generation at(EndpointType type, String host) {
        String name = host.toLowerCase(Locale.ROOT);
        boolean wantsLater =
                type == EndpointType.CHAT && (name.equals("api.openai.com") || name.endsWith(".openai.azure.com"));
        return wantsLater && ending.maxTokensField() == MaxTokensField.AUTO
                ? new Generation(
                        sampling,
                        new Ending(
                                ending.stop(),
                                ending.minTokens(),
                                ending.ignoresEos(),
                                MaxTokensField.MAX_COMPLETION_TOKENS),
                        extra)
                : this;
    }

    /** This with a seed of the draws. */
    public Generation seeded(OptionalLong seed) {
        return new Generation(new Sampling(sampling.temperature(), sampling.topP(), seed), ending, extra);
    }

    /** Whether the longest answer is sent, so that there is one. */
    public boolean statesLongest() {
        return ending.maxTokensField() != MaxTokensField.NONE;
    }

    /** The same for one short answer that only shows whether a server answers: it may end where it likes. */
    public Generation ofShortAnswer() {
        return new Generation(
                sampling, new Ending(List.of(), OptionalInt.empty(), false, ending.maxTokensField()), extra);
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void require(boolean isMet, Field field, String value, String expected) {
        if (!isMet) {
            throw new IllegalArgumentException(field.word() + " = " + value + " is not allowed, expected " + expected);
        }
    }

    /** Names of further fields only: their values may be what nobody else should see. */
    @Override
    public String toString() {
        return "Generation["
                + sampling + ", " + ending + ", further fields "
                + extra.names().stream().collect(Collectors.joining(", ")) + "]";
    }
}
