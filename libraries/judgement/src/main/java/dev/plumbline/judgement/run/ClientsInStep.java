package dev.plumbline.judgement.run;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.judgement.result.RunResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The clients of a closed loop sent together: what a time to first token holds is then how they wait for each other, too. The producer
 * says of each round whether they did ({@link Circumstances#ROUNDS_IN_STEP}); they were in step where half of the rounds were, of all
 * or of the later half of the load, since what has once fallen into step stays in it.
 *
 * @param clients how many, where the load says it
 * @param rounds that are spoken of, at least {@value #FEWEST_ROUNDS}
 * @param share of them that were in step, {@value #LEAST_SHARE} to 1
 * @param isLater whether only the later half of the load is spoken of
 */
public record ClientsInStep(OptionalInt clients, long rounds, double share, boolean isLater) {

    private static final long FEWEST_ROUNDS = 3;
    private static final double LEAST_SHARE = 0.5;

    /** Of a run; empty where its clients were not in step, where nobody looked, and of a load without clients. */
    public static Optional<ClientsInStep> of(RunResult run) {
        List<GaugeSum> windows = run.windows().stream()
                .flatMap(window -> window.measured().circumstances().stream())
                .flatMap(around -> Optional.ofNullable(around.gauges().get(Circumstances.ROUNDS_IN_STEP)).stream())
                .toList();
        OptionalInt clients = run.identity().series().group().loadPoint() instanceof LoadPoint.ClosedLoop closed
                ? OptionalInt.of(closed.concurrency())
                : OptionalInt.empty();
        Optional<GaugeSum> all = windows.stream().reduce(GaugeSum::plus);
        return all.flatMap(whole -> inStep(clients, whole, false)
                .or(() -> laterHalf(windows, whole.looks()).flatMap(later -> inStep(clients, later, true))));
    }

    private static Optional<GaugeSum> laterHalf(List<GaugeSum> windows, long rounds) {
        Optional<GaugeSum> later = Optional.empty();
        for (GaugeSum window : windows.reversed()) {
            if (later.isPresent() && 2 * (later.get().looks() + window.looks()) > rounds + 1) {
                break;
            }
            later = Optional.of(later.map(window::plus).orElse(window));
        }
        return later;
    }

    private static Optional<ClientsInStep> inStep(OptionalInt clients, GaugeSum rounds, boolean isLater) {
        return rounds.looks() >= FEWEST_ROUNDS && rounds.mean() >= LEAST_SHARE
                ? Optional.of(new ClientsInStep(clients, rounds.looks(), rounds.mean(), isLater))
                : Optional.empty();
    }

    /** One sentence: what was so, what it does to the numbers, and what to do. */
    public String text() {
        return String.format(
                Locale.ROOT,
                "the %sclients sent together in %.0f %% of %s%d rounds: each TTFT holds the prefills of the others;"
                        + " ask at a rate (--request-rate), or let lengths differ more (--osl-stddev)",
                clients.isPresent() ? clients.getAsInt() + " " : "",
                100 * share,
                isLater ? "the last " : "",
                rounds);
    }
}
