package dev.plumbline.producer;

import dev.plumbline.contract.series.ConditionsDigest;
import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.workload.Batch;
import dev.plumbline.workload.BuiltInClasses;
import dev.plumbline.workload.Largest;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.OpenedWorkload;
import dev.plumbline.workload.Prompts;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.StatedWorkload;
import dev.plumbline.workload.SyntheticWorkload;
import dev.plumbline.workload.Vocabulary;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.WorkloadFile;
import dev.plumbline.workload.dataset.ClassDatasets;
import dev.plumbline.workload.files.DatasetFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of the configuration that says what is asked, after its rules were checked.
 *
 * @param workload not salted
 * @param largest what one of its requests may take at most
 * @param conditions what of it must match for a comparison, by name
 */
record WorkloadSettings(Workload workload, Largest largest, Map<String, String> conditions) {

    private static final long LONGEST_PROMPT = 4 * 100_000;
    private static final long LONGEST_ANSWER = 4 * 1_000_000;

    WorkloadSettings {
        conditions = Map.copyOf(conditions);
    }

    /** @throws InvalidConfiguration naming the first key that is wrong, or file and line of a workload file */
    static WorkloadSettings checked(ProducerConfig config, Optional<TraceSettings> trace) {
        Optional<OwnPrompts> own = OwnPrompts.read(config);
        Batch batch = Batch.of(config.load().batch(), config.target().endpointType());
        requireSinglePrompts(batch, config, own);
        WorkloadSettings single = single(config, trace, own);
        return batch.areSeveral() ? single.in(batch) : single;
    }

    private static void requireSinglePrompts(Batch batch, ProducerConfig config, Optional<OwnPrompts> own) {
        if (batch.areSeveral()) {
            notSingle(batch, config, own).ifPresent(why -> {
                throw new InvalidConfiguration("plumbline.load.batch = " + batch.size() + ": " + why
                        + ", and a batch is of single prompts: leave it out");
            });
        }
    }

    private static Optional<String> notSingle(Batch batch, ProducerConfig config, Optional<OwnPrompts> own) {
        if (config.trace().file().isPresent()) {
            return Optional.of("a trace says itself what is asked when");
        }
        if (stated(config.workload()).isPresent()) {
            return Optional.of("classes are of sessions");
        }
        if (own.filter(prompts -> !prompts.areSingle()).isPresent()) {
            return Optional.of("what is asked has conversations or whole bodies");
        }
        return config.canary().url().isPresent() && !batch.isOneRequest()
                ? Optional.of("a target and its canary are asked one request each at a time, and endpoint type "
                        + config.target().endpointType().shortName() + " takes one prompt in it")
                : Optional.empty();
    }

    private WorkloadSettings in(Batch batch) {
        Map<String, String> all = new HashMap<>(conditions);
        all.put(Batch.NAME, batch.words());
        return new WorkloadSettings(
                batch.of(workload),
                new Largest(largest.promptWords() * batch.promptsOfRequest(), (int)
                        Math.min(Integer.MAX_VALUE, (long) largest.answerTokens() * batch.promptsOfRequest())),
                all);
    }

    private static WorkloadSettings single(
            ProducerConfig config, Optional<TraceSettings> trace, Optional<OwnPrompts> own) {
        ProducerConfig.Workload asked = config.workload();
        Optional<StatedWorkload> stated = stated(asked);
        if (trace.isPresent()) {
            if (stated.isPresent() || own.isPresent()) {
                throw new InvalidConfiguration(
                        "plumbline.trace.file says what is asked, and so do prompts, a dataset, a"
                                + " file or a mix of plumbline.workload: set one of them");
            }
            return ofTrace(config, trace.get());
        }
        if (own.isPresent()) {
            if (stated.isPresent()) {
                throw new InvalidConfiguration("prompts of one's own (plumbline.workload.prompts or .dataset) exclude"
                        + " plumbline.workload.file and .mix: set one of them");
            }
            return ofOwn(config, own.get());
        }
        if (stated.isEmpty()) {
            return ofOneClass(config);
        }
        ClassDatasets datasets = DatasetFile.beside(Path.of(asked.file().orElse("")));
        OpenedWorkload opened = InvalidConfiguration.allowed(
                "plumbline.workload.file: ", () -> stated.get().open(asked.seed(), datasets, vocabulary(asked)));
        datasets.refusal(config.target().endpointType()).ifPresent(refusal -> {
            throw new InvalidConfiguration("plumbline.workload.file: " + refusal);
        });
        Map<String, String> text = new HashMap<>(datasets.digests());
        text.put("text", stated.get().text());
        Map<String, String> conditions = unit(asked);
        conditions.put("workload", ConditionsDigest.of(text));
        return new WorkloadSettings(opened.workload(), opened.largest(), conditions);
    }

    /** Of which words drawn texts are. */
    private static Vocabulary vocabulary(ProducerConfig.Workload asked) {
        if (asked.vocabulary().isEmpty() && asked.tokensAround() > 0) {
            throw new InvalidConfiguration(
                    "plumbline.workload.tokens-around is set and plumbline.workload.vocabulary is not:"
                            + " only where words are known to be tokens anything can be reckoned with");
        }
        return asked.vocabulary()
                .map(words -> InvalidConfiguration.allowed(
                        "plumbline.workload.vocabulary: ",
                        () -> Vocabulary.ofTokens(List.of(words.strip().split("\\s+")))))
                .orElse(Vocabulary.COMMON);
    }

    /** What lengths are in, where it is not words. */
    private static Map<String, String> unit(ProducerConfig.Workload asked) {
        return new HashMap<>(asked.vocabulary().isPresent() ? Map.of("promptUnit", "tokens") : Map.of());
    }

    private static Optional<StatedWorkload> stated(ProducerConfig.Workload asked) {
        if (asked.file().isPresent() && asked.mix().isPresent()) {
            throw new InvalidConfiguration(
                    "at most one of plumbline.workload.file and plumbline.workload.mix may be set");
        }
        if (asked.mix().isPresent()) {
            return Optional.of(InvalidConfiguration.allowed(
                    "plumbline.workload.mix: ",
                    () -> BuiltInClasses.mix(asked.mix().get())));
        }
        return asked.file()
                .map(file -> InvalidConfiguration.allowed(
                        "plumbline.workload.file: ", () -> WorkloadFile.parse(file, text(file))));
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidConfiguration("plumbline.workload.file: cannot read " + file + " ("
                    + e.getClass().getSimpleName() + "); give a workload file in UTF-8, see docs/workloads.md");
        }
    }

    private static WorkloadSettings ofTrace(ProducerConfig config, TraceSettings trace) {
        Map<String, String> conditions = new HashMap<>(ofOneClass(config).conditions());
        conditions.putAll(trace.replay().conditions());
        return new WorkloadSettings(
                trace.workload(config), new Largest(trace.longestPrompt(), trace.longestAnswer()), conditions);
    }

    private static WorkloadSettings ofOwn(ProducerConfig config, OwnPrompts own) {
        Map<String, String> conditions = new HashMap<>(ofOneClass(config).conditions());
        own.state(conditions);
        return new WorkloadSettings(
                own.workload(), new Largest(own.mostPromptWords(), (int) own.mostAnswerTokens()), conditions);
    }

    /** The longest answers, of a load of one class. */
    static Length answers(ProducerConfig.Workload asked) {
        return length("answer-length", asked.answerLength(), LONGEST_ANSWER)
                .orElseGet(() ->
                        new Length(asked.maxTokens(), asked.maxTokensDeviation().orElse(asked.maxTokens() / 10)));
    }

    private static WorkloadSettings ofOneClass(ProducerConfig config) {
        ProducerConfig.Workload asked = config.workload();
        int spread = asked.maxTokensDeviation().orElse(asked.maxTokens() / 10);
        Optional<Length> promptLength = length("prompt-length", asked.promptLength(), LONGEST_PROMPT);
        Optional<Length> answerLength = length("answer-length", asked.answerLength(), LONGEST_ANSWER);
        Map<String, String> conditions = unit(asked);
        if (promptLength.isPresent()) {
            conditions.put("promptTokens", promptLength.get().text());
            conditions.put("promptTokensDeviation", "0");
        } else {
            conditions.put("promptTokens", Integer.toString(asked.promptTokens()));
            conditions.put("promptTokensDeviation", Integer.toString(asked.promptTokensDeviation()));
        }
        if (answerLength.isPresent()) {
            conditions.put("maxTokens", answerLength.get().text());
        } else {
            conditions.put("maxTokens", Integer.toString(asked.maxTokens()));
            if (spread > 0) {
                conditions.put("maxTokensDeviation", Integer.toString(spread));
            }
        }
        Length prompts = promptLength.orElseGet(() -> new Length(asked.promptTokens(), asked.promptTokensDeviation()));
        Length answers = answerLength.orElseGet(() -> new Length(asked.maxTokens(), spread));
        return new WorkloadSettings(
                new SyntheticWorkload(
                        new RequestClass(config.series().scenario()),
                        new Prompts(asked.seed(), prompts).in(vocabulary(asked), asked.tokensAround()),
                        asked.seed(),
                        answers),
                new Largest(prompts.most(), (int) answers.most()),
                conditions);
    }

    private static Optional<Length> length(String name, Optional<String> written, long longest) {
        return written.map(text -> {
            Length length = InvalidConfiguration.allowed("plumbline.workload." + name + ": ", () -> Length.parse(text));
            InvalidConfiguration.require(
                    "plumbline.workload.",
                    () -> Allowed.require(
                            length.most() <= longest,
                            name,
                            text,
                            "one that is never longer than " + longest + ": cut it with max="));
            return length;
        });
    }
}
