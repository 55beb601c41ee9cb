package dev.plumbline.producer.schedule;

/** Evenly spaced due times, without drift. */
final class ConstantRate implements FireTimes {

    private final double gapNanos;
    private final double firstNanos;
    private long ordinal;

    ConstantRate(double requestsPerSecond, double phase) {
        if (!(phase >= 0 && phase < 1)) {
            throw new IllegalArgumentException("phase " + phase + " is outside 0..1");
        }
        this.gapNanos = 1e9 / Rates.requireInRange(requestsPerSecond);
        this.firstNanos = phase * gapNanos;
    }

    @Override
    public long nextDueNanos() {
        return Math.round(firstNanos + ordinal++ * gapNanos);
    }
}
