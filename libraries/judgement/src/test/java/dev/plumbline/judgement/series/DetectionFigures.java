package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.LeakFinding;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.leak.LeakJudge;
import dev.plumbline.judgement.series.SimulatedWorld.World;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The benchmark of detection: how often the judge raises an alert where nothing changed, how soon it does where something did, and
 * what becomes of it in situations that are made to mislead it; beside what other rules do with the same windows. Everything is
 * seeded. Prints tables in Markdown; how to start it is in {@code docs/detection.md}.
 */
final class DetectionFigures {

    static final int WITHIN_WINDOWS = 360;
    static final int MOST_LEARNING = 3_000;
    static final JudgementSettings SETTINGS = JudgementSettings.defaults();

    private DetectionFigures() {}

    /** @param arguments sections (benchmark, calm, delay, lasting, leak, traps; none: all), then days per cell and runs per cell */
    public static void main(String[] arguments) {
        print(System.out, arguments);
    }

    static void print(PrintStream out, String... arguments) {
        List<String> sections = Arrays.stream(arguments)
                .filter(argument -> !Character.isDigit(argument.charAt(0)))
                .toList();
        List<Integer> numbers = Arrays.stream(arguments)
                .filter(argument -> Character.isDigit(argument.charAt(0)))
                .map(Integer::valueOf)
                .toList();
        int days = numbers.isEmpty() ? 300 : numbers.getFirst();
        int runs = numbers.size() < 2 ? 100 : numbers.get(1);
        for (Section section : Section.values()) {
            if (sections.isEmpty() || sections.contains(section.name().toLowerCase(Locale.ROOT))) {
                long started = System.nanoTime();
                section.print(out, days, runs);
                out.printf(Locale.ROOT, "(%.0f s)%n%n", (System.nanoTime() - started) / 1e9);
            }
        }
    }

    /** A table. */
    private enum Section {
        CALM {
            @Override
            void print(PrintStream out, int days, int runs) {
                out.println("| world | requests | false alerts | a day | upper 95 % |\n|---|---|---|---|---|");
                for (World world : List.of(
                        SimulatedWorld.E0,
                        SimulatedWorld.E1,
                        SimulatedWorld.E2,
                        SimulatedWorld.EQ,
                        SimulatedWorld.E3)) {
                    calm(out, world.name(), days, seed -> new SimulatedWorld(world, 200, seed));
                }
            }
        },
        E2 {
            @Override
            void print(PrintStream out, int days, int runs) {
                calm(out, "E2", days, seed -> new SimulatedWorld(SimulatedWorld.E2, 200, seed));
            }
        },
        SMALL {
            @Override
            void print(PrintStream out, int days, int runs) {
                calm(out, "E1, n = 3", days, seed -> new SimulatedWorld(SimulatedWorld.E1, 3, seed));
                calm(out, "E3", days, seed -> new SimulatedWorld(SimulatedWorld.E3, 200, seed));
                out.println("| E3, 20 by night, 200 by day | "
                        + total(
                                days,
                                seed -> alertsOfADay(
                                        new SimulatedWorld(SimulatedWorld.E3, 20, seed, "r2"),
                                        (series, window) -> series.requests = window % 2_880 < 1_440 ? 20 : 200))
                        + " |");
            }
        },
        BENCHMARK {
            @Override
            void print(PrintStream out, int days, int runs) {
                new DetectionBenchmark(out).print(days, runs);
            }
        },
        DELAY {
            @Override
            void print(PrintStream out, int days, int runs) {
                out.println(
                        "| world | stream | +5 % | +10 % | +15 % | +20 % | +30 % | x2 |\n|---|---|---|---|---|---|---|---|");
                for (World world : List.of(
                        SimulatedWorld.E0,
                        SimulatedWorld.E1,
                        SimulatedWorld.E2,
                        SimulatedWorld.EQ,
                        SimulatedWorld.E3)) {
                    delays(out, world, runs);
                }
            }
        },
        D2 {
            @Override
            void print(PrintStream out, int days, int runs) {
                delays(out, SimulatedWorld.E2, runs);
            }
        },
        LASTING {
            @Override
            void print(PrintStream out, int days, int runs) {
                out.println("| lasting change, E2 | days | alerts a day | claims whose interval is above the truth |"
                        + "\n|---|---|---|---|");
                for (double factor : new double[] {1.05, 1.06, 1.07, 1.08, 1.09, 1.10}) {
                    lasting(out, factor, days);
                }
            }
        },
        LEAK {
            @Override
            void print(PrintStream out, int days, int runs) {
                leak(out, runs);
            }
        },
        TRAPS {
            @Override
            void print(PrintStream out, int days, int runs) {
                out.println(
                        "| situation | found | median | 95th | blind and says so | missed |\n|---|---|---|---|---|---|");
                for (Trap trap : Trap.values()) {
                    out.println(trap.measure(runs).row(trap.title));
                }
            }
        };

        abstract void print(PrintStream out, int days, int runs);
    }

    /** A judge on a simulated series. */
    static final class Watch {
        final SimulatedWorld series;
        final WindowJudge judge;
        GroupState state = GroupState.ofNewGroup();
        long offset;
        VerdictRecord last;
        final List<AlertRecord> alerts = new ArrayList<>();
        final List<BaselineRecord> baselines = new ArrayList<>();

        Watch(SimulatedWorld series) {
            this(series, SETTINGS);
        }

        Watch(SimulatedWorld series, JudgementSettings settings) {
            this.series = series;
            this.judge = new LeakJudge(new GroupJudge(settings), settings);
        }

        WindowRecord next() {
            WindowRecord window = series.window();
            feed(window);
            return window;
        }

        void feed(WindowRecord window) {
            if (judge.judge(state, window, new SourcePosition(0, offset++)) instanceof Judged.Taken taken) {
                state = taken.state();
                last = taken.verdict();
                alerts.addAll(taken.alerts());
                taken.learned().ifPresent(baselines::add);
            }
        }

        Watch next(int windows) {
            for (int i = 0; i < windows; i++) {
                next();
            }
            return this;
        }

        Watch learned() {
            for (int i = 0; i < MOST_LEARNING && state.baseline().isEmpty(); i++) {
                next();
            }
            return this;
        }

        /** The same judge, of one metric only, with the threshold of all. */
        Watch only(JudgedMetric metric) {
            BaselineRecord all = state.baseline().orElseThrow();
            long streams = all.calibrations().stream()
                    .filter(calibration -> calibration.metric().role() == JudgedMetric.Role.GATING)
                    .count();
            JudgementSettings shared = new JudgementSettings(
                    SETTINGS.baselineWindows(),
                    SETTINGS.skipWindows(),
                    SETTINGS.thresholdEffect(),
                    SETTINGS.falseAlarmWindows(),
                    (int) streams,
                    SETTINGS.burstWindows(),
                    SETTINGS.grossBurstWindows(),
                    SETTINGS.resolveWindows());
            Watch one = new Watch(series, shared);
            one.offset = offset;
            one.state = new GroupState(
                    Optional.of(new BaselineRecord(
                            all.baselineId(),
                            all.group(),
                            all.kind(),
                            all.learned(),
                            all.grade(),
                            all.gradeReasons(),
                            all.merged(),
                            all.calibrations().stream()
                                    .filter(calibration -> calibration.metric() == metric)
                                    .toList(),
                            all.work())),
                    Learning.nothing(),
                    state.variants(),
                    Map.of(),
                    Decisions.NONE);
            return one;
        }

        /** Alerts about what regressed. */
        long fired() {
            return alerts.stream().filter(Watch::isRegression).count();
        }

        /** Alerts about what grows. */
        long leaks() {
            return alerts.stream()
                    .filter(alert -> alert.transition() == Transition.FIRED)
                    .filter(alert -> alert.evidence().leak().isPresent())
                    .count();
        }

        static boolean isRegression(AlertRecord alert) {
            return alert.transition() == Transition.FIRED
                    && alert.evidence().leak().isEmpty();
        }

        boolean isFiring() {
            return last.state() == SeriesState.FIRING;
        }

        /** Windows until an alert is fired, or joined by another metric; -1 when none is. */
        int windowsUntilAlert(int most) {
            int before = alerts.size();
            for (int i = 1; i <= most; i++) {
                next();
                for (AlertRecord alert : alerts.subList(before, alerts.size())) {
                    if (isRegression(alert)) {
                        return i;
                    }
                }
            }
            return -1;
        }

        /** Whether it says of itself that it does not know. */
        boolean saysSo() {
            return EnumSet.of(SeriesState.NOT_JUDGED, SeriesState.LEARNING, SeriesState.NO_DATA)
                    .contains(last.state());
        }
    }

    @FunctionalInterface
    private interface Before {
        void window(SimulatedWorld series, int window);
    }

    private static int alertsOfADay(SimulatedWorld series, Before before) {
        Watch watch = new Watch(series).learned();
        if (watch.state.baseline().isEmpty()) {
            return 0;
        }
        for (int i = 0; i < SimulatedWorld.WINDOWS_A_DAY; i++) {
            before.window(series, i);
            watch.next();
        }
        return (int) watch.fired();
    }

    private static String total(int days, java.util.function.LongToIntFunction alerts) {
        int[] each = LongStream.range(0, days).parallel().mapToInt(alerts).toArray();
        int total = Arrays.stream(each).sum();
        return String.format(
                Locale.ROOT,
                "%d on %d of %d days | %.2f | %.2f",
                total,
                Arrays.stream(each).filter(count -> count > 0).count(),
                days,
                (double) total / days,
                OtherRules.poissonUpper95(total) / days);
    }

    private static void calm(PrintStream out, String name, int days, LongFunction<SimulatedWorld> series) {
        out.println("| " + name + " | 200 | "
                + total(days, seed -> alertsOfADay(series.apply(10_000 + seed), (same, window) -> {})) + " |");
    }

    /** How soon, of those that were found. */
    record Found(int[] sorted, int runs) {
        static Found of(int[] delays) {
            return new Found(
                    Arrays.stream(delays).filter(delay -> delay > 0).sorted().toArray(), delays.length);
        }

        /** Of all runs, those that were not found at the end; -1 where it was not found. */
        int quantile(double share) {
            int rank = (int) Math.ceil(share * runs) - 1;
            return rank < sorted.length ? sorted[Math.max(0, rank)] : -1;
        }

        String text() {
            int median = quantile(0.5);
            String within =
                    sorted.length == runs ? "" : String.format(Locale.ROOT, " (%.2f)", (double) sorted.length / runs);
            return (median < 0 ? ">" + WITHIN_WINDOWS : String.valueOf(median)) + within;
        }
    }

    private static void delays(PrintStream out, World world, int runs) {
        for (JudgedMetric only : new JudgedMetric[] {null, JudgedMetric.TTFT_P95, JudgedMetric.TTFT_P50}) {
            StringBuilder row = new StringBuilder(
                    "| " + world.name() + " | " + (only == null ? "series" : only.displayName()) + " |");
            for (double factor : new double[] {1.05, 1.1, 1.15, 1.2, 1.3, 2}) {
                row.append(' ').append(delay(world, factor, only, runs).text()).append(" |");
            }
            out.println(row);
        }
    }

    static Found delay(World world, double factor, JudgedMetric only, int runs) {
        return Found.of(LongStream.range(0, runs)
                .parallel()
                .mapToInt(seed -> {
                    SimulatedWorld series = new SimulatedWorld(world, 200, 500_000 + seed);
                    Watch watch = new Watch(series).learned();
                    if (only != null) {
                        watch = watch.only(only);
                    }
                    watch.next(60);
                    series.all(factor);
                    // What fires already does not count: it would have found nothing.
                    return watch.isFiring() ? 0 : watch.windowsUntilAlert(WITHIN_WINDOWS);
                })
                .filter(delay -> delay != 0)
                .toArray());
    }

    private static void lasting(PrintStream out, double factor, int days) {
        int runs = Math.max(1, days / 3);
        int[][] each = LongStream.range(0, runs)
                .parallel()
                .mapToObj(seed -> {
                    SimulatedWorld series = new SimulatedWorld(SimulatedWorld.E2, 200, 700_000 + seed);
                    Watch watch = new Watch(series).learned();
                    series.all(factor);
                    watch.next(3 * SimulatedWorld.WINDOWS_A_DAY);
                    int above = (int) watch.alerts.stream()
                            .filter(Watch::isRegression)
                            .filter(alert -> alert.evidence().moved().stream()
                                    .filter(moved -> moved.metric().latency().isPresent())
                                    .flatMap(moved -> moved.effect().stream())
                                    .anyMatch(effect -> effect.ratioLow() > factor))
                            .count();
                    return new int[] {(int) watch.fired(), above};
                })
                .toArray(int[][]::new);
        int alerts = Arrays.stream(each).mapToInt(counts -> counts[0]).sum();
        out.printf(
                Locale.ROOT,
                "| %+.0f %% | %d | %.2f (%d, in %d of %d changes) | %d |%n",
                (factor - 1) * 100,
                3 * runs,
                alerts / (3.0 * runs),
                alerts,
                Arrays.stream(each).filter(counts -> counts[0] > 0).count(),
                runs,
                Arrays.stream(each).mapToInt(counts -> counts[1]).sum());
    }

    /** A leak of +10 % an hour: where it is named as one, where it is an alert, how well it is known when it reaches +15 %. */
    private static void leak(PrintStream out, int runs) {
        double anHour = 0.10;
        double[][] found = LongStream.range(0, runs)
                .parallel()
                .mapToObj(seed -> {
                    Watch watch = new Watch(new SimulatedWorld(SimulatedWorld.E2, 200, 800_000 + seed)).learned();
                    watch.next(60);
                    double named = Double.POSITIVE_INFINITY;
                    double alert = Double.POSITIVE_INFINITY;
                    double off = Double.NaN;
                    for (int i = 1; i <= 900 && (Double.isInfinite(named) || Double.isInfinite(alert)); i++) {
                        watch.series.all(1 + anHour * i / 360);
                        WindowRecord window = watch.next();
                        Optional<LeakFinding.Growth> growth = watch.last
                                .leak()
                                .map(finding -> finding.growths().getFirst());
                        if (Double.isInfinite(named) && growth.isPresent()) {
                            named = anHour * i / 360;
                            long truth = window.id().endEpochMillis() + Math.round((0.15 - named) / anHour * 3.6e6);
                            off = Math.abs(growth.get()
                                                    .reachesEpochMillis()
                                                    .orElse(window.id().endEpochMillis())
                                            - truth)
                                    / 6e4;
                        }
                        if (Double.isInfinite(alert) && watch.fired() > 0) {
                            alert = anHour * i / 360;
                        }
                    }
                    return new double[] {named, alert, off};
                })
                .toArray(double[][]::new);
        out.println("| +10 % an hour, E2 | median | 90 of 100 | before +15 % |\n|---|---|---|---|");
        out.println(leakRow("named as growth", found, 0));
        out.println(leakRow("alert of a regression", found, 1));
        out.printf(
                Locale.ROOT,
                "%nWhen it reaches +15 %% is off by %.0f minutes (median).%n",
                Arrays.stream(found)
                        .mapToDouble(run -> run[2])
                        .filter(Double::isFinite)
                        .sorted()
                        .skip(runs / 2)
                        .findFirst()
                        .orElse(Double.NaN));
    }

    private static String leakRow(String what, double[][] found, int column) {
        double[] sorted =
                Arrays.stream(found).mapToDouble(run -> run[column]).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "| %s | %+.1f %% | %+.1f %% | %d of %d |",
                what,
                100 * sorted[sorted.length / 2],
                100 * sorted[(int) (0.9 * sorted.length)],
                Arrays.stream(sorted).filter(at -> at < 0.15).count(),
                sorted.length);
    }

    /** Of a trap: found in time, not found and said so, not found and called well. */
    record Outcome(int[] delays, int blind, int runs) {
        /** Not found, and called well. */
        int missed() {
            return runs - Found.of(delays).sorted.length - blind;
        }

        String row(String title) {
            Found found = Found.of(delays);
            return String.format(
                    Locale.ROOT,
                    "| %s | %d of %d | %s | %s | %d | %d |",
                    title,
                    found.sorted.length,
                    runs,
                    found.sorted.length == 0 ? "-" : String.valueOf(found.sorted[found.sorted.length / 2]),
                    found.sorted.length == 0 ? "-" : String.valueOf(found.sorted[(int) (found.sorted.length * 0.95)]),
                    blind,
                    missed());
        }
    }

    /** What is made to mislead. Each is found within twice the windows that it takes undisturbed, or it is said that it cannot be. */
    enum Trap {
        LONGER_ANSWERS("answers a fifth longer and all three times slower", 18) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.E2, 200, seed)).learned();
                watch.next(60);
                watch.series.outputTokens = 120;
                watch.series.all(3);
                return watch.windowsUntilAlert(within);
            }
        },
        A_LITTLE_LONGER("answers 6 % longer and all 1.3 times slower", 24) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.E2, 200, seed)).learned();
                watch.next(60);
                watch.series.outputTokens = 106;
                watch.next(120);
                watch.series.all(1.3);
                return watch.windowsUntilAlert(within);
            }
        },
        TROUBLE_WHILE_LEARNING("x1.5 for 60 of the windows that are learned, afterwards +20 %", 30) {
            @Override
            int found(long seed, Watch[] used) {
                return afterTrouble(seed, used, 60, 1.5);
            }
        },
        SMALL_TROUBLE_WHILE_LEARNING("+15 % for 70 of the windows that are learned, afterwards +20 %", 30) {
            @Override
            int found(long seed, Watch[] used) {
                return afterTrouble(seed, used, 70, 1.15);
            }
        },
        STALL_WHILE_LEARNING("a stall of 4 minutes while learning, afterwards +20 %", 30) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.E2, 200, seed));
                watch.next(30 + (int) (seed * 37 % 120));
                watch.series.stall(24, 6);
                watch.learned().next(60);
                watch.series.all(1.2);
                return watch.windowsUntilAlert(within);
            }
        },
        STEP_WHILE_LEARNING("+20 % from within learning on, which is not mixed into the baseline", 0) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.E2, 200, seed));
                int before = 40 + (int) (seed * 37 % 100);
                watch.next(before);
                watch.series.all(1.2);
                watch.learned();
                if (watch.state.baseline().isEmpty()) {
                    return -1;
                }
                long step = SimulatedSeries.START + before * SimulatedSeries.LENGTH_MILLIS;
                double mixed =
                        (double) (step - watch.baselines.getFirst().learned().fromEpochMillis())
                                / (SETTINGS.learnedWindows() * SimulatedSeries.LENGTH_MILLIS);
                return mixed < 0.15 ? 1 : -1;
            }
        },
        CLIMB_WHILE_LEARNING("a leak of +50 % an hour while learning, which is no baseline for an hour", 0) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.E2, 200, seed));
                for (int i = 0; i < 420 && watch.state.baseline().isEmpty(); i++) {
                    watch.series.all(1 + 0.5 * i / 360);
                    watch.next();
                }
                return watch.state.baseline().isEmpty() ? 1 : -1;
            }
        },
        HEAVY_TAIL("quiet series, 5 % of the requests ten times as long", 36) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.EQ, 200, seed)).learned();
                watch.next(60);
                watch.series.heavyShare = 0.05;
                return watch.windowsUntilAlert(within);
            }
        },
        FEW_OF_A_HEAVY_TAIL("the same of 16 requests a window", 180) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.EQ, 16, seed)).learned();
                watch.next(60);
                watch.series.heavyShare = 0.05;
                return watch.windowsUntilAlert(within);
            }
        },
        LEARNED_IN_A_BAD_TIME("learned at x1.5, well for two hours, then +30 %", 24) {
            @Override
            int found(long seed, Watch[] used) {
                SimulatedWorld series = new SimulatedWorld(SimulatedWorld.E2, 200, seed);
                series.all(1.5);
                Watch watch = used[0] = new Watch(series).learned();
                watch.next(60);
                series.all(1);
                watch.next(720);
                series.all(1.3);
                return watch.isFiring() ? -1 : watch.windowsUntilAlert(within);
            }
        },
        EIGHT_BAD_WINDOWS(
                "a stall of 8 windows (x3) each half hour, also while learning: eight hours without an alert", 0) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = stalling(seed, used, SimulatedWorld.WINDOWS_A_DAY / 3);
                return watch.fired() == 0 && watch.state.baseline().isPresent() ? 1 : -1;
            }
        },
        AMONG_BAD_WINDOWS("with such stalls, +20 % is found", 36) {
            @Override
            int found(long seed, Watch[] used) {
                Watch watch = stalling(seed, used, 330);
                watch.series.all(1.2);
                return watch.windowsUntilAlert(within);
            }
        };

        final String title;
        final int within;

        Trap(String title, int within) {
            this.title = title;
            this.within = within;
        }

        abstract int found(long seed, Watch[] used);

        static Watch stalling(long seed, Watch[] used, int windows) {
            Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.E1, 200, seed));
            for (int i = 0; i < windows; i++) {
                if (i % 180 == 90) {
                    watch.series.stall(8, 3);
                }
                watch.next();
            }
            return watch;
        }

        int afterTrouble(long seed, Watch[] used, int windows, double factor) {
            Watch watch = used[0] = new Watch(new SimulatedWorld(SimulatedWorld.E2, 200, seed));
            watch.next(10 + (int) (seed * 37 % 100));
            watch.series.all(factor);
            watch.next(windows);
            watch.series.all(1);
            watch.learned().next(60);
            watch.series.all(1.2);
            return watch.windowsUntilAlert(within);
        }

        Outcome measure(int runs) {
            int[] blind = new int[runs];
            int[] delays = IntStream.range(0, runs)
                    .parallel()
                    .map(run -> {
                        Watch[] used = new Watch[1];
                        int found = found(900_000 + run, used);
                        blind[run] = within > 0 && found < 0 && used[0].saysSo() ? 1 : 0;
                        return found;
                    })
                    .toArray();
            return new Outcome(delays, Arrays.stream(blind).sum(), runs);
        }
    }
}
