package dev.plumbline.producer.schedule;

import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** One walker's due times out of a sequence that several walk; together they walk all of it. */
final class Share implements FireTimes {

    private final FireTimes whole;
    private final int count;
    private int skip;

    Share(FireTimes whole, int index, int count) {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException("share " + index + " of " + count);
        }
        this.whole = whole;
        this.count = count;
        this.skip = index;
    }

    @Override
    public long nextDueNanos() {
        for (int i = 0; i < skip; i++) {
            whole.nextDueNanos();
        }
        skip = count - 1;
        return whole.nextDueNanos();
    }

    @Override
    public OptionalLong retime(UnaryOperator<RateCurve> change) {
        return whole.retime(change);
    }
}
