package dev.plumbline.reports;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.OptionalLong;

/** How numbers are written for people: three significant digits, unit attached, a dash where there is nothing. */
public final class Figures {

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Figures() {}

    /** A duration in milliseconds without its unit, for columns whose header names it. */
    public static String millis(OptionalLong nanos) {
        return nanos.isPresent() ? significant(nanos.getAsLong() / 1e6) : "-";
    }

    /** A duration with the unit that suits it. */
    public static String duration(double nanos) {
        if (nanos < 1e6) {
            return significant(nanos / 1e3) + " µs";
        }
        return nanos < 1e9 ? significant(nanos / 1e6) + " ms" : significant(nanos / 1e9) + " s";
    }

    /** A ratio as a signed change: 1.204 is {@code +20.4 %}. */
    public static String change(double ratio) {
        return String.format(Locale.ROOT, "%+.1f %%", (ratio - 1) * 100);
    }

    /** Three significant digits, two decimals from a tenth to ten; never in scientific form, rounded half up. */
    public static String significant(double value) {
        double size = Math.abs(value);
        if (size >= 1_000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size == 0 ? 2 : smallDecimals(size);
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Below a tenth, so that only 0 is {@code 0.00}. */
    private static int smallDecimals(double size) {
        return Math.min(9, 2 - (int) Math.floor(Math.log10(size)));
    }

    /** A whole number with thousands separated. */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Time of day, UTC, in seconds. */
    public static String clock(long epochMillis) {
        return CLOCK.format(Instant.ofEpochMilli(epochMillis)) + "Z";
    }

    /** Seconds with one decimal. */
    public static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }
}
