package dev.plumbline.judgement.run;

import java.util.List;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * By how much the number of failed requests varies more than that of independent ones: errors come in bursts, a restart for example,
 * and forty of one burst tell as much of a service as one does.
 *
 * <p>The variance / mean ratio of the counts ("index of dispersion", Cox and Lewis 1966), once over windows, which shows short
 * bursts, and once over runs, which shows what comes once a run. It counts only where it is beyond what independent requests show in
 * 95 % of cases, by the chi-square with as many degrees of freedom as there are counts less one; the larger of the two is taken.
 * Counts and requests divided by it are then treated as independent.
 *
 * @param factor 1 or more
 */
record ErrorBursts(double factor) {

    private static final double CERTAINTY = 0.95;

    /** Fewest runs that show how runs differ. */
    private static final int FEWEST_RUNS = 3;

    /** Errors that nobody knows to come in bursts. */
    static final ErrorBursts NONE = new ErrorBursts(1);

    /**
     * What is kept of the windows of a run.
     *
     * @param failed requests of all its windows
     * @param ended requests of all its windows
     * @param squares over its windows, the sum of failed * failed / ended
     * @param windows in which a request ended
     */
    record Counts(long failed, long ended, double squares, long windows) {

        static Counts of(JudgedWindows judged) {
            double squares = 0;
            long windows = 0;
            for (JudgedWindows.Ended window : judged.endedByWindow()) {
                squares += (double) window.failed() * window.failed() / window.ended();
                windows++;
            }
            return new Counts(judged.failed(), judged.ended(), squares, windows);
        }
    }

    /** As these runs show it. */
    static ErrorBursts of(List<Counts> runs) {
        long failed = runs.stream().mapToLong(Counts::failed).sum();
        long ended = runs.stream().mapToLong(Counts::ended).sum();
        if (failed == 0 || failed == ended) {
            return NONE;
        }
        double share = (double) failed / ended;
        double variance = share * (1 - share);
        double overWindows = 0;
        double overRuns = 0;
        long windows = 0;
        for (Counts run : runs) {
            overWindows += (run.squares() - 2 * share * run.failed() + share * share * run.ended()) / variance;
            windows += run.windows();
            if (run.ended() > 0) {
                double beyond = run.failed() - share * run.ended();
                overRuns += beyond * beyond / (run.ended() * variance);
            }
        }
        double factor = Math.max(
                beyondChance(overWindows, windows - 1),
                runs.size() < FEWEST_RUNS ? 1 : beyondChance(overRuns, runs.size() - 1L));
        return new ErrorBursts(factor);
    }

    private static double beyondChance(double sum, long degrees) {
        return degrees >= 1 && sum > ChiSquaredDistribution.of(degrees).inverseCumulativeProbability(CERTAINTY)
                ? Math.max(1, sum / degrees)
                : 1;
    }

    /** So many requests, as independent ones; rounded. */
    long independent(long requests) {
        return factor == 1 ? requests : Math.round(requests / factor);
    }
}
