package dev.plumbline.workload;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which of several names was meant. */
final class Nearest {

    private static final int LONGEST = 100;

    private Nearest() {}

    /** The name that takes the fewest edits to reach, letter case ignored; empty where a third of its letters differ, and more than two. */
    static Optional<String> of(String wanted, List<String> names) {
        String lower = wanted.toLowerCase(Locale.ROOT);
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(lower, name.toLowerCase(Locale.ROOT))))
                .filter(name -> distance(lower, name.toLowerCase(Locale.ROOT))
                        <= Math.max(2, Math.min(lower.length(), name.length()) / 3));
    }

    /** Levenshtein's distance. */
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
                int changed = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[columns];
    }
}
