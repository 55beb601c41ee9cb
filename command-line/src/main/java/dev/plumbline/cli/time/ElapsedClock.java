package dev.plumbline.cli.time;

/** Tells how time passes to whoever must not read it, for waits and limits; {@link SystemTime#elapsedMillis} outside tests. */
@FunctionalInterface
public interface ElapsedClock {

    /** Milliseconds since some moment; never steps, and stands still while the machine sleeps. */
    long elapsedMillis();
}
