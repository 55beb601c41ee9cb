package dev.plumbline.judgement.run;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.distribution.HypergeometricDistribution;

/**
 * A look at a tail that has too few requests to be compared: whether it is worse beyond chance, not by how much.
 *
 * <p>A limit is laid at the quantile of the earlier requests, made longer by the threshold, and at longer ones. Of requests that
 * are all alike so many of the new ones lie above it with the probability that Fisher's exact test gives, whatever their
 * distribution is; where that is at most {@value #CHANCE} the tail looks worse. That is the one-sided lower bound which such a
 * tail has, read on the side of the counts. Requests count as independent: where slow ones come together it says "looks worse"
 * too often, which leaves a run undecided and never fails it.
 *
 * @param limitNanos where the two differ most
 * @param above requests of this run that took longer
 * @param of all of them
 * @param aboveBefore requests of the baseline that took longer
 * @param ofBefore all of them
 */
record TailLook(double limitNanos, long above, long of, long aboveBefore, long ofBefore) {

    /** Four of sixty against none of sixty is the least that counts. */
    private static final double CHANCE = 0.06;

    /** The limits, as multiples of the first. A tail in which everything is a little slower shows at the first ones. */
    private static final double[] FURTHER = {1, 1.4, 2};

    private static final double NANOS_PER_MILLI = 1e6;

    /**
     * @param longer how much longer counts, as a share above 0
     * @return empty where it looks no worse, or one of the two is empty
     */
    static Optional<TailLook> worse(Histogram now, Histogram before, double quantile, double longer) {
        if (now.isEmpty() || before.isEmpty() || now.count() + before.count() > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        double first = before.quantileNanos(quantile).orElseThrow() * (1 + longer);
        TailLook clearest = null;
        double rarest = CHANCE;
        for (double times : FURTHER) {
            TailLook look = at(first * times, now, before);
            double chance = look.chance();
            if (chance <= rarest) {
                rarest = chance;
                clearest = look;
            }
        }
        return Optional.ofNullable(clearest);
    }

    private static TailLook at(double nanos, Histogram now, Histogram before) {
        int bucket = Buckets.indexOf(
                (long) Math.max(Buckets.LOWEST_NANOS, Math.min(Buckets.HIGHEST_NANOS, Math.ceil(nanos))));
        return new TailLook(
                Buckets.upperBoundNanos(bucket),
                now.countAbove(bucket),
                now.count(),
                before.countAbove(bucket),
                before.count());
    }

    /** How likely so many lie above the limit where both runs are alike. */
    private double chance() {
        return above == 0
                ? 1
                : HypergeometricDistribution.of((int) (of + ofBefore), (int) (above + aboveBefore), (int) of)
                        .survivalProbability((int) above - 1);
    }

    /**
     * One clause: what was seen.
     *
     * @param there where the earlier ones are from: {@code before}
     */
    String why(String there) {
        return String.format(
                Locale.ROOT,
                "%d of %d took longer than %s ms, %d of %d %s: it looks worse",
                above,
                of,
                Numbers.shortest(limitNanos / NANOS_PER_MILLI),
                aboveBefore,
                ofBefore,
                there);
    }
}
