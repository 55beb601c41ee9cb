package dev.plumbline.cli.time;

/** Tells the wall clock to whoever must not read it; {@link SystemTime#epochMillis} outside tests. */
@FunctionalInterface
public interface EpochClock {

    /** Milliseconds since the Unix epoch; may step back when the machine's clock is set. */
    long epochMillis();
}
