package dev.plumbline.workload.trace;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rows of a table with a header: Azure's and BurstGPT's. */
final class CsvRows {

    private static final int LONGEST_LINE = 1 << 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    /** Some thirty years. */
    private static final long MOST_SECONDS = 1_000_000_000L;

    /** Up to nine digits of a second, with a zone or in UTC. */
    private static final Pattern INSTANT = Pattern.compile(
            "(\\d{4})-(\\d\\d)-(\\d\\d)[ T](\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,9}))?(Z|[+-]\\d\\d:?\\d\\d)?");

    private final TraceFormat format;
    private final Map<String, Integer> columns;
    private final int width;
    private final ClassField classField;

    private CsvRows(TraceFormat format, Map<String, Integer> columns, int width, ClassField classField) {
        this.format = format;
        this.columns = columns;
        this.width = width;
        this.classField = classField;
    }

    /** @param header which was taken from the lines */
    static TraceFormat each(String header, Lines lines, RowSink sink, ClassField classField) throws BadTrace {
        CsvRows rows = recognized(header, lines.number(), classField);
        for (Optional<String> line = lines.nextFilled(); line.isPresent(); line = lines.nextFilled()) {
            if (!rows.row(line.get(), lines.number(), sink)) {
                break;
            }
        }
        return rows.format;
    }

    private static CsvRows recognized(String header, int number, ClassField classField) throws BadTrace {
        List<String> names = cells(header, number);
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            columns.put(names.get(i).toLowerCase(Locale.ROOT), i);
        }
        if (has(columns, "timestamp", "contexttokens", "generatedtokens")) {
            TraceFormat format = columns.containsKey("numimages") ? TraceFormat.AZURE_LMM : TraceFormat.AZURE;
            return new CsvRows(format, columns, names.size(), classField);
        }
        if (has(columns, "timestamp", "request tokens", "response tokens")) {
            return new CsvRows(TraceFormat.BURST_GPT, columns, names.size(), classField);
        }
        throw new BadTrace(
                number,
                "no trace that is known has the columns " + String.join(", ", names) + ": expected "
                        + TraceFormat.known());
    }

    private static boolean has(Map<String, Integer> columns, String... names) {
        return columns.keySet().containsAll(List.of(names));
    }

    private boolean row(String line, int number, RowSink sink) throws BadTrace {
        List<String> cells = cells(line, number);
        if (cells.size() != width) {
            throw new BadTrace(
                    number, cells.size() + " cells where the header has " + width + ": a line is broken or cut off");
        }
        return switch (format) {
            case AZURE, AZURE_LMM -> azure(cells, number, sink);
            default -> burst(cells, number, sink);
        };
    }

    private boolean azure(List<String> cells, int number, RowSink sink) throws BadTrace {
        if (format == TraceFormat.AZURE_LMM && tokens(cells, "NumImages", number) > 0) {
            sink.changed("pictures: sent as text of the same number of tokens");
        }
        return sink.row(
                new TraceRow(
                        number,
                        OptionalLong.of(instant(cell(cells, "timestamp"), number)),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Figures.atLeastOne(tokens(cells, "ContextTokens", number), Figures.NO_PROMPT, sink),
                        Figures.atLeastOne(tokens(cells, "GeneratedTokens", number), Figures.NO_OUTPUT, sink),
                        Blocks.NONE,
                        origin(cells, Optional.empty())),
                () -> "");
    }

    private boolean burst(List<String> cells, int number, RowSink sink) throws BadTrace {
        Optional<String> session = optional(cells, "session id");
        OptionalLong took = optional(cells, "elapsed time").isPresent()
                ? OptionalLong.of(seconds(cell(cells, "elapsed time"), "Elapsed time", number))
                : OptionalLong.empty();
        return sink.row(
                new TraceRow(
                        number,
                        OptionalLong.of(seconds(cell(cells, "timestamp"), "Timestamp", number)),
                        OptionalLong.empty(),
                        took,
                        Figures.atLeastOne(tokens(cells, "Request tokens", number), Figures.NO_PROMPT, sink),
                        Figures.atLeastOne(tokens(cells, "Response tokens", number), Figures.NO_OUTPUT, sink),
                        Blocks.NONE,
                        origin(cells, session)),
                () -> "");
    }

    private TraceRow.Origin origin(List<String> cells, Optional<String> session) {
        return new TraceRow.Origin(
                session,
                classField.of(format.classField(), column -> optional(cells, column.toLowerCase(Locale.ROOT))));
    }

    private String cell(List<String> cells, String column) {
        Integer index = columns.get(column);
        return index == null ? "" : cells.get(index);
    }

    private Optional<String> optional(List<String> cells, String column) {
        return Optional.of(cell(cells, column)).filter(text -> !text.isEmpty() && !text.equals("nan"));
    }

    private int tokens(List<String> cells, String column, int number) throws BadTrace {
        String text = cell(cells, column.toLowerCase(Locale.ROOT));
        try {
            return Figures.tokens(new BigDecimal(text).doubleValue(), column, number);
        } catch (NumberFormatException e) {
            throw new BadTrace(number, column + " is '" + text + "', expected a number of tokens such as 900");
        }
    }

    private static long seconds(String text, String column, int number) throws BadTrace {
        double seconds;
        try {
            seconds = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new BadTrace(number, column + " is '" + text + "', expected seconds such as 12.5");
        }
        if (!(seconds >= 0 && seconds <= MOST_SECONDS * 5)) {
            throw new BadTrace(number, column + " is " + text + ", allowed is 0 s or more");
        }
        return Math.round(seconds * NANOS_PER_SECOND);
    }

    /** Since 1970. */
    static long instant(String text, int number) throws BadTrace {
        Matcher parts = INSTANT.matcher(text);
        if (!parts.matches()) {
            throw new BadTrace(
                    number, "TIMESTAMP is '" + text + "', expected an instant such as 2026-11-29 10:15:00.1234500");
        }
        try {
            LocalDateTime moment = LocalDateTime.of(
                    LocalDate.of(part(parts, 1), part(parts, 2), part(parts, 3)),
                    LocalTime.of(part(parts, 4), part(parts, 5), part(parts, 6), nanos(parts.group(7))));
            String zone = parts.group(8);
            ZoneOffset offset = zone == null ? ZoneOffset.UTC : ZoneOffset.of(zone);
            long seconds = moment.toEpochSecond(offset);
            if (Math.abs(seconds) > 8 * MOST_SECONDS) {
                throw new BadTrace(number, "TIMESTAMP is " + text + ", allowed are the years 1970 to 2200");
            }
            return seconds * NANOS_PER_SECOND + moment.getNano();
        } catch (DateTimeException e) {
            throw new BadTrace(number, "TIMESTAMP is '" + text + "': there is no such moment");
        }
    }

    private static int part(Matcher parts, int group) {
        return Integer.parseInt(parts.group(group));
    }

    private static int nanos(@Nullable String fraction) {
        return fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
    }

    private static List<String> cells(String line, int number) throws BadTrace {
        if (line.length() > LONGEST_LINE) {
            throw new BadTrace(number, "longer than " + LONGEST_LINE + " characters: not a row of a trace");
        }
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean isQuoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                isQuoted = !isQuoted;
            } else if (c == ',' && !isQuoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        if (isQuoted) {
            throw new BadTrace(number, "a quotation mark has no end: a line is broken or cut off");
        }
        cells.add(cell.toString().strip());
        return cells;
    }
}
