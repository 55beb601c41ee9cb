package dev.plumbline.cli.run;

import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.probe.TokenCalibration;
import dev.plumbline.probe.TokenCalibration.Outcome;
import dev.plumbline.workload.Vocabulary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * In what lengths of drawn texts are: in tokens as the target counts them, where it could be found out which words are one token each, else
 * in words.
 *
 * @param known empty where lengths are in words
 * @param text for people: the unit, and why it is that
 */
record PromptUnit(Optional<Outcome.Known> known, String text) {

    /** The fact under which a run says it. */
    static final String NAME = "promptUnit";

    private static final String TOKENS = "tokens";

    /** What was found out of a target, which does not change while this process runs: a sweep asks once. */
    private static final Map<String, Outcome.Known> FOUND = new ConcurrentHashMap<>();

    /** Texts that nobody draws: they are as long as they are. */
    static final PromptUnit NOT_DRAWN = new PromptUnit(Optional.empty(), "");

    /**
     * Finds out.
     *
     * @param tokenizer where tokens are counted, as the run has it
     * @throws RunPlan.Wrong if tokens are asked for and it cannot be found out
     */
    static PromptUnit of(TokenizerChoice tokenizer, TargetAddress address, Discovery discovery, LongSupplier nanos) {
        if (tokenizer.kind() == TokenizerChoice.Kind.NONE) {
            return words("--tokenizer none");
        }
        String of = discovery.endpointUrl() + ' ' + discovery.model() + ' ' + tokenizer;
        Outcome outcome = Optional.<Outcome>ofNullable(FOUND.get(of))
                .orElseGet(() -> new TokenCalibration(address, discovery, nanos)
                        .calibrate(Vocabulary.COMMON.words(), tokenizer.file()));
        return switch (outcome) {
            case Outcome.Known found -> {
                FOUND.put(of, found);
                yield new PromptUnit(
                        Optional.of(found),
                        "tokens as the target counts them, " + found.around()
                                + " around the words of each prompt among them" + " (by " + found.how()
                                + ", tried on the target)");
            }
            case Outcome.Unknown unknown -> {
                if (tokenizer.kind() != TokenizerChoice.Kind.AUTO) {
                    throw new RunPlan.Wrong(
                            "--tokenizer",
                            tokenizer + ": the target " + unknown.why() + "; or --tokenizer none, for words");
                }
                yield words("the target " + unknown.why());
            }
        };
    }

    private static PromptUnit words(String why) {
        return new PromptUnit(
                Optional.empty(), "words, most of which are one token in common vocabularies (" + why + ")");
    }

    /** In the words of the load producer's settings. */
    Map<String, String> properties() {
        Map<String, String> all = new LinkedHashMap<>();
        known.ifPresent(found -> {
            all.put("plumbline.workload.vocabulary", String.join(" ", found.words()));
            all.put("plumbline.workload.tokens-around", Integer.toString(found.around()));
        });
        return all;
    }

    /** What must match for a comparison; what is in words has the conditions that it always had. */
    Map<String, String> conditions() {
        return known.isPresent() ? Map.of(NAME, TOKENS) : Map.of();
    }

    /** The word for one of them. */
    String word() {
        return known.isPresent() ? TOKENS : "words";
    }
}
