package dev.plumbline.judgement.run;

import java.util.List;

/**
 * At which chance a metric of a run is called worse, so that of all its series and metrics together hardly one is called so by
 * accident.
 *
 * <p>A run of one series tests at most six gating metrics, each at 1 %. With S series there are 6 S tests, and Holm's procedure
 * (Holm 1979, A simple sequentially rejective multiple test procedure) keeps the chance of any false regression where it is for one:
 * the smallest chance is held against 6 % / 6 S, the next against 6 % / (6 S - 1), and so on until one is not below its level.
 * It asks nothing of how the metrics depend on each other. No test is held to more than 1 %, so that a metric is not called worse
 * more easily for having company.
 */
final class Multiplicity {

    /** The level of a test in a run of one series. */
    static final double MOST_PER_TEST = 0.01;

    /** Gating metrics of a series. */
    private static final int METRICS = 6;

    private Multiplicity() {}

    /**
     * The level at which the procedure stops: exactly those tests are called worse whose chance lies below it.
     *
     * @param chances of each test that it is as bad as it is though nothing got worse, 0 to 1
     * @param series of the run, 1 or more
     */
    static double level(List<Double> chances, int series) {
        List<Double> sorted = chances.stream().sorted().toList();
        int tests = Math.max(METRICS * series, sorted.size());
        double level = level(tests, series, 0);
        for (int i = 0; i < sorted.size() && sorted.get(i) < level; i++) {
            level = level(tests, series, Math.min(i + 1, tests - 1));
        }
        return level;
    }

    private static double level(int tests, int series, int called) {
        return series == 1 ? MOST_PER_TEST : Math.min(MOST_PER_TEST, METRICS * MOST_PER_TEST / (tests - called));
    }
}
