package dev.plumbline.producer.schedule;

import dev.plumbline.contract.series.LoadShape;
import dev.plumbline.contract.series.LoadShape.Change;
import dev.plumbline.contract.series.LoadShape.Piece;
import java.util.ArrayList;
import java.util.List;

/**
 * A rate over time, with what it adds up to and the inverse of that, each in closed form: no step is small, no error adds up.
 *
 * <p>It is some pieces, one after the other, and behind them others that repeat for ever, or one level. Immutable.
 */
public final class RateCurve {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    /** More are a curve that was changed by a program. */
    private static final int MOST_PIECES = 10_000;

    private final Pieces once;
    private final Pieces cycle;
    private final double heldPerSecond;

    private RateCurve(List<Stretch> once, List<Stretch> cycle, double heldPerSecond) {
        if (once.size() > MOST_PIECES) {
            throw new IllegalStateException("the rate was changed more than " + MOST_PIECES + " times");
        }
        this.once = new Pieces(once);
        this.cycle = new Pieces(cycle);
        this.heldPerSecond = heldPerSecond;
    }

    /**
     * The same rate for ever.
     *
     * @param requestsPerSecond {@value FireTimes#MIN_PER_SECOND} to {@value FireTimes#MAX_PER_SECOND}
     */
    public static RateCurve constant(double requestsPerSecond) {
        return new RateCurve(List.of(), List.of(), requireInRange(requestsPerSecond));
    }

    /** The rate of a shape, whose levels are requests per second, from its begin on. */
    public static RateCurve of(LoadShape shape) {
        List<Stretch> pieces = shape.pieces().stream().map(Stretch::of).toList();
        return shape.lastLevel()
                .map(level -> new RateCurve(pieces, List.of(), level))
                .orElseGet(() -> new RateCurve(List.of(), pieces, 0));
    }

    private static double requireInRange(double requestsPerSecond) {
        if (!(requestsPerSecond >= FireTimes.MIN_PER_SECOND && requestsPerSecond <= FireTimes.MAX_PER_SECOND)) {
            throw new IllegalArgumentException("rate " + requestsPerSecond + "/s is outside " + FireTimes.MIN_PER_SECOND
                    + ".." + FireTimes.MAX_PER_SECOND);
        }
        return requestsPerSecond;
    }

    /** This, later: before it its first level. */
    public RateCurve after(long nanos) {
        return once.isEmpty() && cycle.isEmpty() ? this : level(perSecondAt(0)).then(nanos, this);
    }

    /** What is left of this from a moment on, which becomes its begin. */
    public RateCurve from(long nanos) {
        if (nanos <= 0) {
            return this;
        }
        if (nanos < once.nanos) {
            return new RateCurve(once.from(nanos), cycle.stretches, heldPerSecond);
        }
        return new RateCurve(
                cycle.isEmpty() ? List.of() : cycle.from((nanos - once.nanos) % cycle.nanos),
                cycle.stretches,
                heldPerSecond);
    }

    /**
     * This until a moment, and another from there on.
     *
     * @param fromNanos where the other begins
     * @throws IllegalStateException if this repeats for ever, or was changed too often
     */
    public RateCurve then(long fromNanos, RateCurve next) {
        if (!cycle.isEmpty()) {
            throw new IllegalStateException("a rate that repeats is not followed by another");
        }
        List<Stretch> all = new ArrayList<>(once.until(fromNanos));
        double rest = fromNanos - Math.min(fromNanos, once.nanos);
        if (rest > 0) {
            all.add(new Stretch(rest, heldPerSecond, heldPerSecond, Change.LINEAR));
        }
        all.addAll(next.once.stretches);
        return new RateCurve(all, next.cycle.stretches, next.heldPerSecond);
    }

    /** This, with every rate multiplied. */
    public RateCurve times(double factor) {
        return new RateCurve(once.times(factor), cycle.times(factor), heldPerSecond * factor);
    }

    private static RateCurve level(double perSecond) {
        return new RateCurve(List.of(), List.of(), perSecond);
    }

    /** Requests per second at a moment; where it jumps, those behind the jump. */
    public double perSecondAt(long nanos) {
        if (nanos < once.nanos) {
            return once.perSecondAt(nanos);
        }
        return cycle.isEmpty() ? heldPerSecond : cycle.perSecondAt((nanos - once.nanos) % cycle.nanos);
    }

    /** How many requests are expected from the begin until a moment. */
    public double countAt(double nanos) {
        if (nanos < once.nanos) {
            return once.countAt(nanos);
        }
        double behind = nanos - once.nanos;
        if (cycle.isEmpty()) {
            return once.count + behind / NANOS_PER_SECOND * heldPerSecond;
        }
        double whole = Math.floor(behind / cycle.nanos);
        return once.count + whole * cycle.count + cycle.countAt(behind - whole * cycle.nanos);
    }

    /**
     * The inverse: the last moment until which no more than so many are expected. So what lies where nothing is asked for is due when
     * something is again.
     */
    public double nanosAt(double count) {
        if (count < once.count) {
            return once.nanosAt(count);
        }
        double more = count - once.count;
        if (cycle.isEmpty()) {
            return once.nanos + more / heldPerSecond * NANOS_PER_SECOND;
        }
        double whole = Math.floor(more / cycle.count);
        double rest = Math.min(Math.max(0, more - whole * cycle.count), Math.nextDown(cycle.count));
        return once.nanos + whole * cycle.nanos + cycle.nanosAt(rest);
    }

    /** Pieces one after the other. */
    private static final class Pieces {
        private final List<Stretch> stretches;
        private final double nanos;
        private final double count;

        Pieces(List<Stretch> stretches) {
            this.stretches = List.copyOf(stretches);
            this.nanos = stretches.stream().mapToDouble(Stretch::nanos).sum();
            this.count = stretches.stream().mapToDouble(Stretch::count).sum();
        }

        boolean isEmpty() {
            return stretches.isEmpty();
        }

        List<Stretch> until(double end) {
            List<Stretch> kept = new ArrayList<>();
            double at = 0;
            for (Stretch stretch : stretches) {
                double left = end - at;
                if (left > 0) {
                    kept.add(left >= stretch.nanos() ? stretch : stretch.until(left));
                }
                at += stretch.nanos();
            }
            return kept;
        }

        List<Stretch> from(double begin) {
            List<Stretch> kept = new ArrayList<>();
            double at = 0;
            for (Stretch stretch : stretches) {
                double gone = Math.max(0, begin - at);
                if (gone < stretch.nanos()) {
                    kept.add(gone == 0 ? stretch : stretch.from(gone));
                }
                at += stretch.nanos();
            }
            return kept;
        }

        List<Stretch> times(double factor) {
            return stretches.stream()
                    .map(each -> new Stretch(each.nanos, each.from * factor, each.to * factor, each.change))
                    .toList();
        }

        double perSecondAt(double at) {
            double left = at;
            for (Stretch stretch : stretches) {
                if (left < stretch.nanos()) {
                    return stretch.perSecondAt(left);
                }
                left -= stretch.nanos();
            }
            throw new IllegalArgumentException("nothing lies at " + at + " ns");
        }

        double countAt(double at) {
            double left = at;
            double sum = 0;
            for (Stretch stretch : stretches) {
                if (left < stretch.nanos()) {
                    return sum + stretch.countAt(left);
                }
                left -= stretch.nanos();
                sum += stretch.count();
            }
            return sum;
        }

        /** Of a count that is less than all of them. */
        double nanosAt(double wanted) {
            double left = wanted;
            double at = 0;
            for (Stretch stretch : stretches) {
                if (left < stretch.count()) {
                    return at + stretch.nanosAt(left);
                }
                left -= stretch.count();
                at += stretch.nanos();
            }
            // A rounding error beyond the last.
            return at;
        }
    }

    /** One piece, in nanoseconds and requests per second. */
    private record Stretch(double nanos, double from, double to, Change change) {

        static Stretch of(Piece piece) {
            return new Stretch(piece.millis() * NANOS_PER_MILLI, piece.from(), piece.to(), piece.change());
        }

        private double seconds() {
            return nanos / NANOS_PER_SECOND;
        }

        /** The logarithm of the factor by which it changes; 0 where it stays. */
        private double growth() {
            return Math.log(to / from);
        }

        private boolean isLinear() {
            return change == Change.LINEAR || from == to;
        }

        double perSecondAt(double at) {
            double share = at / nanos;
            return isLinear() ? from + (to - from) * share : from * Math.exp(growth() * share);
        }

        double count() {
            return isLinear() ? (from + to) / 2 * seconds() : (to - from) / growth() * seconds();
        }

        double countAt(double at) {
            double share = at / nanos;
            return isLinear()
                    ? (from + (to - from) * share / 2) * share * seconds()
                    : from * Math.expm1(growth() * share) / growth() * seconds();
        }

        /** The root in the form that loses nothing where the slope is small. */
        double nanosAt(double wanted) {
            double perSpan = wanted / seconds();
            double share = isLinear()
                    ? 2 * perSpan / (from + Math.sqrt(Math.max(0, from * from + 2 * (to - from) * perSpan)))
                    : Math.log1p(growth() * perSpan / from) / growth();
            // Where nothing is wanted of one that begins at 0.
            return wanted == 0 ? 0 : Math.min(1, share) * nanos;
        }

        Stretch until(double end) {
            return new Stretch(end, from, perSecondAt(end), change);
        }

        Stretch from(double begin) {
            return new Stretch(nanos - begin, perSecondAt(begin), to, change);
        }
    }
}
