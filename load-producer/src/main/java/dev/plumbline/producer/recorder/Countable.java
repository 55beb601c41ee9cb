package dev.plumbline.producer.recorder;

import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a tokenizer needs to count the tokens of an ended request, and what others counted. It lives until then and reaches
 * neither the event nor a log.
 *
 * @param prompt the text that was sent, without the chat template
 * @param answers the texts that came, reasoning included, one for each answer
 * @param outputs counts of the output so far
 */
public record Countable(String prompt, List<String> answers, Map<TokenSource, Long> outputs, TokenChoice choice) {

    public Countable {
        Objects.requireNonNull(prompt, "prompt");
        answers = List.copyOf(answers);
        outputs = Map.copyOf(outputs);
        Objects.requireNonNull(choice, "choice");
    }

    /** How long all texts are. */
    int characters() {
        return prompt.length() + answers.stream().mapToInt(String::length).sum();
    }

    /**
     * The tokens, once a tokenizer has counted.
     *
     * @param known what is known without it
     * @param promptTokens taken where the server told none
     */
    Tokens counted(Tokens known, TokenSource source, OptionalLong promptTokens, OptionalLong outputTokens) {
        Map<TokenSource, Long> all = new EnumMap<>(TokenSource.class);
        all.putAll(outputs);
        outputTokens.ifPresent(count -> all.put(source, count));
        Optional<TokenCount> prompt = known.prompt();
        if (prompt.isEmpty() && promptTokens.isPresent()) {
            prompt = Optional.of(new TokenCount(promptTokens.getAsLong(), source));
        }
        Optional<TokenCount> output = choice.first(all);
        return new Tokens(
                prompt,
                output,
                known.reasoning(),
                known.cached(),
                choice.other(all, output),
                known.speculation(),
                known.refused());
    }

    /** Without the texts, which must not reach a log. */
    @Override
    public String toString() {
        return "Countable[" + characters() + " characters in " + (1 + answers.size()) + " texts, outputs=" + outputs
                + ", " + choice + "]";
    }
}
