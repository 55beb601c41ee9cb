package dev.plumbline.judgement.cause;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.Explanation.Cause;
import dev.plumbline.contract.verdict.Explanation.Kind;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.window.LatencyMetric;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Splits the change of a mean into what explains it. Means are split and not quantiles, because only means add up:
 *
 * <pre>ttft = wait of the generator + queue of the engine + prefill        e2e = ttft + (output tokens - 1) · tpot</pre>
 *
 * <p>A part that is known is taken as it is: the queue time that the engine tells. A part that is not is taken for as much as what
 * moved can explain, and never for more than is left: the prefill of so many more tokens, a step under a clock so much lower, a batch
 * so much larger. What is left then is the stage itself, provided that the engine tells enough to exclude the others; else it is not
 * attributable, and what is missing is named.
 *
 * <p>Pauses are told from slow steps by the median gap between tokens: what lengthens every step moves it, what stops answers now and
 * then moves the mean alone. Such a pause belongs to prefill where the median time to the first token grew as well, since an engine
 * that works in steps computes the prompts of others within them.
 *
 * <p>A pure function; any thread.
 */
public final class Why {

    /** A mean that moved by less than this did not move. */
    private static final double LEAST_CHANGE = 0.02;

    /** A condition that moved by less than this explains nothing. */
    private static final double LEAST_MOVE = 0.05;

    /** Without the reasons of a GPU tool a clock is called lowered from this share on: it falls with the power alone by less. */
    private static final double LOWERED_CLOCK = 0.10;

    /** The mean over looks; while requests come and go a full cache is never full on average. */
    private static final double FULL_CACHE = 0.8;

    private static final double FULL_MEMORY = 0.95;

    /** One of the two explains the whole from this share on. */
    private static final double NEARLY_ALL = 0.8;

    private final Means before;
    private final Means since;

    private Why(Means before, Means since) {
        this.before = before;
        this.since = since;
    }

    /**
     * Why these metrics moved for the worse.
     *
     * @param moved what moved
     * @param before what was so before ({@link Facts})
     * @param since what is so since it moved
     */
    public static Explanation of(Collection<JudgedMetric> moved, Means before, Means since) {
        return new Why(before, since).explain(moved);
    }

    private Explanation explain(Collection<JudgedMetric> moved) {
        Optional<Explanation> errors =
                moved.contains(JudgedMetric.ERROR_RATE) || moved.contains(JudgedMetric.ACHIEVED_RATIO)
                        ? errors()
                        : Optional.empty();
        return errors.orElseGet(() -> split(moved)
                .map(Split::explanation)
                .orElseGet(() -> notAttributable(
                        "the mean did not move, and of a tail alone it is not known what it consists of")));
    }

    private static Explanation notAttributable(String why) {
        return new Explanation(
                "latency",
                List.of(new Cause(Kind.NOT_ATTRIBUTABLE, OptionalDouble.empty(), why)),
                "not attributable: " + why);
    }

    private Optional<Split> split(Collection<JudgedMetric> moved) {
        Set<LatencyMetric> latencies = moved.stream()
                .flatMap(metric -> metric.latency().stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(LatencyMetric.class)));
        if (latencies.equals(EnumSet.of(LatencyMetric.TTFT))) {
            return ttft();
        }
        if (latencies.equals(EnumSet.of(LatencyMetric.TPOT))) {
            return tpot();
        }
        double first = growth(Facts.TTFT);
        double gaps = pair(Facts.OUTPUT_TOKENS)
                .map(tokens -> Math.max(1, tokens.before() - 1) * growth(Facts.TPOT))
                .orElse(0.0);
        double longer = longerOutputs();
        double all = first + gaps + longer;
        if (!(all > 0)) {
            return Optional.empty();
        }
        if (first >= NEARLY_ALL * all) {
            return ttft();
        }
        return gaps >= NEARLY_ALL * all ? tpot() : e2e();
    }

    private double longerOutputs() {
        return pair(Facts.OUTPUT_TOKENS)
                .flatMap(tokens -> pair(Facts.TPOT).map(tpot -> Math.max(0, tokens.change()) * tpot.since()))
                .orElse(0.0);
    }

    private double growth(String name) {
        return pair(name).map(pair -> Math.max(0, pair.change())).orElse(0.0);
    }

    private Optional<Pair> pair(String name) {
        return Pair.of(before, since, name);
    }

    private Optional<Split> begin(String metric) {
        return pair(metric)
                .filter(pair -> pair.before() > 0 && pair.ratio() >= 1 + LEAST_CHANGE)
                .map(pair -> new Split(metric, pair.change()));
    }

    private Optional<Split> e2e() {
        return begin(Facts.E2E).map(split -> {
            pair(Facts.OUTPUT_TOKENS)
                    .filter(tokens -> tokens.ratio() >= 1 + LEAST_MOVE)
                    .ifPresent(tokens -> split.take(
                            Kind.LONGER_OUTPUTS,
                            longerOutputs(),
                            "answers of " + Words.plain(tokens.before(), tokens.since()) + " tokens"));
            ttft().ifPresent(first -> split.takeAll(first, 1));
            tpot().ifPresent(each -> split.takeAll(
                    each,
                    pair(Facts.OUTPUT_TOKENS)
                            .map(tokens -> Math.max(1, tokens.before() - 1))
                            .orElse(1.0)));
            return split;
        });
    }

    private Optional<Split> ttft() {
        return begin(Facts.TTFT).map(split -> {
            generator(split);
            double queueBefore = queue(split);
            if (split.isOpen()
                    && pair(Facts.QUEUE).isEmpty()
                    && pair(Facts.WAITING).isEmpty()) {
                moreToCompute(split, pair(Facts.TTFT).orElseThrow().before());
                split.take(
                        Kind.NOT_ATTRIBUTABLE,
                        split.rest(),
                        "the engine does not tell its queue, so waiting and prefill cannot be told apart");
                return split;
            }
            Pair ttft = pair(Facts.TTFT).orElseThrow();
            prefill(split, Math.max(0, ttft.before() - queueBefore));
            return split;
        });
    }

    private void generator(Split split) {
        pair(Facts.GENERATOR_DELAY)
                .filter(delay -> delay.ratio() >= 1 + LEAST_MOVE)
                .ifPresent(delay -> split.take(
                        Kind.CLIENT_WAIT,
                        delay.change(),
                        "the load generator's own delay " + Words.millis(delay.before(), delay.since())));
    }

    /** Returns what the queue was before, in nanoseconds. */
    private double queue(Split split) {
        Optional<Pair> told = pair(Facts.QUEUE);
        if (told.isPresent()) {
            Pair queue = told.get();
            if (queue.change() > 0) {
                split.take(
                        Kind.ENGINE_QUEUE,
                        queue.change() * 1e9,
                        "queue time " + Words.seconds(queue.before(), queue.since()),
                        behindTheQueue());
            }
            return queue.before() * 1e9;
        }
        return pair(Facts.WAITING)
                .flatMap(waiting -> pair(Facts.IN_FLIGHT)
                        .flatMap(flying -> pair(Facts.E2E)
                                .filter(unused -> flying.before() > 0 && flying.since() > 0)
                                // Little's law: who wait, over how many pass in a second.
                                .map(e2e -> {
                                    Pair wait = new Pair(
                                            waiting.before() * e2e.before() / flying.before(),
                                            waiting.since() * e2e.since() / flying.since());
                                    if (wait.change() > 0) {
                                        split.take(
                                                Kind.ENGINE_QUEUE,
                                                wait.change(),
                                                "requests that wait in the engine "
                                                        + Words.plain(waiting.before(), waiting.since()),
                                                behindTheQueue());
                                    }
                                    return wait.before();
                                })))
                .orElse(0.0);
    }

    /** Why requests wait, as far as it shows. */
    private List<Cause> behindTheQueue() {
        List<Cause> behind = new ArrayList<>();
        fullCache().ifPresent(behind::add);
        othersGrew().ifPresent(unused -> behind.add(behind(Kind.OTHER_TENANTS, othersWords())));
        if (behind.isEmpty()) {
            pair(Facts.RUNNING)
                    .filter(running -> running.ratio() <= NEARLY_ALL)
                    .ifPresent(running -> behind.add(behind(
                            Kind.FEWER_SLOTS,
                            Words.plain(running.before(), running.since()) + " requests run at a time")));
            pair(Facts.OFFERED)
                    .filter(offered -> offered.ratio() >= 1 + 2 * LEAST_MOVE)
                    .ifPresent(offered -> behind.add(behind(
                            Kind.MORE_LOAD,
                            Words.plain(offered.before(), offered.since()) + " requests offered per second")));
        }
        if (behind.isEmpty()) {
            // Whoever holds a place for longer lets others wait.
            tpot().flatMap(Split::largest)
                    .filter(cause -> cause.kind() != Kind.NOT_ATTRIBUTABLE)
                    .ifPresent(cause -> behind.add(behind(cause.kind(), cause.evidence() + " holds places longer")));
        }
        return behind;
    }

    private static Cause behind(Kind kind, String evidence) {
        return new Cause(kind, OptionalDouble.empty(), evidence);
    }

    private Optional<Cause> fullCache() {
        Optional<Pair> preemptions =
                pair(Facts.PREEMPTIONS).filter(rate -> rate.since() > 0.01 && rate.since() > 2 * rate.before());
        Optional<Pair> cache = pair(Facts.KV).filter(kv -> kv.since() >= FULL_CACHE && kv.change() >= LEAST_MOVE);
        if (preemptions.isEmpty() && cache.isEmpty()) {
            return Optional.empty();
        }
        String words = List.of(
                        pair(Facts.KV)
                                .map(kv -> "KV cache " + Words.percent(kv.before(), kv.since()) + " in use")
                                .orElse(""),
                        preemptions
                                .map(rate -> "preemptions " + Words.plain(rate.before(), rate.since()) + "/s")
                                .orElse(""))
                .stream()
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", "));
        return Optional.of(behind(Kind.KV_CACHE, words));
    }

    private void prefill(Split split, double prefillBefore) {
        if (!split.isOpen()) {
            return;
        }
        boolean isTailOnly = pair(Facts.TTFT_MEDIAN)
                .filter(median -> median.change() < 0.5 * split.rest())
                .isPresent();
        if (isTailOnly && pausesGrew()) {
            takePauses(split, split.rest());
            return;
        }
        moreToCompute(split, prefillBefore);
        machine(split, prefillBefore);
        List<Cause> behind = new ArrayList<>();
        pair(Facts.OFFLOAD)
                .filter(bytes -> bytes.since() > 1e6 && bytes.since() > 2 * bytes.before())
                .ifPresent(bytes -> behind.add(behind(
                        Kind.TRANSFER,
                        "KV blocks loaded " + Words.plain(bytes.before() / 1e6, bytes.since() / 1e6)
                                + " MB/s, how long that takes is not told")));
        split.take(
                Kind.PREFILL,
                split.rest(),
                "time to first token without the queue "
                        + Words.millis(prefillBefore, prefillBefore + split.rest())
                        + ", prefill or the way there,",
                behind);
    }

    /** Prompt tokens that are computed and were not before. */
    private void moreToCompute(Split split, double timeBefore) {
        fewerHits()
                .ifPresent(hits -> split.take(
                        Kind.PREFIX_HITS,
                        timeBefore * ((1 - hits.since()) / Math.max(1e-3, 1 - hits.before()) - 1),
                        hitsWords(hits)));
        longerPrompts()
                .ifPresent(tokens ->
                        split.take(Kind.LONGER_PROMPTS, timeBefore * (tokens.ratio() - 1), promptWords(tokens)));
    }

    private Optional<Pair> fewerHits() {
        return pair(Facts.HITS).or(() -> pair(Facts.CACHED)).filter(hits -> hits.before() - hits.since() >= 0.02);
    }

    private Optional<Pair> longerPrompts() {
        return pair(Facts.PROMPT_TOKENS).filter(tokens -> tokens.ratio() >= 1 + LEAST_MOVE);
    }

    private static String hitsWords(Pair hits) {
        return "prompt tokens found in the cache " + Words.percent(hits.before(), hits.since());
    }

    private static String promptWords(Pair tokens) {
        return "prompts of " + Words.plain(tokens.before(), tokens.since()) + " tokens";
    }

    /** What slows everything that a machine computes. */
    private void machine(Split split, double timeBefore) {
        throttled()
                .ifPresent(clock -> split.take(
                        Kind.THROTTLING,
                        Math.max(timeBefore * (1 / clock.ratio() - 1), clock.ratio() < 1 ? 0 : split.rest()),
                        pair(Facts.SLOWED)
                                        .map(slowed -> "GPUs held back by heat or power "
                                                + Words.plain(slowed.before(), slowed.since()) + ", ")
                                        .orElse("")
                                + "clock " + Words.plain(clock.before() / 1e6, clock.since() / 1e6) + " MHz"));
        othersGrew()
                .ifPresent(
                        running -> split.take(Kind.OTHER_TENANTS, timeBefore * (running.ratio() - 1), othersWords()));
        pair(Facts.OFFERED)
                .filter(offered -> offered.ratio() >= 1 + 2 * LEAST_MOVE)
                .flatMap(offered -> pair(Facts.RUNNING)
                        .filter(running -> running.ratio() > 1)
                        .map(running -> new Pair[] {offered, running}))
                .ifPresent(both -> split.take(
                        Kind.MORE_LOAD,
                        timeBefore * (both[1].ratio() - 1),
                        Words.plain(both[0].before(), both[0].since()) + " requests offered per second"));
    }

    /** The clock, where GPUs are held back and were not, or less. */
    private Optional<Pair> throttled() {
        Optional<Pair> slowed = pair(Facts.SLOWED);
        Optional<Pair> clock = pair(Facts.CLOCK);
        return slowed.isPresent()
                ? clock.filter(unused -> slowed.get().change() >= 0.1)
                : clock.filter(hertz -> hertz.ratio() <= 1 - LOWERED_CLOCK);
    }

    /** Requests in the engine, where those that are not ours grew. */
    private Optional<Pair> othersGrew() {
        return others().filter(others -> others.change() >= 1 && others.since() >= 1.5 * others.before())
                .flatMap(unused -> pair(Facts.RUNNING))
                .filter(running -> running.since() > 0);
    }

    private Optional<Pair> others() {
        return pair(Facts.RUNNING)
                .flatMap(running -> pair(Facts.IN_FLIGHT).map(ours -> {
                    Pair waiting = pair(Facts.WAITING).orElse(new Pair(0, 0));
                    return new Pair(
                            Math.max(0, running.before() + waiting.before() - ours.before()),
                            Math.max(0, running.since() + waiting.since() - ours.since()));
                }));
    }

    private String othersWords() {
        Pair others = others().orElseThrow();
        return "requests of others in the engine " + Words.plain(others.before(), others.since());
    }

    private Optional<Split> tpot() {
        return begin(Facts.TPOT).map(split -> {
            Pair tpot = pair(Facts.TPOT).orElseThrow();
            uneven(split);
            pair(Facts.ACCEPTED)
                    .or(() -> pair(Facts.ENGINE_ACCEPTED))
                    .map(accepted -> new Pair(1 + accepted.before(), 1 + accepted.since()))
                    .filter(length -> length.ratio() <= 1 - LEAST_MOVE / 2)
                    .ifPresent(length -> split.take(
                            Kind.ACCEPTANCE,
                            tpot.before() * (1 / length.ratio() - 1),
                            "tokens per draft, with the one that is always there, "
                                    + Words.plain(length.before(), length.since())));
            machine(split, tpot.before());
            if (pair(Facts.RUNNING).isEmpty()) {
                split.take(
                        Kind.NOT_ATTRIBUTABLE,
                        split.rest(),
                        "the engine does not tell how many requests it works on"
                                + (pair(Facts.CLOCK).isEmpty() ? ", nor the GPU its clock" : "")
                                + ", so slower steps and others' requests cannot be told apart");
            } else {
                split.take(
                        Kind.DECODE,
                        split.rest(),
                        "time per token " + Words.millis(tpot.since() - split.rest(), tpot.since()) + " at "
                                + Words.plain(
                                        pair(Facts.RUNNING).orElseThrow().before(),
                                        pair(Facts.RUNNING).orElseThrow().since())
                                + " requests in the engine"
                                + (pair(Facts.CLOCK).isEmpty() ? ", clocks not known," : ""));
            }
            return split;
        });
    }

    /** What is not in every gap: growth of the mean beyond that of the median. */
    private void uneven(Split split) {
        Optional<Pair> uneven = pair(Facts.ITL)
                .flatMap(mean -> pair(Facts.ITL_MEDIAN)
                        .map(median -> new Pair(mean.before() - median.before(), mean.since() - median.since())));
        if (uneven.filter(pair -> pair.change() > 0).isPresent()) {
            takePauses(split, uneven.get().change());
        }
    }

    private boolean pausesGrew() {
        return pair(Facts.PAUSE)
                .filter(pause -> pause.change() > 0)
                .filter(pause -> pair(Facts.ITL)
                        .filter(itl -> pause.change() >= 0.5 * itl.change())
                        .isPresent())
                .isPresent();
    }

    private void takePauses(Split split, double size) {
        Optional<Cause> full = fullCache();
        boolean grewAtFirst = pair(Facts.TTFT_MEDIAN)
                .filter(median -> median.ratio() >= 1 + 2 * LEAST_MOVE)
                .isPresent();
        if (full.isPresent()) {
            split.take(Kind.KV_CACHE, size, full.get().evidence());
        } else if (pair(Facts.PREEMPTIONS).isEmpty() && pair(Facts.KV).isEmpty()) {
            split.take(
                    Kind.NOT_ATTRIBUTABLE,
                    size,
                    "answers pause between tokens, and the engine does not tell whether others' prompts, preemptions or stalls"
                            + " are in between");
        } else if (grewAtFirst && !pausesOutgrowTheFirstToken()) {
            promptsOfOthers(split, size);
        } else {
            Pair itl = pair(Facts.ITL).orElseThrow();
            split.take(
                    Kind.STALLS,
                    size,
                    "pauses between tokens, mean gap " + Words.millis(itl.before(), itl.since()) + " at a median of "
                            + Words.round(since.of(Facts.ITL_MEDIAN).orElse(0) / 1e6) + " ms,");
        }
    }

    /** An engine that works in steps computes them within the steps that bring the others' tokens. */
    private void promptsOfOthers(Split split, double size) {
        Pair median = pair(Facts.TTFT_MEDIAN).orElseThrow();
        if (fewerHits().isPresent()) {
            split.take(Kind.PREFIX_HITS, size, hitsWords(fewerHits().get()));
        } else if (longerPrompts().isPresent()) {
            split.take(Kind.LONGER_PROMPTS, size, promptWords(longerPrompts().get()));
        } else {
            split.take(
                    Kind.PREFILL,
                    size,
                    "prefill, also of others within the steps, median time to first token "
                            + Words.millis(median.before(), median.since()) + ",");
        }
    }

    /** A prefill that others wait for is no longer than their own; a pause that is much longer is none. */
    private boolean pausesOutgrowTheFirstToken() {
        return pair(Facts.TTFT)
                .flatMap(mean -> pair(Facts.TTFT_MEDIAN).map(median -> median.change() < 0.5 * mean.change()))
                .orElse(false);
    }

    private Optional<Explanation> errors() {
        List<Failing> failing = new ArrayList<>();
        for (FailureKind kind : FailureKind.values()) {
            Pair.of(Facts.failed(before, kind), Facts.failed(since, kind))
                    .filter(share -> share.change() > 0)
                    .ifPresent(share -> failing.add(new Failing(kind, share)));
        }
        double change =
                failing.stream().mapToDouble(one -> one.share().change()).sum();
        if (!(change > 0.001)) {
            return Optional.empty();
        }
        Split split = new Split(JudgedMetric.ERROR_RATE.label(), change);
        List<Cause> memory = pair(Facts.MEMORY)
                .filter(used -> used.since() >= FULL_MEMORY && used.change() >= LEAST_MOVE)
                .map(used ->
                        behind(Kind.MEMORY, "GPU memory " + Words.percent(used.before(), used.since()) + " in use"))
                .stream()
                .toList();
        double empty = failing.stream()
                .filter(one -> one.kind() == FailureKind.EMPTY)
                .mapToDouble(one -> one.share().change())
                .sum();
        if (empty > 0) {
            split.take(Kind.EMPTY_ANSWERS, empty, words(failing, true));
        }
        if (change > empty) {
            split.take(Kind.FAILURES, change - empty, words(failing, false), memory);
        }
        return Optional.of(split.explanation());
    }

    private record Failing(FailureKind kind, Pair share) {}

    private static String words(List<Failing> failing, boolean empty) {
        return failing.stream()
                .filter(one -> (one.kind() == FailureKind.EMPTY) == empty)
                .sorted((a, b) -> Double.compare(b.share().change(), a.share().change()))
                .map(one -> one.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " "
                        + Words.percent(one.share().before(), one.share().since()))
                .collect(Collectors.joining(", "));
    }
}
