package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.AlertRecord.Transition;
import java.util.Arrays;
import java.util.Locale;

/**
 * Prints how many false alarms there are and how soon changes are found, by simulation; run by hand with the number of
 * runs per figure and the number of steady windows per world.
 */
final class Figures {

    private static final int WITHIN_WINDOWS = 360;

    private record World(String name, int requests, double sigma, double loadSigma, int baselineWindows) {}

    private Figures() {}

    public static void main(String[] arguments) {
        int runs = Integer.parseInt(arguments[0]);
        int steadyWindows = Integer.parseInt(arguments[1]);
        for (World world : new World[] {
            new World("demo", 16, 0.10, 0, 60),
            new World("EQ", 200, 0.15, 0.01, 180),
            new World("E0 n=50", 50, 0.6, 0, 180),
            new World("E1 n=200", 200, 0.6, 0.03, 180),
            new World("E1 n=200 short", 200, 0.6, 0.03, 60),
            new World("E3 n=200", 200, 0.6, 0.07, 180)
        }) {
            StringBuilder line = new StringBuilder(String.format("%-15s", world.name));
            for (double factor : new double[] {1.05, 1.1, 1.15, 1.2, 1.3, 2}) {
                int[] delays = new int[runs];
                int found = 0;
                for (int run = 0; run < runs; run++) {
                    SimulatedSeries series = series(world, 1_000 + run);
                    Bench bench = learned(world, series);
                    series.tpotFactor = factor;
                    series.ttftFactor = factor;
                    series.throughputFactor = factor;
                    int windows = bench.windowsUntil(Transition.FIRED, series, WITHIN_WINDOWS);
                    if (windows > 0) {
                        delays[found++] = windows;
                    }
                }
                int[] sorted = Arrays.copyOf(delays, found);
                Arrays.sort(sorted);
                line.append(String.format(
                        Locale.ROOT,
                        "  x%.2f %s (%d/%d)",
                        factor,
                        found == 0 ? "-" : String.valueOf(sorted[found / 2]),
                        found,
                        runs));
            }
            int alarms = 0;
            int steady = 0;
            for (int day = 0; steady < steadyWindows; day++) {
                SimulatedSeries series = series(world, 50_000 + day);
                Bench bench = learned(world, series);
                int windows = Math.min(8_640, steadyWindows - steady);
                for (int i = 0; i < windows; i++) {
                    bench.feed(series.window());
                    bench.verdicts.clear();
                }
                alarms += (int) bench.alerts.stream()
                        .filter(alert -> alert.transition() == Transition.FIRED)
                        .count();
                steady += windows;
            }
            line.append(String.format(Locale.ROOT, "  false: %d in %d windows", alarms, steady));
            System.out.println(line);
        }
    }

    private static SimulatedSeries series(World world, long seed) {
        SimulatedSeries series = new SimulatedSeries(seed, "c8");
        series.requests = world.requests;
        series.sigma = world.sigma;
        series.loadSigma = world.loadSigma;
        return series;
    }

    private static Bench learned(World world, SimulatedSeries series) {
        Bench bench = new Bench(new JudgementSettings(world.baselineWindows, 3, 0.10, 60_480, 1, 15, 9, 30));
        for (int i = 0; i < 5_000 && bench.state.baseline().isEmpty(); i++) {
            bench.feed(series.window());
        }
        return bench;
    }
}
