package dev.plumbline.judgement.cause;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.sweep.Saturation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Whether a load lies at the knee of what the target can do: there a little more or less of it makes a large difference to its tail, so
 * two runs of the same thing differ, and a comparison of tails is a lottery.
 *
 * <p>Two signs. Requests wait in the engine in a tenth of the windows or more, as it tells; then it completes what it can while they
 * wait, and four fifths of that leave room. Or, where nobody waits, throughput grows with requests in flight as {@link Saturation} has
 * it, and there are as many in flight as at its knee, less a fifth; then half as many are well below.
 *
 * <p>A pure function; any thread.
 */
public final class Knee {

    private static final int FEWEST_WINDOWS = 6;

    /** Requests that wait on average, from which a window counts as one in which they do. */
    private static final double WAITING = 0.5;

    private static final double LEAST_SHARE = 0.1;
    private static final double ROOM = 0.8;

    /** Of a knee that is not known better than this nothing is said. */
    private static final double WIDEST = 3;

    private Knee() {}

    /**
     * One sentence that names the load and one that would repeat; empty where the load is well below the knee, or nobody can tell.
     *
     * @param windows of the run
     * @param load that was asked for
     */
    public static Optional<String> sentence(List<RunWindow> windows, LoadPoint load) {
        List<RunWindow> whole = windows.stream()
                .filter(window -> window.canBeJudged() && !window.partial())
                .filter(window -> window.measured().requests().completed() > 0)
                .toList();
        if (whole.size() < FEWEST_WINDOWS) {
            return Optional.empty();
        }
        return waiting(whole, load).or(() -> saturated(whole, load));
    }

    private static Optional<String> waiting(List<RunWindow> windows, LoadPoint load) {
        List<RunWindow> told = windows.stream()
                .filter(window -> gauge(window, Facts.WAITING).isPresent())
                .toList();
        List<RunWindow> queued = told.stream()
                .filter(window -> gauge(window, Facts.WAITING).getAsDouble() >= WAITING)
                .toList();
        if (told.size() < FEWEST_WINDOWS || queued.size() < LEAST_SHARE * told.size()) {
            return Optional.empty();
        }
        String often = "requests waited in the engine in " + Words.share((double) queued.size() / told.size())
                + " of the windows";
        double running = queued.stream()
                .mapToDouble(window -> gauge(window, Facts.RUNNING).orElse(0))
                .average()
                .orElse(0);
        double capacity = perSecond(queued);
        return Optional.of(
                isClosed(load)
                        ? "at " + Words.round(inFlight(windows)) + " at a time " + often
                                + ": how long is chance, so the tail will not repeat"
                                + (running >= 1
                                        ? "; " + Math.max(1, Math.round(running))
                                                + " at a time, as many as it runs, would"
                                        : "")
                        : "at " + Words.round(offered(windows)) + " requests per second " + often
                                + ": how long is chance, so the tail will not repeat; " + Words.round(ROOM * capacity)
                                + " per second would, four fifths of the " + Words.round(capacity)
                                + " that it completes while they wait");
    }

    private static Optional<String> saturated(List<RunWindow> windows, LoadPoint load) {
        Optional<Saturation> curve = Saturation.of(windows.stream()
                .map(window -> new Saturation.Point(
                        inFlight(window), Math.max(0, window.measured().tokens().streamedOutput()) / seconds(window)))
                .toList());
        double now = inFlight(windows);
        return curve.filter(fit -> fit.kneeLow() > 0 && fit.kneeHigh() <= WIDEST * fit.kneeLow())
                .filter(fit -> now >= ROOM * fit.knee())
                .map(fit -> {
                    double half = fit.knee() / 2;
                    String where = "a token takes " + Words.round(1 + now / fit.knee())
                            + " times as long as alone, with " + Words.round(now)
                            + " requests in flight, the knee being at "
                            + Words.round(fit.knee())
                            + ": a little more load makes it much longer, so the tail will not repeat; ";
                    // Throughput at half the knee over throughput now, by the curve.
                    double share = half / (fit.a() + fit.b() * half) * (fit.a() + fit.b() * now) / now;
                    return where
                            + (isClosed(load)
                                    ? Math.max(1, Math.round(half)) + " at a time would"
                                    : Words.round(share * offered(windows)) + " requests per second would");
                });
    }

    private static boolean isClosed(LoadPoint load) {
        return load instanceof LoadPoint.ClosedLoop || load instanceof LoadPoint.ShapedSlots;
    }

    private static OptionalDouble gauge(RunWindow window, String name) {
        Optional<Circumstances> around = window.measured().circumstances();
        return around.isPresent() ? around.get().mean(name) : OptionalDouble.empty();
    }

    private static double seconds(RunWindow window) {
        return window.lengthMillis() / 1e3;
    }

    private static double inFlight(RunWindow window) {
        return window.measured().inFlightNanos() / 1e9 / seconds(window);
    }

    private static double inFlight(List<RunWindow> windows) {
        return windows.stream()
                        .mapToDouble(window -> inFlight(window) * seconds(window))
                        .sum()
                / all(windows);
    }

    private static double offered(List<RunWindow> windows) {
        return windows.stream()
                        .map(RunWindow::measured)
                        .mapToDouble(WindowSummary::offered)
                        .sum()
                / all(windows);
    }

    private static double perSecond(List<RunWindow> windows) {
        return windows.stream()
                        .mapToDouble(window -> window.measured().requests().completed())
                        .sum()
                / all(windows);
    }

    private static double all(List<RunWindow> windows) {
        return windows.stream().mapToDouble(Knee::seconds).sum();
    }
}
