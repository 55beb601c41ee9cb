package dev.plumbline.workload.trace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/** Keeps the rows that are chosen, and makes a trace of them. */
final class TraceRows implements RowSink {

    /** How large blocks may be where a file does not say, the one that a format is known for first. */
    private static final List<Integer> USUAL_BLOCKS = List.of(512, 16, 32, 64, 128, 256, 1024);

    /** Share of rows that another size must fit, and the usual one may not, to be taken instead. */
    private static final double FITS = 0.95;

    private static final String ADVICE = ": choose a part of it with --trace-rows, --trace-from or --trace-duration";

    private final TraceSelection selection;
    private final List<TraceRow> rows = new ArrayList<>();
    private final Map<String, Integer> leftOut = new LinkedHashMap<>();
    private final Map<String, Integer> changed = new LinkedHashMap<>();
    private OptionalInt statedBlockTokens = OptionalInt.empty();
    private OptionalLong firstNanos = OptionalLong.empty();
    private long lastNanos = Long.MIN_VALUE;
    private long lastOffsetNanos;
    private long nextOffsetNanos = Long.MAX_VALUE;
    private long blocks;
    private int backwards;
    private int firstBackwardsLine;
    private int seen;

    TraceRows(TraceSelection selection) {
        this.selection = selection;
    }

    @Override
    public boolean row(TraceRow row, Supplier<String> text) throws BadTrace {
        seen++;
        if (row.atNanos().isPresent()) {
            long at = row.atNanos().getAsLong();
            if (firstNanos.isEmpty()) {
                firstNanos = OptionalLong.of(at);
            }
            long offset = at - firstNanos.getAsLong();
            lastOffsetNanos = Math.max(lastOffsetNanos, offset);
            if (offset >= selection.fromNanos()) {
                nextOffsetNanos = Math.min(nextOffsetNanos, offset);
            }
            if (!selection.has(selection.fromNanos() == 0 ? Math.max(0, offset) : offset)) {
                return true;
            }
            if (at < lastNanos && backwards++ == 0) {
                firstBackwardsLine = row.line();
            }
            lastNanos = at;
        }
        if (rows.size() == Trace.MOST_ROWS) {
            throw new BadTrace(row.line(), "more than " + Trace.MOST_ROWS + " rows" + ADVICE);
        }
        blocks += row.blocks().size();
        if (blocks > Trace.MOST_BLOCKS) {
            throw new BadTrace(
                    row.line(), "more than " + Trace.MOST_BLOCKS + " blocks in " + rows.size() + " rows" + ADVICE);
        }
        rows.add(row);
        return rows.size() < selection.mostRows().orElse(Integer.MAX_VALUE);
    }

    @Override
    public void leftOut(String reason) {
        leftOut.merge(reason, 1, Integer::sum);
    }

    @Override
    public void changed(String reason) {
        changed.merge(reason, 1, Integer::sum);
    }

    @Override
    public void blockTokens(int line, int tokens) throws BadTrace {
        if (statedBlockTokens.orElse(tokens) != tokens) {
            throw new BadTrace(
                    line,
                    "blocks of " + tokens + " tokens, and of " + statedBlockTokens.getAsInt()
                            + " before: put sessions of one size into a file");
        }
        statedBlockTokens = OptionalInt.of(tokens);
    }

    Trace trace(TraceFormat format) throws BadTrace {
        if (rows.isEmpty()) {
            throw new BadTrace(
                    0,
                    seen > 0
                            ? "none of its " + TraceLint.count(seen) + " rows is chosen: "
                                    + (nextOffsetNanos < Long.MAX_VALUE
                                            ? "the next one after --trace-from is due "
                                                    + TraceLint.span(nextOffsetNanos)
                                                    + " after the first; a longer --trace-duration reaches it"
                                            : "the last one is due " + TraceLint.span(lastOffsetNanos)
                                                    + " after the first; give an earlier --trace-from")
                            : "no row of it is a request" + (leftOut.isEmpty() ? "" : ": left out are " + leftOut));
        }
        Optional<String> classField = classes(format);
        int blockTokens = blocks == 0 ? 0 : blockTokens(format);
        long base = selection.fromNanos() > 0
                ? firstNanos.orElse(0) + selection.fromNanos()
                : rows.stream()
                        .filter(row -> row.atNanos().isPresent())
                        .mapToLong(row -> row.atNanos().getAsLong())
                        .min()
                        .orElse(0);
        List<TraceRow> based = new ArrayList<>(rows.size());
        for (TraceRow row : rows) {
            TraceRow fitted = blockTokens == 0 ? row : fitted(row, blockTokens);
            based.add(
                    row.atNanos().isPresent()
                            ? fitted.at(OptionalLong.of(row.atNanos().getAsLong() - base))
                            : fitted);
        }
        return new Trace(
                format,
                blockTokens,
                Trace.inOrder(based),
                new Trace.Reading(leftOut, changed, backwards, firstBackwardsLine, classField));
    }

    /** Where rows are of two classes or more, those without one get one; else none has one. Returns the field that says them. */
    private Optional<String> classes(TraceFormat format) throws BadTrace {
        Set<String> names = new HashSet<>();
        rows.forEach(row -> row.requestClass().ifPresent(names::add));
        Optional<String> field = switch (selection.classField()) {
            case ClassField.None ignored -> Optional.empty();
            case ClassField.Own ignored -> own(format, names.size());
            case ClassField.Named named -> Optional.of(named(named.name(), names.size()));
        };
        boolean areTold = field.isPresent()
                && (names.size() > 1
                        || rows.stream().anyMatch(row -> row.requestClass().isEmpty()))
                && !names.isEmpty();
        rows.replaceAll(
                row -> row.of(areTold ? Optional.of(row.requestClass().orElse(ClassField.OTHER)) : Optional.empty()));
        return field.filter(unused -> areTold);
    }

    private Optional<String> own(TraceFormat format, int classes) {
        if (classes > ClassField.MOST_OWN) {
            changed.put(
                    classes + " values of '" + format.classField() + "', more than " + ClassField.MOST_OWN
                            + ": they are one series, unless --trace-class names a field",
                    rows.size());
            return Optional.empty();
        }
        return Optional.of(format.classField());
    }

    private String named(String field, int classes) throws BadTrace {
        if (classes == 0) {
            throw new BadTrace(
                    0,
                    "no row has '" + field + "', which --trace-class names: name a field of its rows, or"
                            + " leave --trace-class out");
        }
        if (classes > ClassField.MOST_NAMED) {
            throw new BadTrace(
                    0,
                    "'" + field + "', which --trace-class names, has " + classes + " values, and each would be a"
                            + " series of its own: allowed are " + ClassField.MOST_NAMED + "; name another field");
        }
        if (classes == 1 && rows.stream().allMatch(row -> row.requestClass().isPresent())) {
            changed.put("the same '" + field + "', which --trace-class names: one series", rows.size());
        }
        return field;
    }

    private int blockTokens(TraceFormat format) {
        int usual = statedBlockTokens.orElse(format.blockTokens());
        if (statedBlockTokens.isPresent() || fit(usual) >= FITS) {
            return usual;
        }
        return USUAL_BLOCKS.stream()
                .filter(size -> fit(size) >= FITS)
                .findFirst()
                .orElse(usual);
    }

    /** Share of the rows with blocks whose prompt is as long as their number says. */
    private double fit(int size) {
        long fitting = rows.stream()
                .filter(row -> row.blocks().size() > 0 && row.blocks().size() == needed(row, size))
                .count();
        long all = rows.stream().filter(row -> row.blocks().size() > 0).count();
        return (double) fitting / all;
    }

    private static int needed(TraceRow row, int size) {
        return (row.promptTokens() + size - 1) / size;
    }

    private TraceRow fitted(TraceRow row, int blockTokens) {
        int has = row.blocks().size();
        int needed = needed(row, blockTokens);
        if (has == 0 || has == needed) {
            return row;
        }
        if (has < needed) {
            changed("fewer blocks than their length has: the rest is text of their own");
            return row;
        }
        changed("more blocks than their length has: the last ones are left out");
        long[] ids = new long[needed];
        for (int i = 0; i < needed; i++) {
            ids[i] = row.blocks().id(i);
        }
        return row.with(Blocks.of(ids));
    }
}
