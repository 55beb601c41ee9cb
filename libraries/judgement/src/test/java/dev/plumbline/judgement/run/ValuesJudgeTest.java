package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.ValuesFinding;
import dev.plumbline.judgement.run.ValuesJudge.Quantity;
import dev.plumbline.judgement.run.ValuesJudge.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ValuesJudgeTest {

    private static final Quantity LATENCY = new Quantity("t", "ns", true, 1);
    private static final Quantity RATE = new Quantity("r", "tok/s", false, 1e6);

    /** Sixty blocks of ten lognormal values around 50 ms, those of a block with something in common. */
    private static Values values(long seed, double factor, double common) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Histogram> blocks = new ArrayList<>();
        for (int block = 0; block < 60; block++) {
            double shared = common * random.nextGaussian();
            long[] nanos = new long[10];
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = Math.round(5e7 * factor * Math.exp(shared + .2 * random.nextGaussian()));
            }
            blocks.add(Histogram.of(nanos));
        }
        return new Values(blocks);
    }

    private static RunVerdict judge(Quantity quantity, Values now, Values... before) {
        return ValuesJudge.judge(quantity, now, List.of(before), JudgementSettings.defaults());
    }

    private static ValuesFinding median(RunVerdict verdict) {
        return (ValuesFinding) verdict.findings().get(0);
    }

    @Test
    void alikeListsAreSeldomCalledWorseAndThirtyPercentIsFound() {
        int falsely = 0;
        int found = 0;
        for (int seed = 0; seed < 200; seed++) {
            Values before = values(2L * seed, 1, 0);
            falsely += judge(LATENCY, values(2L * seed + 1, 1, 0), before).decision() == Decision.REGRESSION ? 1 : 0;
            found += judge(LATENCY, values(2L * seed + 1, 1.3, 0), before).decision() == Decision.REGRESSION ? 1 : 0;
        }
        assertThat(falsely).isLessThanOrEqualTo(2);
        assertThat(found).isGreaterThanOrEqualTo(195);
    }

    @Test
    void neighboursThatResembleEachOtherWidenTheInterval() {
        ValuesFinding independent = median(judge(LATENCY, values(1, 1, 0), values(2, 1, 0)));
        ValuesFinding alike = median(judge(LATENCY, values(1, 1, .3), values(2, 1, .3)));
        assertThat(width(alike)).isGreaterThan(1.3 * width(independent));
    }

    private static double width(ValuesFinding finding) {
        return Math.log(finding.ratio().orElseThrow().high()
                / finding.ratio().orElseThrow().low());
    }

    @Test
    void whereMoreIsBetterLessIsWorse() {
        RunVerdict less = judge(RATE, values(1, .7, 0), values(2, 1, 0));
        assertThat(less.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(median(less).now().orElseThrow()).isBetween(30.0, 40.0);
        assertThat(less.findings())
                .extracting(one -> ((ValuesFinding) one).name())
                .containsExactly("p50(r)", "p5(r)");
        assertThat(judge(RATE, values(1, 1.3, 0), values(2, 1, 0)).decision()).isEqualTo(Decision.PASS);
    }

    @Test
    void fewValuesCannotTellAndSayHowManyWould() {
        Values few = new Values(List.of(Histogram.of(50_000_000), Histogram.of(51_000_000)));
        RunVerdict verdict = judge(LATENCY, few, values(1, 1, 0));
        assertThat(verdict.decision()).isEqualTo(Decision.INCONCLUSIVE);
        assertThat(median(verdict).answer()).isEqualTo(Answer.CANNOT_TELL);
        assertThat(median(verdict).why()).contains("are needed");
    }

    @Test
    void nothingIsNoPass() {
        Values none = new Values(List.of());
        assertThat(judge(LATENCY, none, none).decision()).isEqualTo(Decision.INCONCLUSIVE);
    }
}
