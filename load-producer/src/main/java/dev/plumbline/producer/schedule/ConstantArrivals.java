package dev.plumbline.producer.schedule;

/** Arrival n lies at n and a phase: computed from n, so that no rounding error adds up. */
final class ConstantArrivals implements UnitArrivals {

    private final double phase;
    private long ordinal;

    ConstantArrivals(double phase) {
        if (!(phase >= 0 && phase < 1)) {
            throw new IllegalArgumentException("phase " + phase + " is outside 0..1");
        }
        this.phase = phase;
    }

    @Override
    public double next() {
        return phase + ordinal++;
    }
}
