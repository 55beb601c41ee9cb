package dev.plumbline.judgement.run;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.result.Replayed;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Finding;
import dev.plumbline.judgement.result.RunWindow;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a run measured enough for its numbers to mean anything: asked before they are judged, and again of every stored
 * run before it may be a baseline that nobody named. It rests on the run file alone, so runs of earlier versions obey it.
 *
 * <p>A request <em>did not succeed</em> when it failed or was dropped, whichever producer sent it and however well that was;
 * cancelled ones are neither. A share of these is <em>stated</em> when a budget on it is kept ({@code error_rate} for failed
 * ones, {@code achieved_ratio} for dropped ones, {@code goodput} for both), and <em>judged</em> when it was also compared with
 * a baseline's and passed.
 */
public sealed interface Soundness {

    /** Share that did not succeed, from which on a run says nothing unless a budget states that share. */
    double MOSTLY_FAILED = 0.5;

    /**
     * Share that did not succeed, from which on a run is no baseline unless the share was stated or judged: a baseline makes
     * its own errors the norm, so what nobody looked at has to be small.
     */
    double UNJUDGED_ERRORS = 0.05;

    /** Share of the load that must lie in windows which can be judged: the same as within a window. */
    double LEAST_VOUCHED = WindowRecord.MINIMUM_COVERAGE;

    /** Enough of it succeeded, was vouched for, and its errors are few, stated or judged. */
    record Sound() implements Soundness {}

    /**
     * Its numbers stand, but it is no baseline.
     *
     * @param share of the requests that did not succeed, from {@link #UNJUDGED_ERRORS} to 1
     */
    record ErrorsNotJudged(double share) implements Soundness {
        /** One clause: what is missing and how it is stated. */
        String why() {
            return percent(share) + " of the requests did not succeed and nothing says how many may, so the run is not"
                    + " green: state it with --budget \"error_rate<" + Math.min(99, (long) Math.ceil(share * 110))
                    + "%\"";
        }
    }

    /** Requests were sent or due, and not one succeeded. */
    record NothingSucceeded(String why) implements Soundness {}

    /** No request ended. */
    record NothingMeasured(String why) implements Soundness {}

    /** {@link #MOSTLY_FAILED} or more did not succeed, and no budget says that they may. */
    record MostlyFailed(String why) implements Soundness {}

    /** The load generator was sick during so much of it that less than {@link #LEAST_VOUCHED} can be judged. */
    record MostlyUnvouched(String why) implements Soundness {}

    /** It asked a trace again, and what it asked was not the trace. */
    record NotTheTrace(String why) implements Soundness {}

    /** It shares a load, and others were not there to offer their parts. */
    record NotTheWholeLoad(String why) implements Soundness {}

    /** Its windows hold other events than it sent: some are missing, or somebody else's are among them. */
    record NotItsOwnEvents(String why) implements Soundness {}

    /**
     * @param findings on the run: budgets and comparisons that speak of its errors
     */
    static Soundness of(RunResult run, List<Finding> findings) {
        RequestCounts all = run.windows().stream()
                .map(window ->
                        window.measured().requests().plus(window.excluded().requests()))
                .reduce(RequestCounts.none(), RequestCounts::plus);
        long unsuccessful = all.failedTotal() + all.dropped();
        if (all.completed() == 0) {
            return unsuccessful > 0
                    ? new NothingSucceeded("not one of " + unsuccessful + " requests succeeded: " + causes(run, all)
                            + "; " + remedy(run, all))
                    : new NothingMeasured(nothingMeasured(run, all));
        }
        double ended = all.completed() + unsuccessful;
        double share = unsuccessful / ended;
        double dropped = all.dropped() / ended;
        if (share >= MOSTLY_FAILED && !isStated(findings, dropped)) {
            return new MostlyFailed(percent(share) + " of " + (long) ended + " requests did not succeed: "
                    + causes(run, all) + "; " + remedy(run, all)
                    + ", or state how many may with --budget \"error_rate<...%\"");
        }
        Optional<String> others = notItsOwnEvents(run.totals());
        if (others.isPresent()) {
            return new NotItsOwnEvents(others.get());
        }
        double vouched = vouched(run.windows());
        if (vouched < LEAST_VOUCHED) {
            return new MostlyUnvouched(unvouched(run, vouched));
        }
        Optional<String> absent = notTheWholeLoad(run.totals());
        if (absent.isPresent()) {
            return new NotTheWholeLoad(absent.get());
        }
        Optional<String> unlike = notTheTrace(run.totals());
        if (unlike.isPresent()) {
            return new NotTheTrace(unlike.get());
        }
        return share >= UNJUDGED_ERRORS && !isStated(findings, dropped) && !isJudged(findings, dropped)
                ? new ErrorsNotJudged(share)
                : new Sound();
    }

    /**
     * Share of the load that lies in windows which can be judged, 0 to 1; 1 for a run without windows, of which nothing
     * was left out.
     */
    static double vouched(List<RunWindow> windows) {
        double all = windows.stream()
                .mapToLong(window ->
                        window.measured().offered() + window.excluded().offered())
                .sum();
        if (all > 0) {
            return windows.stream()
                            .filter(RunWindow::canBeJudged)
                            .mapToLong(window -> window.measured().offered())
                            .sum()
                    / all;
        }
        return windows.isEmpty()
                ? 1
                : windows.stream().filter(RunWindow::canBeJudged).count() / (double) windows.size();
    }

    /** Why the windows of a run do not hold its own events; empty where they do. */
    static Optional<String> notItsOwnEvents(RunTotals totals) {
        return totals.countedEvents() == totals.acknowledgedEvents()
                ? Optional.empty()
                : Optional.of(notItsOwn(totals));
    }

    /** Why what a run offered was not the load that it is called by, whatever its numbers are; empty where it was. */
    static Optional<String> notItsLoad(RunTotals totals) {
        return notItsOwnEvents(totals).or(() -> notTheWholeLoad(totals)).or(() -> notTheTrace(totals));
    }

    private static Optional<String> notTheWholeLoad(RunTotals totals) {
        return totals.heard()
                .flatMap(RunTotals.Heard::absentShares)
                .map(absent -> "the load was not whole: nobody was heard to offer " + absent
                        + " of it, so the target had less than the load says; start all of its producers");
    }

    private static Optional<String> notTheTrace(RunTotals totals) {
        return totals.heard()
                .flatMap(RunTotals.Heard::replayed)
                .flatMap(Replayed::invalid)
                .map(why -> "INVALID, this was not the trace: " + why);
    }

    private static boolean isStated(List<Finding> findings, double dropped) {
        return isKept(findings, Budget.Measured.Rate.GOODPUT)
                || isKept(findings, Budget.Measured.Rate.ACHIEVED_RATIO)
                || (isKept(findings, Budget.Measured.Rate.ERROR_RATE) && dropped < UNJUDGED_ERRORS);
    }

    private static boolean isJudged(List<Finding> findings, double dropped) {
        return isSteady(findings, JudgedMetric.ACHIEVED_RATIO)
                || (isSteady(findings, JudgedMetric.ERROR_RATE) && dropped < UNJUDGED_ERRORS);
    }

    private static boolean isKept(List<Finding> findings, Budget.Measured.Rate rate) {
        return findings.stream()
                .anyMatch(finding -> finding instanceof BudgetFinding budget
                        && budget.answer() == Answer.PASS
                        && rateOf(budget).filter(rate::equals).isPresent());
    }

    /** What a budget of a stored run spoke of; empty when this version cannot read it. */
    private static Optional<Budget.Measured> rateOf(BudgetFinding finding) {
        try {
            return Optional.of(Budget.parse(finding.budget()).measured());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isSteady(List<Finding> findings, JudgedMetric metric) {
        return findings.stream()
                .anyMatch(finding -> finding instanceof ComparisonFinding comparison
                        && comparison.answer() == Answer.PASS
                        && comparison.metric() == metric);
    }

    private static String causes(RunResult run, RequestCounts all) {
        List<RunTotals.Cause> heard =
                run.totals().heard().map(RunTotals.Heard::causes).orElse(List.of());
        String failed = heard.isEmpty()
                ? all.failed().entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                : heard.stream().map(RunTotals.Cause::text).collect(Collectors.joining(", "));
        String dropped = all.dropped() == 0 ? "" : all.dropped() + " due and not sent";
        return failed + (failed.isEmpty() || dropped.isEmpty() ? "" : ", ") + dropped;
    }

    private static String remedy(RunResult run, RequestCounts all) {
        boolean refused = all.failed().getOrDefault(FailureKind.REJECTED, 0L) * 2 > all.failedTotal();
        return refused
                ? "the server refuses more than it can take: ask for less with --concurrency or --request-rate"
                : "look at the server's log; ./plumb check --url "
                        + run.identity().url() + " tries one request";
    }

    private static String nothingMeasured(RunResult run, RequestCounts all) {
        if (all.cancelled() > 0 && run.ending() instanceof RunEnding.Interrupted) {
            return "it was interrupted before a measured request had ended, " + all.cancelled() + " were cut off";
        }
        if (all.cancelled() > 0) {
            return "no request ended before the load did, " + all.cancelled()
                    + " were cut off: let it run longer, --duration, or ask for shorter answers, --osl";
        }
        return switch (run.ending()) {
            case RunEnding.LimitReached limit ->
                "no request was measured, " + limit.detail() + " in the warm-up: raise it, or shorten the warm-up";
            case RunEnding.Interrupted interrupted -> "no request was measured before the interrupt";
            case RunEnding.Completed completed ->
                run.identity().series().group().loadPoint() instanceof LoadPoint.ClosedLoop
                        ? "no request was measured, those of the warm-up were under way until the end: let it run"
                                + " longer, --duration, or ask for shorter answers, --osl"
                        : "no request was measured: let it run longer, --duration";
            case RunEnding.Broken broken -> "no request was measured: " + broken.detail();
        };
    }

    private static String notItsOwn(RunTotals totals) {
        long counted = totals.countedEvents();
        long acknowledged = totals.acknowledgedEvents();
        return counted + " events are in the windows, Kafka acknowledged " + acknowledged
                + (counted > acknowledged
                        ? ": somebody else measures the same series; run again when they are done, or give this run a"
                                + " --scenario of its own"
                        : ": " + (acknowledged - counted) + " had not been counted when the wait was over;"
                                + " run.log in its folder says what could not be read, and a machine that is less busy"
                                + " counts in time");
    }

    private static String unvouched(RunResult run, double vouched) {
        long leftOut =
                run.windows().stream().filter(window -> !window.canBeJudged()).count();
        String reasons = reasons(
                run.windows().stream().map(RunWindow::excluded).reduce(ExcludedPart.none(), ExcludedPart::plus));
        return "this machine was too busy to vouch for " + percent(1 - vouched) + " of the load, " + leftOut + " of "
                + run.windows().size() + " windows are left out" + (reasons.isEmpty() ? "" : " (" + reasons + ")")
                + ": give the load generator cores of its own, or ask for less load";
    }

    /** Why producers did not vouch for what is left out, in words; empty where nothing is. */
    static String reasons(ExcludedPart excluded) {
        return reasons(excluded.reasons().values().stream().flatMap(Set::stream).collect(Collectors.toSet()));
    }

    /** Why one did not. */
    static String reasons(Set<Sickness> sickness) {
        return sickness.stream().sorted().map(Soundness::words).collect(Collectors.joining(", "));
    }

    private static String words(Sickness sickness) {
        return switch (sickness) {
            case DISPATCH_LAG -> "requests were taken up too late";
            case EVENT_LOOP_STALLED -> "its event loop stood still";
            case CPU_SATURATED -> "its processors were saturated";
            case EVENT_LOOP_SATURATED -> "one event loop had more to do than one processor can";
            case COLLECTOR_PAUSED -> "garbage collection stopped it";
            case CPU_STOLEN -> "its processors were given to other machines";
            case CPU_THROTTLED -> "its CPU limit stopped it";
            case KAFKA_BUFFER_FULL -> "its queue towards Kafka was full";
            case WATERMARK_STALLED -> "what it vouched for stood still or lay far behind";
            case OTHER -> "for a reason that this version does not know";
        };
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 && share > 0 ? "%.1f %%" : "%.0f %%", share * 100);
    }
}
