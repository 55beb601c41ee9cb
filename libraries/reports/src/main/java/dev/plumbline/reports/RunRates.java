package dev.plumbline.reports;

import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a run did per second of the windows that were under load from end to end and well covered, those in which nothing
 * was due among them; where there is none of these, of all windows over the length of the run. Then requests count that fell due
 * within the run and completed, also behind its end, over the time in which they fell due: at a constant load that is its throughput,
 * however long requests take. Of tokens and time in flight nothing is told of behind the end, so theirs are of the same time.
 *
 * @param windows how many windows it rests on
 * @param seconds their length, or the run's
 * @param wholeWindows whether they were under load from end to end
 * @param outputTokensPerSecond when they streamed; of answers in one piece when they ended
 * @param meanInFlight requests in flight, averaged over the time
 */
public record RunRates(
        long windows,
        double seconds,
        boolean wholeWindows,
        double offeredPerSecond,
        double completedPerSecond,
        double promptTokensPerSecond,
        double outputTokensPerSecond,
        double meanInFlight) {

    /** Empty where there was no time under load, or no whole window of it and somebody was sick: then nobody knows. */
    public static Optional<RunRates> of(RunResult result) {
        List<RunWindow> whole = result.windows().stream()
                .filter(window -> !window.partial() && window.canBeJudged())
                .toList();
        if (!whole.isEmpty()) {
            double seconds = whole.stream().mapToLong(RunWindow::lengthMillis).sum() / 1e3;
            return Optional.of(of(whole, seconds, true));
        }
        double seconds = result.identity().durationSeconds();
        return result.windows().isEmpty()
                        || seconds <= 0
                        || !result.windows().stream().allMatch(RunWindow::canBeJudged)
                ? Optional.empty()
                : Optional.of(of(result.windows(), seconds, false));
    }

    /** Of one window; empty where they mean nothing, because it was measured in part only or is not vouched for. */
    static Optional<RunRates> of(RunWindow window) {
        return window.partial() || !window.canBeJudged()
                ? Optional.empty()
                : Optional.of(of(List.of(window), window.lengthMillis() / 1e3, true));
    }

    /** Output tokens per second; empty where requests completed and nobody counted one. */
    public OptionalDouble countedOutputPerSecond() {
        return outputTokensPerSecond == 0 && completedPerSecond > 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(outputTokensPerSecond);
    }

    private static RunRates of(List<RunWindow> windows, double seconds, boolean wholeWindows) {
        WindowSummary sum =
                windows.stream().map(RunWindow::measured).reduce(WindowSummary.empty(), WindowSummary::plus);
        return new RunRates(
                windows.size(),
                seconds,
                wholeWindows,
                sum.offered() / seconds,
                sum.requests().completed() / seconds,
                sum.tokens().prompt() / seconds,
                sum.tokens().streamedOutput() / seconds,
                sum.inFlightNanos() / 1e9 / seconds);
    }
}
