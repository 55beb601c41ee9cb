package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.JudgedMetric;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RunForesightTest {

    private static final JudgementSettings SETTINGS = JudgementSettings.defaults();
    private static final long WINDOW = 10_000;
    private static final int RUNS = 120;

    private static SimulatedRun run(long seed, int windows, Consumer<SimulatedRun> change) {
        SimulatedRun run = new SimulatedRun(seed);
        run.windows = windows;
        run.ttftSigma = 0.5;
        change.accept(run);
        return run;
    }

    private static List<RunBaseline> baselines(int count, int windows, Consumer<SimulatedRun> change) {
        return LongStream.range(0, count)
                .mapToObj(
                        seed -> RunBaseline.of(run(900 + seed, windows, change).run()))
                .toList();
    }

    private static double passing(List<RunBaseline> baselines, int windows) {
        return IntStream.range(0, RUNS)
                        .filter(seed ->
                                RunJudge.judge(run(seed, windows, same -> {}).run(), baselines, List.of(), SETTINGS)
                                                .decision()
                                        == Decision.PASS)
                        .count()
                / (double) RUNS;
    }

    @Test
    void runsOfTheForeseenLengthPassMoreOftenThanNotAndMuchShorterOnesDoNot() {
        List<RunBaseline> baselines = baselines(5, 60, same -> {});
        assertThat(RunForesight.of(baselines, WINDOW, SETTINGS))
                .isInstanceOfSatisfying(RunForesight.From.class, from -> {
                    int enough = (int) Math.ceil(from.seconds() * 1e3 / WINDOW);
                    assertThat(enough).as("%s", from).isBetween(5, 200);
                    double long_ = passing(baselines, enough);
                    double short_ = passing(baselines, Math.max(4, enough / 4));
                    assertThat(long_).as("%s", from).isGreaterThan(0.5).isGreaterThan(short_ + 0.2);
                });
    }

    @Test
    void moreNoiseNeedsMoreTimeAndMoreBaselinesLess() {
        double plain = seconds(baselines(5, 60, same -> {}));
        assertThat(seconds(baselines(5, 60, noisy -> noisy.ttftSigma = 0.9))).isGreaterThan(plain);
        assertThat(seconds(baselines(10, 60, same -> {}))).isLessThanOrEqualTo(plain);
    }

    private static double seconds(List<RunBaseline> baselines) {
        return RunForesight.of(baselines, WINDOW, SETTINGS) instanceof RunForesight.From from
                ? from.seconds()
                : Double.POSITIVE_INFINITY;
    }

    @Test
    void whatNoLengthCanTellIsSaidWithItsReason() {
        assertThat(RunForesight.of(baselines(5, 2, calm -> calm.ttftSigma = 0.05), WINDOW, SETTINGS))
                .isInstanceOfSatisfying(
                        RunForesight.Never.class,
                        never -> assertThat(never.why())
                                .contains(JudgedMetric.OUTPUT_TOKEN_RATE.displayName())
                                .contains(" whole windows with load, 3 are needed"));
        assertThat(RunForesight.of(baselines(5, 12, unsteady -> unsteady.runNoise = 0.4), WINDOW, SETTINGS))
                .isInstanceOfSatisfying(
                        RunForesight.Never.class,
                        never -> assertThat(never.why()).contains("differ too much"));
    }

    @Test
    void fewRequestsWithoutAnErrorSayLittleOfErrors() {
        assertThat(RunForesight.of(
                        baselines(1, 12, calm -> {
                            calm.requests = 4;
                            calm.ttftSigma = 0.01;
                            calm.tpotSigma = 0.01;
                        }),
                        WINDOW,
                        SETTINGS))
                .isInstanceOfSatisfying(
                        RunForesight.From.class,
                        from -> assertThat(from.decides()).isEqualTo(JudgedMetric.ERROR_RATE));
    }
}
