package dev.plumbline.producer;

import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.dataset.Dataset;
import dev.plumbline.workload.dataset.DatasetChoice;
import dev.plumbline.workload.dataset.DatasetFacts;
import dev.plumbline.workload.dataset.DatasetWorkload;
import dev.plumbline.workload.dataset.Order;
import dev.plumbline.workload.dataset.UnusableDataset;
import dev.plumbline.workload.files.DatasetFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Prompts that a person brought instead of drawn ones, typed or in a file. */
final class OwnPrompts {

    private static final String TYPED = "plumbline.workload.prompts";
    private static final String FILE = "plumbline.workload.dataset";

    private final Dataset dataset;
    private final ProducerConfig config;

    private OwnPrompts(Dataset dataset, ProducerConfig config) {
        this.dataset = dataset;
        this.config = config;
    }

    static boolean areGiven(ProducerConfig.Workload workload) {
        return workload.prompts().isPresent() || workload.dataset().isPresent();
    }

    /**
     * Reads them; empty where none are given.
     *
     * @throws InvalidConfiguration if they cannot be asked
     */
    static Optional<OwnPrompts> read(ProducerConfig config) {
        ProducerConfig.Workload workload = config.workload();
        if (workload.prompts().isPresent() && workload.dataset().isPresent()) {
            throw new InvalidConfiguration("at most one of " + TYPED + " and " + FILE + " may be set, both are");
        }
        if (!areGiven(workload)) {
            return Optional.empty();
        }
        try {
            Dataset dataset = workload.prompts()
                    .map(prompts -> Dataset.ofPrompts(TYPED, prompts))
                    .orElseGet(() -> ofFile(workload));
            DatasetFacts facts = dataset.facts();
            String key = workload.prompts().isPresent() ? TYPED : FILE;
            facts.refusal(config.target().endpointType()).ifPresent(refusal -> {
                throw new InvalidConfiguration(key + ": " + refusal);
            });
            workload.datasetDigest()
                    .filter(digest -> !digest.equals(facts.digest()))
                    .ifPresent(digest -> {
                        throw new InvalidConfiguration(key + " has the digest " + facts.digest() + " and not " + digest
                                + ", plumbline.workload.dataset-digest: it has changed since it was checked");
                    });
            return Optional.of(new OwnPrompts(dataset, config));
        } catch (UnusableDataset e) {
            // Of typed ones the message begins with their key.
            throw new InvalidConfiguration((workload.prompts().isPresent() ? "" : FILE + ": ") + e.getMessage());
        }
    }

    private static Dataset ofFile(ProducerConfig.Workload workload) {
        String file = workload.dataset().orElseThrow();
        DatasetChoice choice = InvalidConfiguration.allowed(
                "plumbline.workload.prompt-column: ",
                () -> new DatasetChoice(
                        workload.datasetFormat(),
                        workload.promptColumn(),
                        workload.datasetLimit(),
                        workload.datasetTurns()));
        try {
            return DatasetFile.read(Path.of(file), choice);
        } catch (IOException e) {
            throw new InvalidConfiguration(FILE + ": cannot read " + file + " ("
                    + e.getClass().getSimpleName() + "); give a file that can be read");
        }
    }

    /** They are asked in their order, from the first one again when all were. */
    Workload workload() {
        ProducerConfig.Workload workload = config.workload();
        return new DatasetWorkload(
                new RequestClass(config.series().scenario()),
                dataset,
                workload.datasetOrder(),
                workload.seed(),
                WorkloadSettings.answers(workload));
    }

    /** Whether each is one prompt, and no body that somebody wrote. */
    boolean areSingle() {
        DatasetFacts facts = dataset.facts();
        return facts.questions() == facts.conversations() && !facts.hasBodies();
    }

    /** The longest answer that any of them may have. */
    long mostAnswerTokens() {
        return dataset.facts()
                .mostTokens(WorkloadSettings.answers(config.workload()).most());
    }

    /** The longest of them at worst, as if it were of words of two tokens each. */
    long mostPromptWords() {
        return (dataset.facts().worstPromptTokens(mostAnswerTokens()) + 1) / 2;
    }

    /** Says what must match for a comparison: what is asked, instead of how prompts are drawn. */
    void state(Map<String, String> conditions) {
        conditions.remove("promptTokens");
        conditions.remove("promptTokensDeviation");
        conditions.remove("promptUnit");
        conditions.put("prompts", dataset.facts().digest());
        if (config.workload().datasetOrder() != Order.FILE) {
            conditions.put("promptOrder", config.workload().datasetOrder().name());
        }
    }
}
