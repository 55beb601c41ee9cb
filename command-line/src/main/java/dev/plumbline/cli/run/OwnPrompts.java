package dev.plumbline.cli.run;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.probe.Discovery;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.reports.Figures;
import dev.plumbline.workload.dataset.Dataset;
import dev.plumbline.workload.dataset.DatasetChoice;
import dev.plumbline.workload.dataset.DatasetFacts;
import dev.plumbline.workload.dataset.DatasetFormat;
import dev.plumbline.workload.dataset.UnusableDataset;
import dev.plumbline.workload.files.DatasetFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Prompts that a person brought, as they were found when they were looked at before the load. Of their texts nothing is kept: the
 * producer reads them again, and refuses what has changed.
 */
final class OwnPrompts {

    private static final List<String> KEYS =
            List.of("plumbline.workload.prompts", "plumbline.workload.prompt-column", "plumbline.workload.dataset");

    private final String option;
    private final Optional<Path> file;
    private final Optional<DatasetFormat> format;
    private final PromptOptions options;
    private final DatasetFacts facts;
    private final int outputTokens;

    private OwnPrompts(
            String option,
            Optional<Path> file,
            Optional<DatasetFormat> format,
            PromptOptions options,
            DatasetFacts facts,
            int outputTokens) {
        this.option = option;
        this.file = file;
        this.format = format;
        this.options = options;
        this.facts = facts;
        this.outputTokens = outputTokens;
    }

    /**
     * Looks at them; empty where none are given.
     *
     * @throws RunPlan.Wrong if they cannot be asked
     */
    static Optional<OwnPrompts> read(RunOptions all) {
        PromptOptions options = all.prompts;
        all.output.settings.keySet().stream()
                .filter(key -> KEYS.stream().anyMatch(key::startsWith))
                .findFirst()
                .ifPresent(key -> {
                    throw new RunPlan.Wrong(
                            "--set", key + ": a run must know what it asks; give --prompt or --dataset instead");
                });
        List<String> given = new ArrayList<>();
        if (!options.prompts.isEmpty()) {
            given.add("--prompt");
        }
        if (options.promptFile != null) {
            given.add("--prompt-file");
        }
        if (options.dataset != null) {
            given.add("--dataset");
        }
        if (given.isEmpty()) {
            requireNothing(options);
            return Optional.empty();
        }
        if (given.size() > 1) {
            throw new RunPlan.Wrong(given.getLast(), "excludes " + given.getFirst() + ": give one of them");
        }
        if (all.workload.hasClasses()) {
            throw new RunPlan.Wrong(
                    all.workload.mix == null ? "--workload" : "--mix",
                    "has classes, and " + given.getFirst() + " brings its own prompts: leave one of them out");
        }
        if (!all.load.promptTokens.equals(new LoadOptions().promptTokens) || all.load.promptTokensDeviation != 0) {
            throw new RunPlan.Wrong(
                    all.load.promptTokensDeviation == 0 ? "--isl" : "--isl-stddev",
                    "is of drawn words, and " + given.getFirst() + " brings its own: leave one of them out");
        }
        RunPlan.range("--dataset-limit", options.datasetLimit, 1, DatasetChoice.HIGHEST_MOST_CONVERSATIONS);
        Optional<Path> file =
                options.promptFile != null ? Optional.of(options.promptFile) : Optional.ofNullable(options.dataset);
        Optional<DatasetFormat> format = options.promptFile != null
                ? Optional.of(options.promptPer == PromptOptions.Part.line ? DatasetFormat.LINES : DatasetFormat.WHOLE)
                : Optional.ofNullable(options.datasetFormat).flatMap(choice -> Optional.ofNullable(choice.format()));
        String option = given.getFirst();
        DatasetFacts facts =
                file.isPresent() ? looked(option, file.get(), choice(options, format)) : typed(option, options.prompts);
        return Optional.of(new OwnPrompts(
                option,
                file,
                format,
                options,
                facts,
                all.load.outputTokens.always().orElse((int) all.load.outputTokens.most())));
    }

    private static void requireNothing(PromptOptions options) {
        if (options.datasetFormat != null || options.promptColumn != null) {
            throw new RunPlan.Wrong(
                    options.promptColumn == null ? "--dataset-format" : "--prompt-column",
                    "is of a file: give --dataset, too");
        }
    }

    private static DatasetChoice choice(PromptOptions options, Optional<DatasetFormat> format) {
        try {
            return new DatasetChoice(
                    format,
                    Optional.ofNullable(options.promptColumn),
                    options.datasetLimit,
                    options.datasetTurns == PromptOptions.Turns.first
                            ? DatasetChoice.Turns.FIRST
                            : DatasetChoice.Turns.ALL);
        } catch (IllegalArgumentException e) {
            throw new RunPlan.Wrong("--prompt-column", "is empty: give the name of a column");
        }
    }

    private static DatasetFacts typed(String option, List<String> prompts) {
        try {
            return Dataset.ofPrompts(option, prompts).facts();
        } catch (UnusableDataset e) {
            throw new RunPlan.Wrong(option, String.valueOf(e.getMessage()).substring((option + ": ").length()));
        }
    }

    private static DatasetFacts looked(String option, Path file, DatasetChoice choice) {
        if (!Files.exists(file)) {
            throw new RunPlan.Wrong(option, "'" + file + "' is not there: check the path");
        }
        if (!Files.isRegularFile(file)) {
            throw new RunPlan.Wrong(option, "'" + file + "' is no file that can be read twice: give a regular one");
        }
        try {
            return DatasetFile.read(file, choice).facts();
        } catch (UnusableDataset e) {
            throw new RunPlan.Wrong(option, String.valueOf(e.getMessage()));
        } catch (FileSystemException e) {
            throw new RunPlan.Wrong(
                    option,
                    "'" + file + "' cannot be read (" + e.getClass().getSimpleName() + "): see its permissions");
        } catch (IOException e) {
            throw new RunPlan.Wrong(option, "'" + file + "' cannot be read: " + e.getMessage());
        }
    }

    DatasetFacts facts() {
        return facts;
    }

    /** Whether each is one prompt, and no body that somebody wrote. */
    boolean areSingle() {
        return facts.questions() == facts.conversations() && !facts.hasBodies();
    }

    /** The longest prompt at worst, in tokens. */
    double worstPromptTokens(double longestAnswer) {
        return facts.worstPromptTokens((long) longestAnswer);
    }

    /** The longest answer that any may have. */
    double mostAnswerTokens(double otherwise) {
        return facts.mostTokens((long) otherwise);
    }

    /** What the producer is told. */
    void tell(Map<String, String> settings) {
        if (file.isPresent()) {
            settings.put(
                    "plumbline.workload.dataset", file.get().toAbsolutePath().toString());
            format.ifPresent(one -> settings.put("plumbline.workload.dataset-format", one.name()));
            if (options.promptColumn != null) {
                settings.put("plumbline.workload.prompt-column", options.promptColumn);
            }
            settings.put("plumbline.workload.dataset-limit", Integer.toString(options.datasetLimit));
        } else {
            for (int i = 0; i < options.prompts.size(); i++) {
                settings.put("plumbline.workload.prompts[" + i + "]", options.prompts.get(i));
            }
        }
        settings.put(
                "plumbline.workload.dataset-order", options.datasetOrder.name().toUpperCase(Locale.ROOT));
        settings.put(
                "plumbline.workload.dataset-turns", options.datasetTurns.name().toUpperCase(Locale.ROOT));
        settings.put("plumbline.workload.dataset-digest", facts.digest());
    }

    /** What must match for a comparison: what is asked, and not in which file it stood. */
    Map<String, String> conditions() {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("prompts", facts.digest());
        if (options.datasetOrder != PromptOptions.DatasetOrder.file) {
            conditions.put("promptOrder", options.datasetOrder.name());
        }
        return conditions;
    }

    /**
     * What the target cannot be asked.
     *
     * @throws CommandFailure if it cannot
     */
    void requireFit(EndpointType type, Discovery discovery) {
        facts.refusal(type).ifPresent(refusal -> {
            throw CommandFailure.usage(option + " " + refusal + ": choose the API that it is for with --endpoint-type");
        });
        long context = discovery.contextLengthTokens().orElse(Long.MAX_VALUE);
        if (facts.leastPromptTokens() >= context) {
            throw CommandFailure.usage(option + " " + facts.longest().place() + ": has "
                    + Figures.count(facts.longest().textBytes()) + " bytes, and the context of the model is "
                    + Figures.count(context) + " tokens: shorten it, or take it out");
        }
    }

    /** What is to be known of them before the load. */
    List<String> lines(Discovery discovery, boolean isSentAsItIs, Optional<Long> requests) {
        List<String> lines = new ArrayList<>();
        String what = facts.questions() == facts.conversations()
                ? count(facts.conversations(), "prompt")
                : count(facts.conversations(), "conversation") + " of " + count(facts.questions(), "turn");
        lines.add(what
                + file.map(path -> " of " + path.getFileName() + " (" + facts.format() + ")")
                        .orElse("")
                + (facts.questions() == 1
                        ? ""
                        : options.datasetOrder == PromptOptions.DatasetOrder.file ? ", in their order" : ", shuffled")
                + (isSentAsItIs
                        ? facts.questions() == 1 ? ", sent as it is" : ", sent as they are"
                        : ", each behind a line of words of its own")
                + "; some " + Figures.count(Math.max(1, DatasetFacts.usualPromptTokens(facts.meanTextBytes())))
                + " tokens on average, by 4 bytes each");
        if (facts.leftOut() > 0) {
            lines.add(count(facts.leftOut(), "entry") + " left out, in which no user asks anything");
        }
        if (facts.isCut()) {
            lines.add("its beginning only: --dataset-limit, or " + (Dataset.MOST_TEXT_BYTES >> 20)
                    + " MiB of text, is reached");
        }
        long context = discovery.contextLengthTokens().orElse(Long.MAX_VALUE);
        long longest = DatasetFacts.usualPromptTokens(facts.longest().textBytes());
        if (longest + facts.mostTokens(outputTokens) > context) {
            lines.add("the longest, " + facts.longest().place() + ", takes some " + Figures.count(longest)
                    + " tokens: with its answer it may be beyond the context of " + Figures.count(context));
        }
        requests.flatMap(count -> repeats(count, isSentAsItIs)).ifPresent(lines::add);
        return lines;
    }

    /** What to say of so many requests; empty where none was asked twice. */
    Optional<String> repeats(long requests, boolean isSentAsItIs) {
        if (requests <= facts.questions()) {
            return Optional.empty();
        }
        return Optional.of((facts.questions() == 1 ? "there is " : "there are ")
                + count(facts.questions(), facts.questions() == facts.conversations() ? "prompt" : "turn")
                + " for " + Figures.count(requests) + " requests: "
                + (facts.questions() == 1 ? "it is sent " : "each is sent ")
                + Figures.significant((double) requests / facts.questions()) + " times"
                + (isSentAsItIs
                        ? ", and a prefix cache knows it then; --cache avoid begins each with words of its own"
                        : ""));
    }

    private static String count(long number, String one) {
        return Figures.count(number) + " "
                + (number == 1 ? one : one.endsWith("y") ? one.substring(0, one.length() - 1) + "ies" : one + "s");
    }
}
