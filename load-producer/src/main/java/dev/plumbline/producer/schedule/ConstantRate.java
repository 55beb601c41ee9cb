package dev.plumbline.producer.schedule;

/** Evenly spaced due times, without drift. */
final class ConstantRate implements FireTimes {

    private final double gapNanos;
    private long ordinal;

    ConstantRate(double requestsPerSecond) {
        this.gapNanos = 1e9 / Rates.requireInRange(requestsPerSecond);
    }

    @Override
    public long nextDueNanos() {
        return Math.round(ordinal++ * gapNanos);
    }
}
