package dev.plumbline.target;

/** The one place of the target that reads the machine's clocks. */
final class SystemTime implements TargetClock {

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public long epochMillis() {
        return System.currentTimeMillis();
    }
}
