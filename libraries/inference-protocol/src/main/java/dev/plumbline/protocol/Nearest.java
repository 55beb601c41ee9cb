package dev.plumbline.protocol;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which of several names was meant by one that is none of them; letter case is of no matter. */
public final class Nearest {

    private static final int LONGEST = 200;

    private Nearest() {}

    /**
     * The name that takes the fewest edits to reach; the first of several.
     *
     * @throws java.util.NoSuchElementException if there is no name
     */
    public static String closest(String wanted, List<String> names) {
        String lower = wanted.toLowerCase(Locale.ROOT);
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(lower, name.toLowerCase(Locale.ROOT))))
                .orElseThrow();
    }

    /** The closest name, where it is so close that it may have been meant: two of its letters may differ, or a third of them. */
    public static Optional<String> of(String wanted, List<String> names) {
        String lower = wanted.toLowerCase(Locale.ROOT);
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(closest(wanted, names))
                        .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT))
                                <= Math.max(2, Math.min(lower.length(), name.length()) / 3));
    }

    /** Levenshtein's distance of two names, cut to {@value #LONGEST} characters each. */
    private static int distance(String a, String b) {
        int rows = Math.min(a.length(), LONGEST);
        int columns = Math.min(b.length(), LONGEST);
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
