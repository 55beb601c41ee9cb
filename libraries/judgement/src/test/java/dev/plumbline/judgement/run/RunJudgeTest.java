package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.judgement.result.Replayed;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.AlertFinding;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.Change;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Difference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunJudgeTest {

    private static final JudgementSettings SETTINGS = JudgementSettings.defaults();

    private static RunResult run(long seed, Consumer<SimulatedRun> change) {
        SimulatedRun run = new SimulatedRun(seed);
        run.runNoise = 0;
        run.windows = 60;
        run.ttftSigma = 0.1;
        change.accept(run);
        return run.run();
    }

    private static RunResult run(long seed) {
        return run(seed, ordinary -> {});
    }

    private static RunVerdict against(RunResult candidate, RunResult... baselines) {
        return RunJudge.judge(
                candidate, Stream.of(baselines).map(RunBaseline::of).toList(), List.of(), SETTINGS);
    }

    private static ComparisonFinding of(RunVerdict verdict, JudgedMetric metric) {
        return verdict.findings().stream()
                .filter(finding -> finding instanceof ComparisonFinding comparison && comparison.metric() == metric)
                .map(ComparisonFinding.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theSameAgainPasses() {
        RunVerdict verdict = against(run(1), run(2));
        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.PASS);
        assertThat(verdict.headline()).isEqualTo("pass: no regression in 6 metrics against one run");
        assertThat(verdict.baselineRunId()).isPresent();
        assertThat(of(verdict, JudgedMetric.TTFT_P95).why()).contains("changes are seen from +");
    }

    @Test
    void aThirdSlowerIsARegressionOfEveryLatencyAndOfTheRate() {
        RunVerdict verdict = against(run(1, slow -> slow.factor = 1.3), run(2));
        assertThat(verdict.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(verdict.headline()).startsWith("regression: p50(ttft) +").contains("4 more findings");
        ComparisonFinding rate = of(verdict, JudgedMetric.OUTPUT_TOKEN_RATE);
        assertThat(rate.answer()).isEqualTo(Answer.FAIL);
        assertThat(rate.change()).isEqualTo(Change.REGRESSED);
        assertThat(rate.ratio().orElseThrow().value()).isBetween(0.72, 0.82);
        assertThat(of(verdict, JudgedMetric.E2E_P50).answer()).isEqualTo(Answer.OBSERVED);
        assertThat(of(verdict, JudgedMetric.E2E_P50).change()).isEqualTo(Change.REGRESSED);
    }

    @Test
    void fasterIsAnImprovementAndPasses() {
        RunVerdict verdict = against(run(1, fast -> fast.factor = 0.7), run(2));
        assertThat(verdict.decision()).isEqualTo(Decision.PASS);
        assertThat(of(verdict, JudgedMetric.TPOT_P95).change()).isEqualTo(Change.IMPROVED);
        assertThat(of(verdict, JudgedMetric.OUTPUT_TOKEN_RATE).change()).isEqualTo(Change.IMPROVED);
    }

    @Test
    void aboutTheThresholdItCannotBeToldAndSaysWhatWouldHelp() {
        RunVerdict verdict = against(run(1, slow -> slow.factor = 1.07), run(2));
        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(of(verdict, JudgedMetric.TTFT_P50).why())
                .contains("changes are seen from +")
                .contains("5 green runs as baseline: from +");
    }

    @Test
    void shortRunsAreToldToBeLonger() {
        Consumer<SimulatedRun> brief = run -> {
            run.windows = 8;
            run.requests = 12;
            run.ttftSigma = 0.6;
        };
        RunVerdict verdict = against(run(1, brief), run(2, brief));
        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.findings().toString())
                .contains("runs four times as long: from +")
                .contains("are needed");
    }

    @Test
    void otherConditionsAreRefusedByName() {
        RunResult baseline = run(2, other -> other.conditions = Map.of("gpu", "A100", "driver", "550"));
        assertThatThrownBy(() -> against(run(1), baseline))
                .isInstanceOf(UnfitBaselineException.class)
                .hasMessage("2 conditions differ from those of baseline "
                        + baseline.identity().runId()
                        + ": driver is 'unknown' here and '550' there, gpu is 'H100' here and 'A100' there;"
                        + " --vary driver --vary gpu compare anyway");
        assertThatThrownBy(() -> RunJudge.judge(
                        run(1), List.of(RunBaseline.of(baseline)), List.of(), SETTINGS.varying(Set.of("gpu"))))
                .hasMessageStartingWith("a condition differs from those of baseline ")
                .hasMessageEndingWith(": driver is 'unknown' here and '550' there; --vary driver compares anyway");
        RunVerdict varied = RunJudge.judge(
                run(1), List.of(RunBaseline.of(baseline)), List.of(), SETTINGS.varying(Set.of("gpu", "driver")));
        assertThat(varied.differences()).contains(new Difference("gpu", "H100", "A100"));
    }

    /** The server that was restarted knows nothing of prompts that the other one had seen. */
    @Test
    void whatAPrefixCacheDidIsNoRegression() {
        Consumer<SimulatedRun> restarted = run -> {
            run.factor = 2;
            run.cachedShare = OptionalDouble.of(0.02);
        };
        RunVerdict verdict = against(run(1, restarted), run(2, warm -> warm.cachedShare = OptionalDouble.of(0.8)));

        assertThat(of(verdict, JudgedMetric.TTFT_P50).answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(of(verdict, JudgedMetric.TTFT_P50).why())
                .startsWith("the share of prompt tokens from a cache went from 80 % to 2 %: ");
        // What comes after the first token is judged all the same.
        assertThat(of(verdict, JudgedMetric.TPOT_P50).answer()).isEqualTo(Answer.FAIL);
        Consumer<SimulatedRun> equal = run -> {
            run.factor = 2;
            run.cachedShare = OptionalDouble.of(0.8);
        };
        assertThat(of(
                                against(run(1, equal), run(2, warm -> warm.cachedShare = OptionalDouble.of(0.8))),
                                JudgedMetric.TTFT_P50)
                        .answer())
                .isEqualTo(Answer.FAIL);
    }

    @Test
    void anUnknownCacheIsSaidWhereTheSamePromptsWereAskedAgain() {
        Consumer<SimulatedRun> reused = run -> run.conditions = Map.of("gpu", "H100", "cache", "reuse");
        Consumer<SimulatedRun> slow = run -> run.factor = 2;
        assertThat(of(against(run(1, reused.andThen(slow)), run(2, reused)), JudgedMetric.TTFT_P50)
                        .why())
                .endsWith("nobody tells how much of them a prefix cache knew: --reset-kv-cache or --cache avoid rules"
                        + " that out");
        assertThat(of(against(run(1, slow), run(2)), JudgedMetric.TTFT_P50).why())
                .doesNotContain("prefix cache");
    }

    @Test
    void anotherComparisonGroupIsRefused() {
        assertThatThrownBy(() -> against(run(1), run(2, other -> other.loadPoint = "c16")))
                .isInstanceOf(UnfitBaselineException.class)
                .hasMessageContaining("load 'c16', this run 'c8'");
    }

    @Test
    void anotherSubjectIsReported() {
        RunVerdict verdict = against(run(1, other -> other.subject = Map.of("image", "vllm:0.33")), run(2));
        assertThat(verdict.differences()).containsExactly(new Difference("image", "vllm:0.33", "vllm:0.32"));
    }

    @Test
    void longerAnswersAreOtherWork() {
        RunVerdict verdict = against(run(1, other -> other.outputFactor = 1.3), run(2));
        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(of(verdict, JudgedMetric.TPOT_P50).why()).contains("output tokens per request went from");
        assertThat(of(verdict, JudgedMetric.ERROR_RATE).answer()).isEqualTo(Answer.PASS);
    }

    @Test
    void anOpenLoopIsJudgedByWhatItAchievedUnderTheSameLoad() {
        Consumer<SimulatedRun> open = run -> run.loadPoint = "r5";
        RunVerdict same = against(run(1, open), run(2, open));
        assertThat(of(same, JudgedMetric.ACHIEVED_RATIO).answer()).isEqualTo(Answer.PASS);
        assertThat(same.findings().toString()).doesNotContain("OUTPUT_TOKEN_RATE");
        RunVerdict saturated = against(run(1, open.andThen(run -> run.completedShare = 0.8)), run(2, open));
        assertThat(of(saturated, JudgedMetric.ACHIEVED_RATIO).answer()).isEqualTo(Answer.FAIL);
        RunVerdict other = against(run(1, open.andThen(run -> run.requests = 40)), run(2, open));
        assertThat(of(other, JudgedMetric.ACHIEVED_RATIO).why())
                .contains("offered requests per second went from 5 to 4");
    }

    /** D23: a burst is one thing that happened, however many requests it failed. */
    @Test
    void errorsThatComeInBurstsAreNoManyIndependentOnes() {
        Consumer<SimulatedRun> bursting = run -> {
            run.windows = 60;
            run.requests = 20;
            run.burstShare = 0.03;
        };
        int failed = 0;
        for (int pair = 0; pair < 100; pair++) {
            RunResult[] greens = new RunResult[10];
            for (int i = 0; i < greens.length; i++) {
                greens[i] = run(1_000L * pair + i, bursting);
            }
            RunVerdict verdict = against(run(1_000L * pair + 500, bursting), greens);
            failed += of(verdict, JudgedMetric.ERROR_RATE).answer() == Answer.FAIL ? 1 : 0;
        }
        assertThat(failed).as("of 100 quiet runs with bursts").isLessThanOrEqualTo(3);
        RunResult[] greens = new RunResult[10];
        for (int i = 0; i < greens.length; i++) {
            greens[i] = run(i, bursting);
        }
        RunVerdict worse = against(
                run(500, run -> {
                    bursting.accept(run);
                    run.burstShare = 0.3;
                }),
                greens);
        assertThat(of(worse, JudgedMetric.ERROR_RATE).answer())
                .as("ten times as many bursts")
                .isEqualTo(Answer.FAIL);
        assertThat(of(worse, JudgedMetric.ERROR_RATE).why()).contains("in bursts: ");
    }

    @Test
    void errorsHaveATestOfTheirOwn() {
        RunVerdict worse = against(run(1, run -> run.errorShare = 0.03), run(2, run -> run.errorShare = 0.002));
        assertThat(of(worse, JudgedMetric.ERROR_RATE).answer()).isEqualTo(Answer.FAIL);
        RunVerdict similar = against(run(1, run -> run.errorShare = 0.011), run(2, run -> run.errorShare = 0.01));
        assertThat(of(similar, JudgedMetric.ERROR_RATE).answer()).isEqualTo(Answer.PASS);
        RunVerdict four = against(
                run(1, run -> {
                    run.windows = 12;
                    run.errorShare = 0.004;
                }),
                run(2));
        assertThat(of(four, JudgedMetric.ERROR_RATE).answer()).isNotEqualTo(Answer.FAIL);
    }

    @Test
    void whatNeitherRunHasIsNotAQuestion() {
        Consumer<SimulatedRun> whole = run -> run.streamed = false;
        RunVerdict verdict = against(run(1, whole), run(2, whole));
        assertThat(verdict.decision()).isEqualTo(Decision.PASS);
        assertThat(of(verdict, JudgedMetric.TTFT_P50).answer()).isEqualTo(Answer.OBSERVED);
        RunVerdict oneSided = against(run(1, whole), run(2));
        assertThat(of(oneSided, JudgedMetric.TTFT_P50).answer()).isEqualTo(Answer.CANNOT_TELL);
    }

    @Test
    void baselinesThatScatterWildlyCannotShowAnything() {
        RunResult[] baselines = new RunResult[6];
        for (int i = 0; i < baselines.length; i++) {
            double factor = i % 2 == 0 ? 1 : 1.4;
            baselines[i] = run(10 + i, run -> run.factor = factor);
        }
        RunVerdict verdict = against(run(1, run -> run.factor = 2), baselines);
        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(of(verdict, JudgedMetric.TPOT_P50).why()).contains("unstable: its 6 baselines differ");
    }

    @Test
    void withoutAnythingToJudgeByItSaysHowToGetAJudgement() {
        RunVerdict verdict = against(run(1));
        assertThat(verdict.decision()).isEqualTo(Decision.NOT_JUDGED);
        assertThat(verdict.headline()).contains("--baseline").contains("--budget");
        assertThat(against(run(1, watched -> watched.detectorWindows = 60)).headline())
                .isEqualTo("pass: no alert in 60 windows");
    }

    /** Its silence is about those that it judged: a part of the run, or the end of it, nobody looked at. */
    @Test
    void theDetectorsSilenceIsNoPassWhereItDidNotJudgeMostOfTheRun() {
        RunVerdict most = against(run(1, run -> {
            run.detectorWindows = 80;
            run.unjudgedWindows = OptionalLong.of(20);
        }));
        assertThat(most.decision()).as(most.headline()).isEqualTo(Decision.PASS);
        RunVerdict part = against(run(1, run -> {
            run.detectorWindows = 79;
            run.unjudgedWindows = OptionalLong.of(21);
        }));
        assertThat(part.decision()).isEqualTo(Decision.NOT_JUDGED);
        assertThat(part.headline())
                .startsWith("not judged: no baseline, no budget, and the detector judged 79 of 100 windows;");
        RunVerdict few = against(run(1, run -> run.detectorWindows = 29));
        assertThat(few.headline())
                .startsWith("not judged: no baseline, no budget, and the detector judged 29 windows, 30 are needed;");
        RunVerdict budget = RunJudge.judge(
                run(1, run -> {
                    run.detectorWindows = 79;
                    run.unjudgedWindows = OptionalLong.of(21);
                }),
                List.of(),
                List.of(Budget.parse("p50(ttft)<10s")),
                SETTINGS);
        assertThat(budget.headline()).isEqualTo("pass: the budget is kept");
    }

    @Test
    void anAlertDuringTheRunFailsItEvenWhenItWasResolved() {
        AlertRecord fired = alert("a", Transition.FIRED);
        RunVerdict firing = against(run(1, run -> run.alerts = List.of(fired)));
        assertThat(firing.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(firing.headline()).isEqualTo("regression: tpot +20 %");
        RunVerdict resolved = against(run(1, run -> run.alerts = List.of(fired, alert("a", Transition.RESOLVED))));
        assertThat(resolved.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(resolved.findings()).containsExactly(new AlertFinding(Answer.FAIL, fired, true));
        RunVerdict older = against(run(1, run -> run.alerts = List.of(alert("b", Transition.RESOLVED))));
        assertThat(older.decision()).isEqualTo(Decision.NOT_JUDGED);
    }

    /** The goodbye of the run's own producer closes it; that is no recovery. */
    @Test
    void anIncidentThatWasOpenUntilTheSeriesEndedFailsTheRunWhetherItBeganInItOrBefore() {
        AlertRecord fired = alert("a", Transition.FIRED);
        AlertRecord ended = alert("a", Transition.ENDED);
        RunVerdict began = against(run(1, run -> run.alerts = List.of(fired, ended)));
        assertThat(began.findings()).containsExactly(new AlertFinding(Answer.FAIL, fired, false));
        RunVerdict older = against(run(1, run -> {
            run.detectorWindows = 60;
            run.alerts = List.of(ended);
        }));
        assertThat(older.decision()).as(older.headline()).isEqualTo(Decision.REGRESSION);
    }

    @Test
    void anIncidentThatWasOpenBeforeTheRunFailsItAndSaysSinceWhen() {
        OpenIncident open = new OpenIncident(
                "b", SimulatedRun.START - 3_600_000, List.of(JudgedMetric.TPOT_P50, JudgedMetric.TPOT_P95), 0);
        Consumer<SimulatedRun> during = run -> {
            run.detectorWindows = 60;
            run.openIncident = Optional.of(open);
        };
        RunVerdict verdict = against(run(1, during));
        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.REGRESSION);
        assertThat(verdict.headline())
                .isEqualTo("regression: p50(tpot), p95(tpot) open since 2026-11-22T10:00:00Z, before this run"
                        + " began, and not resolved in it");
        RunVerdict told = against(run(1, during.andThen(run -> run.alerts = List.of(alert("b", Transition.EXTENDED)))));
        assertThat(told.findings())
                .as("once, with its evidence")
                .singleElement()
                .isInstanceOf(AlertFinding.class);
    }

    @Test
    void anInterruptedRunIsNotSentToLastGreenWhichWouldNotFindIt() {
        RunVerdict verdict = against(run(1, run -> run.ending = new RunEnding.Interrupted()));
        assertThat(verdict.decision()).isEqualTo(Decision.NOT_JUDGED);
        assertThat(verdict.headline())
                .contains("interrupted, so it is not green", "let it run to its end", "--budget")
                .doesNotContain("last-green,");
        RunVerdict whole = against(run(1));
        assertThat(whole.headline()).contains("--baseline last-green");
    }

    @Test
    void theEndingCounts() {
        assertThat(against(run(1, run -> run.ending = new RunEnding.Broken("target lost")))
                        .decision())
                .isEqualTo(Decision.FAILED);
        RunVerdict interrupted = RunJudge.judge(
                run(1, run -> run.ending = new RunEnding.Interrupted()),
                List.of(),
                List.of(Budget.parse("p95(ttft)<1ms")),
                SETTINGS);
        assertThat(interrupted.decision()).isEqualTo(Decision.REGRESSION);
    }

    @Test
    void aRunOfWhichNothingSucceededFailed() {
        RunVerdict verdict = against(run(1, broken -> broken.errorShare = 1));
        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.FAILED);
        assertThat(verdict.headline()).contains("HTTP_5XX 3000").contains("the server's log");
        RunVerdict stated = RunJudge.judge(
                run(1, broken -> broken.errorShare = 1),
                List.of(),
                List.of(Budget.parse("error_rate<=100%")),
                SETTINGS);
        assertThat(stated.decision()).isEqualTo(Decision.FAILED);
    }

    @Test
    void aRunOfWhichHalfFailedCannotBeToldUnlessABudgetSaysSo() {
        Consumer<SimulatedRun> half = run -> run.errorShare = 0.55;
        RunVerdict verdict = against(run(1, half));
        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.headline()).startsWith("cannot tell: 5").contains("--budget \"error_rate<");
        assertThat(against(run(1, half), run(2, half)).decision())
                .as("compared, and as bad as before")
                .isEqualTo(Decision.INCONCLUSIVE);
        RunVerdict stated = RunJudge.judge(run(1, half), List.of(), List.of(Budget.parse("error_rate<70%")), SETTINGS);
        assertThat(stated.decision()).as(stated.headline()).isEqualTo(Decision.PASS);
        RunVerdict broken = RunJudge.judge(run(1, half), List.of(), List.of(Budget.parse("error_rate<40%")), SETTINGS);
        assertThat(broken.decision()).isEqualTo(Decision.REGRESSION);
    }

    @Test
    void aQuarterOfErrorsThatNobodyStatedIsSaidToBeNotGreen() {
        assertThat(against(run(1, run -> run.errorShare = 0.25)).headline())
                .contains("nothing says how many may")
                .contains("not green");
        assertThat(against(run(1, run -> run.errorShare = 0.01)).headline()).doesNotContain("green: state");
    }

    @Test
    void aRunThatNobodyVouchesForCannotBeTold() {
        RunVerdict verdict = against(run(1, busy -> busy.coverage = 0.037));
        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.headline())
                .startsWith("cannot tell: this machine was too busy to vouch for 100 % of the load, 60 of 60 windows")
                .contains("cores of its own");
    }

    @Test
    void aReplayThatWasNotTheTraceCannotBeTold() {
        assertThat(against(run(1, run -> run.replayed = Optional.of(replayed(Optional.empty()))))
                        .decision())
                .isEqualTo(Decision.NOT_JUDGED);
        RunVerdict verdict = against(
                run(1, run -> run.replayed = Optional.of(replayed(Optional.of("2 of 100 rows were not sent")))));
        assertThat(verdict.decision()).as(verdict.headline()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(verdict.headline())
                .startsWith("cannot tell: INVALID, this was not the trace: 2 of 100 rows were not sent");
    }

    static Replayed replayed(Optional<String> invalid) {
        return new Replayed(
                100,
                98,
                0,
                0,
                OptionalLong.of(1),
                OptionalLong.of(1),
                OptionalLong.of(1),
                OptionalDouble.of(1),
                OptionalDouble.of(1),
                OptionalDouble.of(1),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                invalid);
    }

    @Test
    void eachReasonWhyNobodyVouchesHasWordsOfItsOwn() {
        List<String> words = Arrays.stream(Sickness.values())
                .map(sickness -> Soundness.reasons(Set.of(sickness)))
                .toList();
        assertThat(words).doesNotHaveDuplicates().noneMatch(String::isBlank).noneMatch(word -> word.contains("_"));
    }

    @Test
    void aRunWhoseWindowsHoldOtherEventsThanItSentDoesNotPass() {
        RunVerdict missing = against(run(1, lossy -> lossy.countedBeyond = -3), run(2));
        assertThat(missing.decision()).as(missing.headline()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(missing.headline()).contains("3 had not been counted when the wait was over");

        RunVerdict foreign = against(run(1, shared -> shared.countedBeyond = 40), run(2));
        assertThat(foreign.decision()).as(foreign.headline()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(foreign.headline()).contains("somebody else measures the same series", "--scenario");

        RunVerdict slower = against(
                run(1, both -> {
                    both.countedBeyond = -3;
                    both.factor = 2;
                }),
                run(2));
        assertThat(slower.decision()).as("what is seen is told").isEqualTo(Decision.REGRESSION);
    }

    @Test
    void whereNothingWasMeasuredItSaysWhatHeldTheSlots() {
        assertThat(against(run(1, slow -> slow.windows = 0)).headline())
                .contains("those of the warm-up were under way until the end", "--osl");
        assertThat(against(run(1, rare -> {
                            rare.windows = 0;
                            rare.loadPoint = "r0.01";
                        }))
                        .headline())
                .contains("no request was measured: let it run longer");
    }

    @Test
    void aRunWithoutWindowsCannotBeTold() {
        RunVerdict verdict = against(run(1, run -> run.windows = 0), run(2));
        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(against(run(1), run(2, run -> run.windows = 0)).decision()).isEqualTo(Decision.INCONCLUSIVE);
    }

    @Test
    void falseRegressionsAreRareAndLargeOnesAreFound() {
        GateFigures.World single = GateFigures.WORLDS.get(0);
        GateFigures.World ten = GateFigures.WORLDS.get(2);
        assertThat(GateFigures.shares(single, 1, 60).fail()).isLessThanOrEqualTo(0.02);
        assertThat(GateFigures.shares(single, 1.3, 40).fail()).isGreaterThanOrEqualTo(0.97);
        assertThat(GateFigures.shares(ten, 1, 20).fail()).isLessThanOrEqualTo(0.05);
        assertThat(GateFigures.shares(ten, 1.2, 20).fail()).isGreaterThanOrEqualTo(0.8);
    }

    private static AlertRecord alert(String id, Transition transition) {
        return new AlertRecord(
                id,
                new SimulatedRun(1).series(),
                transition,
                SimulatedRun.START + 1,
                SimulatedRun.START,
                new AlertRecord.Reasons("b", List.of(), List.of(), OptionalLong.empty()),
                "tpot +20 %");
    }

    private static final Consumer<SimulatedRun> SIXTY = run -> {
        run.windows = 12;
        run.requests = 5;
    };

    /** The same, but every request of a run of which a share takes three times as long. */
    private static Consumer<SimulatedRun> sixtyOfWhichSlow(double share) {
        return SIXTY.andThen(run -> run.slowShare = share);
    }

    @Test
    void aTailOfTooFewRequestsThatLooksWorseLeavesTheRunUndecided() {
        RunVerdict verdict = against(run(1, sixtyOfWhichSlow(0.1)), run(2, SIXTY));
        ComparisonFinding tail = of(verdict, JudgedMetric.TTFT_P95);
        assertThat(tail.answer()).as(tail.why()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(tail.now().orElseThrow() / tail.before().orElseThrow()).isGreaterThan(2);
        assertThat(tail.why())
                .contains("60 requests, about ")
                .containsPattern("[4-9] of 60 took longer than [0-9.]+ ms, 0 of 60 before: it looks worse")
                .contains("a longer run tells");
        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(of(verdict, JudgedMetric.TTFT_P50).answer()).isNotEqualTo(Answer.FAIL);
    }

    @Test
    void soDoesOneWhoseBaselineHasTooFew() {
        RunVerdict verdict = against(
                run(1, run -> {
                    run.windows = 12;
                    run.requests = 50;
                    run.slowShare = 0.1;
                }),
                run(2, SIXTY));
        ComparisonFinding tail = of(verdict, JudgedMetric.TTFT_P95);
        assertThat(tail.answer()).as(tail.why()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(tail.why()).contains("the baseline has 60 requests", "it looks worse");
    }

    @Test
    void aTailOfTooFewRequestsThatLooksNoWorseDoesNotGateAndShowsItsNumbers() {
        RunVerdict verdict = against(run(1, SIXTY), run(2, SIXTY));
        ComparisonFinding tail = of(verdict, JudgedMetric.TTFT_P95);
        assertThat(tail.answer()).as(tail.why()).isEqualTo(Answer.OBSERVED);
        assertThat(tail.now().orElseThrow() / tail.before().orElseThrow()).isBetween(0.8, 1.25);
    }

    /** Stated in docs/detection.md: of quiet pairs of runs at most so many have a tail of too few requests that looks worse. */
    @Test
    void quietTailsOfTooFewRequestsRarelyLookWorse() {
        Map<Double, Double> shares = new TreeMap<>();
        for (double sigma : new double[] {0.3, 1}) {
            int worse = 0;
            int looked = 0;
            for (int pair = 0; pair < 1_000; pair++) {
                Consumer<SimulatedRun> quiet = SIXTY.andThen(run -> {
                    run.ttftSigma = sigma;
                    run.runNoise = 0.02;
                });
                ComparisonFinding tail = of(
                        against(run(1_000_003L * pair + 7, quiet), run(1_000_003L * pair + 500_000, quiet)),
                        JudgedMetric.TTFT_P95);
                worse += tail.answer() == Answer.CANNOT_TELL ? 1 : 0;
                looked += tail.why().contains("are needed") ? 1 : 0;
            }
            assertThat(looked).as("pairs with too few requests").isGreaterThan(900);
            shares.put(sigma, worse / 1_000.0);
        }
        assertThat(shares.get(0.3)).isLessThanOrEqualTo(0.05);
        assertThat(shares.get(1.0)).isLessThanOrEqualTo(0.08);
    }
}
