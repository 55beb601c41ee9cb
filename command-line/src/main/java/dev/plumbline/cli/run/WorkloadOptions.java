package dev.plumbline.cli.run;

import dev.plumbline.contract.series.ConditionsDigest;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.workload.BuiltInClasses;
import dev.plumbline.workload.Largest;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.OpenedWorkload;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.StatedWorkload;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.WorkloadFile;
import dev.plumbline.workload.dataset.ClassDatasets;
import dev.plumbline.workload.files.DatasetFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked, where it is more than single prompts of one kind. */
final class WorkloadOptions {

    /** Flags that shape the one class of a load that has no classes. */
    static final List<String> OF_ONE_CLASS = List.of("--isl", "--isl-stddev", "--osl", "--osl-stddev");

    /** Sessions that are looked at before the load: enough to see what one in a hundred has. */
    private static final int SAMPLE = 500;

    private static final long LONGEST_PROMPT = 4 * 100_000;
    private static final long LONGEST_ANSWER = 4 * 1_000_000;

    @Option(
            names = "--workload",
            paramLabel = "FILE",
            description = "Classes of requests with weights and shapes, YAML or JSON: see docs/workloads.md.")
    @Nullable
    Path file;

    @Option(
            names = "--mix",
            paramLabel = "CLASS=WEIGHT,...",
            description = {
                "Built-in classes by weight: 'chat=3,rag=1,summarization=1,agents=.5,batch=.2'.",
                "A load of classes offers sessions: --concurrency holds so many, --request-rate begins so many."
            })
    @Nullable
    String mix;

    @Option(
            names = "--tokenizer",
            defaultValue = "auto",
            converter = TokenizerChoice.Converter.class,
            paramLabel = "WHERE",
            description = {
                "What makes lengths of drawn prompts tokens instead of words: target (POST /tokenize of vLLM,",
                "SGLang, llama.cpp), or a tokenizer.json; tried on the target with three short requests.",
                "none: words. Default: ${DEFAULT-VALUE}, the target where it can, else words."
            })
    TokenizerChoice tokenizer = TokenizerChoice.AUTO;

    private Optional<StatedWorkload> stated = Optional.empty();
    private Optional<OpenedWorkload> opened = Optional.empty();
    private Optional<ClassDatasets> datasets = Optional.empty();

    /**
     * The workload of classes that was stated, read once; empty for a load of one class.
     *
     * @throws RunPlan.Wrong if it cannot be used
     */
    Optional<StatedWorkload> stated() {
        if (stated.isEmpty()) {
            stated = read();
        }
        return stated;
    }

    /** The same with its datasets, read once. */
    private Optional<OpenedWorkload> opened(LoadOptions load) {
        if (opened.isEmpty() && stated().isPresent()) {
            // Built-in classes name none.
            ClassDatasets read = DatasetFile.beside(Objects.requireNonNullElse(file, Path.of("")));
            try {
                opened = Optional.of(stated().get().open(load.seed, read));
            } catch (IllegalArgumentException e) {
                throw new RunPlan.Wrong("--workload", String.valueOf(e.getMessage()));
            }
            datasets = Optional.of(read);
        }
        return opened;
    }

    /** Whether there are classes, which say how long their prompts and answers are. */
    boolean hasClasses() {
        return file != null || mix != null;
    }

    /** What is measured apart: each class with each tenant that goes with it; none for a load of one class. */
    List<RunSeries.Part> parts(LoadOptions load) {
        if (stated().isEmpty()) {
            return List.of();
        }
        Workload workload = opened(load).orElseThrow().workload();
        boolean hasClasses = workload.classes().size() > 1;
        return workload.kinds().stream()
                .map(kind -> new RunSeries.Part(
                        hasClasses ? Optional.of(kind.requestClass().name()) : Optional.empty(), kind.tenant()))
                .toList();
    }

    private Optional<StatedWorkload> read() {
        if (file != null && mix != null) {
            throw new RunPlan.Wrong("--mix", "excludes --workload: give one of them");
        }
        try {
            if (mix != null) {
                return Optional.of(BuiltInClasses.mix(mix));
            }
            return file == null ? Optional.empty() : Optional.of(WorkloadFile.parse(file.toString(), text(file)));
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong(file == null ? "--mix" : "--workload", String.valueOf(e.getMessage()));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new RunPlan.Wrong(
                    "--workload",
                    file + " cannot be read (" + e.getClass().getSimpleName()
                            + "): give a workload file in UTF-8, see docs/workloads.md");
        }
    }

    /**
     * What one request may take at most.
     *
     * @throws RunPlan.Wrong if what is asked cannot be
     */
    Largest largest(LoadOptions load) {
        Optional<OpenedWorkload> classes = opened(load);
        if (classes.isPresent()) {
            return classes.get().largest();
        }
        return new Largest(
                most("--isl", load.prompts(), LONGEST_PROMPT), (int) most("--osl", load.answers(), LONGEST_ANSWER));
    }

    /**
     * Why the model cannot be asked this; empty where nothing speaks against it. A word is a token or more, so whose words alone fill
     * the context is refused for certain. Where lengths are in tokens, what they say is what the model gets.
     *
     * @param unit what lengths are in
     * @param contextTokens what prompt and answer may have together; empty where the server does not tell
     */
    Optional<String> refusal(LoadOptions load, PromptUnit unit, OptionalLong contextTokens) {
        if (unit.known().isPresent() && stated().isEmpty()) {
            int around = unit.known().get().around();
            int always = load.prompts().always().orElse(Integer.MAX_VALUE);
            if (always <= around) {
                return Optional.of("--isl: is " + always + ", and the target counts " + around
                        + " tokens around the words of a prompt: ask for " + (around + 1)
                        + " or more, or for words with --tokenizer none");
            }
        }
        long context = contextTokens.orElse(Long.MAX_VALUE);
        long beyond = firstPrompts(load).filter(words -> words >= context).count();
        if (beyond == 0) {
            return Optional.empty();
        }
        String flag = file != null ? "--workload" : mix != null ? "--mix" : "--isl";
        return Optional.of(flag + ": of " + SAMPLE + " prompts " + beyond
                + " have as many " + unit.word() + " as the model's context has tokens ("
                + context + ") or more: shorten " + (stated().isPresent() ? "isl or prefix" : "it")
                + ", for example with max=");
    }

    /** Why an API cannot be asked with the datasets of the classes; empty where it can. */
    Optional<String> refusal(EndpointType type) {
        return datasets.flatMap(read -> read.refusal(type))
                .map(refusal -> "--workload: " + refusal + ": choose the API that it is for with --endpoint-type");
    }

    /** Words of the first prompts of as many sessions as are looked at. */
    private LongStream firstPrompts(LoadOptions load) {
        Optional<Workload> classes = opened(load).map(OpenedWorkload::workload);
        SplittableRandom random = new SplittableRandom(load.seed);
        return LongStream.range(0, SAMPLE)
                .map(ordinal -> classes.map(workload -> words(workload.session(ordinal)))
                        .orElseGet(() -> (long) load.prompts().drawn(random)));
    }

    private static long words(Session session) {
        String text = session.next(Optional.empty()).orElseThrow().ask().text();
        return 1 + text.chars().filter(Character::isWhitespace).count();
    }

    private static long most(String option, Length length, long longest) {
        if (length.most() > longest) {
            throw new RunPlan.Wrong(
                    option,
                    "is " + length + ", which may be " + length.most() + ", allowed is " + longest
                            + " at most: cut it with max=");
        }
        return length.most();
    }

    /** What of it must match for a comparison, by name. */
    Map<String, String> conditions(LoadOptions load) {
        Map<String, String> conditions = new LinkedHashMap<>();
        Optional<StatedWorkload> classes = stated();
        if (opened(load).isPresent()) {
            Map<String, String> all =
                    new LinkedHashMap<>(datasets.map(ClassDatasets::digests).orElse(Map.of()));
            all.put("text", classes.get().text());
            conditions.put("workload", ConditionsDigest.of(all));
            return conditions;
        }
        conditions.put("promptTokens", load.promptTokens.text());
        conditions.put("promptTokensDeviation", Integer.toString(load.promptTokensDeviation));
        conditions.put("maxTokens", load.outputTokens.text());
        if (load.outputTokensDeviation() > 0) {
            conditions.put("maxTokensDeviation", Integer.toString(load.outputTokensDeviation()));
        }
        return conditions;
    }

    /** The same in the words of the load producer's settings. */
    Map<String, String> properties(LoadOptions load) {
        Map<String, String> all = new LinkedHashMap<>();
        if (file != null) {
            all.put("plumbline.workload.file", file.toAbsolutePath().toString());
        } else if (mix != null) {
            all.put("plumbline.workload.mix", mix);
        } else {
            lengths(all, load);
        }
        return all;
    }

    private static void lengths(Map<String, String> all, LoadOptions load) {
        if (load.promptTokens.always().isPresent()) {
            all.put("plumbline.workload.prompt-tokens", load.promptTokens.text());
            all.put("plumbline.workload.prompt-tokens-deviation", Integer.toString(load.promptTokensDeviation));
        } else {
            all.put("plumbline.workload.prompt-length", load.promptTokens.text());
        }
        if (load.outputTokens.always().isPresent()) {
            all.put("plumbline.workload.max-tokens", load.outputTokens.text());
            all.put("plumbline.workload.max-tokens-deviation", Integer.toString(load.outputTokensDeviation()));
        } else {
            all.put("plumbline.workload.answer-length", load.outputTokens.text());
        }
    }
}
