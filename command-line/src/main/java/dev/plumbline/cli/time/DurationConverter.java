package dev.plumbline.cli.time;

import dev.plumbline.cli.number.DecimalConverter;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as people write them: {@code 250ms}, {@code 90s}, {@code 10m}, {@code 2h30m}, {@code 7d}; 90 = seconds. */
public final class DurationConverter implements ITypeConverter<Duration> {

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)");
    private static final Pattern ALL = Pattern.compile("(?:" + PART.pattern() + ")+");
    private static final Duration LONGEST = Duration.ofDays(3_650);

    @Override
    public Duration convert(String value) {
        return parse(value, "");
    }

    /**
     * Reads a duration of at most ten years.
     *
     * @param alternatives what else the user may write, for the message
     * @throws TypeConversionException if it is none
     */
    public static Duration parse(String value, String alternatives) {
        String text = value.strip().toLowerCase(Locale.ROOT);
        if (text.matches("\\d+(\\.\\d+)?")) {
            text += "s";
        }
        if (!ALL.matcher(text).matches()) {
            throw new TypeConversionException("'" + value + "' is not a time: write "
                    + DecimalConverter.withPoint(value).orElse("250ms, 90s, 10m, 2h" + alternatives));
        }
        Duration duration = sum(text);
        if (duration.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("'" + value + "' is longer than ten years" + alternatives);
        }
        return duration;
    }

    /**
     * The sum of the parts of a text, rounded to milliseconds.
     *
     * @param text amounts, each with its unit; whatever is none counts as nothing
     */
    public static Duration sum(String text) {
        double seconds = 0;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            seconds += Double.parseDouble(part.group(1))
                    * switch (part.group(2)) {
                        case "ms" -> 1e-3;
                        case "s" -> 1;
                        case "m" -> 60;
                        case "h" -> 3_600;
                        default -> 86_400;
                    };
        }
        return Duration.ofMillis(Math.round(seconds * 1e3));
    }

    /** As people write it, and as this reads it. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1_000;
        if (seconds % 3_600 == 0 && seconds > 0) {
            return seconds / 3_600 + "h";
        }
        return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
