package dev.plumbline.judgement.run;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.statistics.ErrorShare;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Whether a gate over these very runs would find what it should and be quiet otherwise. Each run is held against the others, as it
 * is, and with changes put into it ({@link Injection}): nothing is assumed of how they scatter.
 *
 * <p>The runs are of one series, and good: what was refused is not among them, so a gate that refused without reason has
 * taken its false alarms out of sight. Pairs share runs: the bounds are of as many trials as there are runs, not more.
 */
public final class GateSelftest {

    /** Fewer say nothing of how runs scatter. */
    public static final int FEWEST_RUNS = 3;

    /** A change counts as found from where it is found in so many of the runs. */
    static final double FOUND = 0.8;

    /** False alarms from here on are too many for people to go on believing. */
    static final double TOO_MANY_ALARMS = 0.1;

    /** A gate that cannot tell of more runs than these decides nothing. */
    static final double TOO_MANY_UNDECIDED = 0.5;

    /** The change of which everybody speaks. */
    public static final double TEN_PERCENT = 0.1;

    private static final double[] CHANGES = {0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2};
    private static final double[] ERRORS = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4};

    /** As many as make a baseline. */
    private static final int MOST_BASELINES = 10;

    private final List<RunResult> runs;
    private final List<List<RunBaseline>> others;
    private final JudgementSettings settings;

    private GateSelftest(List<RunResult> runs, JudgementSettings settings) {
        this.runs = runs;
        this.settings = settings;
        List<RunBaseline> all = runs.stream().map(RunBaseline::of).toList();
        this.others = runs.stream()
                .map(run -> all.stream()
                        .filter(other -> !other.identity().equals(run.identity()))
                        .sorted(Comparator.comparingLong(
                                other -> Math.abs(other.identity().startEpochMillis()
                                        - run.identity().startEpochMillis())))
                        .limit(MOST_BASELINES)
                        .toList())
                .toList();
    }

    /**
     * How often something was said.
     *
     * @param red regressions
     * @param undecided of which it could not be told
     * @param all runs that were judged
     */
    public record Trials(int red, int undecided, int all) {

        /** Share that was red. */
        public double share() {
            return (double) red / all;
        }

        /** No more than this, with a certainty of 95 %. */
        public double atMost() {
            return ErrorShare.upper95(red, all);
        }
    }

    /**
     * What was seen of one kind of change.
     *
     * @param smallest the smallest that is found in four of five runs; empty where none is, up to the largest that was tried
     * @param largest that was tried
     * @param atTenPercent how often that is found; empty for errors
     * @param worse twice the smallest, in the bad direction; empty where there is none
     * @param better the same in the good direction, counted is what went red by it and was not before
     */
    public record Found(
            Injection injection,
            OptionalDouble smallest,
            double largest,
            Optional<Trials> atTenPercent,
            Optional<Trials> worse,
            Optional<Trials> better) {}

    /**
     * What came of it.
     *
     * @param same each run as it is, against the others
     * @param found one for each kind of change that the gate judges
     * @param faults why it is not to be relied upon, a clause each; none where it is
     */
    public record Report(Trials same, List<Found> found, List<String> faults) {
        public Report {
            found = List.copyOf(found);
            faults = List.copyOf(faults);
        }

        /** Whether a gate over these runs does what a gate is for. */
        public boolean isArmed() {
            return faults.isEmpty();
        }
    }

    /**
     * @param runs good ones of one series under the same conditions, {@link #FEWEST_RUNS} at least, in any order
     * @throws UnfitBaselineException when one is of another comparison group or of other conditions
     */
    public static Report of(List<RunResult> runs, JudgementSettings settings) {
        if (runs.size() < FEWEST_RUNS) {
            throw new IllegalArgumentException(runs.size() + " runs, " + FEWEST_RUNS + " are needed");
        }
        return new GateSelftest(runs.stream().map(RunResult::withoutDetector).toList(), settings).report();
    }

    private Report report() {
        List<RunVerdict> asTheyAre = judged(run -> run);
        Trials same = trials(asTheyAre, verdict -> verdict.decision() == Decision.REGRESSION);
        List<Found> found = new ArrayList<>();
        for (Injection injection : Injection.values()) {
            if (asTheyAre.stream().anyMatch(verdict -> gates(verdict, injection))) {
                found.add(found(injection, asTheyAre));
            }
        }
        return new Report(same, found, faults(same, found));
    }

    private Found found(Injection injection, List<RunVerdict> asTheyAre) {
        double[] changes = injection.isOfAllRequests() ? ERRORS : CHANGES;
        OptionalDouble smallest = OptionalDouble.empty();
        Optional<Trials> atTen =
                injection.isOfAllRequests() ? Optional.empty() : Optional.of(worse(injection, TEN_PERCENT));
        for (double change : changes) {
            if (worse(injection, change).share() >= FOUND) {
                smallest = OptionalDouble.of(change);
                break;
            }
        }
        if (smallest.isEmpty()) {
            return new Found(
                    injection, smallest, changes[changes.length - 1], atTen, Optional.empty(), Optional.empty());
        }
        double twice = 2 * smallest.getAsDouble();
        List<RunVerdict> better = judged(run -> injection.better(run, twice));
        int newlyRed = 0;
        for (int i = 0; i < better.size(); i++) {
            newlyRed += better.get(i).decision() == Decision.REGRESSION
                            && asTheyAre.get(i).decision() != Decision.REGRESSION
                    ? 1
                    : 0;
        }
        return new Found(
                injection,
                smallest,
                changes[changes.length - 1],
                atTen,
                Optional.of(worse(injection, twice)),
                Optional.of(new Trials(newlyRed, undecided(better), better.size())));
    }

    private Trials worse(Injection injection, double change) {
        return trials(
                judged(run -> injection.worse(run, change)),
                verdict ->
                        comparisons(verdict, injection).stream().anyMatch(finding -> finding.answer() == Answer.FAIL));
    }

    private List<RunVerdict> judged(UnaryOperator<RunResult> change) {
        List<RunVerdict> verdicts = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            verdicts.add(RunJudge.judge(change.apply(runs.get(i)), others.get(i), List.of(), settings));
        }
        return verdicts;
    }

    private static Trials trials(List<RunVerdict> verdicts, Predicate<RunVerdict> isRed) {
        return new Trials((int) verdicts.stream().filter(isRed).count(), undecided(verdicts), verdicts.size());
    }

    private static int undecided(List<RunVerdict> verdicts) {
        return (int) verdicts.stream()
                .filter(verdict -> verdict.decision() == Decision.INCONCLUSIVE)
                .count();
    }

    private static boolean gates(RunVerdict verdict, Injection injection) {
        return comparisons(verdict, injection).stream()
                .anyMatch(finding ->
                        finding.metric().role() == JudgedMetric.Role.GATING && finding.answer() != Answer.OBSERVED);
    }

    private static List<ComparisonFinding> comparisons(RunVerdict verdict, Injection injection) {
        return verdict.findings().stream()
                .filter(ComparisonFinding.class::isInstance)
                .map(ComparisonFinding.class::cast)
                .filter(finding -> injection.moved().contains(finding.metric()))
                .toList();
    }

    private static List<String> faults(Trials same, List<Found> found) {
        List<String> faults = new ArrayList<>();
        if (same.red() > 1 && same.share() > TOO_MANY_ALARMS) {
            faults.add(
                    "it cries wolf: " + same.red() + " of " + same.all()
                            + " runs go red against others of the same kind; longer runs, or a larger --threshold, are quieter");
        }
        if (same.undecided() > TOO_MANY_UNDECIDED * same.all()) {
            faults.add("it decides nothing: of " + same.undecided() + " of " + same.all()
                    + " runs it cannot tell; longer runs can");
        }
        if (found.isEmpty()) {
            faults.add("it judges nothing: none of the metrics that gate can be read from these runs");
        }
        for (Found one : found) {
            String name = one.injection().name().toLowerCase(Locale.ROOT);
            if (one.smallest().isEmpty()) {
                faults.add("it does not see " + name + ": not even " + Numbers.percent(one.largest())
                        + " worse is found in four of five runs");
            }
            one.worse()
                    .filter(worse -> worse.all() - worse.red() > worse.all() / 20)
                    .ifPresent(worse -> faults.add("twice the smallest change of " + name + " is red in " + worse.red()
                            + " of " + worse.all() + " runs only"));
            one.better()
                    .filter(better -> better.red() > 0)
                    .ifPresent(better -> faults.add("it goes red for a better " + name + " in " + better.red() + " of "
                            + better.all() + " runs"));
        }
        return faults;
    }
}
