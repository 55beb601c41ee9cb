package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.DrawnBuckets;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * A series in one of the worlds that detection is measured in: log latency = load + spread × normal, 3 % of the requests longer by an
 * exponential factor, the load correlated from window to window (AR(1), .8) and common to both latencies and the rate; stalls of
 * 1 + Poisson(2) windows in which 30 % of the requests take 1.2 to 2.2 times as long; a daily wave. Windows are drawn as bucket counts, so that a day of 8,640 windows
 * takes a fraction of a second. Seeded; one thread.
 */
final class SimulatedWorld {

    /**
     * @param spread sigma of log latency
     * @param load standard deviation of the load's logarithm
     * @param stallsPerHour how many stalls begin in an hour of windows of ten seconds
     * @param wave amplitude of the day, relative
     */
    record World(String name, double spread, double load, double stallsPerHour, double wave) {}

    /** Independent requests. */
    static final World E0 = new World("E0", 0.6, 0, 0, 0);

    /** A load that wanders. */
    static final World E1 = new World("E1", 0.6, 0.03, 0, 0);

    /** The headline: with stalls and a daily wave. */
    static final World E2 = new World("E2", 0.6, 0.03, 1, 0.015);

    /** A noisy site. */
    static final World E3 = new World("E3", 0.6, 0.07, 1, 0.015);

    /** A quiet one: prompts of one length. */
    static final World EQ = new World("EQ", 0.15, 0.01, 0, 0);

    /** The headline with a stall every ten minutes. */
    static final World STALLS = new World("stalls", 0.6, 0.03, 6, 0.015);

    /** The headline with a daily wave that is three times as high. */
    static final World DRIFT = new World("drift", 0.6, 0.03, 1, 0.045);

    static final int WINDOWS_A_DAY = 8_640;
    private static final double CORRELATION = 0.8;
    private static final double STALL_WINDOWS = 3;
    private static final double STALLED_SHARE = 0.3;
    private static final double WIDTHS = 64 / Math.log(2);
    private static final int TABLE = 1 << 16;
    private static final double[] NORMAL = new double[TABLE];
    private static final double[] TAIL = new double[TABLE];

    static {
        Random shape = new Random(88);
        for (int i = 0; i < TABLE; i++) {
            NORMAL[i] = shape.nextGaussian();
            TAIL[i] = shape.nextDouble() < 0.03 ? -0.5 * Math.log(1 - shape.nextDouble()) : 0;
        }
    }

    private final SplittableRandom random;
    private final World world;
    private final Series series;
    private final double phase;
    private final DrawnBuckets ttft = new DrawnBuckets();
    private final DrawnBuckets tpot = new DrawnBuckets();
    private long next = SimulatedSeries.START;
    private long window;
    private double load;
    private int stalledWindows;
    private double stallFactor;

    /** Requests in a window. */
    int requests;

    /** All times to the first token, times the ordinary ones. */
    double ttftFactor = 1;

    /** All times per token. */
    double tpotFactor = 1;

    /** Output tokens of an answer. */
    double outputTokens = 100;

    /** A share of the requests, of which the rate takes no notice, whose latencies are ... */
    double heavyShare;

    /** ... so many times as long. */
    double heavyFactor = 10;

    double errorShare;

    SimulatedWorld(World world, int requests, long seed) {
        this(world, requests, seed, "c8");
    }

    SimulatedWorld(World world, int requests, long seed, String loadPoint) {
        this.world = world;
        this.requests = requests;
        this.random = new SplittableRandom(seed * 7_919 + 17);
        this.phase = random.nextDouble();
        this.series =
                new Series(new ComparisonGroup("svc", "m", "chat", LoadPoint.parse(loadPoint), "default"), "stable");
        this.load = world.load * random.nextGaussian();
    }

    /** Everything slower (or faster), and the rate with it. */
    void all(double factor) {
        ttftFactor = factor;
        tpotFactor = factor;
    }

    /** A stall of this length that begins with the next window, in which these requests take so many times as long. */
    void stall(int windows, double factor) {
        stalledWindows = windows;
        stallFactor = factor;
    }

    WindowRecord window() {
        WindowId id = new WindowId(series, next, SimulatedSeries.LENGTH_MILLIS);
        next += SimulatedSeries.LENGTH_MILLIS;
        load = CORRELATION * load + world.load * Math.sqrt(1 - CORRELATION * CORRELATION) * random.nextGaussian();
        double level = load + world.wave * Math.sin(2 * Math.PI * (phase + (double) window++ / WINDOWS_A_DAY));
        if (stalledWindows > 0) {
            stalledWindows--;
        } else if (world.stallsPerHour > 0 && random.nextDouble() < world.stallsPerHour / 360) {
            stalledWindows = poisson(STALL_WINDOWS - 1);
            stallFactor = 1.2 + random.nextDouble();
        } else {
            stallFactor = 1;
        }
        double spread = world.spread * (1 + level);
        int completed = requests;
        if (errorShare > 0) {
            for (int i = 0; i < requests; i++) {
                completed -= random.nextDouble() < errorShare ? 1 : 0;
            }
        }
        draw(ttft, completed, Math.log(0.05 * ttftFactor) + level, spread);
        draw(tpot, completed, Math.log(0.006 * tpotFactor) + level, spread);
        Map<LatencyMetric, Histogram> latencies = new EnumMap<>(LatencyMetric.class);
        latencies.put(LatencyMetric.TTFT, ttft.take());
        latencies.put(LatencyMetric.TPOT, tpot.take());
        long tokens = Math.max(
                completed,
                Math.round(
                        completed * outputTokens + 0.5 * outputTokens * Math.sqrt(completed) * random.nextGaussian()));
        double slower = tpotFactor * (1 + STALLED_SHARE * (stallFactor - 1));
        long streamed =
                Math.round(completed == 0 ? 0 : 8000 / slower * Math.exp(-level + 0.02 * random.nextGaussian()));
        long failed = (long) requests - completed;
        return new WindowRecord(
                id,
                0,
                new WindowSummary(
                        new RequestCounts(
                                completed, failed == 0 ? Map.of() : Map.of(FailureKind.REJECTED, failed), 0, 0, 0),
                        latencies,
                        new TokenTotals(completed * 500L, tokens, 0, 0, streamed),
                        requests,
                        8 * SimulatedSeries.LENGTH_MILLIS * 1_000_000,
                        Map.of()),
                ExcludedPart.none());
    }

    private int poisson(double mean) {
        double left = Math.exp(mean);
        int count = -1;
        do {
            left *= random.nextDouble();
            count++;
        } while (left > 1);
        return count;
    }

    private void draw(DrawnBuckets into, int values, double logSeconds, double spread) {
        double base = logSeconds * WIDTHS;
        double width = spread * WIDTHS;
        double stalled = Math.log(stallFactor) * WIDTHS;
        double heavy = Math.log(heavyFactor) * WIDTHS;
        boolean stalls = stallFactor > 1;
        long bits = 0;
        for (int i = 0; i < values; i++) {
            bits = i % 2 == 0 ? random.nextLong() : bits >>> 32;
            double at = base + width * NORMAL[(int) (bits & 0xffff)] + WIDTHS * TAIL[(int) (bits >>> 16 & 0xffff)];
            if (stalls && random.nextDouble() < STALLED_SHARE) {
                at += stalled;
            }
            if (heavyShare > 0 && random.nextDouble() < heavyShare) {
                at += heavy;
            }
            into.add(at);
        }
    }
}
