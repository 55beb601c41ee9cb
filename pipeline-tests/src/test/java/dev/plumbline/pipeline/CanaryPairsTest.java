package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.run.FoldedRun;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.run.CanarySplit;
import dev.plumbline.windowing.WindowAccumulator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Pairs of asks from their events through windows and the fold of a run to the verdict on a canary. */
class CanaryPairsTest {

    private static final Series STABLE =
            new Series(new ComparisonGroup("svc", "m", "chat", LoadPoint.parse("r10-poisson"), "default"), "stable");
    private static final RunSeries BOTH = RunSeries.of(STABLE, List.of(), List.of("stable", "canary"));
    private static final long START = 1_795_345_200_000L;
    private static final long LENGTH = 10_000;
    private static final int WINDOWS = 12;
    private static final int ASKS = 40;
    private static final long OUTPUT_TOKENS = 21;

    private final SplittableRandom random = new SplittableRandom(5);

    /** Asks differ by a factor of e and more; the canary's first token takes so many times as long as its twin's, its others do not. */
    private RunVerdict verdict(double factor) {
        FoldedRun run = new FoldedRun("20261125T200000Z-pair", "p", BOTH, LENGTH, START);
        for (int window = 0; window < WINDOWS; window++) {
            WindowAccumulator stable = new WindowAccumulator();
            WindowAccumulator canary = new WindowAccumulator();
            for (int ask = 0; ask < ASKS; ask++) {
                long end = START + window * LENGTH + ask * 200L;
                long first = Math.round(80e6 * Math.exp(random.nextGaussian()));
                long slower = Math.round(first * factor * Math.exp(0.05 * random.nextGaussian()));
                long each = 8_000_000;
                String pair = window + "-" + ask;
                // The half that ends last carries its twin.
                boolean canaryIsLast = slower >= first;
                RequestEvent base = event(
                        BOTH.parts().get(0),
                        end,
                        first,
                        each,
                        pair,
                        Asked.Role.BASE,
                        twin(!canaryIsLast, slower, each));
                RequestEvent candidate = event(
                        BOTH.parts().get(1),
                        end,
                        slower,
                        each,
                        pair,
                        Asked.Role.CANDIDATE,
                        twin(canaryIsLast, first, each));
                stable.add(base);
                canary.add(candidate);
                run.event(new byte[0], base);
                run.event(new byte[0], candidate);
            }
            run.window(new byte[0], record(BOTH.parts().get(0), window, stable.toSummary()));
            run.window(new byte[0], record(BOTH.parts().get(1), window, canary.toSummary()));
        }
        return run.judge(START + WINDOWS * LENGTH, CanarySplit.ofPairs());
    }

    private static Optional<Asked.Twin> twin(boolean here, long first, long each) {
        return here
                ? Optional.of(new Asked.Twin(
                        OptionalLong.of(first),
                        OptionalLong.of(each),
                        OptionalLong.of(first + (OUTPUT_TOKENS - 1) * each)))
                : Optional.empty();
    }

    private static RequestEvent event(
            Series series,
            long endEpochMillis,
            long first,
            long each,
            String pair,
            Asked.Role role,
            Optional<Asked.Twin> twin) {
        long last = first + (OUTPUT_TOKENS - 1) * each;
        return new RequestEvent(
                new Origin("p", 1, 1),
                series,
                new Attempt(
                        pair + role,
                        1,
                        Optional.empty(),
                        Optional.of(new Asked(
                                OptionalLong.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(new Asked.Pair(pair, role, twin)),
                                Optional.empty()))),
                endEpochMillis,
                new Stamps(
                        0,
                        OptionalLong.of(0),
                        OptionalLong.of(0),
                        OptionalLong.of(first),
                        OptionalLong.of(first),
                        OptionalLong.of(first),
                        OptionalLong.of(first),
                        OptionalLong.of(last),
                        last),
                new Response(
                        true,
                        OUTPUT_TOKENS,
                        Histogram.empty(),
                        new Tokens(
                                Optional.empty(),
                                Optional.of(new TokenCount(OUTPUT_TOKENS, TokenSource.SERVER_USAGE)),
                                Optional.empty(),
                                Optional.empty())),
                new Outcome.Completed("stop"),
                Surroundings.unknown("not sampled"));
    }

    private static WindowRecord record(Series series, int window, WindowSummary summary) {
        return new WindowRecord(
                new WindowId(series, START + window * LENGTH, LENGTH),
                0,
                new WindowSummary(
                        summary.requests(),
                        summary.latencies(),
                        summary.tokens(),
                        ASKS,
                        LENGTH * 1_000_000,
                        summary.slowest(),
                        summary.grades(),
                        Optional.empty(),
                        Optional.empty()),
                ExcludedPart.none());
    }

    private static ComparisonFinding of(RunVerdict verdict, JudgedMetric metric) {
        return verdict.series().get(1).verdict().findings().stream()
                .filter(ComparisonFinding.class::isInstance)
                .map(ComparisonFinding.class::cast)
                .filter(finding -> finding.metric() == metric)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aCanaryThatIsAFifthSlowerThanItsTwinsIsFoundAmongAsksThatDifferTenfold() {
        RunVerdict verdict = verdict(1.2);

        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.REGRESSION);
        ComparisonFinding ttft = of(verdict, JudgedMetric.TTFT_P50);
        assertThat(ttft.ratio().orElseThrow().value()).isBetween(1.18, 1.22);
        assertThat(ttft.ratio().orElseThrow().high()
                        - ttft.ratio().orElseThrow().low())
                .isLessThan(0.1);
        assertThat(ttft.why()).contains("; " + WINDOWS * ASKS + " pairs");
        assertThat(of(verdict, JudgedMetric.TPOT_P50).change()).isEqualTo(RunVerdict.Change.STEADY);
    }

    @Test
    void aCanaryThatIsFasterIsNoWorseWhicheverHalfEndedLast() {
        RunVerdict verdict = verdict(0.8);

        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.PASS);
        assertThat(of(verdict, JudgedMetric.TTFT_P50).ratio().orElseThrow().value())
                .isBetween(0.78, 0.82);
    }

    @Test
    void equalOnesPass() {
        RunVerdict verdict = verdict(1);

        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.PASS);
        assertThat(verdict.headline()).contains("against stable in the same seconds");
    }
}
