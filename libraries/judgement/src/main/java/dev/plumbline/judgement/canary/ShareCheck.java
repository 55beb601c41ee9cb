package dev.plumbline.judgement.canary;

import dev.plumbline.contract.verdict.CanaryProgress;
import dev.plumbline.contract.verdict.CanaryProgress.Counts;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a canary gets the share of the load that it is meant to get. Where it does not, something chose who is served by whom, and
 * the two are not alike (Fabijan et al., 2019). Chi-square with one degree of freedom at one in ten thousand, and off by a twentieth of
 * the share or more: sessions of many turns scatter more than single requests.
 *
 * <p>Nothing in a window says what share was asked for. It is half where every ask goes to both; else the one that was set; else that
 * of the first blocks, from which later ones must not depart.
 */
final class ShareCheck {

    /** Blocks that say what the share is where nobody else does. */
    static final long FIRST_BLOCKS = 5;

    private static final double CHI_SQUARE = 15.137;
    private static final double SMALLEST_DEVIATION = 0.05;

    private ShareCheck() {}

    /** What is wrong with the share; empty where nothing is. */
    static Optional<String> off(CanaryProgress progress, CanarySettings settings) {
        Counts all = progress.all();
        double total = all.canaryOffered() + all.stableOffered();
        if (total == 0) {
            return Optional.empty();
        }
        double got = all.canaryOffered() / total;
        boolean paired = all.pairs() > 0;
        if (paired || settings.share().isPresent()) {
            double asked = paired ? 0.5 : settings.share().getAsDouble();
            double square = Math.pow(all.canaryOffered() - asked * total, 2) / (asked * (1 - asked) * total);
            return isOff(square, got, asked)
                    ? Optional.of(words(got, asked, paired ? "of pairs, one side of each" : "asked"))
                    : Optional.empty();
        }
        Counts first = progress.first();
        double firstTotal = first.canaryOffered() + first.stableOffered();
        double laterTotal = total - firstTotal;
        if (firstTotal == 0 || laterTotal == 0) {
            return Optional.empty();
        }
        double was = first.canaryOffered() / firstTotal;
        double later = (all.canaryOffered() - first.canaryOffered()) / laterTotal;
        double square = Math.pow(later - was, 2) / (got * (1 - got) * (1 / firstTotal + 1 / laterTotal));
        return isOff(square, later, was) ? Optional.of(words(later, was, "of the first blocks")) : Optional.empty();
    }

    private static boolean isOff(double square, double got, double asked) {
        return square > CHI_SQUARE && Math.abs(got - asked) >= SMALLEST_DEVIATION * asked;
    }

    private static String words(double got, double asked, String whose) {
        return String.format(
                Locale.ROOT,
                "the canary got %.1f %% of the load and not the %.1f %% %s: something chose who is served by whom, so the two"
                        + " are not alike; look at what was dropped and at the router",
                got * 100,
                asked * 100,
                whose);
    }
}
