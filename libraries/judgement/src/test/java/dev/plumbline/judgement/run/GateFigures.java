package dev.plumbline.judgement.run;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.judgement.result.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Prints how often a run is called worse than its baseline, fine, or undecided, by simulation; run by hand with the number of
 * pairs per figure.
 */
final class GateFigures {

    record World(String name, int baselines, int windows, int requests, double ttftSigma, double runNoise) {}

    /** Shares of the decisions. */
    record Shares(double fail, double pass, double undecided) {
        String cell() {
            return String.format(Locale.ROOT, "%.1f / %.1f", fail * 100, undecided * 100);
        }
    }

    static final List<World> WORLDS = List.of(
            new World("600 requests in 2 min, 1 baseline", 1, 12, 50, 0.3, 0.02),
            new World("the same, 5 baselines", 5, 12, 50, 0.3, 0.02),
            new World("the same, 10 baselines", 10, 12, 50, 0.3, 0.02),
            new World("600 requests, even TTFT, 1 baseline", 1, 12, 50, 0.1, 0.02),
            new World("3,000 requests in 10 min, 1 baseline", 1, 60, 50, 0.3, 0.02),
            new World("the same, 10 baselines", 10, 60, 50, 0.3, 0.02),
            new World("112 requests in 70 s, 1 baseline", 1, 7, 16, 0.3, 0.02),
            new World("600 requests, run noise 5 %, 1 baseline", 1, 12, 50, 0.3, 0.05),
            new World("the same, 10 baselines", 10, 12, 50, 0.3, 0.05));

    private GateFigures() {}

    public static void main(String[] arguments) {
        int pairs = Integer.parseInt(arguments[0]);
        System.out.println("| runs | +0 % | +5 % | +10 % | +15 % | +20 % | +30 % |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (World world : WORLDS) {
            StringBuilder row = new StringBuilder("| " + world.name());
            for (double factor : new double[] {1, 1.05, 1.1, 1.15, 1.2, 1.3}) {
                row.append(" | ").append(shares(world, factor, pairs).cell());
            }
            System.out.println(row.append(" |"));
        }
    }

    static Shares shares(World world, double factor, int pairs) {
        int[] counts = new int[Decision.values().length];
        IntStream.range(0, pairs).forEach(pair -> {
            List<RunBaseline> baselines = new ArrayList<>();
            for (int i = 0; i < world.baselines(); i++) {
                baselines.add(
                        RunBaseline.of(run(world, 1_000_003L * pair + i, 1).run()));
            }
            RunResult candidate =
                    run(world, 1_000_003L * pair + 500_000, factor).run();
            counts[
                    RunJudge.judge(candidate, baselines, List.of(), JudgementSettings.defaults())
                            .decision()
                            .ordinal()]++;
        });
        return new Shares(
                counts[Decision.REGRESSION.ordinal()] / (double) pairs,
                counts[Decision.PASS.ordinal()] / (double) pairs,
                counts[Decision.INCONCLUSIVE.ordinal()] / (double) pairs);
    }

    private static SimulatedRun run(World world, long seed, double factor) {
        SimulatedRun run = new SimulatedRun(seed);
        run.windows = world.windows();
        run.requests = world.requests();
        run.ttftSigma = world.ttftSigma();
        run.runNoise = world.runNoise();
        run.factor = factor;
        return run;
    }
}
