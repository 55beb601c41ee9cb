package dev.plumbline.cli.number;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads whole numbers: digits, with a sign or without. */
public final class CountConverter implements ITypeConverter<Long> {

    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d+");
    private static final Pattern GROUPED = Pattern.compile("[+-]?\\d{1,3}(?:[,._' ]\\d{3})+");

    @Override
    public Long convert(String value) {
        return whole(value, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** @throws TypeConversionException in the words of whoever wrote it */
    static long whole(String value, long smallest, long largest) {
        String text = value.strip();
        if (GROUPED.matcher(text).matches()) {
            throw new TypeConversionException(
                    "'" + value + "' is not a whole number: write " + text.replaceAll("[,._' ]", ""));
        }
        if (!WHOLE.matcher(text).matches()) {
            throw new TypeConversionException("'" + value + "' is not a whole number");
        }
        try {
            long number = Long.parseLong(text);
            if (number >= smallest && number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw tooLarge(value);
        }
        throw tooLarge(value);
    }

    private static TypeConversionException tooLarge(String value) {
        return new TypeConversionException("'" + value + "' is too large");
    }
}
