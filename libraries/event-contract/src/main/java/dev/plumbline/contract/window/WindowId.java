package dev.plumbline.contract.window;

import dev.plumbline.contract.series.Series;
import java.util.Objects;

/**
 * One window of one series: [start, start + length), wall clock.
 *
 * @param startEpochMillis a multiple of the length
 * @param lengthMillis a whole number of seconds
 */
public record WindowId(Series series, long startEpochMillis, long lengthMillis) {

    public WindowId {
        Objects.requireNonNull(series, "series");
        requireLength(lengthMillis);
        if (startEpochMillis < 0 || startEpochMillis % lengthMillis != 0) {
            throw new IllegalArgumentException(
                    "window start " + startEpochMillis + " is not a multiple of " + lengthMillis + " ms");
        }
    }

    /** The window of a series that holds a moment. */
    public static WindowId holding(Series series, long epochMillis, long lengthMillis) {
        requireLength(lengthMillis);
        return new WindowId(series, epochMillis - Math.floorMod(epochMillis, lengthMillis), lengthMillis);
    }

    /** First moment after the window. */
    public long endEpochMillis() {
        return startEpochMillis + lengthMillis;
    }

    private static void requireLength(long lengthMillis) {
        if (lengthMillis < 1_000 || lengthMillis % 1_000 != 0) {
            throw new IllegalArgumentException(
                    "window length " + lengthMillis + " ms is not a whole number of seconds");
        }
    }
}
