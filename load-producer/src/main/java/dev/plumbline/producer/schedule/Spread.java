package dev.plumbline.producer.schedule;

import java.util.SplittableRandom;

/** Due times spread over a span: one at a random moment of each of so many equal parts of it, and the rest at its end. */
final class Spread implements FireTimes {

    private final int count;
    private final long overNanos;
    private final SplittableRandom random;
    private int ordinal;

    Spread(int count, long overNanos, long seed) {
        if (count < 1 || overNanos < 0) {
            throw new IllegalArgumentException(count + " times over " + overNanos + " ns");
        }
        this.count = count;
        this.overNanos = overNanos;
        this.random = new SplittableRandom(seed);
    }

    @Override
    public long nextDueNanos() {
        return ordinal >= count ? overNanos : Math.round((ordinal++ + random.nextDouble()) / count * overNanos);
    }
}
