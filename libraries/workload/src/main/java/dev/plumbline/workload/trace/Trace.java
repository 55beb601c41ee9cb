package dev.plumbline.workload.trace;

import dev.plumbline.workload.Salt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A trace in memory: rows in the order of their times, the first at 0 unless a part from a later moment on was chosen. Rows without
 * a time keep their place behind the row before them.
 *
 * <p>At most {@value #MOST_ROWS} rows and {@value #MOST_BLOCKS} blocks, which is some 80 MB.
 *
 * @param format in which it was kept
 * @param blockTokens of each block but the last of a prompt; 0 = no row has blocks
 * @param rows one or more
 * @param reading what was seen while it was read
 */
public record Trace(TraceFormat format, int blockTokens, List<TraceRow> rows, Reading reading) {

    /** Most rows of one replay. */
    public static final int MOST_ROWS = 200_000;

    /** Most blocks of all its rows together. */
    public static final int MOST_BLOCKS = 3_000_000;

    private static final int LONGEST_NAME = 60;

    public Trace {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(reading, "reading");
        rows = List.copyOf(rows);
        if (rows.isEmpty() || blockTokens < 0) {
            throw new IllegalArgumentException(rows.size() + " rows, blocks of " + blockTokens);
        }
    }

    /**
     * What was seen while a trace was read.
     *
     * @param leftOut rows that are no request to be replayed, by the reason
     * @param changed rows that are replayed otherwise than they were, by the reason
     * @param backwards rows that are earlier than the one before them in the file
     * @param firstBackwardsLine the first such line; 0 = none
     * @param classField what said the classes of rows; empty where they have none
     */
    public record Reading(
            Map<String, Integer> leftOut,
            Map<String, Integer> changed,
            int backwards,
            int firstBackwardsLine,
            Optional<String> classField) {
        public Reading {
            Objects.requireNonNull(classField, "classField");
            leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
            changed = Collections.unmodifiableMap(new LinkedHashMap<>(changed));
        }
    }

    /**
     * What a trace is called that stands in a file: letters, digits, dots, dashes and underscores of the file's name without its last
     * ending, in lower case.
     *
     * @param fileName without a folder
     */
    public static String nameOf(String fileName) {
        int ending = fileName.lastIndexOf('.');
        String bare = (ending > 0 ? fileName.substring(0, ending) : fileName)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9._-]+", "-")
                .replaceAll("^[^a-z0-9]+", "");
        return bare.isEmpty() ? "trace" : bare.substring(0, Math.min(bare.length(), LONGEST_NAME));
    }

    /** Whether any row has blocks. */
    public boolean hasBlocks() {
        return blockTokens > 0 && rows.stream().anyMatch(row -> row.blocks().size() > 0);
    }

    /** Whether every row has a time. */
    boolean hasTimes() {
        return rows.stream().allMatch(row -> row.atNanos().isPresent());
    }

    /** The longest prompt, in tokens. */
    public int longestPrompt() {
        return rows.stream().mapToInt(TraceRow::promptTokens).max().orElseThrow();
    }

    /** The longest answer, in tokens. */
    public int longestAnswer() {
        return rows.stream().mapToInt(TraceRow::outputTokens).max().orElseThrow();
    }

    /** How many sessions it has; a row of its own is one. */
    public int sessionCount() {
        return sessions().size();
    }

    /** Rows of each session in their order, sessions in the order of their first rows; rows by their index. */
    List<List<Integer>> sessions() {
        Map<String, List<Integer>> named = new LinkedHashMap<>();
        List<List<Integer>> all = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            String session = rows.get(row).session().orElse("");
            List<Integer> turns = session.isEmpty() ? null : named.get(session);
            if (turns == null) {
                turns = new ArrayList<>(1);
                all.add(turns);
                if (!session.isEmpty()) {
                    named.put(session, turns);
                }
            }
            turns.add(row);
        }
        return all;
    }

    /** A number that is the same for equal rows, whatever file they came from. */
    public String digest() {
        long hash = blockTokens;
        for (TraceRow row : rows) {
            hash = mix(hash, row.atNanos().orElse(-1));
            hash = mix(hash, row.pauseNanos().orElse(-1));
            hash = mix(hash, ((long) row.promptTokens() << 32) | row.outputTokens());
            for (int i = 0; i < row.blocks().size(); i++) {
                hash = mix(hash, row.blocks().id(i));
            }
            hash = mix(hash, row.session().map(String::hashCode).orElse(0));
            // Rows of no class have the number that they had before there were classes.
            hash = row.requestClass().isEmpty()
                    ? hash
                    : mix(hash, row.requestClass().get().hashCode());
        }
        return String.format(Locale.ROOT, "%016x", hash);
    }

    private static long mix(long hash, long value) {
        return Salt.mixed(hash, value);
    }

    /** In the order of times; a row without one stays behind the row that it follows in the file. */
    static List<TraceRow> inOrder(List<TraceRow> rows) {
        record Placed(long atNanos, TraceRow row) {}
        List<Placed> placed = new ArrayList<>(rows.size());
        Map<String, Long> lastOfSession = new LinkedHashMap<>();
        long last = 0;
        for (TraceRow row : rows) {
            long before = row.session().map(lastOfSession::get).orElse(last);
            last = row.atNanos().orElse(before);
            long at = last;
            row.session().ifPresent(session -> lastOfSession.put(session, at));
            placed.add(new Placed(at, row));
        }
        placed.sort(Comparator.comparingLong(Placed::atNanos));
        return placed.stream().map(Placed::row).toList();
    }
}
