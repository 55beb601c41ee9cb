package dev.plumbline.judgement.run;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.series.Series;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.Difference;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunVerdict.SeriesVerdict;
import dev.plumbline.judgement.result.RunVerdict.Word;
import dev.plumbline.judgement.result.SeriesResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * From a run of one series or of several to its verdict. Each series is judged by itself: against the same series of earlier runs,
 * and a canary against what served beside it in the same seconds. The run's verdict is that of the worst of them, which it names;
 * none that cannot be told is hidden behind others that pass.
 *
 * <p>That many series are looked at makes no false regression likelier: {@link Multiplicity}. Budgets are stated one by one, and
 * each is judged as it stands.
 */
public final class WholeRunJudge {

    /** More series than these are counted and not named. */
    private static final int MOST_NAMED = 4;

    private static final String NEW = "new";
    private static final String GONE = "gone";
    private static final String MEASURED = "measured";

    private final RunResult run;
    private final RunSeries measured;
    private final List<RunBaseline> baselines;
    private final List<Budget> budgets;
    private final JudgementSettings settings;
    private final Optional<CanarySplit> canary;

    private WholeRunJudge(
            RunResult run,
            List<RunBaseline> baselines,
            List<Budget> budgets,
            JudgementSettings settings,
            Optional<CanarySplit> canary) {
        this.run = run;
        this.measured = run.measured();
        this.baselines = List.copyOf(baselines);
        this.budgets = List.copyOf(budgets);
        this.settings = settings;
        this.canary = canary;
    }

    /**
     * @param baselines runs to compare with, none to compare with nothing; in any order
     * @param budgets those that name a series are for it only
     * @param canary how the load was shared, where there was a canary
     * @throws UnfitBaselineException when a baseline is of another comparison group, or under other conditions that may not vary
     */
    public static RunVerdict judge(
            RunResult run,
            List<RunBaseline> baselines,
            List<Budget> budgets,
            JudgementSettings settings,
            Optional<CanarySplit> canary) {
        if (run.series().isEmpty()) {
            return RunJudge.judge(run, baselines, budgets, settings);
        }
        for (RunBaseline baseline : baselines) {
            Conditions.requireEqual(
                    run.identity().series().group(),
                    run.environment(),
                    baseline.identity().runId(),
                    baseline.identity().series().group(),
                    baseline.environment(),
                    settings.vary());
        }
        return new WholeRunJudge(run, baselines, budgets, settings, canary).judge();
    }

    /** A series with whoever it is held against. */
    private record Contest(
            SeriesResult series,
            RunResult part,
            List<RunBaseline> earlier,
            Optional<RunResult> beside,
            Optional<RunComparison> comparison) {}

    private RunVerdict judge() {
        List<Contest> contests = run.series().stream().map(this::contest).toList();
        List<Double> chances = contests.stream()
                .flatMap(contest -> contest.comparison().stream())
                .flatMap(comparison -> comparison.chances().stream())
                .toList();
        long compared = contests.stream()
                .filter(contest -> contest.comparison().isPresent())
                .count();
        double level = Multiplicity.level(chances, (int) Math.max(1, compared));
        List<SeriesVerdict> verdicts = contests.stream()
                .map(contest -> new SeriesVerdict(contest.series().name(), judge(contest, 1 - level)))
                .toList();
        return whole(verdicts);
    }

    private Contest contest(SeriesResult series) {
        RunResult part = run.part(series);
        Optional<RunResult> beside = measured.servedBeside(series.series())
                .flatMap(other -> run.series().stream()
                        .filter(one -> one.series().equals(other))
                        .findFirst()
                        .map(run::part));
        if (beside.isPresent()) {
            return new Contest(
                    series,
                    part,
                    List.of(),
                    beside,
                    Optional.of(RunComparison.withServedBeside(part, beside.get(), settings)));
        }
        List<RunBaseline> earlier = baselines.stream()
                .flatMap(baseline -> baseline.part(series.series()).stream())
                .toList();
        return new Contest(
                series,
                part,
                earlier,
                beside,
                earlier.isEmpty()
                        ? Optional.empty()
                        : Optional.of(RunComparison.withEarlier(new JudgedWindows(part), earlier, settings)));
    }

    private RunVerdict judge(Contest contest, double certainty) {
        List<Budget> own = budgets.stream()
                .filter(budget ->
                        budget.isForAny(measured.names(contest.series().series())))
                .map(Budget::forEvery)
                .toList();
        List<SampleRatioFinding> share = contest.beside().stream()
                .flatMap(beside -> canary.stream().map(split -> SampleRatio.of(contest.part(), beside, split)))
                .toList();
        RunJudge.Against against = contest.beside()
                .map(beside -> beside.identity().series().variant())
                .map(variant -> new RunJudge.Against(variant, variant + " in the same seconds"))
                .orElseGet(() -> RunJudge.Against.runs(contest.earlier().size()));
        // What is not shared as asked is not alike: how the two compare means nothing then.
        boolean isAlike = share.stream().noneMatch(finding -> finding.answer() == Answer.CANNOT_TELL);
        RunVerdict verdict = RunJudge.judge(
                contest.part(),
                own,
                contest.comparison().filter(any -> isAlike).map(comparison -> comparison.at(certainty)),
                share,
                against);
        return RunJudge.newest(contest.earlier())
                .map(baseline -> new RunVerdict(
                        verdict.decision(),
                        verdict.headline(),
                        Optional.of(baseline.identity().runId()),
                        verdict.findings()))
                .orElse(verdict);
    }

    private RunVerdict whole(List<SeriesVerdict> verdicts) {
        Optional<RunBaseline> newest = RunJudge.newest(baselines);
        List<Difference> differences = new ArrayList<>(
                newest.map(baseline -> RunJudge.differences(run, baseline)).orElse(List.of()));
        newest.ifPresent(baseline -> differences.addAll(newAndGone(baseline)));
        Optional<String> otherLoad = Soundness.notItsLoad(run.totals());
        Decision decision = decision(verdicts, otherLoad);
        RunVerdict draft = new RunVerdict(
                decision, "", newest.map(baseline -> baseline.identity().runId()), List.of(), differences, verdicts);
        return draft.withHeadline(draft.word().label() + ": " + headline(draft, otherLoad) + changed(differences));
    }

    /** Series that the baseline did not measure, and those that only it did. */
    private List<Difference> newAndGone(RunBaseline baseline) {
        List<Difference> differences = new ArrayList<>();
        for (SeriesResult one : run.series()) {
            if (measured.servedBeside(one.series()).isEmpty()
                    && baseline.part(one.series()).isEmpty()) {
                differences.add(new Difference("series " + one.name(), MEASURED, NEW));
            }
        }
        RunSeries before = baseline.measured();
        for (Series part : before.parts()) {
            if (before.servedBeside(part).isEmpty()
                    && run.series().stream()
                            .noneMatch(one -> one.series().group().equals(part.group()))) {
                differences.add(new Difference("series " + before.name(part), GONE, MEASURED));
            }
        }
        return differences;
    }

    private static String changed(List<Difference> differences) {
        String text = differences.stream()
                .filter(one -> one.key().startsWith("series "))
                .map(one -> one.key().replaceFirst("^series ", "") + " is "
                        + (one.before().equals(NEW) ? "new and not judged" : "gone"))
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "" : "; " + text;
    }

    private Decision decision(List<SeriesVerdict> verdicts, Optional<String> otherLoad) {
        if (run.ending() instanceof RunEnding.Broken) {
            return Decision.FAILED;
        }
        Decision worst = worst(verdicts).verdict().decision();
        boolean isOpen = worst == Decision.PASS || worst == Decision.NOT_JUDGED;
        if (isOpen && otherLoad.isPresent()) {
            return Decision.INCONCLUSIVE;
        }
        // What is judged of a run makes it one that is judged; which series are not is said.
        return worst == Decision.NOT_JUDGED
                        && verdicts.stream().anyMatch(one -> one.verdict().decision() == Decision.PASS)
                ? Decision.PASS
                : worst;
    }

    private static SeriesVerdict worst(List<SeriesVerdict> verdicts) {
        return verdicts.stream().min(SeriesVerdict.WORST_FIRST).orElseThrow();
    }

    private String headline(RunVerdict whole, Optional<String> otherLoad) {
        if (run.ending() instanceof RunEnding.Broken broken) {
            return broken.detail();
        }
        List<SeriesVerdict> verdicts = whole.series();
        return switch (whole.word()) {
            case FAILED, REGRESSION, OVER_BUDGET -> namedWorst(verdicts);
            case CANNOT_TELL -> whole.worst().isPresent() ? namedWorst(verdicts) : otherLoad.orElseThrow();
            case PASS -> passed(verdicts);
            case NOT_JUDGED -> verdicts.get(0).verdict().reason();
        };
    }

    /** The worst series with its reason, and in a word what became of the others. */
    private static String namedWorst(List<SeriesVerdict> verdicts) {
        SeriesVerdict worst = worst(verdicts);
        List<SeriesVerdict> others = verdicts.stream()
                .filter(one -> !one.name().equals(worst.name()))
                .toList();
        return worst.name() + ": " + worst.verdict().reason() + "; " + words(others);
    }

    /** By word, the worst first: {@code cannot tell: code; pass: chat, summary}. */
    private static String words(List<SeriesVerdict> verdicts) {
        return verdicts.stream()
                .map(one -> one.verdict().word())
                .distinct()
                .sorted(Comparator.comparing(Word::rank))
                .map(word -> {
                    List<String> names = verdicts.stream()
                            .filter(one -> one.verdict().word() == word)
                            .map(SeriesVerdict::name)
                            .toList();
                    return word.label() + ": " + named(names);
                })
                .collect(Collectors.joining("; "));
    }

    private static String named(List<String> names) {
        return names.size() <= MOST_NAMED
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, MOST_NAMED)) + " and " + (names.size() - MOST_NAMED) + " more";
    }

    /** A canary's reason is what was asked; that of others is the same for all of them, or told one by one where they are few. */
    private String passed(List<SeriesVerdict> verdicts) {
        List<SeriesVerdict> judged = verdicts.stream()
                .filter(one -> one.verdict().decision() == Decision.PASS)
                .toList();
        List<SeriesVerdict> rest = verdicts.stream()
                .filter(one -> one.verdict().decision() != Decision.PASS)
                .toList();
        boolean isSame =
                judged.stream().map(one -> one.verdict().reason()).distinct().count() == 1;
        String reasons = judged.size() > 1 && isSame
                ? "each of " + named(judged.stream().map(SeriesVerdict::name).toList()) + ": "
                        + judged.get(0).verdict().reason()
                : judged.size() <= MOST_NAMED
                        ? judged.stream()
                                .map(one -> one.name() + ": " + one.verdict().reason())
                                .collect(Collectors.joining("; "))
                        : judged.size() + " series pass: "
                                + named(judged.stream().map(SeriesVerdict::name).toList());
        return reasons + (rest.isEmpty() ? "" : "; " + words(rest));
    }
}
