package dev.plumbline.cli.judge;

import dev.plumbline.cli.measured.Facts;
import dev.plumbline.cli.number.ShareConverter;
import dev.plumbline.cli.outcome.Inconclusive;
import dev.plumbline.judgement.run.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How files are judged. */
final class JudgeOptions {

    @Option(
            names = "--baseline",
            paramLabel = "FILE|RUN",
            description = {
                "What all files are held against, several times for several: a file or folder, last-green, a",
                "stored run, a pinned name, or what plumb baseline export wrote."
            })
    List<String> baselines = new ArrayList<>();

    @Option(
            names = "--budget",
            paramLabel = "LIMIT",
            description = "A limit on requests, for example p95(ttft)<500ms, error_rate<1%%.")
    List<String> budgets = new ArrayList<>();

    @Option(
            names = "--threshold",
            converter = ShareConverter.class,
            paramLabel = "SHARE",
            description = {"The change that counts.", "Default: 10%%"})
    double threshold = 0.1;

    @Option(
            names = "--vary",
            paramLabel = "KEY",
            description = "What may differ and is compared all the same: " + Facts.TOOL + ", " + Facts.MODEL + ", "
                    + Facts.LOAD + ", " + Facts.ENDPOINT + ", or a condition of a run.")
    List<String> vary = new ArrayList<>();

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            description = "Unit of bare numbers: ns, us, ms or s where they are durations, else a word for people.")
    @Nullable
    String unit;

    @Option(
            names = "--metric",
            defaultValue = "value",
            paramLabel = "NAME",
            description = {"What bare numbers are of.", "Default: ${DEFAULT-VALUE}"})
    String metric = "value";

    @Option(names = "--higher-is-better", description = "Of bare numbers: less is worse, as of a throughput.")
    boolean higherIsBetter;

    @Option(names = "--lower-is-better", description = "Of bare numbers: more is worse. The default.")
    boolean lowerIsBetter;

    @Option(
            names = "--inconclusive",
            defaultValue = "keep",
            paramLabel = "AS",
            description = {
                "What 'cannot tell' counts as: ${COMPLETION-CANDIDATES}.",
                "Default: ${DEFAULT-VALUE}, exit code 3."
            })
    Inconclusive inconclusive = Inconclusive.keep;

    /** What is wrong with them; empty where they can be used. */
    Optional<String> problem() {
        if (higherIsBetter && lowerIsBetter) {
            return Optional.of("--higher-is-better and --lower-is-better exclude each other: give one");
        }
        if (!(threshold >= 0.01 && threshold <= 1)) {
            return Optional.of("--threshold = " + threshold + " is outside 1% to 100%");
        }
        if (!metric.matches("[\\p{L}\\p{N}_.:/ -]{1,60}")) {
            return Optional.of("--metric = '" + metric + "' is no name: 1 to 60 letters, digits, spaces and _.:/-");
        }
        try {
            parsedBudgets();
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("--budget " + e.getMessage());
        }
    }

    List<Budget> parsedBudgets() {
        return Budget.parseAll(budgets);
    }

    /** Nanoseconds of one of them where bare numbers are durations; empty where they are anything else. */
    Optional<Double> nanosPerUnit() {
        return switch (unit == null ? "" : unit) {
            case "ns" -> Optional.of(1.0);
            case "us", "µs" -> Optional.of(1e3);
            case "ms" -> Optional.of(1e6);
            case "s" -> Optional.of(1e9);
            default -> Optional.empty();
        };
    }
}
