package dev.plumbline.cli.sweep;

import dev.plumbline.judgement.sweep.LoadSearch;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a search found in one cell.
 *
 * @param cell what did not vary in it; without settings where a sweep has no other factor
 * @param load the flag that was searched
 * @param most the highest load that might have been tried
 */
record Found(Point cell, String load, LoadSearch.Knee knee, double most) {

    /** One sentence. */
    String text() {
        String of = cell.settings().isEmpty() ? "" : cell.label() + ": ";
        if (knee.holdsUpTo().isEmpty() && knee.breaksFrom().isEmpty()) {
            return of + "cannot tell at any " + load + " that was tried: longer points (--duration) would";
        }
        if (knee.holdsUpTo().isEmpty()) {
            return of + "breaks from " + load + " " + text(knee.breaksFrom()) + " on; lower ones could not be told";
        }
        if (knee.breaksFrom().isEmpty()) {
            return of + "holds up to " + load + " " + text(knee.holdsUpTo())
                    + (knee.holdsUpTo().getAsDouble() >= most
                            ? ", the highest that was tried: --to goes further"
                            : "; higher ones could not be told");
        }
        if (!knee.isOrdered()) {
            return of + "broke at " + load + " " + text(knee.breaksFrom()) + " and held at " + text(knee.holdsUpTo())
                    + ": something else changed meanwhile, or points are too short";
        }
        return of + "holds up to " + load + " " + text(knee.holdsUpTo()) + ", breaks from "
                + text(knee.breaksFrom())
                + (knee.estimate().isPresent() ? "; the limit is crossed near " + text(knee.estimate()) : "");
    }

    static String text(OptionalDouble load) {
        return load.isEmpty()
                ? "?"
                : load.getAsDouble() == Math.rint(load.getAsDouble())
                        ? String.format(Locale.ROOT, "%.0f", load.getAsDouble())
                        : String.format(Locale.ROOT, "%.3g", load.getAsDouble());
    }
}
