package dev.plumbline.probe;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Small pieces of lines for people. */
public final class Words {

    private static final int LONGEST_QUOTE = 160;
    private static final int LONGEST_LIST = 12;

    private Words() {}

    /** A foreign text as one short line without control characters. */
    public static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
    }

    /** {@code 5 s}, {@code 250 ms}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }

    /** A measured time: three significant digits, with the unit that suits it. */
    static String elapsed(double nanos) {
        if (nanos < 1e6) {
            return significant(nanos / 1e3) + " µs";
        }
        return nanos < 1e9 ? significant(nanos / 1e6) + " ms" : significant(nanos / 1e9) + " s";
    }

    private static String significant(double value) {
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** {@code a, b, c}, cut after a dozen. */
    static String list(List<String> names) {
        String shown = String.join(
                ", ", names.stream().limit(LONGEST_LIST).map(Words::oneLine).toList());
        return names.size() <= LONGEST_LIST ? shown : shown + " and " + (names.size() - LONGEST_LIST) + " more";
    }
}
