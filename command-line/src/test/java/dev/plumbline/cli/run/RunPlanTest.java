package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.protocol.EndpointType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RunPlanTest {

    private final RunOptions options = new RunOptions();
    private final LoadOptions load = options.load;
    private final SpendOptions spend = options.spend;
    private final JudgementOptions judgement = options.judgement;
    private final StackOptions stack = options.stack;

    @Test
    void withoutFlagsFourAtATimeForAMinute() {
        RunPlan plan = checked(false);

        assertThat(plan.loadPoint()).isEqualTo(new LoadPoint.ClosedLoop(4));
        assertThat(plan.duration()).hasValue(Duration.ofSeconds(60));
        assertThat(plan.breakerRatio()).isEqualTo(0.5);
        assertThat(plan.isEndless()).isFalse();
    }

    @Test
    void aCountReplacesTheDuration() {
        load.requestCount = 100L;

        assertThat(checked(false).duration()).isEmpty();
        assertThat(checked(false).isEndless()).isFalse();
    }

    @Test
    void aRateIsAnOpenLoop() {
        load.requestRate = 2.5;

        assertThat(checked(false).loadPoint()).isEqualTo(new LoadPoint.OpenLoop(2.5, new Arrivals.Poisson()));
    }

    @Test
    void aShapeIsALoadOfItsOwn() {
        options.shape.shape = "square:10,50@20s";
        assertThat(checked(false).loadPoint()).isEqualTo(LoadPoint.parse("s-square10-50x20s-poisson"));
        load.burstiness = 0.25;
        assertThat(checked(false).loadPoint()).isEqualTo(LoadPoint.parse("s-square10-50x20s-gamma0.25"));
        load.requestRate = 5.0;
        wrong("--shape", "excludes --request-rate: the shape states every level");
        load.requestRate = null;
        load.burstiness = null;
        options.shape.concurrencyShape = "ramp:2..16/60s";
        wrong("--concurrency-shape", "excludes --shape");
        options.shape.shape = null;
        assertThat(checked(false).loadPoint()).isEqualTo(LoadPoint.parse("s-ramp2-16x60s-slots"));
        options.shape.concurrencyShape = "ramp:2..1.5/60s";
        wrong("--concurrency-shape", "whole numbers");
        options.shape.concurrencyShape = "ramp:2->16/60s";
        wrong("--concurrency-shape", "for example ramp:10..100/60s");
    }

    @Test
    void aBatchIsOfSinglePromptsAndBookedWithAllOfThem() {
        load.batch = 8;
        assertThat(checked(false).batch(EndpointType.COMPLETIONS).words()).isEqualTo("8 prompts in one request");
        assertThat(checked(false).batch(EndpointType.CHAT).words()).isEqualTo("8 requests at once");
        spend.maxTokensTotal = 8L * 2 * 128 * 4;
        wrong("--max-tokens-total", "the 32 prompts of its start may take");
        spend.maxTokensTotal = null;
        options.workload.mix = "chat=1";
        wrong("--mix", "is of sessions, and a batch is of single prompts");
        options.workload.mix = null;
        load.batch = 0;
        wrong("--batch", "is 0, allowed is 1 to 1024");
    }

    @Test
    void howALoadWentOnWithoutItsProducerIsSaid() {
        assertThat(checked(false).wentOn(1))
                .isEqualTo("1 time after its producer was gone: with the session after the last that was acknowledged;"
                        + " what fell due meanwhile was not sent");
        options.prompts.prompts = List.of("hi");
        assertThat(checked(false).wentOn(2))
                .startsWith(
                        "2 times after its producer was gone: with the prompt after the last that was acknowledged;");
        options.prompts.prompts = List.of();
        options.shape.shape = "square:10,50@20s";
        assertThat(checked(false).wentOn(1)).contains("acknowledged, where its shape was by then; what");
        options.shape.shape = "adjustable:20";
        assertThat(checked(false).wentOn(1)).contains("acknowledged, at the level that was set last; what");
    }

    @Test
    void aShareIsOneOfSeveralAndSaysWhatItNeeds() {
        load.requestRate = 30.0;
        options.shape.share = "2/3";
        assertThat(checked(false).loadPoint()).isEqualTo(new LoadPoint.OpenLoop(30, new Arrivals.Poisson()));
        load.burstiness = 0.25;
        wrong("--share", "needs a begin that all have in common: --begin-at");
        options.shape.beginAt = "tomorrow";
        wrong("--begin-at", "example: 2026-12-01T12:00:00Z");
        options.shape.beginAt = "2026-12-01T13:00:00+01:00";
        checked(false);
        options.shape.warmupUntilSteady = true;
        wrong("--warmup-until-steady", "cannot be shared");
        options.shape.warmupUntilSteady = false;
        options.shape.share = "4/3";
        wrong("--share", "is 4/3, allowed is");
    }

    @Test
    void phasesThatHaveNoMeaningAreRefused() {
        options.shape.warmupMax = Duration.ofMinutes(1);
        wrong("--warmup-max", "is of --warmup-until-steady");
        options.shape.warmupMax = null;
        options.shape.smokeExpect = "(";
        wrong("--smoke-expect", "is no regular expression");
        options.shape.smokeExpect = null;
        options.shape.cooldown = Duration.ofSeconds(5);
        load.requestCount = 5L;
        wrong("--cooldown", "follows --duration");
    }

    /** A plain run keeps the conditions that it always had, and its baselines. */
    @Test
    void onlyWhatIsSaidBecomesACondition() {
        assertThat(options.shape.conditions(Optional.of(Duration.ofSeconds(60))))
                .isEmpty();
        options.shape.shape = "ramp:1..20/60s";
        options.shape.share = "2/3";
        assertThat(options.shape.conditions(Optional.of(Duration.ofSeconds(90))))
                .isEqualTo(Map.of("shapeDuration", "90s", "shares", "3"));
    }

    /** As in vllm bench serve, where it is the default. */
    @Test
    void aRateWithoutBoundIsAsManyAtOnceAsAreSaid() {
        load.requestRate = Double.POSITIVE_INFINITY;
        wrong("--request-rate", "inf sends as fast as answers come: say how many at once with --concurrency");
        load.requestCount = 32L;
        assertThat(checked(false).loadPoint()).isEqualTo(new LoadPoint.ClosedLoop(32));
        load.concurrency = 8;
        assertThat(checked(false).loadPoint()).isEqualTo(new LoadPoint.ClosedLoop(8));
    }

    @Test
    void rateAndConcurrencyExcludeEachOther() {
        load.requestRate = 2.5;
        load.concurrency = 4;

        wrong("--request-rate", "excludes --concurrency");
    }

    @Test
    void forEverAgainstAPricedApiNeedsALimit() {
        load.duration = Span.FOREVER;

        assertThat(checked(false).isEndless()).isTrue();
        assertThatThrownBy(() -> checked(true)).hasMessageContaining("--yes-spend");
        spend.yesSpend = true;
        assertThat(checked(true).isEndless()).isTrue();
        spend.yesSpend = false;
        spend.maxTokensTotal = 10_000L;
        assertThat(checked(true).isEndless()).isTrue();
    }

    @Test
    void aPriceMakesAnApiPriced() {
        load.duration = Span.FOREVER;
        spend.pricePer1kInput = 0.01;

        wrong("--duration", "--max-cost");
    }

    @Test
    void aCostNeedsAPrice() {
        spend.maxCost = 5.0;

        wrong("--max-cost", "--price-per-1k-input");
    }

    @Test
    void gpusArePaidByTheHourOrTokensByTheirPrice() {
        spend.pricePerGpuHour = 2.5;
        assertThat(checked(false).spend().pricePerGpuHour).isEqualTo(2.5);
        spend.pricePer1kOutput = 0.01;
        wrong("--price-per-gpu-hour", "beside a price of tokens");
        spend.pricePer1kOutput = null;
        spend.maxCost = 3.0;
        wrong("--max-cost", "bounded by --duration");
        spend.maxCost = null;
        spend.pricePerGpuHour = 0.0;
        wrong("--price-per-gpu-hour", "is 0.0, allowed is 0.001 to 10000 for an hour of one GPU");
        spend.pricePerGpuHour = null;
        spend.gpus = 4L;
        wrong("--gpus", "give --price-per-gpu-hour beside it");
    }

    @Test
    void pricesAreAmounts() {
        spend.pricePer1kInput = -0.5;
        wrong("--price-per-1k-input", "is -0.5, allowed is 0 to 1000000");
        spend.pricePer1kInput = null;
        spend.pricePer1kOutput = Double.NaN;
        wrong("--price-per-1k-output", "NaN");
        spend.pricePer1kOutput = 0.0;
        spend.maxCost = 1.0;
        wrong("--max-cost", "needs a price");
    }

    @Test
    void limitsThatLeaveNothingToMeasureAreWrong() {
        spend.maxRequests = 4L;
        wrong("--max-requests", "the warm-up alone takes 4 or more");
        load.warmupDuration = Duration.ZERO;
        assertThat(checked(false).loadPoint()).isNotNull();
        load.warmupRequestCount = 10;
        wrong("--max-requests", "--warmup-request-count");
        spend.maxRequests = null;
        spend.maxTokensTotal = 320L;
        wrong("--max-tokens-total", "one request may take 344 tokens");
        load.outputTokensDeviation = 0;
        spend.maxTokensTotal = 319L;
        wrong("--max-tokens-total", "one request may take 320 tokens");
        load.warmupDuration = Duration.ofSeconds(10);
        spend.maxTokensTotal = 320L;
        wrong("--max-tokens-total", "the 4 requests of its start may take 1280 tokens");
        load.requestRate = 1.0;
        assertThat(checked(false).loadPoint()).isEqualTo(new LoadPoint.OpenLoop(1, new Arrivals.Poisson()));
        spend.maxTokensTotal = null;
        spend.pricePer1kOutput = 1.0;
        spend.maxCost = 0.06;
        wrong("--max-cost", "0.06400 at the stated prices");
        spend.maxCost = 0.07;
        assertThat(checked(false).loadPoint()).isEqualTo(new LoadPoint.OpenLoop(1, new Arrivals.Poisson()));
    }

    @Test
    void aRampIsOfAClosedLoop() {
        load.ramp = Duration.ofSeconds(5);
        assertThat(checked(false).load().ramp).isEqualTo(Duration.ofSeconds(5));
        load.requestRate = 1.0;
        wrong("--ramp", "give --concurrency");
    }

    @Test
    void theBreakerCanBeSwitchedOff() {
        spend.breaker = "off";

        assertThat(checked(false).breakerRatio()).isGreaterThan(1);
        spend.breaker = "150%";
        wrong("--breaker", "150%");
    }

    @Test
    void budgetsOfOtherScenariosAreLeftOut() {
        judgement.budgets = List.of("p95(ttft)<500ms", "code: p95(ttft)<900ms");

        assertThat(checked(false).budgets()).hasSize(1);
        judgement.scenario = "code";
        assertThat(checked(false).budgets()).hasSize(2);
    }

    @Test
    void namesTheFlagOfAWrongBudgetAndGoal() {
        judgement.budgets = List.of("p95(speed)<5");
        wrong("--budget", "speed");
        judgement.budgets = List.of();
        judgement.goodput = "fast";
        wrong("--goodput", "fast");
    }

    @Test
    void windowsAreWholeSeconds() {
        stack.window = Duration.ofMillis(1_500);

        wrong("--window", "whole seconds");
    }

    /** What the detector would refuse is refused before the load begins. */
    @Test
    void theDetectorTakesWhatIsChecked() {
        stack.threshold = 0.30;
        wrong("--threshold", "is 30%, allowed is 1% to 29%");
        stack.threshold = 0.29;
        stack.resolveSpan = Duration.ofSeconds(59);
        wrong("--resolve-span", "allowed is six windows or more, 1m");
        stack.resolveSpan = null;
        stack.window = Duration.ofMinutes(1);
        wrong("--window", "--resolve-span must be six windows or more");
        stack.resolveSpan = Duration.ofMinutes(6);
        assertThat(checked(false).stack().threshold).isEqualTo(0.29);

        for (double share : new double[] {0.01, 0.29}) {
            new JudgementSettings(180, 1, share, 60_480, 1, 15, 9, 6);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JudgementSettings(180, 1, 0.291, 60_480, 1, 15, 9, 6));
        assertThatIllegalArgumentException().isThrownBy(() -> new JudgementSettings(180, 1, 0.29, 60_480, 1, 15, 9, 5));
    }

    @Test
    void flagsThatDoNotReachAStackThatRunsAlreadyAreRefused() {
        stack.requireNothingOf("the stack of 'plumb up'", OptionalDouble.of(0.1));
        stack.threshold = 0.1;
        stack.requireNothingOf("the stack of 'plumb up'", OptionalDouble.of(0.1));
        stack.threshold = 0.05;
        stack.requireNothingOf("the cluster of --kafka", OptionalDouble.empty());
        refused("--threshold is 5% and the detector of the stack of 'plumb up' has 10%");
        stack.baselineWindows = 60;
        refused("--baseline-windows is for a stack of its own");
        stack.baselineWindows = null;
        stack.resolveSpan = Duration.ofMinutes(5);
        refused("--resolve-span is for a stack of its own");
    }

    private void refused(String words) {
        assertThatThrownBy(() -> stack.requireNothingOf("the stack of 'plumb up'", OptionalDouble.of(0.1)))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(words);
    }

    private RunPlan checked(boolean mayCostMoney) {
        return RunPlan.checked("id", options, mayCostMoney);
    }

    private void wrong(String option, String words) {
        assertThatThrownBy(() -> checked(false))
                .isInstanceOfSatisfying(
                        RunPlan.Wrong.class, wrong -> assertThat(wrong.option()).isEqualTo(option))
                .hasMessageContaining(words);
    }
}
