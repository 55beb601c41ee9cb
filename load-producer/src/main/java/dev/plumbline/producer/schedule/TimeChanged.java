package dev.plumbline.producer.schedule;

import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** Arrivals of rate 1, read along a curve. What was drawn is known as its place on their axis, so that the curve may change. */
final class TimeChanged implements FireTimes {

    private final UnitArrivals arrivals;
    private RateCurve curve;
    private double at;

    TimeChanged(UnitArrivals arrivals, RateCurve curve) {
        this.arrivals = arrivals;
        this.curve = curve;
    }

    @Override
    public long nextDueNanos() {
        at = arrivals.next();
        return dueNanos();
    }

    @Override
    public OptionalLong retime(UnaryOperator<RateCurve> change) {
        curve = change.apply(curve);
        return OptionalLong.of(dueNanos());
    }

    private long dueNanos() {
        return Math.round(curve.nanosAt(at));
    }
}
