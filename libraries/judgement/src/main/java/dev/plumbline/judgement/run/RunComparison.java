package dev.plumbline.judgement.run;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Direction;
import dev.plumbline.contract.verdict.JudgedMetric.Role;
import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.cause.Why;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.Change;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.statistics.ErrorShare;
import dev.plumbline.judgement.statistics.Norms;
import dev.plumbline.judgement.statistics.RatioOfSums;
import dev.plumbline.judgement.statistics.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/** A run against earlier ones, or a canary against what served beside it, metric by metric. */
final class RunComparison {

    /** Other work is done when the mean output length, or the offered load, moved by more than this; of a cached share in points. */
    private static final double ALLOWED_CHANGE_OF_WORK = Norms.OTHER_WORK;

    /** And that is more than chance. */
    private static final double WORK_Z = 3;

    /** Fewest errors that an error rate is ever called worse for. */
    private static final long FEWEST_ERRORS = Norms.FEWEST_ERRORS;

    /** Error shares from here on leave nothing to compare. */
    static final double HIGHEST_ERROR_SHARE = Norms.HIGHEST_ERROR_SHARE;

    private final JudgedWindows now;
    private final List<RunBaseline> before;
    private final JudgementSettings settings;
    private final Opponent opponent;
    private final Optional<PairRatios> pairs;
    private final double failCertainty;
    private final Optional<String> otherWork;
    private final Optional<String> otherPrompts;
    private final Optional<String> otherCache;

    private RunComparison(
            JudgedWindows now,
            List<RunBaseline> before,
            JudgementSettings settings,
            Opponent opponent,
            Optional<PairRatios> pairs,
            double failCertainty) {
        this.now = now;
        this.before = List.copyOf(before);
        this.settings = settings;
        this.opponent = opponent;
        this.pairs = pairs;
        this.failCertainty = failCertainty;
        this.otherWork = otherOutputLength();
        this.otherPrompts = otherPromptLength();
        this.otherCache = otherCache();
    }

    /**
     * Against runs of other days.
     *
     * @param before at least one
     */
    static RunComparison withEarlier(JudgedWindows now, List<RunBaseline> before, JudgementSettings settings) {
        return new RunComparison(
                now, before, settings, Opponent.EARLIER_RUNS, Optional.empty(), RunContrast.FAIL_CERTAINTY);
    }

    /** A canary against what served beside it: medians by pairs of asks where there are enough, the rest as it is. */
    static RunComparison withServedBeside(RunResult canary, RunResult beside, JudgementSettings settings) {
        return new RunComparison(
                new JudgedWindows(canary),
                List.of(RunBaseline.of(beside)),
                settings.ofSameSeconds(),
                Opponent.servedBeside(
                        beside.identity().series().variant(),
                        canary.identity().series().variant()),
                Optional.of(PairRatios.of(canary, beside)),
                RunContrast.FAIL_CERTAINTY);
    }

    /** The same, where it takes another certainty to call a metric worse. */
    RunComparison at(double certainty) {
        return new RunComparison(now, before, settings, opponent, pairs, certainty);
    }

    List<RunBaseline> before() {
        return before;
    }

    /** For each gating metric how likely it would look so bad by chance; 1 where it does not look bad. */
    List<Double> chances() {
        List<Double> chances = new ArrayList<>();
        for (JudgedMetric metric : metrics()) {
            if (metric.role() == Role.GATING) {
                chances.add(metric == JudgedMetric.ERROR_RATE ? errorChance() : chance(metric));
            }
        }
        return chances;
    }

    private double chance(JudgedMetric metric) {
        List<Reading.Known> known = known(metric);
        return Reading.of(metric, now) instanceof Reading.Known number
                        && !known.isEmpty()
                        && isVoid(metric).isEmpty()
                ? contrast(metric, number, known).chance()
                : 1;
    }

    private List<Reading.Known> known(JudgedMetric metric) {
        return before.stream()
                .map(run -> run.reading(metric))
                .filter(Reading.Known.class::isInstance)
                .map(Reading.Known.class::cast)
                .toList();
    }

    private Optional<String> isVoid(JudgedMetric metric) {
        return settings.voidBy(metric).or(() -> isOtherWork(metric));
    }

    private Optional<String> isOtherWork(JudgedMetric metric) {
        if (metric != JudgedMetric.ACHIEVED_RATIO) {
            return otherWork.or(() -> holdsPrefills(metric) ? otherPrompts.or(() -> otherCache) : Optional.empty());
        }
        // What a canary is offered is the share that was asked for.
        return opponent.isServedBeside() ? Optional.empty() : otherLoad();
    }

    /** Whether it moves with the work that a prefix cache saves. */
    private static boolean holdsPrefills(JudgedMetric metric) {
        return switch (metric) {
            case TTFT_P50, TTFT_P95, E2E_P50, E2E_P95, OUTPUT_TOKEN_RATE -> true;
            case TPOT_P50, TPOT_P95, ACHIEVED_RATIO, ERROR_RATE -> false;
        };
    }

    private RunContrast contrast(JudgedMetric metric, Reading.Known number, List<Reading.Known> known) {
        Optional<Reading.Known> paired = paired(metric);
        return new RunContrast(
                metric.direction() == Direction.HIGHER_IS_WORSE,
                paired.orElse(number),
                paired.isPresent() ? List.of(new Reading.Known(1, 0)) : known,
                settings,
                opponent,
                failCertainty);
    }

    /** Of a median by pairs: the ratio of the two. */
    private Optional<Reading.Known> paired(JudgedMetric metric) {
        return isTail(metric)
                ? Optional.empty()
                : pairs.flatMap(all -> metric.latency().flatMap(all::ratio));
    }

    /** One finding per metric that is judged under this load. */
    List<ComparisonFinding> findings() {
        return metrics().stream()
                .map(metric -> metric == JudgedMetric.ERROR_RATE ? errors() : compare(metric))
                .toList();
    }

    /** Where the change of what regressed comes from; empty where nothing did. */
    Optional<Explanation> why(List<ComparisonFinding> findings) {
        List<JudgedMetric> worse = findings.stream()
                .filter(finding -> finding.answer() == Answer.FAIL)
                .map(ComparisonFinding::metric)
                .toList();
        return worse.isEmpty()
                ? Optional.empty()
                : Optional.of(Why.of(
                        worse, before.stream().map(RunBaseline::facts).reduce(Means.none(), Means::plus), now.facts()));
    }

    private List<JudgedMetric> metrics() {
        Set<JudgedMetric> others =
                notUnder(now.run().identity().series().group().loadPoint());
        return Stream.of(JudgedMetric.values())
                .filter(metric -> !others.contains(metric))
                // With another share of the load it makes another number of tokens.
                .filter(metric -> !opponent.isServedBeside() || metric != JudgedMetric.OUTPUT_TOKEN_RATE)
                .toList();
    }

    /** The metrics that say nothing under a load. */
    static Set<JudgedMetric> notUnder(LoadPoint load) {
        return switch (load) {
            case LoadPoint.ClosedLoop closed -> Set.of(JudgedMetric.ACHIEVED_RATIO);
            case LoadPoint.OpenLoop open -> Set.of(JudgedMetric.OUTPUT_TOKEN_RATE);
            case LoadPoint.Trace trace ->
                trace.sessions().isPresent()
                        ? Set.of(JudgedMetric.ACHIEVED_RATIO, JudgedMetric.OUTPUT_TOKEN_RATE)
                        : Set.of(JudgedMetric.OUTPUT_TOKEN_RATE);
            case LoadPoint.ShapedSlots shaped -> Set.of(JudgedMetric.ACHIEVED_RATIO);
            case LoadPoint.ShapedRate shaped -> Set.of(JudgedMetric.OUTPUT_TOKEN_RATE);
            case LoadPoint.Other other -> Set.of(JudgedMetric.ACHIEVED_RATIO, JudgedMetric.OUTPUT_TOKEN_RATE);
        };
    }

    private ComparisonFinding compare(JudgedMetric metric) {
        Reading reading = Reading.of(metric, now);
        List<Reading> readings = before.stream().map(run -> run.reading(metric)).toList();
        List<Reading.Known> known = known(metric);
        OptionalDouble value = reading instanceof Reading.Known number
                ? OptionalDouble.of(number.value())
                : quantile(metric, now.merged());
        if (reading instanceof Reading.Absent && readings.stream().allMatch(one -> one instanceof Reading.Absent)) {
            return unknown(metric, Answer.OBSERVED, value, OptionalDouble.empty(), "neither run has it");
        }
        if (known.isEmpty()) {
            return tooFew(metric, value, OptionalDouble.empty(), opponent.other() + " has " + lacking(readings.get(0)));
        }
        return switch (reading) {
            case Reading.Absent absent ->
                cannotTell(metric, value, mean(known), "no request of " + opponent.own() + " has it");
            case Reading.Missing missing ->
                tooFew(metric, value, mean(known), opponent.own() + " has " + missing.why());
            case Reading.Known number -> {
                RunContrast contrast = contrast(metric, number, known);
                OptionalDouble was = mean(known);
                Optional<String> isVoid = isVoid(metric);
                yield isVoid.isPresent()
                        ? new ComparisonFinding(
                                gating(metric, Answer.CANNOT_TELL),
                                metric,
                                Change.UNKNOWN,
                                value,
                                was,
                                Optional.of(contrast.ratio()),
                                isVoid.get())
                        : finding(metric, value, was, contrast);
            }
        };
    }

    /**
     * Where one of the two has too few requests. A tail that looks no worse does not gate: no short run has enough for one.
     *
     * @param before of the baselines that have enough; else that of all of their requests is shown
     */
    private ComparisonFinding tooFew(JudgedMetric metric, OptionalDouble value, OptionalDouble before, String lacking) {
        WindowSummary all =
                this.before.stream().map(RunBaseline::merged).reduce(WindowSummary.empty(), WindowSummary::plus);
        OptionalDouble was = before.isPresent() ? before : quantile(metric, all);
        if (!isTail(metric)) {
            return cannotTell(metric, value, was, lacking);
        }
        Optional<TailLook> worse = metric.latency()
                .flatMap(latency -> TailLook.worse(
                        now.merged().latency(latency),
                        all.latency(latency),
                        metric.quantile().orElseThrow(),
                        settings.thresholdEffect()));
        return worse.map(look -> cannotTell(
                        metric, value, was, lacking + "; " + look.why(opponent.there()) + "; a longer run tells"))
                .orElseGet(() -> unknown(
                        metric,
                        Answer.OBSERVED,
                        value,
                        was,
                        lacking + "; a tail that is not worse beyond chance does not gate"));
    }

    /** A quantile that is not known well enough to be compared; empty where there is none. */
    private static OptionalDouble quantile(JudgedMetric metric, WindowSummary summary) {
        return metric.latency().isEmpty()
                ? OptionalDouble.empty()
                : summary
                        .latency(metric.latency().orElseThrow())
                        .quantileNanos(metric.quantile().orElseThrow())
                        .stream()
                        .mapToDouble(nanos -> nanos)
                        .findFirst();
    }

    private ComparisonFinding finding(
            JudgedMetric metric, OptionalDouble value, OptionalDouble was, RunContrast contrast) {
        // The requests of a short run never tell a tail to ten percent: only one that looks worse leaves a run
        // undecided.
        boolean quietTail = isTail(metric)
                && contrast.outcome() == RunContrast.Outcome.UNKNOWN
                && contrast.ratio().value() < 1 + settings.thresholdEffect();
        Answer answer = switch (contrast.outcome()) {
            case STEADY, IMPROVED -> Answer.PASS;
            case REGRESSED -> Answer.FAIL;
            case UNKNOWN -> quietTail ? Answer.OBSERVED : Answer.CANNOT_TELL;
        };
        Change change = switch (contrast.outcome()) {
            case STEADY -> Change.STEADY;
            case IMPROVED -> Change.IMPROVED;
            case REGRESSED -> Change.REGRESSED;
            case UNKNOWN -> Change.UNKNOWN;
        };
        return new ComparisonFinding(
                gating(metric, answer),
                metric,
                change,
                value,
                was,
                Optional.of(contrast.ratio()),
                contrast.why()
                        + (paired(metric).isPresent()
                                ? "; "
                                        + pairs.orElseThrow()
                                                .count(metric.latency().orElseThrow()) + " pairs"
                                : "")
                        + (quietTail ? "; a tail that is not worse beyond chance does not gate" : "")
                        + (contrast.outcome() != RunContrast.Outcome.STEADY && holdsPrefills(metric)
                                ? unknownCache()
                                : ""));
    }

    /** Prompts that were asked before may be known to a prefix cache, which may have been emptied since. */
    private String unknownCache() {
        Map<String, String> conditions = now.run().environment().conditions();
        boolean isKnown = now.cachedShare().isPresent()
                && before.stream().allMatch(run -> run.cachedShare().isPresent());
        return opponent.isServedBeside()
                        || isKnown
                        || !"reuse".equals(conditions.get("cache"))
                        || conditions.containsKey("kvCacheReset")
                ? ""
                : "; the prompts are the same each time, and nobody tells how much of them a prefix cache knew:"
                        + " --reset-kv-cache or --cache avoid rules that out";
    }

    /** A quantile beyond the median. */
    static boolean isTail(JudgedMetric metric) {
        return metric.quantile().isPresent() && metric.quantile().getAsDouble() > 0.5;
    }

    /**
     * Failed requests: worse when there are five or more, their share is nearer to "twice as many, or half a point more"
     * than to what the baseline allows, and the baseline's upper 95 % bound would bring so many in less than 1 % of runs, or
     * in fewer where a run has several series. Errors of a baseline that came in bursts count as fewer, {@link ErrorBursts}.
     * Fine when the upper 95 % bound is below "twice as many".
     */
    private ComparisonFinding errors() {
        JudgedMetric metric = JudgedMetric.ERROR_RATE;
        long ended = now.ended();
        long failed = now.failed();
        long endedBefore = before.stream().mapToLong(RunBaseline::ended).sum();
        long failedBefore = before.stream().mapToLong(RunBaseline::failed).sum();
        OptionalDouble value = share(failed, ended);
        OptionalDouble was = share(failedBefore, endedBefore);
        if (ended == 0 || endedBefore == 0) {
            return cannotTell(
                    metric, value, was, "no request of " + (ended == 0 ? opponent.own() : opponent.other()) + " ended");
        }
        Optional<String> isVoid = settings.voidBy(metric);
        if (isVoid.isPresent()) {
            return cannotTell(metric, value, was, isVoid.get());
        }
        ErrorBursts bursts = bursts();
        double allowed = allowedErrors(bursts);
        if (allowed > HIGHEST_ERROR_SHARE) {
            return cannotTell(
                    metric,
                    value,
                    was,
                    failedBefore + " of " + endedBefore + " requests of " + opponent.other()
                            + " failed: nothing to compare with");
        }
        Share worse = ErrorShare.worse(allowed);
        String counts = failed + " of " + ended + " failed, " + failedBefore + " of " + endedBefore + " "
                + opponent.there()
                + (bursts.factor() > 1
                        ? ", in bursts: " + Numbers.shortest(bursts.factor()) + " errors count as one"
                        : "");
        if (errorChance() < 1 - failCertainty) {
            return new ComparisonFinding(Answer.FAIL, metric, Change.REGRESSED, value, was, Optional.empty(), counts);
        }
        double upper = ErrorShare.upper95(bursts.independent(failed), bursts.independent(ended));
        if (upper < worse.changed()) {
            return new ComparisonFinding(
                    Answer.PASS,
                    metric,
                    Change.STEADY,
                    value,
                    was,
                    Optional.empty(),
                    counts + "; at most " + Numbers.percent(upper) + " (95 %)");
        }
        return cannotTell(
                metric,
                value,
                was,
                counts + ": up to " + Numbers.percent(upper) + ", worse begins at " + Numbers.percent(worse.changed())
                        + "; a longer run tells");
    }

    /** As the baseline shows it: a run that is worse in a burst of its own is no less worse. */
    private ErrorBursts bursts() {
        return ErrorBursts.of(before.stream().map(RunBaseline::errorCounts).toList());
    }

    /** The share of errors that the baseline allows: its upper 95 % bound. */
    private double allowedErrors(ErrorBursts bursts) {
        long ended = before.stream().mapToLong(RunBaseline::ended).sum();
        long failed = before.stream().mapToLong(RunBaseline::failed).sum();
        return ErrorShare.upper95(bursts.independent(failed), bursts.independent(ended));
    }

    /** How likely so many requests would fail if no more did than the baseline allows; 1 where they are too few to count. */
    private double errorChance() {
        long ended = now.ended();
        long failed = now.failed();
        if (settings.voidBy(JudgedMetric.ERROR_RATE).isPresent()
                || ended == 0
                || before.stream().mapToLong(RunBaseline::ended).sum() == 0
                || failed < FEWEST_ERRORS) {
            return 1;
        }
        ErrorBursts bursts = bursts();
        double allowed = allowedErrors(bursts);
        if (allowed > HIGHEST_ERROR_SHARE) {
            return 1;
        }
        Share worse = ErrorShare.worse(allowed);
        return (double) failed / ended < worse.neutral()
                ? 1
                : BinomialDistribution.of(
                                (int) Math.min(Integer.MAX_VALUE, bursts.independent(ended)), worse.baseline())
                        .survivalProbability((int) Math.min(Integer.MAX_VALUE, bursts.independent(failed) - 1));
    }

    /** Another mean output length: other work, latencies and token rates say nothing. */
    private Optional<String> otherOutputLength() {
        Optional<RatioOfSums> here = now.outputTokensPerRequest();
        List<RatioOfSums> there = before.stream()
                .map(RunBaseline::outputTokensPerRequest)
                .flatMap(Optional::stream)
                .toList();
        return otherWork("output tokens per request", here, there);
    }

    /** Another mean prompt length: what a prompt takes says nothing. Prompts that nobody counted are not known to differ. */
    private Optional<String> otherPromptLength() {
        return otherWork(
                "prompt tokens per request",
                now.promptTokensPerRequest(),
                before.stream()
                        .map(RunBaseline::promptTokensPerRequest)
                        .flatMap(Optional::stream)
                        .toList());
    }

    /** Another share of the prompts was known to a prefix cache: what a prompt takes says nothing. */
    private Optional<String> otherCache() {
        Optional<RatioOfSums> here = now.cachedShare();
        List<RatioOfSums> there = before.stream()
                .map(RunBaseline::cachedShare)
                .flatMap(Optional::stream)
                .toList();
        if (here.isEmpty() || there.isEmpty()) {
            return Optional.empty();
        }
        double is = here.get().value();
        double was = there.stream().mapToDouble(RatioOfSums::value).average().orElseThrow();
        return Math.abs(is - was) > ALLOWED_CHANGE_OF_WORK
                        && Math.abs(is - was) > WORK_Z * Math.sqrt(variance(here.get(), there))
                ? Optional.of("the share of prompt tokens from a cache went from " + Numbers.percent(was) + " to "
                        + Numbers.percent(is) + ": other work before the first token, nothing to compare")
                : Optional.empty();
    }

    private static double variance(RatioOfSums here, List<RatioOfSums> there) {
        return here.variance()
                + there.stream().mapToDouble(RatioOfSums::variance).sum() / there.size() / there.size();
    }

    private Optional<String> otherLoad() {
        return otherWork(
                "offered requests per second",
                now.perSecond(summary -> summary.offered()),
                before.stream()
                        .map(RunBaseline::offeredPerSecond)
                        .flatMap(Optional::stream)
                        .toList());
    }

    private static Optional<String> otherWork(String what, Optional<RatioOfSums> here, List<RatioOfSums> there) {
        if (here.isEmpty() || there.isEmpty()) {
            return Optional.empty();
        }
        double is = here.get().value();
        double was = there.stream().mapToDouble(RatioOfSums::value).average().orElseThrow();
        boolean moved = Math.abs(is - was) > ALLOWED_CHANGE_OF_WORK * was
                && Math.abs(is - was) > WORK_Z * Math.sqrt(variance(here.get(), there));
        return moved
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "%s went from %s to %s: other work, nothing to compare",
                        what,
                        Numbers.shortest(was),
                        Numbers.shortest(is)))
                : Optional.empty();
    }

    private static ComparisonFinding cannotTell(
            JudgedMetric metric, OptionalDouble now, OptionalDouble before, String why) {
        return unknown(metric, gating(metric, Answer.CANNOT_TELL), now, before, why);
    }

    private static ComparisonFinding unknown(
            JudgedMetric metric, Answer answer, OptionalDouble now, OptionalDouble before, String why) {
        return new ComparisonFinding(answer, metric, Change.UNKNOWN, now, before, Optional.empty(), why);
    }

    private static Answer gating(JudgedMetric metric, Answer answer) {
        return metric.role() == Role.GATING ? answer : Answer.OBSERVED;
    }

    static String lacking(Reading reading) {
        return switch (reading) {
            case Reading.Absent absent -> "none";
            case Reading.Missing missing -> missing.why();
            case Reading.Known known -> "it";
        };
    }

    private static OptionalDouble mean(List<Reading.Known> known) {
        double log = known.stream().mapToDouble(Reading.Known::log).average().orElseThrow();
        return OptionalDouble.of(Math.exp(log));
    }

    private static OptionalDouble share(long failed, long ended) {
        return ended == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) failed / ended);
    }
}
