package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class BudgetJudgeTest {

    private final SimulatedRun simulated = new SimulatedRun(1);

    private BudgetFinding judge(String budget) {
        return new BudgetJudge(new JudgedWindows(simulated.run())).judge(Budget.parse(budget));
    }

    @Test
    void aClearLimitIsKeptOrBrokenAndSaysByHowMuch() {
        // p95 of a log-normal around 50 ms with sigma .3 is 82 ms.
        BudgetFinding kept = judge("p95(ttft)<200ms");
        assertThat(kept.answer()).isEqualTo(Answer.PASS);
        assertThat(kept.value().getAsDouble()).isBetween(75.0, 90.0);
        assertThat(kept.low().getAsDouble()).isLessThan(kept.value().getAsDouble());
        assertThat(kept.high().getAsDouble()).isGreaterThan(kept.value().getAsDouble());
        assertThat(kept.why()).contains("kept").contains("ms");
        BudgetFinding broken =
                new BudgetJudge(new JudgedWindows(new SimulatedRun(1).run())).judge(Budget.parse("p95(ttft)<0.02s"));
        assertThat(broken.answer()).isEqualTo(Answer.FAIL);
        assertThat(broken.unit()).isEqualTo("s");
        assertThat(broken.value().getAsDouble()).isBetween(0.075, 0.09);
    }

    @Test
    void nearTheLimitItCannotBeToldAndSaysHowMuchLongerARunWouldDo() {
        BudgetFinding finding = judge("p95(ttft)<84ms");
        assertThat(finding.answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(finding.why()).contains("limit");
    }

    @Test
    void tooFewRequestsForAnEndSayHowManyAreNeeded() {
        simulated.windows = 4;
        simulated.requests = 10;
        BudgetFinding finding = judge("p99(ttft)<500ms");
        assertThat(finding.answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(finding.why()).contains("40 requests, about ").contains("are needed: a run of about");
    }

    @Test
    void fewRequestsAreEnoughForWhatIsClearlyBeyond() {
        simulated.windows = 4;
        simulated.requests = 10;
        assertThat(judge("p99(ttft)<10ms").answer()).isEqualTo(Answer.FAIL);
    }

    @Test
    void noErrorInFewRequestsIsNotARareError() {
        simulated.windows = 4;
        simulated.requests = 50;
        BudgetFinding finding = judge("error_rate<1%");
        assertThat(finding.answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(finding.high().getAsDouble()).isBetween(1.4, 1.5);
        assertThat(finding.why()).contains("not one of 200 requests").contains("299");
    }

    @Test
    void threeOverTheLimitWithoutAnErrorAreEnough() {
        simulated.windows = 6;
        simulated.requests = 50;
        assertThat(judge("error_rate<1%").answer()).isEqualTo(Answer.PASS);
    }

    @Test
    void noErrorAtAllIsAboutThisRun() {
        assertThat(judge("error_rate<=0").answer()).isEqualTo(Answer.PASS);
        simulated.errorShare = 0.05;
        assertThat(judge("error_rate<=0%").answer()).isEqualTo(Answer.FAIL);
    }

    @Test
    void manyErrorsBreakTheirBudget() {
        simulated.errorShare = 0.05;
        assertThat(judge("error_rate<1%").answer()).isEqualTo(Answer.FAIL);
    }

    @Test
    void ratesAreThoseOfWholeWindows() {
        // 8,000 tokens in ten seconds.
        assertThat(judge("output_token_rate>500").answer()).isEqualTo(Answer.PASS);
        assertThat(judge("output_token_rate>1000").answer()).isEqualTo(Answer.FAIL);
        simulated.windows = 4;
        BudgetFinding finding = judge("output_token_rate>500");
        assertThat(finding.answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(finding.why()).contains("2 whole windows of 10 s, 3 are needed: a run of 40 s");
    }

    @Test
    void windowsInWhichNothingWasDueCountInRatesAndInNothingElse() {
        simulated.loadPoint = "r5";
        simulated.windows = 13;
        simulated.loadEvery = 4;
        // Of eleven whole windows the 5th and the 9th have 50 requests each.
        assertThat(judge("request_rate>0.1").value().getAsDouble()).isCloseTo(100 / 110.0, within(1e-9));
        assertThat(judge("output_token_rate>1").value().getAsDouble()).isBetween(100.0, 200.0);
        assertThat(judge("achieved_ratio>99%").answer()).isEqualTo(Answer.PASS);
        assertThat(judge("mean(tpot)<8ms").answer()).isEqualTo(Answer.PASS);
        simulated.windows = 8;
        assertThat(judge("mean(tpot)<8ms").why()).contains("2 windows that have it, 3 are needed");
        BudgetFinding finding = judge("achieved_ratio>99%");
        assertThat(finding.answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(finding.why()).contains("2 windows with load, 3 are needed");
    }

    @Test
    void aRunInWhichNothingWasDueBreaksNoBudgetOnARate() {
        simulated.loadPoint = "r5";
        simulated.windows = 13;
        simulated.loadEvery = 100;
        BudgetFinding finding = judge("request_rate>0.1");
        assertThat(finding.answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(finding.why()).contains("nothing was due in 11 whole windows");
        assertThat(judge("output_token_rate>1").answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(judge("achieved_ratio>99%").why()).contains("1 windows with load, 3 are needed");
    }

    @Test
    void requestRateMeanAndMaximum() {
        assertThat(judge("request_rate>4").answer()).isEqualTo(Answer.PASS);
        assertThat(judge("mean(tpot)<8ms").answer()).isEqualTo(Answer.PASS);
        assertThat(judge("mean(tpot)<5ms").answer()).isEqualTo(Answer.FAIL);
        assertThat(judge("max(tpot)<50ms").answer()).isEqualTo(Answer.PASS);
        assertThat(judge("max(tpot)<6ms").answer()).isEqualTo(Answer.FAIL);
    }

    @Test
    void theAchievedRatioIsForAnOpenLoop() {
        assertThat(judge("achieved_ratio>99%").why()).contains("closed loop");
        simulated.loadPoint = "r5";
        assertThat(judge("achieved_ratio>99%").answer()).isEqualTo(Answer.PASS);
        simulated.completedShare = 0.7;
        assertThat(judge("achieved_ratio>99%").answer()).isEqualTo(Answer.FAIL);
    }

    @Test
    void aCostNeedsAPrice() {
        assertThat(judge("cost_per_1k<1").answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(judge("cost_per_1k<1").why()).contains("--price-per-gpu-hour");
        // About 800 tokens a second: 0.001 a second of GPUs, so 0.00125 for 1,000 of them.
        simulated.gpuPricePerHour = OptionalDouble.of(3.6);
        assertThat(judge("cost_per_1k_tokens<0.0014").answer()).isEqualTo(Answer.PASS);
        assertThat(judge("cost_per_1k<0.0011").answer()).isEqualTo(Answer.FAIL);
    }

    @Test
    void goodputNeedsStatedGoals() {
        assertThat(judge("goodput>95%").why()).contains("--goodput");
        simulated.goodput = Optional.of(new RunTotals.Goodput("ttft:200", 600, 600));
        assertThat(judge("goodput>95%").answer()).isEqualTo(Answer.PASS);
        simulated.goodput = Optional.of(new RunTotals.Goodput("ttft:200", 500, 600));
        assertThat(judge("goodput>95%").answer()).isEqualTo(Answer.FAIL);
        simulated.goodput = Optional.of(new RunTotals.Goodput("ttft:200", 20, 20));
        assertThat(judge("goodput>95%").answer()).isEqualTo(Answer.CANNOT_TELL);
    }

    @Test
    void aBudgetOfAnotherScenarioDoesNotCountAndIsTold() {
        BudgetFinding finding = judge("code: p95(ttft)<1ms");
        assertThat(finding.answer()).isEqualTo(Answer.OBSERVED);
        assertThat(finding.why()).contains("chat");
        assertThat(judge("chat: p95(ttft)<1ms").answer()).isEqualTo(Answer.FAIL);
    }

    @Test
    void answersOfOneTokenAreStreamedAndHaveNoTimePerToken() {
        assertThat(judge("p95(itl)<50ms").why()).contains("two tokens and more", "--osl");
        simulated.streamed = false;
        assertThat(judge("p95(itl)<50ms").why()).contains("is the answer streamed?");
    }

    @Test
    void whatTheRunDoesNotHaveIsNeverKept() {
        simulated.streamed = false;
        assertThat(judge("p95(ttft)<500ms").answer()).isEqualTo(Answer.CANNOT_TELL);
        simulated.completedShare = 0;
        assertThat(judge("p95(e2e)<500ms").why()).isEqualTo("no request completed");
        simulated.requests = 0;
        assertThat(judge("error_rate<1%").why()).isEqualTo("no request ended");
    }

    /** There may be hundreds that completed. */
    @Test
    void whereNothingCanBeJudgedThatIsSaidAndNotThatNothingCompleted() {
        simulated.covered(0.1);
        assertThat(judge("p95(e2e)<500ms").why()).isEqualTo("no request that can be judged completed");
        assertThat(judge("error_rate<1%").why()).isEqualTo("no request that can be judged ended");
    }

    @Test
    void sickWindowsAreLeftOut() {
        simulated.coverage = 0.5;
        assertThat(judge("p95(ttft)<500ms").answer()).isEqualTo(Answer.CANNOT_TELL);
    }

    @Test
    void intervalsHoldTheTruthAboutAsOftenAsTheySay() {
        int held = 0;
        for (int seed = 0; seed < 200; seed++) {
            SimulatedRun run = new SimulatedRun(7_000 + seed);
            run.runNoise = 0;
            run.requests = 30;
            BudgetFinding finding =
                    new BudgetJudge(new JudgedWindows(run.run())).judge(Budget.parse("p50(ttft)<1000ms"));
            held += finding.low().getAsDouble() <= 50 && finding.high().getAsDouble() >= 50 ? 1 : 0;
        }
        assertThat(held).isBetween(185, 200);
    }
}
