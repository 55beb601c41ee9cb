package dev.plumbline.workload.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Keeps rows without what they said, and writes them. */
final class AnonymousRows implements RowSink {

    private final byte[] salt;
    private final Map<Object, Long> blockNumbers = new HashMap<>();
    private final Map<String, Long> sessionNumbers = new HashMap<>();
    private final Map<String, Long> classNumbers = new HashMap<>();
    private int leftOut;
    private boolean hasClasses;

    private record Pending(TraceRow row, Blocks blocks) {}

    private final List<Pending> rows = new ArrayList<>();

    AnonymousRows(byte[] salt) {
        this.salt = salt.clone();
    }

    @Override
    public boolean row(TraceRow row, Supplier<String> text) throws BadTrace {
        if (rows.size() == Trace.MOST_ROWS || blockNumbers.size() > Trace.MOST_BLOCKS) {
            throw new BadTrace(
                    row.line(),
                    "more than " + Trace.MOST_ROWS + " rows or " + Trace.MOST_BLOCKS
                            + " different blocks: split the file");
        }
        rows.add(new Pending(row.blocks().size() > 0 ? row.with(Blocks.NONE) : row, numbered(row, text)));
        return true;
    }

    @Override
    public void leftOut(String reason) {
        leftOut++;
    }

    @Override
    public void changed(String reason) {
        // Lengths are written as they are sent, which is what it is about.
    }

    @Override
    public void blockTokens(int line, int tokens) {
        // What is written has blocks of the same size, which its reader finds out.
    }

    private Blocks numbered(TraceRow row, Supplier<String> text) {
        int has = row.blocks().size();
        if (has > 0) {
            long[] ids = new long[has];
            for (int i = 0; i < has; i++) {
                ids[i] = number(blockNumbers, row.blocks().id(i));
            }
            return Blocks.of(ids);
        }
        String said = text.get();
        return said.isEmpty() ? Blocks.NONE : blocksOf(said, row.promptTokens());
    }

    /** As many blocks as the prompt's length has; the last holds whatever is left of the text. */
    private Blocks blocksOf(String text, int promptTokens) {
        int count = (promptTokens + Anonymizer.BLOCK_TOKENS - 1) / Anonymizer.BLOCK_TOKENS;
        int width = Anonymizer.BLOCK_TOKENS * Anonymizer.CHARACTERS_PER_TOKEN;
        long[] ids = new long[count];
        String before = "";
        for (int block = 0; block < count; block++) {
            int from = Math.min(text.length(), block * width);
            int to = block == count - 1 ? text.length() : Math.min(text.length(), from + width);
            before = hash(before, text.substring(from, to));
            ids[block] = number(blockNumbers, before);
        }
        return Blocks.of(ids);
    }

    /** In the order in which they are met, from 0. */
    private static <T> long number(Map<T, Long> numbers, T of) {
        Long known = numbers.get(of);
        if (known == null) {
            known = (long) numbers.size();
            numbers.put(of, known);
        }
        return known;
    }

    private String hash(String before, String block) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            digest.update(before.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return HexFormat.of().formatHex(digest.digest(block.getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Writes the rows, by time where all have one. */
    Anonymizer.Written write(TraceFormat format, Appendable out) throws BadTrace, IOException {
        if (rows.isEmpty()) {
            throw new BadTrace(0, "no row of it is a request that can be replayed; " + leftOut + " were left out");
        }
        long first = rows.stream()
                .filter(pending -> pending.row().atNanos().isPresent())
                .mapToLong(pending -> pending.row().atNanos().getAsLong())
                .min()
                .orElse(0);
        List<Pending> ordered = new ArrayList<>(rows);
        if (rows.stream().allMatch(pending -> pending.row().atNanos().isPresent())) {
            ordered.sort(
                    Comparator.comparingLong(pending -> pending.row().atNanos().getAsLong()));
        }
        hasClasses = rows.stream()
                        .map(pending -> pending.row().requestClass())
                        .distinct()
                        .limit(2)
                        .count()
                > 1;
        Map<String, TraceRow> lastOfSession = new HashMap<>();
        for (Pending pending : ordered) {
            TraceRow row = pending.row();
            Optional<TraceRow> before =
                    row.session().flatMap(name -> Optional.ofNullable(lastOfSession.put(name, row)));
            OptionalLong pause =
                    row.pauseNanos().isPresent() || before.isEmpty() ? row.pauseNanos() : pause(before.get(), row);
            write(pending, format.hasOneClock() ? row.atNanos() : OptionalLong.empty(), pause, first, out);
        }
        return new Anonymizer.Written(format, rows.size(), leftOut, blockNumbers.size(), sessionNumbers.size());
    }

    /** From the end of a turn to the next, where that end is known. */
    private static OptionalLong pause(TraceRow before, TraceRow row) {
        return before.tookNanos().isPresent()
                        && before.atNanos().isPresent()
                        && row.atNanos().isPresent()
                ? OptionalLong.of(Math.max(
                        0,
                        row.atNanos().getAsLong()
                                - before.atNanos().getAsLong()
                                - before.tookNanos().getAsLong()))
                : OptionalLong.empty();
    }

    private void write(Pending pending, OptionalLong atNanos, OptionalLong pauseNanos, long firstNanos, Appendable out)
            throws IOException {
        TraceRow row = pending.row();
        StringBuilder line = new StringBuilder(64);
        line.append('{');
        if (atNanos.isPresent()) {
            line.append("\"timestamp\":");
            millis(line, atNanos.getAsLong() - firstNanos);
            line.append(',');
        }
        if (pauseNanos.isPresent()) {
            line.append("\"delay\":");
            millis(line, pauseNanos.getAsLong());
            line.append(',');
        }
        line.append("\"input_length\":").append(row.promptTokens());
        line.append(",\"output_length\":").append(row.outputTokens());
        if (row.session().isPresent()) {
            line.append(",\"session_id\":\"s")
                    .append(number(sessionNumbers, row.session().get()))
                    .append('"');
        }
        row.requestClass()
                .filter(unused -> hasClasses)
                .ifPresent(name -> line.append(",\"class\":\"c")
                        .append(number(classNumbers, name))
                        .append('"'));
        line.append(",\"hash_ids\":[");
        for (int i = 0; i < pending.blocks().size(); i++) {
            line.append(i == 0 ? "" : ",").append(pending.blocks().id(i));
        }
        line.append("]}\n");
        out.append(line);
    }

    private static void millis(StringBuilder to, long nanos) {
        to.append(nanos / 1_000_000);
        long rest = nanos % 1_000_000;
        if (rest > 0) {
            String digits = String.format(Locale.ROOT, "%06d", rest);
            to.append('.').append(digits.replaceAll("0+$", ""));
        }
    }
}
