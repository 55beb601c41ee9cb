package dev.plumbline.detector.judgement;

import dev.plumbline.contract.verdict.AlertRecord.Transition;
import java.util.Arrays;

/** Prints power and false-alarm figures; run by hand. */
final class Figures {
    private Figures() {}

    public static void main(String[] args) {
        int runs = Integer.parseInt(args[0]);
        for (double[] world : new double[][] {{200, .6, .07, 180}, {200, .6, .03, 180}}) {
            int n = (int) world[0];
            JudgementSettings s = new JudgementSettings((int) world[3], 3, 0.10, 60_480, 1, 15, 9, 30);
            StringBuilder line = new StringBuilder(
                    String.format("n=%d sigma=%.2f load=%.2f base=%d:", n, world[1], world[2], (int) world[3]));
            for (double f : new double[] {1, 1.05, 1.1, 1.15, 1.2, 1.3, 2}) {
                int[] delays = new int[runs];
                int fired = 0, d = 0;
                for (int r = 0; r < runs; r++) {
                    SimulatedSeries sim = new SimulatedSeries(1000 + r, "c8");
                    sim.requests = n;
                    sim.sigma = world[1];
                    sim.loadSigma = world[2];
                    Bench b = new Bench(s);
                    b.feed(sim, (int) world[3] + 3);
                    if (b.state.baseline().isEmpty()) {
                        continue;
                    }
                    sim.tpotFactor = f;
                    sim.ttftFactor = f;
                    sim.throughputFactor = f;
                    int u = b.windowsUntil(Transition.FIRED, sim, 360);
                    d++;
                    if (u > 0) {
                        delays[fired++] = u;
                    }
                }
                int[] sorted = Arrays.copyOf(delays, fired);
                Arrays.sort(sorted);
                line.append(
                        String.format("  x%.2f %s (%d/%d)", f, fired == 0 ? "-" : "" + sorted[fired / 2], fired, d));
            }
            System.out.println(line);
        }
    }
}
