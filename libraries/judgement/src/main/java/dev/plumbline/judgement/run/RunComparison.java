package dev.plumbline.judgement.run;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Direction;
import dev.plumbline.contract.verdict.JudgedMetric.Role;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.Change;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.statistics.ErrorShare;
import dev.plumbline.judgement.statistics.RatioOfSums;
import dev.plumbline.judgement.statistics.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/** A run against earlier ones, metric by metric. */
final class RunComparison {

    /** Other work is done when the mean output length, or the offered load, moved by more than this. */
    private static final double ALLOWED_CHANGE_OF_WORK = 0.05;

    /** And that is more than chance. */
    private static final double WORK_Z = 3;

    /** Fewest errors that an error rate is ever called worse for. */
    private static final long FEWEST_ERRORS = 5;

    /** Error shares from here on leave nothing to compare. */
    static final double HIGHEST_ERROR_SHARE = 0.3;

    private static final double ERROR_CERTAINTY = 0.99;

    private final JudgedWindows now;
    private final List<RunBaseline> before;
    private final JudgementSettings settings;
    private final Optional<String> otherWork;

    RunComparison(JudgedWindows now, List<RunBaseline> before, JudgementSettings settings) {
        this.now = now;
        this.before = List.copyOf(before);
        this.settings = settings;
        this.otherWork = otherOutputLength();
    }

    /** One finding per metric that is judged under this load. */
    List<ComparisonFinding> findings() {
        Set<JudgedMetric> others =
                notUnder(now.run().identity().series().group().loadPoint());
        List<ComparisonFinding> findings = new ArrayList<>();
        for (JudgedMetric metric : JudgedMetric.values()) {
            if (!others.contains(metric)) {
                findings.add(metric == JudgedMetric.ERROR_RATE ? errors() : compare(metric));
            }
        }
        return findings;
    }

    /** The metrics that say nothing under a load. */
    static Set<JudgedMetric> notUnder(LoadPoint load) {
        return switch (load) {
            case LoadPoint.ClosedLoop closed -> Set.of(JudgedMetric.ACHIEVED_RATIO);
            case LoadPoint.OpenLoop open -> Set.of(JudgedMetric.OUTPUT_TOKEN_RATE);
            case LoadPoint.ShapedSlots shaped -> Set.of(JudgedMetric.ACHIEVED_RATIO);
            case LoadPoint.ShapedRate shaped -> Set.of(JudgedMetric.OUTPUT_TOKEN_RATE);
            case LoadPoint.Other other -> Set.of(JudgedMetric.ACHIEVED_RATIO, JudgedMetric.OUTPUT_TOKEN_RATE);
        };
    }

    private ComparisonFinding compare(JudgedMetric metric) {
        Reading reading = Reading.of(metric, now);
        List<Reading> readings = before.stream().map(run -> run.reading(metric)).toList();
        List<Reading.Known> known = readings.stream()
                .filter(Reading.Known.class::isInstance)
                .map(Reading.Known.class::cast)
                .toList();
        OptionalDouble value = reading instanceof Reading.Known number
                ? OptionalDouble.of(number.value())
                : quantile(metric, now.merged());
        if (reading instanceof Reading.Absent && readings.stream().allMatch(one -> one instanceof Reading.Absent)) {
            return unknown(metric, Answer.OBSERVED, value, OptionalDouble.empty(), "neither run has it");
        }
        if (known.isEmpty()) {
            return tooFew(metric, value, OptionalDouble.empty(), "the baseline has " + lacking(readings.get(0)));
        }
        boolean higherIsWorse = metric.direction() == Direction.HIGHER_IS_WORSE;
        return switch (reading) {
            case Reading.Absent absent -> cannotTell(metric, value, mean(known), "no request of this run has it");
            case Reading.Missing missing -> tooFew(metric, value, mean(known), "this run has " + missing.why());
            case Reading.Known number -> {
                RunContrast contrast = new RunContrast(higherIsWorse, number, known, settings);
                Optional<String> isVoid = metric == JudgedMetric.ACHIEVED_RATIO ? otherLoad() : otherWork;
                yield isVoid.isPresent()
                        ? new ComparisonFinding(
                                gating(metric, Answer.CANNOT_TELL),
                                metric,
                                Change.UNKNOWN,
                                value,
                                OptionalDouble.of(contrast.before()),
                                Optional.of(contrast.ratio()),
                                isVoid.get())
                        : finding(metric, value, contrast);
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
        return worse.map(look -> cannotTell(metric, value, was, lacking + "; " + look.why() + "; a longer run tells"))
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

    private ComparisonFinding finding(JudgedMetric metric, OptionalDouble value, RunContrast contrast) {
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
                OptionalDouble.of(contrast.before()),
                Optional.of(contrast.ratio()),
                contrast.why() + (quietTail ? "; a tail that is not worse beyond chance does not gate" : ""));
    }

    /** A quantile beyond the median. */
    static boolean isTail(JudgedMetric metric) {
        return metric.quantile().isPresent() && metric.quantile().getAsDouble() > 0.5;
    }

    /**
     * Failed requests: worse when there are five or more, their share is nearer to "twice as many, or half a point more"
     * than to what the baseline allows, and the baseline's upper 95 % bound would bring so many in less than 1 % of runs.
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
                    metric,
                    value,
                    was,
                    ended == 0 ? "no request of this run ended" : "no request of the baseline ended");
        }
        double allowed = ErrorShare.upper95(failedBefore, endedBefore);
        if (allowed > HIGHEST_ERROR_SHARE) {
            return cannotTell(
                    metric,
                    value,
                    was,
                    failedBefore + " of " + endedBefore + " requests of the baseline failed: nothing to compare with");
        }
        Share worse = ErrorShare.worse(allowed);
        double rare = BinomialDistribution.of((int) Math.min(Integer.MAX_VALUE, ended), worse.baseline())
                .survivalProbability((int) Math.min(Integer.MAX_VALUE, failed - 1));
        String counts = failed + " of " + ended + " failed, " + failedBefore + " of " + endedBefore + " before";
        if (failed >= FEWEST_ERRORS && (double) failed / ended >= worse.neutral() && rare < 1 - ERROR_CERTAINTY) {
            return new ComparisonFinding(Answer.FAIL, metric, Change.REGRESSED, value, was, Optional.empty(), counts);
        }
        double upper = ErrorShare.upper95(failed, ended);
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

    /** Another mean output length: other work, latencies and token rates say nothing. */
    private Optional<String> otherOutputLength() {
        Optional<RatioOfSums> here = now.outputTokensPerRequest();
        List<RatioOfSums> there = before.stream()
                .map(RunBaseline::outputTokensPerRequest)
                .flatMap(Optional::stream)
                .toList();
        return otherWork("output tokens per request", here, there);
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
        double variance = here.get().variance()
                + there.stream().mapToDouble(RatioOfSums::variance).sum() / there.size() / there.size();
        boolean moved =
                Math.abs(is - was) > ALLOWED_CHANGE_OF_WORK * was && Math.abs(is - was) > WORK_Z * Math.sqrt(variance);
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
