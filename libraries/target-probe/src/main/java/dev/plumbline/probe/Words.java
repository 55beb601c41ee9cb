package dev.plumbline.probe;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

    /**
     * The name that takes the fewest edits to reach, letter case ignored; the first of several.
     *
     * @throws java.util.NoSuchElementException if there is no name
     */
    public static String closest(String wanted, List<String> names) {
        return names.stream()
                .min(java.util.Comparator.comparingInt(
                        name -> distance(wanted.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT))))
                .orElseThrow();
    }

    /** The closest name, where it is so close that it may have been meant: a third of its letters may differ; else empty. */
    public static Optional<String> near(String wanted, List<String> names) {
        String lower = wanted.toLowerCase(Locale.ROOT);
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(closest(wanted, names))
                        .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT))
                                <= Math.max(2, Math.min(lower.length(), name.length()) / 3));
    }

    /** Levenshtein's distance of two names, cut to 200 characters each. */
    private static int distance(String a, String b) {
        int rows = Math.min(a.length(), 200);
        int columns = Math.min(b.length(), 200);
        int[] above = new int[columns + 1];
        for (int j = 0; j <= columns; j++) {
            above[j] = j;
        }
        for (int i = 1; i <= rows; i++) {
            int[] row = new int[columns + 1];
            row[0] = i;
            for (int j = 1; j <= columns; j++) {
                int swap = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(swap, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[columns];
    }
}
