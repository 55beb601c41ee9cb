package dev.plumbline.judgement.run;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.judgement.cause.Cold;
import dev.plumbline.judgement.cause.Knee;
import dev.plumbline.judgement.cause.Path;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.AlertFinding;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Difference;
import dev.plumbline.judgement.result.RunVerdict.Finding;
import dev.plumbline.judgement.result.RunVerdict.IncidentFinding;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunVerdict.ValuesFinding;
import dev.plumbline.judgement.result.RunVerdict.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * From a run, the runs that it is held against and the stated budgets to one verdict. One finding that fails makes the run
 * fail; else one that cannot be told leaves it undecided.
 *
 * <p>Multiplicity: at most six metrics gate. Each may fail only with a one-sided certainty of 99 % that it is worse than by 2
 * %, which is Bonferroni's correction of 5 % over six, rounded; that all are judged makes a false regression rarer than
 * the sum, because they move together. In a run of several series, {@link WholeRunJudge}, the level is lower.
 */
public final class RunJudge {

    /** Windows without an alert from which the detector's silence is worth something: twice the longest burst it ignores. */
    private static final long WINDOWS_OF_SILENCE = 30;

    /** Share of the windows that it must have judged, those apart that it learned from: the same as of the load. */
    private static final double LEAST_JUDGED = Soundness.LEAST_VOUCHED;

    private RunJudge() {}

    /**
     * @param baselines runs to compare with, none to compare with nothing; in any order
     * @throws UnfitBaselineException when a baseline is of another comparison group, or
     *     under other conditions that may not vary
     */
    public static RunVerdict judge(
            RunResult candidate, List<RunBaseline> baselines, List<Budget> budgets, JudgementSettings settings) {
        for (RunBaseline baseline : baselines) {
            Conditions.requireEqual(
                    candidate.identity().series().group(),
                    candidate.environment(),
                    baseline.identity().runId(),
                    baseline.identity().series().group(),
                    baseline.environment(),
                    settings.vary());
        }
        RunVerdict verdict = judge(
                candidate,
                budgets,
                baselines.isEmpty()
                        ? Optional.empty()
                        : Optional.of(RunComparison.withEarlier(new JudgedWindows(candidate), baselines, settings)),
                List.of(),
                Against.runs(baselines.size()));
        return newest(baselines)
                .map(run -> new RunVerdict(
                        verdict.decision(),
                        verdict.headline() + way(verdict, candidate, run),
                        Optional.of(run.identity().runId()),
                        verdict.findings(),
                        differences(candidate, run)))
                .orElse(verdict);
    }

    /**
     * Whom a series is held against, in a headline.
     *
     * @param other behind a number: {@code the baseline}
     * @param all behind how many metrics passed: {@code 3 runs}
     */
    record Against(String other, String all) {
        static Against runs(int count) {
            return new Against("the baseline", count == 1 ? "one run" : count + " runs");
        }
    }

    static Optional<RunBaseline> newest(List<RunBaseline> baselines) {
        return baselines.stream()
                .max(Comparator.comparingLong(run -> run.identity().startEpochMillis()));
    }

    /**
     * One series, whoever it is held against.
     *
     * @param more findings beside those that are made here
     */
    static RunVerdict judge(
            RunResult candidate,
            List<Budget> budgets,
            Optional<RunComparison> comparison,
            List<? extends Finding> more,
            Against against) {
        JudgedWindows windows = new JudgedWindows(candidate);
        BudgetJudge budgetJudge = new BudgetJudge(windows);
        List<Finding> findings = new ArrayList<>();
        budgets.forEach(budget -> findings.add(budgetJudge.judge(budget)));
        List<ComparisonFinding> compared =
                comparison.map(RunComparison::findings).orElse(List.of());
        findings.addAll(compared);
        findings.addAll(more);
        findings.addAll(alerts(candidate.alerts()));
        candidate
                .openIncident()
                .filter(incident -> candidate.alerts().stream()
                        .noneMatch(alert -> alert.alertId().equals(incident.alertId())))
                .ifPresent(incident -> findings.add(new IncidentFinding(Answer.FAIL, incident)));
        Soundness soundness = Soundness.of(candidate, findings);
        Decision decision = decision(candidate, comparison.isPresent(), findings, soundness);
        return new RunVerdict(
                decision,
                headline(decision, candidate, against, findings, soundness)
                        + (decision == Decision.REGRESSION
                                ? comparison
                                        .flatMap(any -> any.why(compared))
                                        .map(why -> "; " + why.sentence())
                                        .orElse("")
                                : "")
                        + cautions(decision, candidate)
                        + (soundness instanceof Soundness.MostlyUnvouched ? "" : leftOut(windows)),
                Optional.empty(),
                findings);
    }

    private static Decision decision(
            RunResult candidate, boolean isCompared, List<Finding> findings, Soundness soundness) {
        if (candidate.ending() instanceof RunEnding.Broken || soundness instanceof Soundness.NothingSucceeded) {
            return Decision.FAILED;
        }
        if (has(findings, Answer.FAIL)) {
            return Decision.REGRESSION;
        }
        if (unsound(soundness).isPresent() || has(findings, Answer.CANNOT_TELL)) {
            return Decision.INCONCLUSIVE;
        }
        boolean judged = has(findings, Answer.PASS) || isWatched(candidate);
        return judged ? Decision.PASS : isCompared ? Decision.INCONCLUSIVE : Decision.NOT_JUDGED;
    }

    /** Whether the detector looked at so much of a run that its silence says something. */
    private static boolean isWatched(RunResult run) {
        return run.detectorWindows() >= WINDOWS_OF_SILENCE
                && run.detectorWindows() >= LEAST_JUDGED * windowsToJudge(run);
    }

    private static long windowsToJudge(RunResult run) {
        return run.detectorWindows() + run.unjudgedWindows().orElse(0);
    }

    /** Why the numbers of a run say nothing; empty when they do. */
    private static Optional<String> unsound(Soundness soundness) {
        return switch (soundness) {
            case Soundness.Sound sound -> Optional.empty();
            case Soundness.ErrorsNotJudged errors -> Optional.empty();
            case Soundness.NothingSucceeded nothing -> Optional.of(nothing.why());
            case Soundness.NothingMeasured nothing -> Optional.of(nothing.why());
            case Soundness.MostlyFailed failed -> Optional.of(failed.why());
            case Soundness.NotItsOwnEvents others -> Optional.of(others.why());
            case Soundness.NotTheWholeLoad part -> Optional.of(part.why());
            case Soundness.NotTheTrace unlike -> Optional.of(unlike.why());
            case Soundness.MostlyUnvouched unvouched -> Optional.of(unvouched.why());
        };
    }

    private static boolean has(List<Finding> findings, Answer answer) {
        return findings.stream().anyMatch(finding -> finding.answer() == answer);
    }

    /**
     * One finding per incident that fired during the run; one that only resolved in it began before. One that only ended in
     * it was open throughout.
     */
    private static List<Finding> alerts(List<AlertRecord> transitions) {
        Map<String, List<AlertRecord>> incidents = new LinkedHashMap<>();
        transitions.forEach(alert -> incidents
                .computeIfAbsent(alert.alertId(), id -> new ArrayList<>())
                .add(alert));
        List<Finding> findings = new ArrayList<>();
        incidents.values().forEach(incident -> {
            boolean fired = incident.stream().anyMatch(alert -> alert.transition() != Transition.RESOLVED);
            boolean resolved = incident.get(incident.size() - 1).transition() == Transition.RESOLVED;
            AlertRecord fullest = incident.stream()
                    .max(Comparator.comparingInt(
                            alert -> alert.evidence().moved().size()))
                    .orElseThrow();
            findings.add(new AlertFinding(fired ? Answer.FAIL : Answer.OBSERVED, fullest, resolved));
        });
        return findings;
    }

    static List<Difference> differences(RunResult candidate, RunBaseline baseline) {
        return Stream.concat(
                        Conditions.differences(
                                candidate.environment().subject(),
                                baseline.environment().subject())
                                .stream(),
                        Conditions.differences(
                                candidate.environment().conditions(),
                                baseline.environment().conditions())
                                .stream())
                .toList();
    }

    private static String headline(
            Decision decision, RunResult candidate, Against against, List<Finding> findings, Soundness soundness) {
        Word word = Word.of(decision, findings);
        return word.label() + ": "
                + switch (word) {
                    case FAILED ->
                        candidate.ending() instanceof RunEnding.Broken broken
                                ? broken.detail()
                                : unsound(soundness).orElse("the run did not end as planned");
                    case REGRESSION, OVER_BUDGET -> Headlines.failed(findings, against.other());
                    case CANNOT_TELL ->
                        unsound(soundness).orElseGet(() -> Headlines.undecided(findings, against.other()));
                    case PASS -> Headlines.passed(findings, against.all(), candidate) + notGreen(soundness);
                    case NOT_JUDGED ->
                        "no baseline, no budget, and the detector " + Headlines.notWatched(candidate) + "; "
                                + Headlines.nextTime(candidate) + notGreen(soundness);
                };
    }

    /** Another way to the target is told where it may be what made a difference. */
    private static String way(RunVerdict verdict, RunResult candidate, RunBaseline before) {
        return verdict.decision() == Decision.REGRESSION || verdict.decision() == Decision.INCONCLUSIVE
                ? Path.sentence(
                                candidate.environment().subject(),
                                before.environment().subject())
                        .map(way -> "; " + way)
                        .orElse("")
                : "";
    }

    /** The two commonest reasons for which a run does not repeat though nothing has changed: a sentence each. */
    private static String cautions(Decision decision, RunResult run) {
        if (decision != Decision.REGRESSION && decision != Decision.INCONCLUSIVE) {
            return "";
        }
        return Stream.of(
                        Cold.sentence(run.windows()),
                        Knee.sentence(
                                run.windows(), run.identity().series().group().loadPoint()))
                .flatMap(Optional::stream)
                .map(caution -> "; " + caution)
                .collect(Collectors.joining());
    }

    private static String notGreen(Soundness soundness) {
        return soundness instanceof Soundness.ErrorsNotJudged errors ? "; " + errors.why() : "";
    }

    private static String leftOut(JudgedWindows windows) {
        return windows.leftOut() == 0
                ? ""
                : " (" + windows.leftOut() + " of " + windows.run().windows().size()
                        + " windows left out: the load generator was sick)";
    }

    /** First lines. */
    static final class Headlines {

        private Headlines() {}

        static String failed(List<Finding> findings, String other) {
            List<String> lines = of(findings, Answer.FAIL, other);
            return lines.get(0) + more(lines.size(), "finding");
        }

        static String undecided(List<Finding> findings, String other) {
            List<String> lines = of(findings, Answer.CANNOT_TELL, other);
            return lines.isEmpty()
                    ? "nothing of these runs could be compared"
                    : lines.get(0) + more(lines.size(), "open question");
        }

        static String passed(List<Finding> findings, String against, RunResult run) {
            long budgets = findings.stream()
                    .filter(finding -> finding instanceof BudgetFinding && finding.answer() == Answer.PASS)
                    .count();
            long metrics = findings.stream()
                    .filter(finding -> finding instanceof ComparisonFinding && finding.answer() == Answer.PASS)
                    .count();
            List<String> parts = new ArrayList<>();
            if (budgets > 0) {
                parts.add(budgets == 1 ? "the budget is kept" : budgets + " budgets are kept");
            }
            if (metrics > 0) {
                parts.add("no regression in " + metrics + " metrics against " + against);
            }
            if (isWatched(run)) {
                parts.add("no alert in " + run.detectorWindows() + " windows");
            }
            return String.join(", ", parts);
        }

        /** What would let the next one be judged; an interrupted run is not what last-green looks for. */
        static String nextTime(RunResult run) {
            String byId = "--baseline " + run.identity().runId();
            String budget = "or --budget \"p95(ttft)<500ms\"";
            return run.ending() instanceof RunEnding.Interrupted
                    ? "it was interrupted, so it is not green: let it run to its end, or next time " + byId + ", "
                            + budget
                    : "next time " + byId + ", --baseline last-green, " + budget;
        }

        static String notWatched(RunResult run) {
            long all = windowsToJudge(run);
            if (all == 0) {
                return "was still learning";
            }
            return "judged " + run.detectorWindows()
                    + (run.detectorWindows() < all
                            ? " of " + all + " windows"
                            : " windows, " + WINDOWS_OF_SILENCE + " are needed");
        }

        private static String more(int count, String what) {
            return count == 1 ? "" : ", and " + (count - 1) + " more " + what + (count == 2 ? "" : "s");
        }

        private static List<String> of(List<Finding> findings, Answer answer, String other) {
            return findings.stream()
                    .filter(finding -> finding.answer() == answer)
                    .map(finding -> line(finding, other))
                    .toList();
        }

        private static String line(Finding finding, String other) {
            return switch (finding) {
                case BudgetFinding budget ->
                    budget.budget() + ": "
                            + (budget.value().isPresent()
                                    ? Numbers.shortest(budget.value().getAsDouble())
                                            + (budget.unit().isEmpty() ? "" : " " + budget.unit()) + ", "
                                    : "")
                            + budget.why();
                case ComparisonFinding comparison ->
                    comparison.metric().displayName() + " "
                            + comparison
                                    .ratio()
                                    .map(ratio -> Numbers.change(Math.log(ratio.value())) + " against " + other + ", ")
                                    .orElse("")
                            + comparison.why();
                case AlertFinding alert -> alert.alert().summary() + (alert.resolved() ? " (resolved since)" : "");
                case IncidentFinding incident -> incident.name() + " " + incident.why();
                case SampleRatioFinding share -> share.why();
                case ValuesFinding values ->
                    values.name() + " "
                            + values.ratio()
                                    .map(ratio -> Numbers.change(Math.log(ratio.value())) + " against " + other + ", ")
                                    .orElse("")
                            + values.why();
            };
        }
    }
}
