package dev.plumbline.cli.run;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes: {@code 64MiB}, {@code 1GiB}, {@code 500MB}, or bytes. */
final class BytesConverter implements ITypeConverter<Long> {

    private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*(|b|kib|mib|gib|tib|kb|mb|gb|tb|k|m|g|t)");

    @Override
    public Long convert(String value) {
        Matcher size = SIZE.matcher(value.strip().toLowerCase(Locale.ROOT));
        if (!size.matches() || size.group(1).length() > 15) {
            throw new TypeConversionException("'" + value + "' is not a size: write 64MiB, 1GiB or bytes");
        }
        long factor =
                switch (size.group(2)) {
                    case "", "b" -> 1;
                    case "kib", "k" -> 1L << 10;
                    case "mib", "m" -> 1L << 20;
                    case "gib", "g" -> 1L << 30;
                    case "tib", "t" -> 1L << 40;
                    case "kb" -> 1_000L;
                    case "mb" -> 1_000_000L;
                    case "gb" -> 1_000_000_000L;
                    default -> 1_000_000_000_000L;
                };
        try {
            return Math.multiplyExact(Long.parseLong(size.group(1)), factor);
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + value + "' is too large: write 64MiB, 1GiB or bytes");
        }
    }
}
