package dev.plumbline.cli.run;

import dev.plumbline.cli.number.WholeNumberConverter;
import dev.plumbline.workload.dataset.DatasetFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked, where a person brings it: prompts that are typed, or a file of prompts or conversations. */
final class PromptOptions {

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = {
                "Ask this instead of drawn words; may be repeated. Own prompts are sent as they are, in their order,",
                "and again when all were sent."
            })
    List<String> prompts = new ArrayList<>();

    @Option(names = "--prompt-file", paramLabel = "FILE", description = "Plain text with a prompt on each line.")
    @Nullable
    Path promptFile;

    @Option(
            names = "--prompt-per",
            defaultValue = "line",
            paramLabel = "PART",
            description = {
                "Of --prompt-file: line, or file, so that all of it is one prompt.",
                "Default: ${DEFAULT-VALUE}"
            })
    Part promptPer = Part.line;

    @Option(
            names = {"--dataset", "--dataset-path", "--input-file"},
            paramLabel = "FILE",
            description = {
                "Prompts or conversations: JSONL, CSV, ShareGPT, vLLM, AIPerf, OpenAI batch and others;",
                "docs/workloads.md says what is taken of each."
            })
    @Nullable
    Path dataset;

    @Option(
            names = "--dataset-format",
            paramLabel = "FORMAT",
            converter = DatasetFormatConverter.class,
            completionCandidates = DatasetFormatConverter.Names.class,
            description = {"${COMPLETION-CANDIDATES}.", "Default: auto, recognized by its content."})
    @Nullable
    DatasetFormatChoice datasetFormat;

    @Option(
            names = "--prompt-column",
            paramLabel = "NAME",
            description = {"Column of a CSV or field of JSON objects that is the prompt.", "Default: found by its name."
            })
    @Nullable
    String promptColumn;

    @Option(
            names = "--dataset-limit",
            defaultValue = "100000",
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {
                "So many prompts or conversations from its beginning are taken, of at most 48 MiB of text.",
                "Default: ${DEFAULT-VALUE}"
            })
    int datasetLimit = 100_000;

    @Option(
            names = "--dataset-order",
            defaultValue = "file",
            paramLabel = "ORDER",
            description = {
                "file: as they stand there; shuffled: by --seed, anew when all were sent.",
                "Default: ${DEFAULT-VALUE}"
            })
    DatasetOrder datasetOrder = DatasetOrder.file;

    @Option(
            names = "--dataset-turns",
            defaultValue = "all",
            paramLabel = "TURNS",
            description = {
                "Of conversations: all, one after the other, or only the first, as vLLM takes ShareGPT.",
                "Default: ${DEFAULT-VALUE}"
            })
    Turns datasetTurns = Turns.all;

    /** Whether any are given. */
    boolean areGiven() {
        return !prompts.isEmpty() || promptFile != null || dataset != null;
    }

    /**
     * What a dataset is said to be; a value that may be shown.
     *
     * @param format null = auto
     */
    record DatasetFormatChoice(@Nullable DatasetFormat format) {
        @Override
        public String toString() {
            return format == null ? "auto" : format.label();
        }
    }

    /** What of a text is one prompt; named as users write it. */
    @SuppressWarnings("checkstyle:MemberName")
    enum Part {
        line,
        file
    }

    /** In which order; named as users write it. */
    @SuppressWarnings("checkstyle:MemberName")
    enum DatasetOrder {
        file,
        shuffled
    }

    /** Which turns; named as users write it. */
    @SuppressWarnings("checkstyle:MemberName")
    enum Turns {
        all,
        first
    }
}
