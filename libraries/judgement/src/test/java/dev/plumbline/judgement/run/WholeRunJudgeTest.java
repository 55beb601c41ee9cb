package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Difference;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunVerdict.SeriesVerdict;
import dev.plumbline.judgement.result.RunVerdict.Word;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WholeRunJudgeTest {

    private static final JudgementSettings SETTINGS = JudgementSettings.defaults();
    private static final RunSeries THREE = SimulatedMix.classes("chat", "rag", "code");

    private static RunResult part(long seed, Consumer<SimulatedRun> change) {
        SimulatedRun run = new SimulatedRun(seed);
        run.runNoise = 0;
        run.windows = 60;
        run.ttftSigma = 0.1;
        change.accept(run);
        return run.run();
    }

    private static RunResult part(long seed) {
        return part(seed, ordinary -> {});
    }

    private static RunResult three(long seed, Consumer<SimulatedRun> rag, Consumer<SimulatedRun> code) {
        return SimulatedMix.of(THREE, List.of(part(seed), part(seed + 1, rag), part(seed + 2, code)));
    }

    private static RunResult three(long seed) {
        return three(seed, ordinary -> {}, ordinary -> {});
    }

    private static RunVerdict against(RunResult run, RunResult... baselines) {
        return WholeRunJudge.judge(
                run, Stream.of(baselines).map(RunBaseline::of).toList(), List.of(), SETTINGS, Optional.empty());
    }

    private static RunVerdict under(RunResult run, String... budgets) {
        return WholeRunJudge.judge(run, List.of(), Budget.parseAll(List.of(budgets)), SETTINGS, Optional.empty());
    }

    private static List<Word> words(RunVerdict verdict) {
        return verdict.series().stream().map(one -> one.verdict().word()).toList();
    }

    private static ComparisonFinding of(RunVerdict verdict, JudgedMetric metric) {
        return verdict.findings().stream()
                .filter(finding -> finding instanceof ComparisonFinding comparison && comparison.metric() == metric)
                .map(ComparisonFinding.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRunOfOneSeriesIsJudgedAsEver() {
        RunResult run = part(1, slow -> slow.factor = 1.3);
        List<RunBaseline> baselines = List.of(RunBaseline.of(part(2)));
        List<Budget> budgets = Budget.parseAll(List.of("p95(ttft)<500ms"));

        assertThat(WholeRunJudge.judge(run, baselines, budgets, SETTINGS, Optional.empty()))
                .isEqualTo(RunJudge.judge(run, baselines, budgets, SETTINGS));
    }

    /** Which row is of which class does not matter to whether it was the trace. */
    @Test
    void aReplayOfSeveralClassesThatWasNotTheTraceCannotBeTold() {
        RunResult run = three(1);
        RunTotals totals = run.totals();
        RunResult invalid = new RunResult(
                run.identity(),
                run.plan(),
                run.environment(),
                run.ending(),
                new RunTotals(
                        totals.offered(),
                        totals.acknowledgedEvents(),
                        totals.lostEvents(),
                        totals.countedEvents(),
                        totals.goodput(),
                        totals.cost(),
                        Optional.of(new RunTotals.Heard(
                                List.of(),
                                Map.of(),
                                Optional.empty(),
                                Optional.of(RunJudgeTest.replayed(Optional.of("2 of 100 rows were not sent")))))),
                run.windows(),
                run.alerts(),
                run.detectorWindows(),
                run.openIncident(),
                run.outages(),
                run.unjudgedWindows(),
                run.series());

        RunVerdict verdict = against(invalid);

        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.headline())
                .startsWith("cannot tell: INVALID, this was not the trace: 2 of 100 rows were not sent");
    }

    @Test
    void eachSeriesIsHeldAgainstTheSameOfTheBaseline() {
        RunResult slowByNature = three(1, rag -> rag.factor = 5, ordinary -> {});
        RunResult before = three(11, rag -> rag.factor = 5, ordinary -> {});

        RunVerdict verdict = against(slowByNature, before);

        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.PASS);
        assertThat(verdict.headline())
                .isEqualTo("pass: each of chat, rag, code: no regression in 6 metrics against one run");
        assertThat(words(verdict)).containsOnly(Word.PASS);
        assertThat(verdict.baselineRunId()).hasValue(before.identity().runId());
        assertThat(verdict.findings()).as("they are those of the series").isEmpty();
    }

    @Test
    void theVerdictIsThatOfTheWorstSeriesWhichItNamesWithWhatBecameOfTheOthers() {
        RunVerdict verdict = against(three(1, slow -> slow.factor = 1.4, unsure -> unsure.factor = 1.07), three(11));

        assertThat(verdict.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(verdict.headline())
                .startsWith("regression: rag: p50(ttft) +")
                .contains(" against the baseline, worse by at least +")
                .endsWith("; cannot tell: code; pass: chat");
        assertThat(words(verdict)).containsExactly(Word.PASS, Word.REGRESSION, Word.CANNOT_TELL);
        assertThat(verdict.worst().map(SeriesVerdict::name)).hasValue("rag");
    }

    @Test
    void ofTwoThatAreAsBadTheOneIsNamedInWhichMoreIs() {
        RunVerdict verdict = against(three(1, bad -> bad.failing(0.04), slow -> slow.factor = 1.4), three(11));

        assertThat(words(verdict)).containsExactly(Word.PASS, Word.REGRESSION, Word.REGRESSION);
        assertThat(verdict.headline())
                .startsWith("regression: code: p50(ttft)")
                .contains("; regression: rag; pass: chat");
    }

    @Test
    void aSeriesThatCannotBeToldIsNotHiddenByThoseThatPass() {
        RunVerdict verdict = against(three(1, ordinary -> {}, unsure -> unsure.factor = 1.07), three(11));

        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.headline()).startsWith("cannot tell: code: p").endsWith("; pass: chat, rag");
    }

    @Test
    void aClassOfWhichNothingEndedLeavesTheRunOpen() {
        RunVerdict verdict = under(three(1, ordinary -> {}, none -> none.requests = 0), "p95(ttft)<500ms");

        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.headline()).startsWith("cannot tell: code: no request was measured");
    }

    @Test
    void aClassOfWhichEveryRequestFailsIsAFailureThatIsNamed() {
        RunVerdict verdict = against(three(1, broken -> broken.failing(1), slow -> slow.factor = 1.4), three(11));

        assertThat(verdict.decision()).isEqualTo(Decision.FAILED);
        assertThat(verdict.headline()).startsWith("failed: rag: not one of").endsWith("; regression: code; pass: chat");
    }

    @Test
    void aRunThatBrokeOffIsBrokenWhateverItsSeriesShow() {
        RunResult whole = SimulatedMix.of(
                THREE, List.of(part(1, off -> off.ending = new RunEnding.Broken("Kafka is gone")), part(2), part(3)));

        RunVerdict verdict = against(whole);

        assertThat(verdict.decision()).isEqualTo(Decision.FAILED);
        assertThat(verdict.headline()).isEqualTo("failed: Kafka is gone");
    }

    @Test
    void eventsThatNobodyOfTheRunSentLeaveAPassOpenAndHideNoRegression() {
        RunResult strange = three(1, more -> more.countedBeyond = 7, ordinary -> {});
        assertThat(against(strange, three(11)).decision()).isEqualTo(Decision.INCONCLUSIVE);
        RunResult worse = three(
                1,
                more -> {
                    more.countedBeyond = 7;
                    more.factor = 1.4;
                },
                ordinary -> {});
        assertThat(against(worse, three(11)).decision()).isEqualTo(Decision.REGRESSION);
    }

    @Test
    void aBudgetIsForEachSeriesOrForTheOneThatItNames() {
        RunVerdict verdict =
                under(three(1, slow -> slow.factor = 10, ordinary -> {}), "p95(ttft)<150ms", "rag: p95(ttft)<2s");

        assertThat(verdict.word()).isEqualTo(Word.OVER_BUDGET);
        assertThat(verdict.headline()).startsWith("over budget: rag: p95(ttft)<150ms: ");
        assertThat(words(verdict)).containsExactly(Word.PASS, Word.OVER_BUDGET, Word.PASS);
        assertThat(verdict.series().get(1).verdict().findings())
                .extracting(finding -> ((BudgetFinding) finding).budget() + " " + finding.answer())
                .containsExactly("p95(ttft)<150ms FAIL", "rag: p95(ttft)<2s PASS");
        assertThat(verdict.series().get(0).verdict().findings()).hasSize(1);
        assertThat(under(three(1), "nightly: p95(ttft)<500ms", "nightly.code: p50(ttft)<500ms")
                        .series())
                .as("by the scenario of the run, or of the class")
                .extracting(one -> one.verdict().findings().size())
                .containsExactly(1, 1, 2);
    }

    @Test
    void whatIsJudgedOfARunMakesItAPassAndTheRestIsNamed() {
        RunVerdict verdict = under(three(1), "rag: p95(ttft)<2s");

        assertThat(verdict.decision()).isEqualTo(Decision.PASS);
        assertThat(verdict.headline()).isEqualTo("pass: rag: the budget is kept; not judged: chat, code");
        assertThat(against(three(1)).decision()).isEqualTo(Decision.NOT_JUDGED);
        assertThat(against(three(1)).headline()).startsWith("not judged: no baseline, no budget");
    }

    @Test
    void aSeriesThatIsNewOrGoneIsNamed() {
        RunResult before =
                SimulatedMix.of(SimulatedMix.classes("chat", "rag", "batch"), List.of(part(11), part(12), part(13)));

        RunVerdict verdict = against(three(1), before);

        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.PASS);
        assertThat(verdict.differences())
                .containsExactly(
                        new Difference("series code", "measured", "new"),
                        new Difference("series batch", "gone", "measured"));
        assertThat(verdict.headline())
                .contains("; not judged: code")
                .endsWith("; code is new and not judged, batch is gone");
    }

    @Test
    void otherConditionsAreRefusedAsEver() {
        RunResult other = SimulatedMix.of(
                THREE, List.of(part(1, here -> here.conditions = Map.of("gpu", "A100")), part(2), part(3)));
        assertThatThrownBy(() -> against(three(1), other))
                .isInstanceOf(UnfitBaselineException.class)
                .hasMessageContaining("gpu is 'H100' here and 'A100' there");
    }

    /** Nothing got worse: the share of false regressions is that of a run of one series, and not eight times it. */
    @Test
    void manySeriesMakeNoFalseRegressionLikelier() {
        RunSeries eight = SimulatedMix.classes("a", "b", "c", "d", "e", "f", "g", "h");
        int runs = 60;
        long regressions = IntStream.range(0, runs)
                .mapToObj(run -> against(eight(eight, 1_000L * run), eight(eight, 1_000L * run + 500)))
                .filter(verdict -> verdict.decision() == Decision.REGRESSION)
                .count();
        assertThat(regressions).as("of %d", runs).isLessThanOrEqualTo(4);
    }

    private static RunResult eight(RunSeries series, long seed) {
        return SimulatedMix.of(
                series,
                IntStream.range(0, 8)
                        .mapToObj(index -> part(seed + index, noisy -> {
                            noisy.runNoise = 0.02;
                            noisy.windows = 12;
                        }))
                        .toList());
    }

    @Test
    void aSmallRegressionOfOneSeriesAmongManyTakesMoreCertaintyWhichItsFindingSays() {
        RunVerdict verdict = against(three(1, slow -> slow.factor = 1.4, ordinary -> {}), three(11));

        assertThat(of(verdict.series().get(1).verdict(), JudgedMetric.TTFT_P50).why())
                .matches("worse by at least \\+\\d+\\.\\d % \\(99\\.\\d %\\)");
    }

    private static RunVerdict canary(RunResult stable, RunResult canary, CanarySplit split) {
        return WholeRunJudge.judge(
                SimulatedMix.of(SimulatedMix.canary(), List.of(stable, canary)),
                List.of(),
                List.of(),
                SETTINGS,
                Optional.of(split));
    }

    @Test
    void aCanaryIsHeldAgainstWhatServedBesideItPairByPair() {
        RunResult stable = part(1);
        RunResult same = SimulatedMix.paired(part(2), 3, 50, 1.0, 0.2);

        RunVerdict fine = canary(stable, same, CanarySplit.ofPairs());

        assertThat(fine.decision()).as(fine.headline()).isEqualTo(Decision.PASS);
        assertThat(fine.headline())
                .isEqualTo("pass: canary: no regression in 5 metrics against stable in the same seconds;"
                        + " not judged: stable");
        RunVerdict worse = canary(stable, SimulatedMix.paired(part(2), 3, 50, 1.15, 0.2), CanarySplit.ofPairs());
        assertThat(worse.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(worse.headline())
                .startsWith("regression: canary: p50(ttft) +15.")
                .contains(" against stable, ");
        ComparisonFinding ttft = of(worse.series().get(1).verdict(), JudgedMetric.TTFT_P50);
        assertThat(ttft.ratio().orElseThrow().value()).isBetween(1.14, 1.16);
        assertThat(ttft.ratio().orElseThrow().low()).isGreaterThan(1.12);
        assertThat(ttft.why()).endsWith("; 3000 pairs");
        assertThat(worse.series().get(1).verdict().findings())
                .as("what it makes of another share of the load is another number of tokens")
                .noneMatch(finding -> finding instanceof ComparisonFinding comparison
                        && comparison.metric() == JudgedMetric.OUTPUT_TOKEN_RATE);
    }

    /** 30 windows of 40 asks each, in pairs or in halves. */
    @Test
    void equalServersAreRarelyToldApartAndUnequalOnesNearlyAlways() {
        int runs = 60;
        assertThat(worse(runs, 1.0, true)).as("equal, pairs, of %d", runs).isLessThanOrEqualTo(2);
        assertThat(worse(runs, 1.0, false)).as("equal, halves, of %d", runs).isLessThanOrEqualTo(2);
        assertThat(worse(runs, 1.2, true))
                .as("20 %% slower, pairs, of %d", runs)
                .isGreaterThanOrEqualTo(57);
        assertThat(worse(runs, 1.2, false))
                .as("20 %% slower, halves, of %d", runs)
                .isGreaterThanOrEqualTo(50);
    }

    private static long worse(int runs, double factor, boolean paired) {
        Consumer<SimulatedRun> brief = run -> {
            run.windows = 30;
            run.requests = 40;
            run.ttftSigma = 0.3;
        };
        return IntStream.range(0, runs)
                .mapToObj(run -> {
                    RunResult slow = part(2_000 + run, brief.andThen(canary -> canary.factor = factor));
                    return canary(
                            part(1_000 + run, brief),
                            paired ? SimulatedMix.paired(slow, run, 40, factor, 0.4) : slow,
                            paired ? CanarySplit.ofPairs() : CanarySplit.of(0.5));
                })
                .filter(verdict -> verdict.decision() == Decision.REGRESSION)
                .count();
    }

    /** What both have is in neither's favour: twice as slow as yesterday is no reason to call a canary worse. */
    @Test
    void whatSlowsBothDownIsNotTheCanarys() {
        RunVerdict verdict =
                canary(part(1, slow -> slow.factor = 2), part(2, slow -> slow.factor = 2), CanarySplit.of(0.5));

        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.PASS);
    }

    @Test
    void aCanaryOfAShareIsComparedByItsQuantiles() {
        Consumer<SimulatedRun> tenth = few -> few.requests = 20;
        RunResult stable = part(1, most -> most.requests = 180);

        RunVerdict worse = canary(stable, part(2, tenth.andThen(slow -> slow.factor = 1.3)), CanarySplit.of(0.1));

        assertThat(worse.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(worse.series().get(1).verdict().findings())
                .filteredOn(SampleRatioFinding.class::isInstance)
                .singleElement()
                .satisfies(share -> assertThat(((SampleRatioFinding) share).why())
                        .isEqualTo("1200 requests on the canary, 10800 beside it, 10 % asked"));
        assertThat(canary(stable, part(2, tenth), CanarySplit.of(0.1)).decision())
                .isEqualTo(Decision.PASS);
    }

    @Test
    void aCanaryThatFailsMoreIsWorse() {
        RunVerdict verdict = canary(part(1), part(2, bad -> bad.failing(0.04)), CanarySplit.of(0.5));

        assertThat(verdict.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(verdict.headline())
                .contains("regression: canary: error_rate ")
                .contains(" failed, 0 of 3000 on stable");
    }

    @Test
    void aShareThatIsNotTheOneThatWasAskedForVoidsTheComparison() {
        RunResult canary = part(2, few -> {
            few.requests = 30;
            few.factor = 1.5;
        });

        RunVerdict verdict = canary(part(1), canary, CanarySplit.of(0.5));

        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.headline())
                .startsWith("cannot tell: canary: 1800 requests on the canary, 3000 beside it, 50 % asked: 37.5 % is no"
                        + " chance");
        assertThat(verdict.series().get(1).verdict().findings())
                .singleElement()
                .extracting(RunVerdict.Finding::answer)
                .isEqualTo(Answer.CANNOT_TELL);
    }

    @Test
    void aCanaryThatIsTooShortToTellSaysSoWithoutBaselinesToAddToIt() {
        Consumer<SimulatedRun> brief = run -> {
            run.windows = 4;
            run.requests = 8;
            run.ttftSigma = 0.6;
        };
        RunVerdict verdict = canary(part(1, brief), part(2, brief), CanarySplit.of(0.5));

        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.allFindings().toString())
                .doesNotContain("green runs")
                .doesNotContain("baseline");
    }

    @Test
    void theStableOneIsHeldAgainstEarlierRunsWithACanaryOrWithout() {
        SimulatedRun earlier = new SimulatedRun(9);
        earlier.scenario = "nightly";
        earlier.windows = 60;
        earlier.ttftSigma = 0.1;
        earlier.runNoise = 0;

        RunVerdict verdict = WholeRunJudge.judge(
                SimulatedMix.of(SimulatedMix.canary(), List.of(part(1), part(2))),
                List.of(RunBaseline.of(earlier.run())),
                List.of(),
                SETTINGS,
                Optional.of(CanarySplit.of(0.5)));

        assertThat(words(verdict)).containsExactly(Word.PASS, Word.PASS);
        assertThat(verdict.headline())
                .isEqualTo("pass: stable: no regression in 6 metrics against one run;"
                        + " canary: no regression in 5 metrics against stable in the same seconds");
        assertThat(verdict.differences()).isEmpty();
    }
}
