package dev.plumbline.cli.run;

import dev.plumbline.cli.number.ShareConverter;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.LoadShape;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.run.CanarySplit;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.workload.Batch;
import dev.plumbline.workload.Largest;
import dev.plumbline.workload.Length;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run shall do, checked.
 *
 * @param runId unique; sorts by time
 * @param duration of the measured load; empty = until a count, a limit or the user ends it
 * @param breakerRatio share of failures at which the target is left alone; above 1 = never
 * @param goals of a good request, where stated
 * @param budgets that are for this run's scenario
 * @param ownPrompts that are asked; empty = drawn ones
 * @param trace that is asked again, where one is named; read and found possible
 */
record RunPlan(
        String runId,
        LoadPoint loadPoint,
        Optional<Duration> duration,
        double breakerRatio,
        Optional<Goals> goals,
        List<Budget> budgets,
        Optional<OwnPrompts> ownPrompts,
        Optional<TracePlan> trace,
        RunOptions options) {

    private static final Duration DEFAULT_DURATION = Duration.ofSeconds(60);
    private static final int DEFAULT_CONCURRENCY = 4;
    private static final int MOST_CONCURRENCY = 100_000;
    private static final double LOWEST_GPU_PRICE = 0.001;
    private static final double HIGHEST_GPU_PRICE = 10_000;
    private static final long MOST_GPUS = 100;
    private static final double HIGHEST_PRICE = 1e6;
    /** Worst case of a prompt, as the producer books it until a server has counted one. */
    private static final int LARGEST_TOKENS_PER_WORD = 2;
    /** A share that no number of failures reaches. */
    private static final double NEVER = 2;

    /** Where a wrong setting stands, and what is wrong with it. */
    static final class Wrong extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String option;

        Wrong(String option, String problem) {
            super(problem);
            this.option = option;
        }

        /** The flag, dashes included. */
        String option() {
            return option;
        }
    }

    /**
     * @throws Wrong for the first setting that is wrong
     */
    static RunPlan checked(String runId, RunOptions options, boolean mayCostMoney) {
        LoadOptions load = options.load;
        SpendOptions spend = options.spend;
        JudgementOptions judgement = options.judgement;
        OutputOptions output = options.output;
        ProducerSettings.check(output.settings);
        if (options.trace.file != null && options.workload.hasClasses()) {
            throw new Wrong("--trace", "says what is asked, and so does --workload or --mix: leave one of them out");
        }
        if (options.trace.file != null && options.prompts.areGiven()) {
            throw new Wrong("--trace", "says what is asked, and so do your own prompts: leave one of them out");
        }
        if (options.trace.file != null) {
            options.shape.checkBesideTrace();
        }
        Optional<TracePlan> trace = TracePlan.checked(options.trace, load);
        Double rate = load.requestRate;
        boolean open = rate != null && rate != Double.POSITIVE_INFINITY;
        if (load.concurrency != null && open) {
            throw new Wrong(
                    "--request-rate",
                    "excludes --concurrency: give one of them; what an open loop may have in flight is --max-in-flight");
        }
        if (rate != null && !open && load.concurrency == null && load.requestCount == null) {
            throw new Wrong(
                    "--request-rate",
                    "inf sends as fast as answers come: say how many at once with --concurrency, or how many in all"
                            + " with --request-count");
        }
        range("--concurrency", load.concurrency == null ? 1 : load.concurrency, 1, MOST_CONCURRENCY);
        if (open && rate != null && !(rate >= 1e-3 && rate <= 1e6)) {
            throw new Wrong(
                    "--request-rate", "is " + ChangeLoad.plain(rate) + ", allowed is 0.001 to 1000000 per second");
        }
        if (load.burstiness != null && !(load.burstiness >= 0.01 && load.burstiness <= 1_000)) {
            throw new Wrong("--burstiness", "is " + load.burstiness + ", allowed is 0.01 to 1000");
        }
        options.shape.check(load);
        if (!open && options.shape.shape == null && load.burstiness != null) {
            throw new Wrong("--burstiness", "is of an open loop: give --request-rate, too, as a number");
        }
        range("--max-in-flight", load.maxInFlight, 1, 1_000_000);
        range("--batch", load.batch, 1, Batch.MOST);
        range("--request-count", load.requestCount == null ? 1 : load.requestCount, 1, Long.MAX_VALUE);
        range("--warmup-request-count", load.warmupRequestCount, 0, 1_000_000_000);
        spreads("--isl", load.promptTokens, load.promptTokensDeviation, 100_000);
        spreads("--osl", load.outputTokens, load.outputTokensDeviation(), 1_000_000);
        Largest largest = options.workload.largest(load);
        bounded(options.generation, spend);
        if (load.ramp != null && load.concurrency == null && (open || options.shape.shape != null)) {
            throw new Wrong("--ramp", "is of a closed loop: give --concurrency instead of --request-rate");
        }
        atLeast("--request-timeout", load.requestTimeout, Duration.ofMillis(1));
        atLeast("--first-token-timeout", load.firstTokenTimeout, Duration.ofMillis(1));
        atLeast("--stall-timeout", load.stallTimeout, Duration.ofMillis(1));
        if (load.duration != null && !load.duration.isForever()) {
            atLeast("--duration", load.duration.limit().orElseThrow(), Duration.ofSeconds(1));
        }
        label("--scenario", judgement.scenario);
        label("--variant", judgement.variant);
        label("--tenant", judgement.tenant);
        if (judgement.targetName != null) {
            label("--target-name", judgement.targetName);
        }
        options.canary.check(judgement.variant);
        options.stack.check();
        range("--artifact-bytes", output.artifactBytes, 4L << 20, Long.MAX_VALUE);
        if (output.quiet && output.json) {
            throw new Wrong("--json", "excludes --quiet: give one of them");
        }
        Optional<Duration> duration = load.duration != null
                ? load.duration.limit()
                : load.requestCount != null || trace.isPresent() ? Optional.empty() : Optional.of(DEFAULT_DURATION);
        boolean endless = duration.isEmpty() && load.requestCount == null && trace.isEmpty();
        spending(spend, endless, mayCostMoney);
        LoadPoint loadPoint = trace.<LoadPoint>map(TracePlan::loadPoint)
                .or(() -> options.shape.loadPoint(load))
                .orElseGet(() -> open && rate != null
                        ? new LoadPoint.OpenLoop(rate, load.arrivals())
                        : new LoadPoint.ClosedLoop(concurrency(load)));
        Optional<OwnPrompts> own = OwnPrompts.read(options);
        singlePrompts(options, trace, own);
        if (options.workload.tokenizer.kind() != TokenizerChoice.Kind.AUTO && (trace.isPresent() || own.isPresent())) {
            throw new Wrong(
                    "--tokenizer",
                    "is of prompts that are drawn, and "
                            + (trace.isPresent()
                                    ? "a trace says how long its rows are"
                                    : "your own are sent as they are")
                            + ": leave it out");
        }
        roomForOne(
                spend,
                load,
                own,
                trace,
                loadPoint,
                trace.map(TracePlan::largest).orElse(largest),
                options.generation.generation().answersToEach());
        return new RunPlan(
                runId,
                loadPoint,
                duration,
                breakerRatio(spend.breaker),
                goals(judgement),
                budgets(judgement),
                own,
                trace,
                options);
    }

    /** A batch is of prompts that each stand alone. */
    private static void singlePrompts(RunOptions options, Optional<TracePlan> trace, Optional<OwnPrompts> own) {
        if (options.load.batch == 1) {
            return;
        }
        String single = ", and a batch is of single prompts: leave one of them out";
        if (trace.isPresent()) {
            throw new Wrong("--batch", "excludes --trace, which says itself what is asked when: leave one of them out");
        }
        if (options.workload.hasClasses()) {
            throw new Wrong(options.workload.mix == null ? "--workload" : "--mix", "is of sessions" + single);
        }
        own.filter(prompts -> !prompts.areSingle()).ifPresent(prompts -> {
            throw new Wrong(
                    "--batch",
                    "is " + options.load.batch + " and the dataset has conversations or whole bodies" + single
                            + ", or take first questions only with --dataset-turns first");
        });
    }

    /** How prompts are asked together of such an API. */
    Batch batch(EndpointType type) {
        return Batch.of(options.load.batch, type);
    }

    /** How long the same load is offered before what is measured; sessions are measured with all their turns or not at all. */
    Duration warmup() {
        return loadPoint instanceof LoadPoint.Trace replayed
                        && replayed.sessions().isPresent()
                ? Duration.ZERO
                : load().warmupDuration;
    }

    /** How many requests are measured, where that ends the run. */
    OptionalLong requestCount() {
        if (trace.isPresent()) {
            return OptionalLong.of(trace.get().replay().trace().rows().size());
        }
        return load().requestCount == null ? OptionalLong.empty() : OptionalLong.of(load().requestCount);
    }

    LoadOptions load() {
        return options.load;
    }

    /** Whether what is asked has classes. */
    boolean hasClasses() {
        return options.workload.hasClasses();
    }

    GenerationOptions generation() {
        return options.generation;
    }

    /** What a prefix cache of the target may know: what a person brought is sent as it is, unless they say otherwise. */
    LoadOptions.CacheUse cache() {
        if (options.load.cache != null) {
            return options.load.cache;
        }
        return ownPrompts.isPresent() ? LoadOptions.CacheUse.reuse : LoadOptions.CacheUse.avoid;
    }

    /** Whether nothing is put before a prompt that would keep it from caches. */
    boolean isSentAsItIs() {
        return cache() == LoadOptions.CacheUse.reuse;
    }

    SpendOptions spend() {
        return options.spend;
    }

    JudgementOptions judgement() {
        return options.judgement;
    }

    WorkloadOptions workload() {
        return options.workload;
    }

    /** What is measured apart: classes and tenants of a workload, or classes of a trace; none for a load of one kind. */
    List<RunSeries.Part> parts() {
        return trace.map(TracePlan::parts).orElseGet(() -> options.workload.parts(options.load));
    }

    OutputOptions output() {
        return options.output;
    }

    StackOptions stack() {
        return options.stack;
    }

    /** How the load is shared with a canary; empty where there is none. */
    Optional<CanarySplit> canary() {
        return options.canary.shared();
    }

    /**
     * The budgets of a run that measures this. In a run of several series one that names none of them is a mistake: it would be kept
     * for ever.
     *
     * @throws Wrong for the first such
     */
    List<Budget> budgets(RunSeries series) {
        if (!series.areSeveral()) {
            return budgets;
        }
        List<Budget> all = Budget.parseAll(judgement().budgets);
        Set<String> names = series.parts().stream()
                .flatMap(part -> series.names(part).stream())
                .collect(Collectors.toSet());
        for (Budget budget : all) {
            if (!budget.isForAny(names)) {
                throw new Wrong(
                        "--budget",
                        "'" + budget.text() + "' is for '" + budget.scenario().orElse("") + "', and this run has "
                                + series.parts().stream().map(series::name).collect(Collectors.joining(", ")));
            }
        }
        return all;
    }

    /** Without bound and without a number at once, as in {@code vllm bench serve}: all of them. */
    private static int concurrency(LoadOptions load) {
        if (load.concurrency != null) {
            return load.concurrency;
        }
        return load.requestRate == null || load.requestCount == null
                ? DEFAULT_CONCURRENCY
                : (int) Math.min(MOST_CONCURRENCY, load.requestCount);
    }

    /** Whether it has no end of its own. */
    boolean isEndless() {
        return duration.isEmpty() && requestCount().isEmpty();
    }

    /** How the load went on whose producer was started again so often. */
    String wentOn(int times) {
        String what = (ownPrompts.isPresent() ? "prompt" : "session") + " after the last that was acknowledged";
        String when = switch (loadPoint) {
            case LoadPoint.ShapedRate shaped -> where(shaped.shape());
            case LoadPoint.ShapedSlots shaped -> where(shaped.shape());
            default -> "";
        };
        return times + (times == 1 ? " time" : " times") + " after its producer was gone: with the " + what + when
                + "; what fell due meanwhile was not sent";
    }

    private static String where(LoadShape shape) {
        return shape.kind() == LoadShape.Kind.ADJUSTABLE
                ? ", at the level that was set last"
                : ", where its shape was by then";
    }

    String producerId() {
        String id = "run-" + runId;
        return options.shape.share == null ? id : SharedLoad.producerId(id, options.shape.share);
    }

    /**
     * What can be asked of budgets and goals alone.
     *
     * @throws Wrong for the first that is none
     */
    static void checkStatements(JudgementOptions judgement, ShapeOptions shape) {
        shape.checkAlone();
        goals(judgement);
        budgets(judgement);
    }

    private static Optional<Goals> goals(JudgementOptions judgement) {
        try {
            return Optional.ofNullable(judgement.goodput).map(Goals::parse);
        } catch (IllegalArgumentException e) {
            throw new Wrong("--goodput", String.valueOf(e.getMessage()));
        }
    }

    private static List<Budget> budgets(JudgementOptions judgement) {
        try {
            return Budget.parseAll(judgement.budgets).stream()
                    .filter(budget -> budget.isFor(judgement.scenario))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new Wrong("--budget", String.valueOf(e.getMessage()));
        }
    }

    private static void spending(SpendOptions spend, boolean endless, boolean mayCostMoney) {
        range("--max-requests", spend.maxRequests == null ? 1 : spend.maxRequests, 1, Long.MAX_VALUE);
        range("--max-tokens-total", spend.maxTokensTotal == null ? 1 : spend.maxTokensTotal, 1, Long.MAX_VALUE);
        if (spend.maxCost != null && !(spend.maxCost > 0 && Double.isFinite(spend.maxCost))) {
            throw new Wrong("--max-cost", "is " + spend.maxCost + ", allowed is any amount above 0");
        }
        price("--price-per-1k-input", spend.pricePer1kInput);
        price("--price-per-1k-output", spend.pricePer1kOutput);
        boolean priced = orZero(spend.pricePer1kInput) + orZero(spend.pricePer1kOutput) > 0;
        gpuPrice(spend, priced);
        if (spend.maxCost != null && !priced) {
            throw new Wrong("--max-cost", "needs a price: give --price-per-1k-input and --price-per-1k-output");
        }
        boolean limited = spend.maxRequests != null || spend.maxTokensTotal != null || spend.maxCost != null;
        if (endless && (mayCostMoney || priced) && !limited && !spend.yesSpend) {
            throw new Wrong(
                    "--duration",
                    "forever against an API that may cost money (a key or a price is given) needs a limit:"
                            + " --max-requests, --max-tokens-total or --max-cost; or --yes-spend");
        }
    }

    private static void price(String option, @Nullable Double price) {
        if (price != null && !(price >= 0 && price <= HIGHEST_PRICE)) {
            throw new Wrong(option, "is " + price + ", allowed is 0 to 1000000 for 1,000 tokens");
        }
    }

    private static void gpuPrice(SpendOptions spend, boolean priced) {
        if (spend.gpus != null) {
            range("--gpus", spend.gpus, 1, MOST_GPUS);
        }
        if (spend.pricePerGpuHour == null) {
            if (spend.gpus != null) {
                throw new Wrong("--gpus", "says how many are paid for: give --price-per-gpu-hour beside it");
            }
            return;
        }
        if (!(spend.pricePerGpuHour >= LOWEST_GPU_PRICE && spend.pricePerGpuHour <= HIGHEST_GPU_PRICE)) {
            throw new Wrong(
                    "--price-per-gpu-hour",
                    "is " + spend.pricePerGpuHour + ", allowed is 0.001 to 10000 for an hour of one GPU");
        }
        if (priced) {
            throw new Wrong(
                    "--price-per-gpu-hour",
                    "beside a price of tokens: one of the two is what you pay, leave the other out");
        }
        if (spend.maxCost != null) {
            throw new Wrong("--max-cost", "is kept by prices of tokens; what GPUs cost is bounded by --duration");
        }
    }

    private static double orZero(@Nullable Double price) {
        return price == null ? 0 : price;
    }

    private static IllegalStateException unmakeable(LoadPoint.Other load) {
        return new IllegalStateException("no plan makes the load " + load.key());
    }

    /**
     * The producer books a request at its worst case before it sends it, and ends the load for good when a limit might be
     * broken: limits that the warm-up uses up, or that one request might break, leave nothing to measure.
     */
    private static void roomForOne(
            SpendOptions spend,
            LoadOptions load,
            Optional<OwnPrompts> own,
            Optional<TracePlan> trace,
            LoadPoint loadPoint,
            Largest largest,
            int answersToEach) {
        double warmupSeconds = load.warmupDuration.toMillis() / 1e3;
        double warmup = load.warmupRequestCount
                + switch (loadPoint) {
                    case LoadPoint.ClosedLoop closed -> warmupSeconds > 0 ? closed.concurrency() : 0;
                    case LoadPoint.OpenLoop open -> Math.floor(open.requestsPerSecond() * warmupSeconds);
                    case LoadPoint.Trace replayed ->
                        trace.map(plan -> plan.rowsWithin(load.warmupDuration)).orElse(0L);
                    case LoadPoint.ShapedRate shaped ->
                        Math.floor(shaped.shape().firstLevel() * warmupSeconds);
                    case LoadPoint.ShapedSlots shaped ->
                        warmupSeconds > 0 ? Math.floor(shaped.shape().firstLevel()) : 0;
                    case LoadPoint.Other other -> throw unmakeable(other);
                };
        if (spend.maxRequests != null && spend.maxRequests <= warmup) {
            throw new Wrong(
                    "--max-requests",
                    "is " + spend.maxRequests + " and the warm-up alone takes " + (long) warmup
                            + " or more: nothing would be measured; raise it, or shorten --warmup-duration and"
                            + " --warmup-request-count");
        }
        int slots = switch (loadPoint) {
            case LoadPoint.ClosedLoop closed -> warmupSeconds > 0 ? closed.concurrency() : 1;
            case LoadPoint.OpenLoop open -> 1;
            case LoadPoint.Trace replayed -> replayed.sessions().orElse(1);
            case LoadPoint.ShapedRate shaped -> 1;
            case LoadPoint.ShapedSlots shaped ->
                warmupSeconds > 0 ? (int) Math.max(1, shaped.shape().firstLevel()) : 1;
            case LoadPoint.Other other -> throw unmakeable(other);
        };
        double longestAnswer = largest.answerTokens();
        int atOnce = slots * load.batch;
        double outputTokens =
                own.map(prompts -> prompts.mostAnswerTokens(longestAnswer)).orElse(longestAnswer)
                        * atOnce
                        * answersToEach;
        double promptTokens = own.map(prompts -> prompts.worstPromptTokens(longestAnswer))
                        .orElse((double) LARGEST_TOKENS_PER_WORD * largest.promptWords())
                * atOnce;
        String requests = atOnce == 1
                ? "one request may take "
                : "the " + atOnce + (load.batch == 1 ? " requests" : " prompts") + " of its start may take ";
        if (spend.maxTokensTotal != null && spend.maxTokensTotal < promptTokens + outputTokens) {
            throw new Wrong(
                    "--max-tokens-total",
                    "is " + spend.maxTokensTotal + " and " + requests + (long) (promptTokens + outputTokens)
                            + " tokens ("
                            + (own.isPresent()
                                    ? "one for two bytes of the longest prompt"
                                    : "two for each word of the longest prompt")
                            + ", and the longest answer): nothing would be measured; raise it, or"
                            + " ask for less");
        }
        double cost =
                (promptTokens * orZero(spend.pricePer1kInput) + outputTokens * orZero(spend.pricePer1kOutput)) / 1_000;
        if (spend.maxCost != null && spend.maxCost < cost) {
            throw new Wrong(
                    "--max-cost",
                    "is " + spend.maxCost + " and " + requests + String.format(Locale.ROOT, "%.4g", cost)
                            + " at the stated prices: nothing would be measured; raise it, or ask for less");
        }
    }

    /** What answers cost is known before only where their longest length is. */
    private static void bounded(GenerationOptions generation, SpendOptions spend) {
        if (!generation.generation().statesLongest() && (spend.maxTokensTotal != null || spend.maxCost != null)) {
            throw new Wrong(
                    "--max-tokens-field",
                    "is none and "
                            + (spend.maxTokensTotal != null ? "--max-tokens-total" : "--max-cost")
                            + " is given: an answer without a longest length keeps no such limit; leave one of them out");
        }
    }

    private static double breakerRatio(String text) {
        if (text.strip().equalsIgnoreCase("off")) {
            return NEVER;
        }
        try {
            double ratio = new ShareConverter().convert(text);
            if (ratio <= 1) {
                return ratio;
            }
        } catch (picocli.CommandLine.TypeConversionException e) {
            throw new Wrong("--breaker", "is " + text + ", allowed is a share such as 50%, or off");
        }
        throw new Wrong("--breaker", "is " + text + ", allowed is a share up to 100%, or off");
    }

    /** What names a series, as the parts of the stack take it. */
    private static void label(String option, String value) {
        if (value.isBlank() || value.length() > ComparisonGroup.MAX_LABEL_LENGTH) {
            throw new Wrong(
                    option,
                    (value.isBlank() ? "is empty" : "has " + value.length() + " characters") + ", allowed are 1 to "
                            + ComparisonGroup.MAX_LABEL_LENGTH + " characters");
        }
    }

    static void range(String option, long value, long smallest, long largest) {
        if (value < smallest || value > largest) {
            throw new Wrong(
                    option,
                    "is " + value + ", allowed is "
                            + (largest == Long.MAX_VALUE ? smallest + " or more" : smallest + " to " + largest));
        }
    }

    private static void atLeast(String option, Duration value, Duration smallest) {
        if (value.compareTo(smallest) < 0) {
            throw new Wrong(
                    option,
                    "is " + DurationConverter.format(value) + ", allowed is " + DurationConverter.format(smallest)
                            + " or more");
        }
    }

    /** A plain number and how far it spreads, or a length that says itself how it spreads. */
    private static void spreads(String option, Length length, int deviation, int most) {
        length.always().ifPresent(mean -> range(option, mean, 1, most));
        range(option + "-stddev", deviation, 0, most);
        if (length.always().isEmpty() && deviation > 0) {
            throw new Wrong(
                    option + "-stddev",
                    "is of a plain number, and " + option + " is " + length + ": leave it out, or write for example "
                            + option + " 128~" + deviation);
        }
    }
}
