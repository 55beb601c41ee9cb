package dev.plumbline.judgement.canary;

import dev.plumbline.contract.verdict.CanaryFinding;
import dev.plumbline.contract.verdict.CanaryFinding.Metric;
import dev.plumbline.contract.verdict.CanaryFinding.State;
import dev.plumbline.contract.verdict.CanaryProgress;
import dev.plumbline.contract.verdict.CanaryProgress.Difference;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.canary.Differences.Known;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the sums of a pair mean. A canary
 *
 * <ul>
 *   <li><b>regressed</b> when the mean log-ratio of some metric is at least that of the threshold effect (less 2 % of it) and its lower
 *       bound is above 3 %; the chance of 1 % is shared by the metrics, because one of them is enough. It stays so until the canary
 *       begins anew;
 *   <li><b>passes</b> when the upper bound of every metric, 99 % each, is below the threshold effect: they all have to, so nothing is
 *       shared. As soon as that is so, which is the early pass;
 *   <li>is <b>undecided</b> else, with the smallest change that would have been found by now;
 *   <li><b>cannot be told</b> when the shares of the load are not as asked, nobody serves beside it, or requests are too few.
 * </ul>
 *
 * <p>Medians and tails of TTFT and TPOT count, of answers that come in one piece those of e2e, and errors. A tail counts when it has
 * enough requests in most blocks.
 */
final class CanaryJudge {

    private static final double ALPHA = 0.01;

    /** Of the intervals that are shown, on each side. */
    private static final double SHOWN_ALPHA = 0.025;

    private static final double CERTAINLY_WORSE = Math.log(1.03);
    private static final double NEARLY = 0.98;
    private static final Set<LatencyMetric> STREAMED = Set.of(LatencyMetric.TTFT, LatencyMetric.TPOT);

    private final CanarySettings settings;
    private final long blockMillis;
    private final double threshold;

    CanaryJudge(CanarySettings settings, long windowMillis) {
        this.settings = settings;
        this.blockMillis = settings.blockMillis(windowMillis);
        this.threshold = Math.log1p(settings.thresholdEffect());
    }

    /** Of a canary that has nothing to be held against. */
    CanaryFinding alone(long sinceEpochMillis) {
        return new CanaryFinding(
                State.CANNOT_TELL,
                Optional.empty(),
                sinceEpochMillis,
                0,
                blockMillis,
                List.of(),
                OptionalDouble.empty(),
                settings.stable()
                        .map(name -> "no variant " + name
                                + " serves in this group; it is what plumbline.detector.canary.stable" + " names")
                        .orElse("nothing serves beside it in this group that it could be held against"));
    }

    /** A metric with its sums. */
    private record Look(Difference sums, Optional<Known> known, boolean gates) {}

    CanaryFinding judge(CanaryProgress progress) {
        List<Look> looks = looks(progress);
        List<Look> gating = looks.stream().filter(Look::gates).toList();
        ErrorPair errors = ErrorPair.of(progress);
        double shared = ALPHA / (gating.size() + 1);
        List<Look> worse = gating.stream()
                .filter(look -> look.known()
                        .filter(known -> known.mean() >= NEARLY * threshold && known.low(shared) > CERTAINLY_WORSE)
                        .isPresent())
                .sorted(Comparator.comparingDouble(
                        (Look look) -> -look.known().orElseThrow().mean()))
                .toList();
        boolean moreErrors = errors.isWorse(shared);
        OptionalDouble visible = gating.stream()
                .flatMap(look -> look.known().stream())
                .mapToDouble(known -> Math.exp(Math.max(threshold, known.visible(CERTAINLY_WORSE, shared))))
                .max();
        Optional<String> share = ShareCheck.off(progress, settings);
        boolean tooFew = progress.blocks() >= Differences.FEWEST_BLOCKS
                && gating.stream()
                        .noneMatch(look -> !Differences.isTail(look.sums().metric()));

        State state;
        String words;
        if (progress.state() == State.REGRESSED) {
            state = State.REGRESSED;
            words = regressed(progress, worse, moreErrors, errors);
        } else if (share.isPresent()) {
            state = State.CANNOT_TELL;
            words = share.get();
        } else if (!worse.isEmpty() || moreErrors) {
            state = State.REGRESSED;
            words = regressed(progress, worse, moreErrors, errors);
        } else if (progress.state() == State.PASSED) {
            state = State.PASSED;
            words = "passed, and nothing is worse since: " + widest(gating);
        } else if (tooFew) {
            state = State.CANNOT_TELL;
            words = tooFew(looks, progress);
        } else if (progress.blocks() < Differences.FEWEST_BLOCKS) {
            state = State.UNDECIDED;
            words = progress.blocks() + " of the first " + Differences.FEWEST_BLOCKS + " blocks of "
                    + seconds(blockMillis)
                    + " beside " + progress.stable()
                    + (progress.unmatched() == 0
                            ? ""
                            : ", " + progress.unmatched() + " left out: not measured in the same windows");
        } else if (gating.stream()
                        .allMatch(look -> look.known()
                                .filter(known -> known.most(ALPHA) < threshold)
                                .isPresent())
                && errors.isNoWorse(ALPHA)) {
            state = State.PASSED;
            words = "passes after " + length(progress) + ": nothing is " + percent(Math.exp(threshold)) + " worse than "
                    + progress.stable() + ", by 99 %; " + widest(gating) + leftOut(looks);
        } else {
            state = State.UNDECIDED;
            words = "undecided after " + length(progress) + " beside " + progress.stable() + ": "
                    + visible.stream()
                            .mapToObj(ratio -> percent(ratio) + " would have been seen by now; ")
                            .findFirst()
                            .orElse("")
                    + widest(gating) + leftOut(looks);
        }
        return new CanaryFinding(
                state,
                Optional.of(progress.stable()),
                progress.sinceEpochMillis(),
                progress.blocks(),
                blockMillis,
                metrics(looks, worse, errors, moreErrors),
                visible,
                words);
    }

    private static List<Look> looks(CanaryProgress progress) {
        boolean streams = progress.differences().stream().anyMatch(sums -> isStreamed(sums.metric()));
        List<Look> looks = new ArrayList<>();
        for (Difference sums : progress.differences()) {
            boolean enough = sums.blocks() > sums.thin();
            looks.add(new Look(sums, Differences.known(sums), enough && (isStreamed(sums.metric()) || !streams)));
        }
        return looks;
    }

    private static boolean isStreamed(JudgedMetric metric) {
        return metric.latency().filter(STREAMED::contains).isPresent();
    }

    private static List<Metric> metrics(List<Look> looks, List<Look> worse, ErrorPair errors, boolean moreErrors) {
        List<Metric> metrics = new ArrayList<>();
        looks.stream()
                .sorted(Comparator.comparing((Look look) -> !look.gates()))
                .forEach(look -> metrics.add(new Metric(
                        look.sums().metric(),
                        look.gates(),
                        worse.contains(look),
                        look.sums().paired() * 2 > look.sums().blocks(),
                        look.sums().blocks(),
                        look.known().map(CanaryJudge::effect))));
        errors.effect()
                .ifPresent(effect -> metrics.add(new Metric(
                        JudgedMetric.ERROR_RATE, true, moreErrors, false, errors.blocks(), Optional.of(effect))));
        return metrics;
    }

    private static Effect effect(Known known) {
        return new Effect(
                known.stableNanos(),
                known.stableNanos() * Math.exp(known.mean()),
                Math.exp(known.mean()),
                Math.exp(known.low(SHOWN_ALPHA)),
                Math.exp(known.high(SHOWN_ALPHA)));
    }

    private String regressed(CanaryProgress progress, List<Look> worse, boolean moreErrors, ErrorPair errors) {
        List<String> parts = worse.stream().map(CanaryJudge::words).collect(Collectors.toCollection(ArrayList::new));
        if (moreErrors) {
            errors.effect()
                    .ifPresent(effect -> parts.add(String.format(
                            Locale.ROOT, "error rate %.2g -> %.2g %%", effect.baseline() * 100, effect.now() * 100)));
        }
        return "regressed against " + progress.stable() + " in the same " + seconds(blockMillis) + ": "
                + (parts.isEmpty()
                        ? "it was, and is no longer as clear; a new build begins anew"
                        : String.join(", ", parts));
    }

    private static String words(Look look) {
        Effect effect = effect(look.known().orElseThrow());
        return look.sums().metric().displayName() + " " + percent(effect.ratio()) + " (95 % "
                + percent(effect.ratioLow()) + ".." + percent(effect.ratioHigh()) + ")";
    }

    /** The metric that is known least. */
    private static String widest(List<Look> gating) {
        return gating.stream()
                .filter(look -> look.known().isPresent())
                .max(Comparator.comparingDouble(
                        (Look look) -> look.known().orElseThrow().high(SHOWN_ALPHA)))
                .map(look -> "most " + words(look))
                .orElse("no metric has enough blocks yet");
    }

    private static String leftOut(List<Look> looks) {
        String names = looks.stream()
                .filter(look -> !look.gates() && isStreamed(look.sums().metric()))
                .map(look -> look.sums().metric().displayName())
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : "; too few requests for " + names;
    }

    private String tooFew(List<Look> looks, CanaryProgress progress) {
        return looks.stream()
                .filter(look -> !Differences.isTail(look.sums().metric()))
                .findFirst()
                .map(look -> String.format(
                        Locale.ROOT,
                        "too few requests: %.0f in %s on the poorer side, %d are needed; make plumbline.detector.canary.block longer"
                                + " or the canary's share larger",
                        (double) look.sums().fewest()
                                / Math.max(1, look.sums().blocks() + look.sums().thin()),
                        seconds(blockMillis),
                        Differences.fewest(look.sums().metric())))
                .orElse("no request of both completed in " + length(progress));
    }

    private String length(CanaryProgress progress) {
        long minutes = Math.round(progress.blocks() * blockMillis / 60e3);
        return progress.blocks() + " blocks of " + seconds(blockMillis) + (minutes < 1 ? "" : " (" + minutes + " min)");
    }

    private static String seconds(long millis) {
        return millis / 1_000 + " s";
    }

    private static String percent(double ratio) {
        return String.format(Locale.ROOT, "%+.0f %%", (ratio - 1) * 100);
    }
}
