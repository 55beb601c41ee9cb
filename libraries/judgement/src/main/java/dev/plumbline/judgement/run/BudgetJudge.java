package dev.plumbline.judgement.run;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.run.Budget.Measured;
import dev.plumbline.judgement.run.Budget.Measured.Rate;
import dev.plumbline.judgement.statistics.ErrorShare;
import dev.plumbline.judgement.statistics.QuantileInterval;
import dev.plumbline.judgement.statistics.RatioOfSums;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Holds a run against stated limits. A budget is kept when the whole 95 % interval of its number is on the good side,
 * broken when it is on the bad side, and cannot be told in between; then the finding says how much longer a run would do,
 * because the width of an interval shrinks with the root of the run.
 */
final class BudgetJudge {

    private static final String NO_RATE = "a closed loop asks for no rate: use --request-rate, or another budget";

    private static final double P_OF_NO_EVENT = 0.05;

    /** Above so many times the run, "longer" is no advice. */
    private static final double LONGEST_ADVICE = 100;

    private final JudgedWindows windows;
    private final RunResult run;

    BudgetJudge(JudgedWindows windows) {
        this.windows = windows;
        this.run = windows.run();
    }

    /** What is known of a number, in base units: the number, its ends where they exist, and what is missing where not. */
    private record Known(OptionalDouble value, OptionalDouble low, OptionalDouble high, String missing) {

        static Known nothing(String missing) {
            return new Known(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), missing);
        }

        static Known of(double value, double low, double high) {
            return new Known(OptionalDouble.of(value), OptionalDouble.of(low), OptionalDouble.of(high), "");
        }

        /** The same number, known as well as another is. */
        Known within(Known other) {
            return new Known(value, other.low, other.high, missing);
        }
    }

    BudgetFinding judge(Budget budget) {
        String scenario = run.identity().series().group().scenario();
        if (!budget.isFor(scenario)) {
            return finding(
                    budget, Answer.OBSERVED, Known.nothing(""), "not for this run, whose scenario is " + scenario);
        }
        Known known = switch (budget.measured()) {
            case Measured.Quantile quantile -> quantile(quantile.metric(), quantile.quantile());
            case Measured.Mean mean -> mean(mean.metric());
            case Measured.Maximum maximum -> maximum(maximum.metric());
            case Rate rate -> rate(rate);
        };
        if (known.value().isEmpty()) {
            return finding(budget, Answer.CANNOT_TELL, known, known.missing());
        }
        if (isAboutThisRunOnly(budget)) {
            double value = known.value().getAsDouble();
            known = Known.of(value, value, value);
        }
        boolean lowGood = known.low().isPresent() && budget.isGood(known.low().getAsDouble());
        boolean highGood =
                known.high().isPresent() && budget.isGood(known.high().getAsDouble());
        if (budget.wantsLow() ? highGood : lowGood) {
            return finding(budget, Answer.PASS, known, "kept, with " + distance(budget, known) + " to spare");
        }
        boolean lowBad = known.low().isPresent() && !budget.isGood(known.low().getAsDouble());
        boolean highBad =
                known.high().isPresent() && !budget.isGood(known.high().getAsDouble());
        if (budget.wantsLow() ? lowBad : highBad) {
            return finding(budget, Answer.FAIL, known, "broken by " + distance(budget, known));
        }
        return finding(budget, Answer.CANNOT_TELL, known, advice(budget, known));
    }

    /** "No error at all" is a statement on what was seen; no number of requests shows that there never will be one. */
    private static boolean isAboutThisRunOnly(Budget budget) {
        return budget.measured().dimension() == Budget.Dimension.SHARE
                && (budget.wantsLow() ? budget.baseLimit() <= 0 : budget.baseLimit() >= 1);
    }

    private Known quantile(LatencyMetric metric, double quantile) {
        Histogram values = windows.merged().latency(metric);
        double designEffect = windows.designEffect(metric, quantile);
        return QuantileInterval.of(values, quantile, designEffect)
                .map(interval -> new Known(
                        OptionalDouble.of(interval.nanos()),
                        toDouble(interval.lowNanos()),
                        toDouble(interval.highNanos()),
                        needed(
                                values.count(),
                                QuantileInterval.neededValues(quantile, designEffect),
                                metric == LatencyMetric.ITL ? "gaps" : "requests")))
                .orElseGet(() -> nothingOf(metric));
    }

    private Known mean(LatencyMetric metric) {
        return windows.meanNanos(metric)
                .map(BudgetJudge::known)
                .orElseGet(() -> windows.merged().latency(metric).isEmpty()
                        ? nothingOf(metric)
                        : tooFew(windows.countWith(metric) + " windows that have it"));
    }

    private Known maximum(LatencyMetric metric) {
        return windows.merged().latency(metric).maxNanos().stream()
                .mapToObj(max -> Known.of(max, max, max))
                .findFirst()
                .orElseGet(() -> nothingOf(metric));
    }

    private Known rate(Rate rate) {
        return switch (rate) {
            case OUTPUT_TOKEN_RATE -> orTooFewWindows(windows.outputTokensPerSecond());
            case REQUEST_RATE ->
                orTooFewWindows(windows.perSecond(summary -> summary.requests().completed()));
            case ACHIEVED_RATIO -> achievedRatio();
            case ERROR_RATE -> errorRate();
            case GOODPUT ->
                run.totals()
                        .goodput()
                        .map(goodput -> share(goodput.good(), goodput.ended(), "no request ended"))
                        .orElseGet(() -> Known.nothing("no goals were stated: --goodput \"ttft:200 tpot:50\""));
        };
    }

    /** Errors that came in bursts tell less than as many that did not. */
    private Known errorRate() {
        ErrorBursts bursts = ErrorBursts.of(List.of(ErrorBursts.Counts.of(windows)));
        Known counted = share(windows.failed(), windows.ended(), windows.none("ended"));
        return bursts.factor() > 1
                ? counted.within(share(
                        bursts.independent(windows.failed()),
                        Math.max(1, bursts.independent(windows.ended())),
                        windows.none("ended")))
                : counted;
    }

    private Known achievedRatio() {
        return switch (run.identity().series().group().loadPoint()) {
            case LoadPoint.OpenLoop open -> achievedOfDue();
            case LoadPoint.Trace trace ->
                trace.sessions().isEmpty()
                        ? achievedOfDue()
                        : Known.nothing("sessions go on when an answer has ended, and ask for no rate: use --trace-mode"
                                + " open, or another budget");
            case LoadPoint.ShapedRate shaped -> achievedOfDue();
            case LoadPoint.ClosedLoop closed -> Known.nothing(NO_RATE);
            case LoadPoint.ShapedSlots shaped -> Known.nothing(NO_RATE);
            case LoadPoint.Other other ->
                Known.nothing("this version does not know what the load " + other.key() + " asks for");
        };
    }

    private Known achievedOfDue() {
        return windows.achievedRatio()
                .map(BudgetJudge::known)
                .orElseGet(() -> tooFew(windows.withLoadCount() + " windows with load"));
    }

    /** Clopper-Pearson; where nothing or everything was hit the free end is the one-sided bound, about 3 / n. */
    private static Known share(long hits, long of, String nothing) {
        if (of == 0) {
            return Known.nothing(nothing);
        }
        double high = hits == 0 ? ErrorShare.upper95(0, of) : ErrorShare.high(hits, of);
        double low = hits == of ? 1 - ErrorShare.upper95(0, of) : ErrorShare.low(hits, of);
        return Known.of((double) hits / of, low, high);
    }

    private static Known known(RatioOfSums ratio) {
        return Known.of(ratio.value(), Math.max(0, ratio.low()), ratio.high());
    }

    private Known orTooFewWindows(Optional<RatioOfSums> ratio) {
        return ratio.map(BudgetJudge::known).orElseGet(this::tooFewWindows);
    }

    private Known tooFewWindows() {
        if (windows.isIdle()) {
            return Known.nothing(
                    "nothing was due in " + windows.wholeCount() + " whole windows: a longer run, or more load");
        }
        return Known.nothing(String.format(
                Locale.ROOT,
                "%d whole windows of %s s, %d are needed: a run of %s s or longer",
                windows.wholeCount(),
                Numbers.shortest(run.identity().windowMillis() / 1e3),
                RatioOfSums.FEWEST_WINDOWS,
                Numbers.shortest(
                        (RatioOfSums.FEWEST_WINDOWS + 1) * run.identity().windowMillis() / 1e3)));
    }

    private static Known tooFew(String has) {
        return Known.nothing(has + ", " + RatioOfSums.FEWEST_WINDOWS + " are needed: a longer run tells");
    }

    private Known nothingOf(LatencyMetric metric) {
        if (windows.merged().requests().completed() == 0) {
            return Known.nothing(windows.none("completed"));
        }
        boolean streamed = !windows.merged().latency(LatencyMetric.TTFT).isEmpty();
        return Known.nothing(
                streamed
                        ? "no request has " + metric.label()
                                + ": it takes two tokens and more, ask for longer answers with --osl"
                        : "no request has " + metric.label() + ": is the answer streamed?");
    }

    private String needed(long has, long needed, String what) {
        return has >= needed
                ? ""
                : has + " " + what + ", about " + needed + " are needed" + longer(needed / (double) has);
    }

    /** What would make it conclusive. */
    private String advice(Budget budget, Known known) {
        double value = known.value().getAsDouble();
        OptionalDouble end = budget.isGood(value) == budget.wantsLow() ? known.high() : known.low();
        if (end.isEmpty()) {
            return known.missing();
        }
        if (budget.measured() instanceof Rate rate && rate.dimension() == Budget.Dimension.SHARE) {
            Optional<String> unseen = unseen(budget, rate, value);
            if (unseen.isPresent()) {
                return unseen.get();
            }
        }
        double gap = Math.abs(budget.baseLimit() - value);
        double half = Math.abs(end.getAsDouble() - value);
        double factor = gap > 0 ? (half / gap) * (half / gap) : Double.POSITIVE_INFINITY;
        if (factor > LONGEST_ADVICE) {
            return "too near to the limit to be told by a longer run";
        }
        return "the interval holds the limit; about " + Numbers.shortest(Math.max(1.1, factor))
                + " times as many requests" + longer(Math.max(1.1, factor));
    }

    /** No event seen: whether it is rarer than the limit takes 3 / limit requests. */
    private Optional<String> unseen(Budget budget, Rate rate, double value) {
        double rare = budget.wantsLow() ? budget.baseLimit() : 1 - budget.baseLimit();
        boolean none = rate != Rate.ACHIEVED_RATIO && (budget.wantsLow() ? value <= 0 : value >= 1);
        if (!none || !(rare > 0)) {
            return Optional.empty();
        }
        long needed = (long) Math.ceil(Math.log(P_OF_NO_EVENT) / Math.log1p(-Math.min(0.999, rare)));
        long has = rate == Rate.GOODPUT
                ? run.totals().goodput().map(goodput -> goodput.ended()).orElse(0L)
                : windows.ended();
        return Optional.of("not one of " + has + " requests speaks against it, but it takes " + needed + " such to tell"
                + longer(needed / (double) Math.max(1, has)));
    }

    private String longer(double factor) {
        double seconds = run.identity().durationSeconds() * factor;
        return seconds > 0 ? ": a run of about " + readable(seconds) : "";
    }

    private static String readable(double seconds) {
        Duration whole = Duration.ofSeconds((long) Math.ceil(seconds));
        return whole.toSeconds() < 120
                ? whole.toSeconds() + " s"
                : whole.toMinutes() < 120 ? whole.toMinutes() + 1 + " min" : whole.toHours() + 1 + " h";
    }

    private static String distance(Budget budget, Known known) {
        return budget.unit().text(Math.abs(budget.baseLimit() - known.value().getAsDouble()));
    }

    private static OptionalDouble toDouble(OptionalLong value) {
        return value.isPresent() ? OptionalDouble.of(value.getAsLong()) : OptionalDouble.empty();
    }

    private static BudgetFinding finding(Budget budget, Answer answer, Known known, String why) {
        return new BudgetFinding(
                answer,
                budget.text(),
                budget.limit(),
                inUnit(budget, known.value()),
                inUnit(budget, known.low()),
                inUnit(budget, known.high()),
                budget.unit().sign(),
                why);
    }

    private static OptionalDouble inUnit(Budget budget, OptionalDouble base) {
        return base.isPresent() ? OptionalDouble.of(budget.unit().of(base.getAsDouble())) : base;
    }
}
