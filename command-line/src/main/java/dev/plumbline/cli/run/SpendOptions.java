package dev.plumbline.cli.run;

import dev.plumbline.cli.number.CountConverter;
import dev.plumbline.cli.number.DecimalConverter;
import dev.plumbline.cli.time.DurationConverter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What protects the target and the purse. */
final class SpendOptions {

    @Option(
            names = "--max-requests",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "Most requests in all, warm-up included; then the run ends.")
    @Nullable
    Long maxRequests;

    @Option(
            names = "--max-tokens-total",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "Most tokens in all, prompts and answers; the run ends before.")
    @Nullable
    Long maxTokensTotal;

    @Option(
            names = "--max-cost",
            converter = DecimalConverter.class,
            paramLabel = "AMOUNT",
            description = "Most money at the stated prices; the run ends before.")
    @Nullable
    Double maxCost;

    @Option(
            names = "--price-per-1k-input",
            converter = DecimalConverter.class,
            paramLabel = "AMOUNT",
            description = "Price of 1,000 prompt tokens.")
    @Nullable
    Double pricePer1kInput;

    @Option(
            names = "--price-per-1k-output",
            converter = DecimalConverter.class,
            paramLabel = "AMOUNT",
            description = "Price of 1,000 output tokens.")
    @Nullable
    Double pricePer1kOutput;

    @Option(
            names = "--price-per-gpu-hour",
            converter = DecimalConverter.class,
            paramLabel = "AMOUNT",
            description = "Price of an hour of one GPU, instead of prices of tokens.")
    @Nullable
    Double pricePerGpuHour;

    @Option(
            names = "--gpus",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "GPUs of the target that are paid for. Default: those that are found, else 1.")
    @Nullable
    Long gpus;

    @Option(
            names = "--breaker",
            defaultValue = "50%",
            paramLabel = "SHARE|off",
            description = {
                "Failures among the last 50 requests at which the target is left alone for a while.",
                "Default: ${DEFAULT-VALUE}"
            })
    String breaker = "50%";

    @Option(
            names = "--give-up",
            defaultValue = "30s",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {
                "How long a target may fail every try before a run that has an end is ended.",
                "Default: ${DEFAULT-VALUE}; an endless run goes on trying."
            })
    Duration giveUp = Duration.ofSeconds(30);

    @Option(names = "--yes-spend", description = "Run for ever without a limit against an API that may cost money.")
    boolean yesSpend;
}
