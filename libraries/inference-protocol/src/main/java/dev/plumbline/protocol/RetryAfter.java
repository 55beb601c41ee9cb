package dev.plumbline.protocol;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How long a server asks to be left alone: the header {@code Retry-After} in seconds or as a date. A date is read against the
 * answer's own {@code Date}, so that the clocks of two machines are not compared. Dates as in RFC 9110, 5.6.7, in all three
 * formats; the day of the week is not looked at.
 */
public final class RetryAfter {

    private static final double MOST_SECONDS = 1e9;

    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.ofPattern("d MMM uuuu HH:mm:ss", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT),
            new DateTimeFormatterBuilder()
                    .appendPattern("d-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
                    .appendPattern(" HH:mm:ss")
                    .toFormatter(Locale.ROOT)
                    .withResolverStyle(ResolverStyle.STRICT),
            DateTimeFormatter.ofPattern("MMM d HH:mm:ss uuuu", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT));

    private RetryAfter() {}

    /**
     * The pause in milliseconds, 0 or more; empty when none is asked for, or none that can be understood.
     *
     * @param retryAfter the header
     * @param date the header {@code Date} of the same answer; without it a date says nothing
     */
    public static OptionalLong millis(Optional<String> retryAfter, Optional<String> date) {
        if (retryAfter.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            double seconds = Double.parseDouble(retryAfter.get().strip());
            return seconds >= 0 && seconds <= MOST_SECONDS
                    ? OptionalLong.of(Math.round(seconds * 1000))
                    : OptionalLong.empty();
        } catch (NumberFormatException e) {
            Optional<Instant> until = date(retryAfter.get());
            Optional<Instant> now = date.flatMap(RetryAfter::date);
            return until.isPresent() && now.isPresent()
                    ? OptionalLong.of(
                            Math.max(0, Duration.between(now.get(), until.get()).toMillis()))
                    : OptionalLong.empty();
        }
    }

    private static Optional<Instant> date(String header) {
        String text = header.strip();
        int day = text.indexOf(' ');
        String rest = day < 0 ? "" : text.substring(day).strip().replaceAll("\\s+", " ");
        String plain = rest.endsWith(" GMT") ? rest.substring(0, rest.length() - " GMT".length()) : rest;
        for (DateTimeFormatter format : DATES) {
            try {
                return Optional.of(LocalDateTime.parse(plain, format).toInstant(ZoneOffset.UTC));
            } catch (DateTimeException e) {
                // Of another format, or no date at all.
                continue;
            }
        }
        return Optional.empty();
    }
}
