package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.series.DetectionFigures.Found;
import dev.plumbline.judgement.series.DetectionFigures.Watch;
import dev.plumbline.judgement.series.SimulatedWorld.World;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Our judge and the rules of others on the very same windows: how often each raises an alarm where nothing changed, and how soon it
 * does where something did. In ten rounds, after each of which the tables are printed with the days that they have.
 */
final class DetectionBenchmark {

    private static final int ROUNDS = 10;

    /** Of the other worlds there is one day for so many of the headline. */
    private static final int HEADLINE_SHARE = 5;

    private static final int REQUESTS = 200;
    private static final int WARM_WINDOWS = 60;
    private static final double[] FACTORS = {1.05, 1.1, 1.15, 1.2, 1.3, 2};

    private static final List<World> WORLDS = List.of(
            SimulatedWorld.E2,
            SimulatedWorld.E0,
            SimulatedWorld.E1,
            SimulatedWorld.E3,
            SimulatedWorld.EQ,
            SimulatedWorld.STALLS,
            SimulatedWorld.DRIFT);

    /** Beside the rules of others: the series of six streams, one stream alone, and what is said to grow. */
    private static final List<String> OURS =
            List.of("ours, six streams", "ours, p95(ttft) alone", "ours, named as growth");

    private static final int GROWTH = OURS.size() - 1;

    private final PrintStream out;
    private final List<String> names = new ArrayList<>();
    private final Map<World, long[]> alarms = new LinkedHashMap<>();
    private final Map<World, Integer> days = new LinkedHashMap<>();

    DetectionBenchmark(PrintStream out) {
        this.out = out;
        OtherRules.all().forEach(rule -> names.add(rule.displayName() + ", p95(ttft)"));
        names.addAll(OURS);
    }

    /**
     * @param headlineDays of E2; of the other worlds a fifth of that
     * @param runs for each size of a change
     */
    void print(int headlineDays, int runs) {
        delays(SimulatedWorld.E2, runs);
        delays(SimulatedWorld.EQ, Math.max(1, runs / HEADLINE_SHARE));
        for (int round = 0; round < ROUNDS; round++) {
            for (World world : WORLDS) {
                int all = world.equals(SimulatedWorld.E2) ? headlineDays : Math.max(1, headlineDays / HEADLINE_SHARE);
                calm(world, all * round / ROUNDS, all * (round + 1) / ROUNDS);
            }
            table();
        }
    }

    private void calm(World world, int from, int to) {
        long[] sums = alarms.computeIfAbsent(world, unused -> new long[names.size()]);
        LongStream.range(from, to)
                .parallel()
                .mapToObj(seed -> day(new SimulatedWorld(world, REQUESTS, 10_000 + seed)))
                .toList()
                .forEach(day -> Arrays.setAll(sums, rule -> sums[rule] + day[rule]));
        days.put(world, to);
    }

    private int[] day(SimulatedWorld series) {
        All all = new All(series);
        int[] counts = new int[names.size()];
        for (int i = 0; i < SimulatedWorld.WINDOWS_A_DAY; i++) {
            boolean[] fired = all.next();
            for (int rule = 0; rule < counts.length; rule++) {
                counts[rule] += fired[rule] ? 1 : 0;
            }
        }
        return counts;
    }

    private void table() {
        StringBuilder head = new StringBuilder("| alarms a day where nothing changed (upper 95 % bound) |");
        StringBuilder line = new StringBuilder("|---|");
        days.forEach((world, count) -> {
            head.append(' ').append(world.name()).append(", ").append(count).append(" days |");
            line.append("---|");
        });
        out.println(head);
        out.println(line);
        for (int rule = 0; rule < names.size(); rule++) {
            StringBuilder row = new StringBuilder("| ").append(names.get(rule)).append(" |");
            for (Map.Entry<World, long[]> sums : alarms.entrySet()) {
                long count = sums.getValue()[rule];
                int of = Math.max(1, days.getOrDefault(sums.getKey(), 1));
                row.append(String.format(
                        Locale.ROOT, " %.2f (%.2f) |", (double) count / of, OtherRules.poissonUpper95(count) / of));
            }
            out.println(row);
        }
        out.println();
    }

    private void delays(World world, int runs) {
        int[][][] found = new int[FACTORS.length][][];
        for (int f = 0; f < FACTORS.length; f++) {
            double factor = FACTORS[f];
            found[f] = LongStream.range(0, runs)
                    .parallel()
                    .mapToObj(seed -> delay(new SimulatedWorld(world, REQUESTS, 500_000 + seed), factor))
                    .toArray(int[][]::new);
        }
        out.println("| windows to the alarm, " + world.name() + ", " + runs
                + " runs | +5 % | +10 % | +15 % | +20 % | +30 % | x2 |\n|---|---|---|---|---|---|---|");
        for (int rule = 0; rule < names.size(); rule++) {
            int which = rule;
            StringBuilder row = new StringBuilder("| ").append(names.get(rule)).append(" |");
            for (int[][] delays : found) {
                int[] ofRule = Arrays.stream(delays)
                        .mapToInt(each -> each[which])
                        .filter(delay -> delay != 0)
                        .toArray();
                row.append(' ')
                        .append(ofRule.length == 0 ? "-" : Found.of(ofRule).text())
                        .append(" |");
            }
            out.println(row);
        }
        out.println();
    }

    /** Windows until each fires; -1 where it does not, 0 where it did already. */
    private int[] delay(SimulatedWorld series, double factor) {
        All all = new All(series);
        int[] found = new int[names.size()];
        boolean[] before = all.isFiring();
        series.all(factor);
        for (int i = 1; i <= DetectionFigures.WITHIN_WINDOWS; i++) {
            boolean[] fired = all.next();
            boolean isLeft = false;
            for (int rule = 0; rule < found.length; rule++) {
                if (fired[rule] && !before[rule] && found[rule] == 0) {
                    found[rule] = i;
                }
                isLeft |= rule < found.length - 1 && found[rule] == 0 && !before[rule];
            }
            if (!isLeft) {
                break;
            }
        }
        for (int rule = 0; rule < found.length; rule++) {
            found[rule] = before[rule] ? 0 : found[rule] == 0 ? -1 : found[rule];
        }
        return found;
    }

    /** All of them on one series, taught and warm. */
    private static final class All {
        private final SimulatedWorld series;
        private final List<OtherRules> others = OtherRules.all();
        private final Watch[] ours;

        All(SimulatedWorld series) {
            this.series = series;
            Watch watch = new Watch(series);
            for (int i = 0;
                    i < DetectionFigures.MOST_LEARNING && watch.state.baseline().isEmpty();
                    i++) {
                WindowRecord window = watch.next();
                others.forEach(rule -> rule.learn(latency(window)));
            }
            if (watch.state.baseline().isEmpty()) {
                throw new IllegalStateException("no baseline after " + DetectionFigures.MOST_LEARNING + " windows");
            }
            ours = new Watch[] {watch, watch.only(JudgedMetric.TTFT_P95)};
            for (int i = 0; i < WARM_WINDOWS; i++) {
                next();
            }
        }

        private static Histogram latency(WindowRecord window) {
            return window.delta().latency(LatencyMetric.TTFT);
        }

        boolean[] isFiring() {
            boolean[] firing = new boolean[others.size() + OURS.size()];
            for (int i = 0; i < ours.length; i++) {
                firing[others.size() + i] = ours[i].isFiring();
            }
            firing[others.size() + GROWTH] = ours[0].last.leak().isPresent();
            return firing;
        }

        /** Which of them begin an alarm with the next window. */
        boolean[] next() {
            boolean[] fires = new boolean[others.size() + OURS.size()];
            WindowRecord window = series.window();
            for (int i = 0; i < others.size(); i++) {
                fires[i] = others.get(i).fires(latency(window));
            }
            for (int i = 0; i < ours.length; i++) {
                long fired = ours[i].fired();
                long leaks = ours[i].leaks();
                ours[i].feed(window);
                fires[others.size() + i] = ours[i].fired() > fired;
                if (i == 0) {
                    fires[others.size() + GROWTH] = ours[i].leaks() > leaks;
                }
            }
            return fires;
        }
    }
}
