package dev.plumbline.judgement.run;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A change that is put into the numbers of a run that has none, to see whether a judgement finds it. What else a slower server would
 * change with it is left as it was: found or not, it is by this alone.
 */
public enum Injection {
    /** Every first token so much later. */
    TTFT(JudgedMetric.TTFT_P50, JudgedMetric.TTFT_P95),
    /** Every further token so much later. */
    TPOT(JudgedMetric.TPOT_P50, JudgedMetric.TPOT_P95),
    /** So many fewer tokens a second. */
    OUTPUT_TOKEN_RATE(JudgedMetric.OUTPUT_TOKEN_RATE),
    /** So many fewer of the requests that fell due completed. */
    ACHIEVED_RATIO(JudgedMetric.ACHIEVED_RATIO),
    /** This share of the completed requests failed instead. */
    ERROR_RATE(JudgedMetric.ERROR_RATE);

    private final Set<JudgedMetric> moved;

    Injection(JudgedMetric first, JudgedMetric... more) {
        this.moved = EnumSet.of(first, more);
    }

    /** The metrics that it moves. */
    public Set<JudgedMetric> moved() {
        return EnumSet.copyOf(moved);
    }

    /** Whether its size is a share of all requests, and not of what was before. */
    public boolean isOfAllRequests() {
        return this == ERROR_RATE;
    }

    /**
     * A run that is so much worse.
     *
     * @param change above 0: 0.1 is ten percent slower, a tenth less, or a tenth of the requests
     */
    public RunResult worse(RunResult run, double change) {
        return switch (this) {
            case TTFT -> with(run, summary -> slower(summary, LatencyMetric.TTFT, 1 + change));
            case TPOT -> with(run, summary -> slower(summary, LatencyMetric.TPOT, 1 + change));
            case OUTPUT_TOKEN_RATE -> with(run, summary -> streaming(summary, 1 / (1 + change)));
            case ACHIEVED_RATIO -> {
                Portion lost = new Portion(1 - 1 / (1 + change));
                yield with(run, summary -> completing(summary, -lost.of(summary)));
            }
            case ERROR_RATE -> {
                Portion failing = new Portion(change);
                yield with(run, summary -> failing(summary, failing.of(summary)));
            }
        };
    }

    /** A run that is so much better; of errors it has none any more. */
    public RunResult better(RunResult run, double change) {
        return switch (this) {
            case TTFT -> with(run, summary -> slower(summary, LatencyMetric.TTFT, 1 / (1 + change)));
            case TPOT -> with(run, summary -> slower(summary, LatencyMetric.TPOT, 1 / (1 + change)));
            case OUTPUT_TOKEN_RATE -> with(run, summary -> streaming(summary, 1 + change));
            case ACHIEVED_RATIO -> {
                Portion more = new Portion(change);
                yield with(run, summary -> completing(summary, more.of(summary)));
            }
            case ERROR_RATE -> with(run, Injection::withoutFailures);
        };
    }

    private static RunResult with(RunResult run, UnaryOperator<WindowSummary> change) {
        return run.withWindows(run.windows().stream()
                .map(window -> new RunWindow(
                        window.startEpochMillis(),
                        window.lengthMillis(),
                        change.apply(window.measured()),
                        window.excluded(),
                        window.coverage(),
                        window.partial()))
                .toList());
    }

    private static WindowSummary slower(WindowSummary was, LatencyMetric metric, double factor) {
        Map<LatencyMetric, Histogram> latencies = new EnumMap<>(LatencyMetric.class);
        latencies.putAll(was.latencies());
        latencies.computeIfPresent(metric, (same, histogram) -> histogram.scaled(factor));
        return copy(was, was.requests(), latencies, was.tokens());
    }

    private static WindowSummary streaming(WindowSummary was, double factor) {
        TokenTotals tokens = was.tokens();
        return copy(
                was,
                was.requests(),
                was.latencies(),
                new TokenTotals(
                        tokens.prompt(),
                        tokens.output(),
                        tokens.reasoning(),
                        tokens.cached(),
                        Math.round(tokens.streamedOutput() * factor),
                        tokens.origins()));
    }

    /** A share of the completed requests over all windows: of few in each, too, it is that share in sum. */
    private static final class Portion {
        private final double share;
        private double owed;

        Portion(double share) {
            this.share = share;
        }

        long of(WindowSummary summary) {
            long completed = summary.requests().completed();
            owed += completed * share;
            long whole = Math.min(completed, (long) owed);
            owed -= whole;
            return whole;
        }
    }

    private static WindowSummary completing(WindowSummary was, long more) {
        return completing(was, more, was.requests().failed());
    }

    private static WindowSummary failing(WindowSummary was, long failing) {
        if (failing == 0) {
            return was;
        }
        Map<FailureKind, Long> failed = new EnumMap<>(FailureKind.class);
        failed.putAll(was.requests().failed());
        failed.merge(FailureKind.STREAM_ERROR, failing, Long::sum);
        return completing(was, -failing, failed);
    }

    private static WindowSummary withoutFailures(WindowSummary was) {
        return completing(was, 0, Map.of());
    }

    /** So many more that completed, with their tokens: otherwise it would be other work. */
    private static WindowSummary completing(WindowSummary was, long more, Map<FailureKind, Long> failed) {
        long completed = was.requests().completed();
        double factor = completed == 0 ? 1 : (double) (completed + more) / completed;
        TokenTotals tokens = was.tokens();
        return copy(
                was,
                counts(was.requests(), completed + more, failed),
                was.latencies(),
                new TokenTotals(
                        tokens.prompt(),
                        Math.round(tokens.output() * factor),
                        tokens.reasoning(),
                        tokens.cached(),
                        tokens.streamedOutput(),
                        tokens.origins()));
    }

    private static RequestCounts counts(RequestCounts was, long completed, Map<FailureKind, Long> failed) {
        return new RequestCounts(
                completed,
                failed,
                was.dropped(),
                was.cancelled(),
                was.retried(),
                was.droppedBy(),
                was.ownLimits(),
                was.firstWave());
    }

    private static WindowSummary copy(
            WindowSummary was, RequestCounts requests, Map<LatencyMetric, Histogram> latencies, TokenTotals tokens) {
        return new WindowSummary(
                requests,
                latencies,
                tokens,
                was.offered(),
                was.inFlightNanos(),
                was.slowest(),
                was.grades(),
                was.circumstances(),
                was.edges());
    }
}
