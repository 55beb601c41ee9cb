package dev.plumbline.judgement.sweep;

import dev.plumbline.judgement.result.RunVerdict.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Finds the highest load at which goals hold. It doubles the load until they break, then takes the middle between the highest
 * that held and the lowest that broke, on a logarithmic scale, until these lie near enough. It asks one load at a time, and is
 * told what came of it.
 *
 * <p>What cannot be told decides by its number where to look next, since it lies at the knee, and stays inside the interval: only
 * loads of which it is sure that they hold or break bound it. Where no such load was met on one side, a few steps away from the knee
 * look for one.
 *
 * <p>One thread.
 */
public final class LoadSearch {

    /** Beyond it a bracket is not found, and something else is wrong. */
    private static final int MOST_TRIES = 60;

    /** Loads that are tried beyond the knee for the sake of certainty alone. */
    private static final int MOST_BEYOND = 4;

    private final Bounds bounds;
    private final List<Tried> tried = new ArrayList<>();
    private OptionalDouble highestHeld = OptionalDouble.empty();
    private OptionalDouble lowestBroken = OptionalDouble.empty();

    /**
     * Where is looked.
     *
     * @param from first load, above 0
     * @param most highest load that is tried, {@code from} or more
     * @param precision it is near enough when the loads on both sides of the knee differ by no more than this share, above 0
     * @param isWhole whether there are only whole loads, as of requests at a time
     */
    public record Bounds(double from, double most, double precision, boolean isWhole) {
        public Bounds {
            if (!(from > 0 && most >= from && precision > 0) || Double.isInfinite(most)) {
                throw new IllegalArgumentException("from " + from + " to " + most + " by " + precision);
            }
        }
    }

    /**
     * A load that was tried.
     *
     * @param answer pass when all goals hold for sure, fail when one breaks for sure
     * @param badness the worst goal's number over its limit, so that 1 is the limit and more is worse; empty when there is none
     */
    public record Tried(double load, Answer answer, OptionalDouble badness) {
        public Tried {
            Objects.requireNonNull(answer, "answer");
            Objects.requireNonNull(badness, "badness");
        }

        /** What is made of it, for sure or not. */
        private boolean holds() {
            return switch (answer) {
                case PASS -> true;
                case FAIL -> false;
                // Nothing came of it: that is not what holding looks like.
                case CANNOT_TELL, OBSERVED -> badness.orElse(Double.POSITIVE_INFINITY) <= 1;
            };
        }
    }

    /**
     * What was found.
     *
     * @param holdsUpTo the highest load of which it is sure that the goals hold; empty when there is none
     * @param breaksFrom the lowest one above it of which it is sure that they break; empty when there is none
     * @param estimate where the worst goal's number crosses its limit, between the two; empty unless both sides were seen
     * @param isOrdered whether no load below one that holds for sure breaks for sure
     */
    public record Knee(
            OptionalDouble holdsUpTo, OptionalDouble breaksFrom, OptionalDouble estimate, boolean isOrdered) {}

    public LoadSearch(Bounds bounds) {
        this.bounds = bounds;
    }

    /** The load to try next; empty when it is near enough, or there is none to try. */
    public OptionalDouble next() {
        if (tried.size() >= MOST_TRIES) {
            return OptionalDouble.empty();
        }
        if (highestHeld.isEmpty() && lowestBroken.isEmpty()) {
            return OptionalDouble.of(allowed(bounds.from()));
        }
        if (lowestBroken.isEmpty()) {
            double held = highestHeld.getAsDouble();
            return held >= bounds.most()
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(allowed(Math.min(bounds.most(), held * 2)));
        }
        if (highestHeld.isEmpty()) {
            // Not even the first one: the knee lies below where it was looked for.
            double below = lowestBroken.getAsDouble() / 2;
            return (bounds.isWhole() && below < 1) || below < bounds.from() / 1_000
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(allowed(below));
        }
        double held = highestHeld.getAsDouble();
        double broken = lowestBroken.getAsDouble();
        return isNear(held, broken)
                ? surelyBroken(broken)
                        .or(() -> surelyHeld(held))
                        .map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty())
                : OptionalDouble.of(allowed(Math.sqrt(held * broken)));
    }

    /** A load above the knee, while none is known to break for sure and a few more may show one. */
    private Optional<Double> surelyBroken(double broken) {
        double next = step(
                tried.stream()
                        .mapToDouble(Tried::load)
                        .filter(load -> load >= broken)
                        .max()
                        .orElse(broken),
                1);
        return isKnown(Answer.FAIL) || next > bounds.most() || beyond(broken, Double.POSITIVE_INFINITY) >= MOST_BEYOND
                ? Optional.empty()
                : Optional.of(next);
    }

    /** The same below. */
    private Optional<Double> surelyHeld(double held) {
        double next = step(
                tried.stream()
                        .mapToDouble(Tried::load)
                        .filter(load -> load <= held)
                        .min()
                        .orElse(held),
                -1);
        return isKnown(Answer.PASS) || (bounds.isWhole() && next < 1) || beyond(0, held) >= MOST_BEYOND
                ? Optional.empty()
                : Optional.of(next);
    }

    private boolean isKnown(Answer answer) {
        return tried.stream().anyMatch(one -> one.answer() == answer);
    }

    private long beyond(double from, double to) {
        return tried.stream()
                .filter(one -> one.load() > from && one.load() < to)
                .count();
    }

    /** Two precisions further, and by one at least where loads are whole. */
    private double step(double load, int direction) {
        double next = load * Math.pow(1 + 2 * bounds.precision(), direction);
        return bounds.isWhole() ? direction > 0 ? Math.ceil(Math.max(next, load + 1)) : Math.floor(next) : next;
    }

    private boolean isNear(double held, double broken) {
        return broken <= held * (1 + bounds.precision()) || (bounds.isWhole() && broken - held <= 1);
    }

    private double allowed(double load) {
        if (!bounds.isWhole()) {
            return load;
        }
        double whole = Math.max(1, Math.rint(load));
        // The middle of neighbours' neighbours must be neither of them.
        if (highestHeld.isPresent() && whole <= highestHeld.getAsDouble()) {
            return highestHeld.getAsDouble() + 1;
        }
        return lowestBroken.isPresent() && whole >= lowestBroken.getAsDouble() ? lowestBroken.getAsDouble() - 1 : whole;
    }

    /** Takes what came of the load that {@link #next} gave. */
    public void tell(Tried result) {
        tried.add(result);
        if (result.holds()) {
            highestHeld = OptionalDouble.of(Math.max(result.load(), highestHeld.orElse(result.load())));
        } else {
            lowestBroken = OptionalDouble.of(Math.min(result.load(), lowestBroken.orElse(result.load())));
        }
    }

    /** All that was tried, in that order. */
    public List<Tried> tried() {
        return List.copyOf(tried);
    }

    /** What is known now. */
    public Knee knee() {
        OptionalDouble held = tried.stream()
                .filter(one -> one.answer() == Answer.PASS)
                .mapToDouble(Tried::load)
                .max();
        OptionalDouble firstBroken = tried.stream()
                .filter(one -> one.answer() == Answer.FAIL)
                .mapToDouble(Tried::load)
                .min();
        boolean isOrdered = held.isEmpty() || firstBroken.isEmpty() || held.getAsDouble() < firstBroken.getAsDouble();
        return new Knee(held, firstBroken, estimate(), isOrdered);
    }

    private OptionalDouble estimate() {
        if (highestHeld.isEmpty() || lowestBroken.isEmpty()) {
            return OptionalDouble.empty();
        }
        Optional<Tried> below = at(highestHeld.getAsDouble());
        Optional<Tried> above = at(lowestBroken.getAsDouble());
        OptionalDouble low = below.map(Tried::badness).orElse(OptionalDouble.empty());
        OptionalDouble high = above.map(Tried::badness).orElse(OptionalDouble.empty());
        double from = highestHeld.getAsDouble();
        double to = lowestBroken.getAsDouble();
        if (from >= to) {
            return OptionalDouble.of(Math.sqrt(from * to));
        }
        if (low.isEmpty() || high.isEmpty() || !(low.getAsDouble() > 0 && high.getAsDouble() > low.getAsDouble())) {
            return OptionalDouble.of(Math.sqrt(from * to));
        }
        double share = -Math.log(low.getAsDouble()) / (Math.log(high.getAsDouble()) - Math.log(low.getAsDouble()));
        return OptionalDouble.of(from * Math.pow(to / from, Math.clamp(share, 0, 1)));
    }

    private Optional<Tried> at(double load) {
        return tried.stream()
                .filter(one -> Double.compare(one.load(), load) == 0)
                .reduce((before, last) -> last);
    }
}
