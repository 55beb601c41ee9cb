package dev.plumbline.target.lockstep;

/** Range checks whose message names the component, its range and the value. */
final class Bounds {

    static final long HOUR_NANOS = 3_600_000_000_000L;

    private Bounds() {}

    static void check(String name, long value, long smallest, long largest) {
        if (value < smallest || value > largest) {
            throw new IllegalArgumentException(name + " must be " + smallest + " to " + largest + ", got " + value);
        }
    }

    static void check(String name, double value, double smallest, double largest) {
        if (!(value >= smallest && value <= largest)) {
            throw new IllegalArgumentException(name + " must be " + smallest + " to " + largest + ", got " + value);
        }
    }
}
