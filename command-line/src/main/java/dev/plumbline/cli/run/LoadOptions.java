package dev.plumbline.cli.run;

import dev.plumbline.cli.number.CountConverter;
import dev.plumbline.cli.number.DecimalConverter;
import dev.plumbline.cli.number.RateConverter;
import dev.plumbline.cli.number.WholeNumberConverter;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.workload.Length;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much load, of which kind. */
final class LoadOptions {

    @Option(
            names = {"--concurrency", "--max-concurrency"},
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {"Requests in flight, the next when one ends (closed loop).", "Default: 4."})
    @Nullable
    Integer concurrency;

    @Option(
            names = "--request-rate",
            converter = RateConverter.class,
            paramLabel = "PER_SECOND",
            description = {
                "Requests per second, whatever becomes of earlier ones (open loop).",
                "inf: as fast as answers come, so many at once as --concurrency or --request-count say."
            })
    @Nullable
    Double requestRate;

    @Option(
            names = "--arrival-pattern",
            defaultValue = "poisson",
            paramLabel = "PATTERN",
            description = {"Of an open loop: ${COMPLETION-CANDIDATES}.", "Default: ${DEFAULT-VALUE}"})
    ArrivalPattern arrivalPattern = ArrivalPattern.poisson;

    @Option(
            names = "--burstiness",
            converter = DecimalConverter.class,
            paramLabel = "SHAPE",
            description = {
                "Of arrivals: 1 is Poisson, less comes in bursts, more is more even.",
                "Chooses the pattern gamma."
            })
    @Nullable
    Double burstiness;

    @Option(
            names = "--batch",
            defaultValue = "1",
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {
                "Prompts that are asked together: in one request of completions, else in N requests at once;",
                "the run says which. Then --concurrency, --request-rate and --request-count are of batches.",
                "Default: ${DEFAULT-VALUE}"
            })
    int batch = 1;

    @Option(
            names = "--max-in-flight",
            defaultValue = "1000",
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {"Of an open loop; what is due beyond is dropped and counted.", "Default: ${DEFAULT-VALUE}"})
    int maxInFlight = 1000;

    @Option(
            names = {"--duration", "--benchmark-duration"},
            converter = SpanConverter.class,
            paramLabel = "SPAN",
            description = {"How long is measured: 90s, 10m, 2h, or forever.", "Default: 60s, none with a count."})
    @Nullable
    Span duration;

    @Option(
            names = {"--request-count", "--num-prompts"},
            converter = CountConverter.class,
            paramLabel = "N",
            description = "How many requests are measured.")
    @Nullable
    Long requestCount;

    @Option(
            names = "--warmup-duration",
            defaultValue = "10s",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"The same load before, not measured.", "Default: ${DEFAULT-VALUE}"})
    Duration warmupDuration = Duration.ofSeconds(10);

    @Option(
            names = {"--ramp", "--concurrency-ramp-duration"},
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {
                "Over how long the requests of --concurrency begin, so that they are not in step.",
                "Default: half of the warm-up, at most 10s."
            })
    @Nullable
    Duration ramp;

    @Option(
            names = {"--grace", "--benchmark-grace-period"},
            defaultValue = "30s",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {
                "How long after --duration is waited for answers that are under way; load goes on meanwhile, not measured.",
                "Default: ${DEFAULT-VALUE}; 0s cancels them."
            })
    Duration grace = Duration.ofSeconds(30);

    @Option(
            names = "--warmup-request-count",
            defaultValue = "0",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "Requests before that, four at a time, not measured.")
    long warmupRequestCount;

    @Option(
            names = {"--isl", "--random-input-len"},
            defaultValue = "128",
            converter = LengthConverter.class,
            paramLabel = "LENGTH",
            description = {
                "Length of the prompts, in tokens, or in words where --tokenizer finds none: a mean, or how they spread: '128~32' (mean and deviation),",
                "'lognormal(128,0.6)' (median and sigma), 'uniform(50,200)', or quantiles 'p50=120,p90=400,max=4000'.",
                "Default: ${DEFAULT-VALUE}"
            })
    Length promptTokens = Length.of(128);

    @Option(
            names = "--isl-stddev",
            defaultValue = "0",
            converter = WholeNumberConverter.class,
            paramLabel = "TOKENS",
            description = {"Standard deviation of a plain --isl.", "Default: ${DEFAULT-VALUE}"})
    int promptTokensDeviation;

    @Option(
            names = {"--osl", "--random-output-len"},
            defaultValue = "64",
            converter = LengthConverter.class,
            paramLabel = "LENGTH",
            description = {"Longest answer: a mean, or how they spread, as of --isl.", "Default: ${DEFAULT-VALUE}"})
    Length outputTokens = Length.of(64);

    @Option(
            names = {"--osl-stddev"},
            converter = WholeNumberConverter.class,
            paramLabel = "TOKENS",
            description = {
                "Standard deviation of a plain --osl: answers of equal length keep requests in step.",
                "Default: a tenth of --osl."
            })
    @Nullable
    Integer outputTokensDeviation;

    @Option(
            names = "--no-streaming",
            negatable = true,
            defaultValue = "true",
            description = "Ask for whole answers: no TTFT, no TPOT.")
    boolean streaming = true;

    @Option(
            names = "--no-keep-alive",
            negatable = true,
            defaultValue = "true",
            description = "A new connection for every request.")
    boolean keepAlive = true;

    @Option(
            names = {"--random-seed", "--seed"},
            defaultValue = "42",
            converter = CountConverter.class,
            paramLabel = "SEED",
            description = {"Of lengths and words of prompts.", "Default: ${DEFAULT-VALUE}"})
    long seed = 42;

    @Option(
            names = "--cache",
            paramLabel = "USE",
            description = {
                "avoid: prompts begin anew in each run, so that no prefix cache knows them;",
                "reuse: the same prompts in each run with the same seed.",
                "Default: avoid; of your own prompts reuse, which sends them as they are."
            })
    @Nullable
    CacheUse cache;

    @Option(
            names = "--reset-kv-cache",
            description = "Let the engine forget all cached prefixes before the load (vLLM, SGLang), a canary's, too.")
    boolean resetKvCache;

    @Option(
            names = "--request-timeout",
            defaultValue = "300s",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"Longest time of a request.", "Default: ${DEFAULT-VALUE}"})
    Duration requestTimeout = Duration.ofSeconds(300);

    @Option(
            names = "--first-token-timeout",
            defaultValue = "60s",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"Longest wait for the first content.", "Default: ${DEFAULT-VALUE}"})
    Duration firstTokenTimeout = Duration.ofSeconds(60);

    @Option(
            names = "--stall-timeout",
            defaultValue = "30s",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"Longest pause within an answer.", "Default: ${DEFAULT-VALUE}"})
    Duration stallTimeout = Duration.ofSeconds(30);

    /** How far lengths of answers spread around a plain number; 0 where the length says itself how it spreads. */
    int outputTokensDeviation() {
        return outputTokensDeviation == null ? outputTokens.always().orElse(0) / 10 : outputTokensDeviation;
    }

    /** How long prompts are. */
    Length prompts() {
        return spread(promptTokens, promptTokensDeviation);
    }

    /** How long answers may be. */
    Length answers() {
        return spread(outputTokens, outputTokensDeviation());
    }

    private static Length spread(Length length, int deviation) {
        return length.always().isPresent() ? new Length(length.always().getAsInt(), deviation) : length;
    }

    /** The arrivals of an open loop. */
    Arrivals arrivals() {
        if (burstiness != null) {
            return new Arrivals.Gamma(burstiness);
        }
        return switch (arrivalPattern) {
            case constant -> new Arrivals.Constant();
            case poisson -> new Arrivals.Poisson();
            case gamma -> new Arrivals.Gamma(1);
        };
    }

    /** What a prefix cache of the target may know of prompts; named as users write it. */
    @SuppressWarnings("checkstyle:MemberName")
    enum CacheUse {
        avoid,
        reuse
    }

    /** How requests of an open loop are spaced; named as users write it. */
    @SuppressWarnings("checkstyle:MemberName")
    enum ArrivalPattern {
        constant,
        poisson,
        gamma
    }
}
