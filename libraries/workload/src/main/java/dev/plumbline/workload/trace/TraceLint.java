package dev.plumbline.workload.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What a trace is, and what is doubtful about it, before a load is made of it.
 *
 * @param rate of a replay by time; empty where it has no times
 * @param prompts lengths of prompts, in tokens
 * @param outputs lengths of answers, in tokens
 * @param promptTokens of all rows
 * @param outputTokens of all rows
 * @param expectedHitTokens what a prefix cache without bound would find of all prompts, asked one after the other
 * @param rowsWithBlocks rows whose blocks are known
 * @param sessions how many there are
 * @param turnsOfLongest rows of the longest session
 * @param findings what is doubtful, the worst first
 */
public record TraceLint(
        Replay replay,
        Optional<Rate> rate,
        Spread prompts,
        Spread outputs,
        long promptTokens,
        long outputTokens,
        long expectedHitTokens,
        int rowsWithBlocks,
        int sessions,
        int turnsOfLongest,
        List<Finding> findings) {

    private static final long SECOND = 1_000_000_000;
    private static final long DAY = 86_400 * SECOND;
    private static final int ENOUGH_ROWS = 10;
    /** Steps back among all steps from which on timestamps are hardly times. */
    private static final double MANY_BACKWARDS = 0.25;

    private static final int MANY_TIMES_THE_MEDIAN = 1_000;
    private static final double MANY_DELTAS = 0.5;

    /** How bad a finding is. */
    public enum Severity {
        /** A replay would not be what the trace says: it is refused. */
        IMPOSSIBLE,
        /** A replay may not be what was meant. */
        DOUBTFUL,
        /** What the replay does otherwise than the trace says. */
        TOLD
    }

    /** One finding: one line, what it is and what may be done. */
    public record Finding(Severity severity, String text) {
        public Finding {
            Objects.requireNonNull(severity, "severity");
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * Quantiles by the nearest rank.
     *
     * @param mean of all
     */
    public record Spread(double mean, long p50, long p90, long p99, long max) {

        static Spread of(long[] values) {
            long[] sorted = values.clone();
            Arrays.sort(sorted);
            return new Spread(
                    Arrays.stream(sorted).average().orElseThrow(),
                    rank(sorted, 0.5),
                    rank(sorted, 0.9),
                    rank(sorted, 0.99),
                    sorted[sorted.length - 1]);
        }

        static long rank(long[] sorted, double share) {
            return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
        }
    }

    /**
     * How requests come in a replay by time.
     *
     * @param spanNanos from its start to the last row
     * @param meanPerSecond rows over the span
     * @param mostInASecond in a whole second of the replay
     * @param variation of gaps: standard deviation / mean; 1 = Poisson, above = in bursts; empty below three rows
     * @param longestGapNanos between two rows
     * @param longestGapLine of the row behind it
     */
    public record Rate(
            long spanNanos,
            double meanPerSecond,
            int mostInASecond,
            OptionalDouble variation,
            long longestGapNanos,
            int longestGapLine) {}

    public TraceLint {
        Objects.requireNonNull(replay, "replay");
        Objects.requireNonNull(rate, "rate");
        findings = List.copyOf(findings);
    }

    /**
     * Looks at a replay.
     *
     * @param contextTokens what prompt and answer may have together; empty where nobody says
     */
    public static TraceLint of(Replay replay, OptionalLong contextTokens) {
        Trace trace = replay.trace();
        List<TraceRow> rows = trace.rows();
        InfiniteCache cache = new InfiniteCache(trace.blockTokens());
        List<List<Integer>> sessions = trace.sessions();
        Optional<Rate> rate = trace.hasTimes() ? Optional.of(rate(replay)) : Optional.empty();
        return new TraceLint(
                replay,
                rate,
                Spread.of(rows.stream().mapToLong(TraceRow::promptTokens).toArray()),
                Spread.of(rows.stream().mapToLong(TraceRow::outputTokens).toArray()),
                rows.stream().mapToLong(TraceRow::promptTokens).sum(),
                rows.stream().mapToLong(TraceRow::outputTokens).sum(),
                rows.stream().mapToLong(cache::ask).sum(),
                (int) rows.stream().filter(row -> row.blocks().size() > 0).count(),
                sessions.size(),
                sessions.stream().mapToInt(List::size).max().orElse(1),
                findings(replay, rate, sessions, contextTokens));
    }

    /** Why it cannot be replayed so; empty when it can. */
    public Optional<String> refusal() {
        return findings.stream()
                .filter(finding -> finding.severity() == Severity.IMPOSSIBLE)
                .map(Finding::text)
                .findFirst();
    }

    /** Share of the tokens of prompts that an infinite prefix cache would find. */
    public double expectedHitShare() {
        return (double) expectedHitTokens / promptTokens;
    }

    /** All of it for a person, a line each. */
    public List<String> lines() {
        Trace trace = replay.trace();
        List<String> lines = new ArrayList<>();
        lines.add("  format    " + trace.format().label()
                + (trace.hasBlocks() ? ", blocks of " + trace.blockTokens() + " tokens" : ", without blocks"));
        lines.add("  rows      " + count(trace.rows().size())
                + (sessions < trace.rows().size()
                        ? " in " + count(sessions) + " sessions, the longest of " + count(turnsOfLongest) + " turns"
                        : ""));
        Map<String, Integer> classes = replay.classes();
        if (!classes.isEmpty()) {
            lines.add("  classes   "
                    + classes.entrySet().stream()
                            .map(each -> each.getKey() + " " + count(each.getValue()))
                            .collect(Collectors.joining(", "))
                    + " rows, by '" + trace.reading().classField().orElse("")
                    + "': each is a series of its own; --trace-class none puts them together");
        }
        rate.ifPresent(known -> {
            lines.add("  span      " + span(known.spanNanos())
                    + (replay.speed() == 1.0 ? "" : " at speed " + Figures.text(replay.speed())) + ", longest pause "
                    + span(known.longestGapNanos()) + " before line " + known.longestGapLine());
            lines.add("  rate      " + decimal(known.meanPerSecond()) + " req/s, at most "
                    + count(known.mostInASecond()) + " in a second"
                    + (known.variation().isPresent()
                            ? "; gaps vary by " + decimal(known.variation().getAsDouble())
                                    + " times their mean (1 is Poisson, above it are bursts)"
                            : ""));
        });
        lines.add("  prompts   " + lengths(prompts) + "; " + count(promptTokens) + " in all");
        lines.add("  answers   " + lengths(outputs) + "; " + count(outputTokens) + " in all");
        if (rowsWithBlocks > 0) {
            lines.add("  prefixes  " + percent(expectedHitShare())
                    + " of the prompt tokens are found by a prefix cache that forgets nothing ("
                    + count(expectedHitTokens) + "); blocks are known of " + count(rowsWithBlocks) + " rows");
        }
        lines.add(
                "  unit      tokens of the trace become words of three letters; what a server counts is told afterwards");
        for (Finding finding : findings) {
            lines.add((finding.severity() == Severity.IMPOSSIBLE ? "  refused   " : "  note      ") + finding.text());
        }
        return lines;
    }

    private static Rate rate(Replay replay) {
        long[] due = replay.dueNanos();
        double sum = 0;
        double squares = 0;
        long longest = 0;
        int longestRow = 0;
        Map<Long, Integer> inSecond = new HashMap<>();
        for (int row = 0; row < due.length; row++) {
            inSecond.merge(due[row] / SECOND, 1, Integer::sum);
            if (row > 0) {
                long gap = due[row] - due[row - 1];
                sum += gap;
                squares += (double) gap * gap;
                if (gap > longest) {
                    longest = gap;
                    longestRow = row;
                }
            }
        }
        int gaps = due.length - 1;
        double mean = sum / Math.max(1, gaps);
        long span = due[due.length - 1];
        return new Rate(
                span,
                span == 0 ? due.length : due.length / (span / 1e9),
                inSecond.values().stream().mapToInt(Integer::intValue).max().orElse(0),
                gaps < 2 || mean == 0
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(Math.sqrt(Math.max(0, squares / gaps - mean * mean)) / mean),
                longest,
                replay.trace().rows().get(longestRow).line());
    }

    private static List<Finding> findings(
            Replay replay, Optional<Rate> rate, List<List<Integer>> sessions, OptionalLong contextTokens) {
        List<Finding> impossible = new ArrayList<>();
        List<Finding> doubtful = new ArrayList<>();
        List<Finding> told = new ArrayList<>();
        Trace trace = replay.trace();
        if (replay.mode() == Replay.Mode.OPEN) {
            times(replay, rate, sessions, impossible, doubtful);
        } else if (trace.rows().stream()
                        .noneMatch(row ->
                                row.pauseNanos().isPresent() || row.tookNanos().isPresent())
                && sessions.size() < trace.rows().size()) {
            told.add(told("the file does not say when answers ended: the pause before a turn is the time since the turn"
                    + " before it began"));
        }
        context(trace, contextTokens, impossible);
        deltas(trace, sessions, doubtful);
        if (replay.mode() == Replay.Mode.SESSION && !replay.classes().isEmpty()) {
            long others = sessions.stream()
                    .mapToLong(turns -> turns.stream()
                            .filter(row -> !replay.classOf(row).equals(replay.classOf(turns.getFirst())))
                            .count())
                    .sum();
            if (others > 0) {
                told.add(told(
                        rows((int) others) + " of another class than the first of their session: measured with that"));
            }
        }
        if (trace.format() == TraceFormat.SERVE_GEN) {
            told.add(told("rows are drawn from the rates and lengths of the clients, the same each time"));
        }
        if (trace.format() == TraceFormat.COPILOT) {
            told.add(told("what prompts have in common is made of how many of their tokens were cached"));
        }
        if (!trace.hasBlocks()) {
            told.add(
                    told(
                            "nothing says which prompts begin alike: each is text of its own, and a prefix cache finds nothing"));
        }
        trace.reading().changed().forEach((reason, rows) -> told.add(told(rows(rows) + " with " + reason)));
        trace.reading().leftOut().forEach((reason, rows) -> told.add(told(rows(rows) + " left out: " + reason)));
        List<Finding> all = new ArrayList<>(impossible);
        all.addAll(doubtful);
        all.addAll(told);
        return all;
    }

    private static void times(
            Replay replay,
            Optional<Rate> rate,
            List<List<Integer>> sessions,
            List<Finding> impossible,
            List<Finding> doubtful) {
        Trace trace = replay.trace();
        if (rate.isEmpty()) {
            impossible.add(impossible("some rows have no time, only a pause after the turn before: replay it by session"
                    + " with --trace-mode session"));
            return;
        }
        if (!trace.format().hasOneClock() && sessions.size() > 1) {
            impossible.add(impossible(count(sessions.size()) + " sessions, each with times of its own: they do not say"
                    + " when one begins after another; replay them with --trace-mode session"));
        }
        int rows = trace.rows().size();
        int backwards = trace.reading().backwards();
        if (backwards > 0 && !trace.format().isOutOfOrder()) {
            String where = "times go back at " + count(backwards) + " of " + count(rows) + " rows, first in line "
                    + trace.reading().firstBackwardsLine();
            if (rows >= ENOUGH_ROWS && backwards > MANY_BACKWARDS * rows) {
                impossible.add(impossible(
                        where + ": they look like gaps, or like times of several files; write times from one start"));
            } else {
                doubtful.add(doubtful(where + ": rows are sorted"));
            }
        }
        Rate known = rate.get();
        if (known.longestGapNanos() > DAY) {
            Finding finding = new Finding(
                    known.longestGapNanos() > 30 * DAY ? Severity.IMPOSSIBLE : Severity.DOUBTFUL,
                    "a pause of " + span(known.longestGapNanos()) + " before line " + known.longestGapLine()
                            + ": another unit, or the seam of two files; --idle-gap-cap shortens it");
            (finding.severity() == Severity.IMPOSSIBLE ? impossible : doubtful).add(finding);
        } else if (rows >= ENOUGH_ROWS && isFarFromMedian(replay, known)) {
            doubtful.add(doubtful("a pause of " + span(known.longestGapNanos()) + " before line "
                    + known.longestGapLine() + ", more than " + count(MANY_TIMES_THE_MEDIAN)
                    + " times the median: --idle-gap-cap shortens it"));
        }
        if (rows >= ENOUGH_ROWS && known.spanNanos() == 0) {
            impossible.add(impossible("all rows have the same time: nothing says when they were asked"));
        }
    }

    private static boolean isFarFromMedian(Replay replay, Rate rate) {
        long[] due = replay.dueNanos();
        long[] gaps = new long[due.length - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = due[i + 1] - due[i];
        }
        Arrays.sort(gaps);
        long median = Spread.rank(gaps, 0.5);
        return rate.longestGapNanos() > 60 * SECOND
                && median > 0
                && rate.longestGapNanos() / median > MANY_TIMES_THE_MEDIAN;
    }

    private static void context(Trace trace, OptionalLong contextTokens, List<Finding> impossible) {
        if (contextTokens.isEmpty()) {
            return;
        }
        long most = contextTokens.getAsLong();
        List<TraceRow> beyond = trace.rows().stream()
                .filter(row -> (long) row.promptTokens() + row.outputTokens() > most)
                .toList();
        if (!beyond.isEmpty()) {
            TraceRow first = beyond.getFirst();
            impossible.add(impossible(count(beyond.size()) + " of "
                    + count(trace.rows().size())
                    + " rows do not fit into the model's context of " + count(most) + " tokens, first line "
                    + first.line() + " with " + count(first.promptTokens()) + " + " + count(first.outputTokens())
                    + ": leave them out of the file, or choose another part with --trace-rows and --trace-from"));
        }
    }

    /** A turn that holds all that was said before it is longer than the turn before. */
    private static void deltas(Trace trace, List<List<Integer>> sessions, List<Finding> doubtful) {
        int turns = 0;
        int shorter = 0;
        int cumulative = 0;
        int firstLine = 0;
        for (List<Integer> session : sessions) {
            for (int turn = 1; turn < session.size(); turn++) {
                TraceRow before = trace.rows().get(session.get(turn - 1));
                TraceRow row = trace.rows().get(session.get(turn));
                turns++;
                if (row.blocks().size() > 0
                        && row.blocks().beginsWith(before.blocks())
                        && before.blocks().size() > 0) {
                    cumulative++;
                } else if (row.promptTokens() < before.promptTokens()) {
                    firstLine = shorter++ == 0 ? row.line() : firstLine;
                }
            }
        }
        if (turns >= ENOUGH_ROWS && cumulative == 0 && shorter > MANY_DELTAS * turns) {
            doubtful.add(
                    doubtful(count(shorter) + " of " + count(turns) + " later turns are shorter than the turn before,"
                            + " first line " + firstLine
                            + ": rows seem to hold only what is new; each is sent with the length that it states"));
        }
    }

    private static Finding impossible(String text) {
        return new Finding(Severity.IMPOSSIBLE, text);
    }

    private static Finding doubtful(String text) {
        return new Finding(Severity.DOUBTFUL, text);
    }

    private static Finding told(String text) {
        return new Finding(Severity.TOLD, text);
    }

    private static String lengths(Spread spread) {
        return "p50 " + count(spread.p50()) + ", p90 " + count(spread.p90()) + ", p99 " + count(spread.p99())
                + ", longest " + count(spread.max()) + " tokens";
    }

    private static String rows(int count) {
        return count == 1 ? "1 row" : count(count) + " rows";
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String decimal(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }

    static String span(long nanos) {
        double seconds = nanos / 1e9;
        if (seconds >= 2 * 86_400) {
            return decimal(seconds / 86_400) + " days";
        }
        return seconds >= 7_200
                ? decimal(seconds / 3_600) + " h"
                : seconds >= 120
                        ? decimal(seconds / 60) + " min"
                        : seconds >= 1 ? decimal(seconds) + " s" : decimal(seconds * 1e3) + " ms";
    }
}
