package dev.plumbline.judgement.canary;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.CanaryFinding.State;
import dev.plumbline.contract.verdict.CanaryProgress;
import dev.plumbline.contract.verdict.CanaryProgress.Counts;
import dev.plumbline.contract.verdict.CanaryProgress.Difference;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.PairSide;
import dev.plumbline.contract.verdict.PairSide.Closed;
import dev.plumbline.contract.verdict.PairSide.PairSum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Adds the blocks of both sides up, those that were measured in the very same windows. */
final class PairSums {

    /** Share of a block's windows that both were measured in, below which it is left out. */
    private static final double FULL_ENOUGH = 0.6;

    /** Blocks after which what has passed is looked at anew: else a change of the second hour
     * would be thinned by a healthy first one. */
    private static final long RENEWED_AFTER_PASS = 20;

    /** The same of one that is still open. */
    private static final long RENEWED_AFTER_DOUBT = 240;

    private PairSums() {}

    /** A pair that begins. */
    static CanaryProgress begin(String stable, long sinceEpochMillis) {
        return new CanaryProgress(
                stable,
                sinceEpochMillis,
                sinceEpochMillis,
                0,
                0,
                Counts.none(),
                Counts.none(),
                List.of(),
                0,
                State.UNDECIDED,
                Optional.empty());
    }

    /**
     * With the blocks that have become complete on both sides.
     *
     * @param stableEndEpochMillis end of the newest window of stable: of a block that ended before it nothing more comes
     */
    static CanaryProgress plus(
            CanaryProgress before,
            PairSide canary,
            PairSide stable,
            long stableEndEpochMillis,
            long blockMillis,
            long windowMillis) {
        double fewest = FULL_ENOUGH * blockMillis / windowMillis;
        CanaryProgress sums = before;
        for (Closed here : canary.closed()) {
            if (here.startEpochMillis() < sums.throughEpochMillis()) {
                continue;
            }
            Optional<Closed> there = stable.closed().stream()
                    .filter(block -> block.startEpochMillis() == here.startEpochMillis())
                    .findFirst();
            long end = here.startEpochMillis() + blockMillis;
            if (there.isEmpty() && stableEndEpochMillis < end) {
                return sums;
            }
            sums = there.filter(block -> block.windows() == here.windows())
                            .filter(block -> Long.bitCount(block.windows()) >= fewest)
                            .isPresent()
                    ? with(renewed(sums, here), here, there.get(), end)
                    : unmatched(sums, end);
        }
        return sums;
    }

    private static CanaryProgress renewed(CanaryProgress sums, Closed next) {
        boolean isDue = sums.blocks() >= RENEWED_AFTER_DOUBT
                || (sums.blocks() >= RENEWED_AFTER_PASS && sums.state() == State.PASSED);
        if (!isDue || sums.state() == State.REGRESSED) {
            return sums;
        }
        CanaryProgress anew = begin(sums.stable(), next.startEpochMillis());
        return said(anew, sums.state(), sums.alertId());
    }

    private static CanaryProgress unmatched(CanaryProgress sums, long through) {
        return new CanaryProgress(
                sums.stable(),
                sums.sinceEpochMillis(),
                through,
                sums.blocks(),
                sums.unmatched() + 1,
                sums.first(),
                sums.all(),
                sums.differences(),
                sums.errorBlocks(),
                sums.state(),
                sums.alertId());
    }

    private static CanaryProgress with(CanaryProgress sums, Closed canary, Closed stable, long through) {
        Counts counts = new Counts(
                canary.offered(),
                stable.offered(),
                canary.ended(),
                stable.ended(),
                canary.failed(),
                stable.failed(),
                Stream.of(canary, stable)
                        .mapToLong(half -> half.pairs().values().stream()
                                .mapToLong(PairSum::pairs)
                                .max()
                                .orElse(0))
                        .sum());
        List<Difference> differences = new ArrayList<>();
        for (JudgedMetric metric : JudgedMetric.values()) {
            Difference was = sums.differences().stream()
                    .filter(one -> one.metric() == metric)
                    .findFirst()
                    .orElseGet(() -> Differences.none(metric));
            Difference is = Differences.plus(was, canary, stable);
            if (is.blocks() + is.thin() > 0) {
                differences.add(is);
            }
        }
        return new CanaryProgress(
                sums.stable(),
                sums.blocks() == 0 ? canary.startEpochMillis() : sums.sinceEpochMillis(),
                through,
                sums.blocks() + 1,
                sums.unmatched(),
                sums.blocks() < ShareCheck.FIRST_BLOCKS ? sums.first().plus(counts) : sums.first(),
                sums.all().plus(counts),
                differences,
                sums.errorBlocks() + (canary.failed() > 0 ? 1 : 0),
                sums.state(),
                sums.alertId());
    }

    /** The same with what was said of it. */
    static CanaryProgress said(CanaryProgress sums, State state, Optional<String> alertId) {
        return new CanaryProgress(
                sums.stable(),
                sums.sinceEpochMillis(),
                sums.throughEpochMillis(),
                sums.blocks(),
                sums.unmatched(),
                sums.first(),
                sums.all(),
                sums.differences(),
                sums.errorBlocks(),
                state,
                alertId);
    }

    /** Whom a canary is held against; empty where nobody serves beside it. */
    static Optional<String> stable(
            CanarySettings settings, Iterable<String> variants, Optional<Series> taughtBaseline) {
        List<String> others = new ArrayList<>();
        variants.forEach(others::add);
        others.removeIf(settings::isCanary);
        if (settings.stable().isPresent()) {
            return settings.stable().filter(others::contains);
        }
        return Stream.concat(
                        Stream.concat(
                                        Stream.of("stable"),
                                        taughtBaseline.stream().map(Series::variant))
                                .filter(others::contains),
                        others.stream().sorted())
                .findFirst();
    }
}
