package dev.plumbline.judgement.run;

import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.SampleRatioFinding;
import dev.plumbline.judgement.result.RunWindow;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Whether a canary got the share that was asked for. A share that is off by more than chance says that something chose who is
 * served by whom, a full queue or a broken assignment, and then the two are not alike (Fabijan et al., Diagnosing sample ratio
 * mismatch in online controlled experiments, 2019).
 *
 * <p>Chance is that of a binomial distribution, at one in a thousand on both sides together, as is usual: it is asked in each run,
 * and what it says voids the run. Sessions of many turns go to one side as a whole and scatter more than single requests, so a share
 * that is off by less than a twentieth of itself is let pass, too: what that could shift is far below what counts.
 */
final class SampleRatio {

    private static final double CHANCE = 1e-3;

    private static final double SMALLEST_DEVIATION = 0.05;

    private SampleRatio() {}

    static SampleRatioFinding of(RunResult canary, RunResult beside, CanarySplit split) {
        long here = offered(canary);
        long there = offered(beside);
        String counts = here + " requests on the canary, " + there + " beside it, "
                + (split.paired() ? "of each pair one asked" : Numbers.percent(split.share()) + " asked");
        if (here + there == 0) {
            return new SampleRatioFinding(Answer.CANNOT_TELL, split.share(), 0, 0, "no request fell due");
        }
        double got = (double) here / (here + there);
        boolean far = Math.abs(got - split.share()) >= SMALLEST_DEVIATION * split.share();
        double chance = chance(here, here + there, split.share());
        return far && chance < CHANCE
                ? new SampleRatioFinding(
                        Answer.CANNOT_TELL,
                        split.share(),
                        here,
                        there,
                        counts + ": " + Numbers.percent(got)
                                + " is no chance, so the two are not alike; look at what was dropped"
                                + " and at the breaker")
                : new SampleRatioFinding(Answer.OBSERVED, split.share(), here, there, counts);
    }

    private static double chance(long hits, long of, double share) {
        BinomialDistribution expected = BinomialDistribution.of((int) Math.min(Integer.MAX_VALUE, of), share);
        int seen = (int) Math.min(Integer.MAX_VALUE, hits);
        return Math.min(1, 2 * Math.min(expected.cumulativeProbability(seen), expected.survivalProbability(seen - 1)));
    }

    private static long offered(RunResult run) {
        long sum = 0;
        for (RunWindow window : run.windows()) {
            sum += window.measured().offered() + window.excluded().offered();
        }
        return sum;
    }
}
