package dev.plumbline.cli.number;

import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 0.5}, {@code -1} and {@code 2e3}: a number with a point, nothing behind it. */
public final class DecimalConverter implements ITypeConverter<Double> {

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d{1,3})?");

    /** A comma between digits, whatever surrounds them. */
    private static final Pattern COMMA = Pattern.compile("[+-]?\\d+,\\d+");

    @Override
    public Double convert(String value) {
        return number(value)
                .orElseThrow(() -> new TypeConversionException("'" + value + "' is not a number"
                        + withPoint(value).map(point -> ": write " + point).orElse("")));
    }

    /** The number; empty where the text is none or it is beyond all bounds. */
    public static Optional<Double> number(String text) {
        String stripped = text.strip();
        if (!DECIMAL.matcher(stripped).matches()) {
            return Optional.empty();
        }
        return Optional.of(Double.parseDouble(stripped)).filter(Double::isFinite);
    }

    /** The same with a point for its comma; empty where no comma stands between digits. */
    public static Optional<String> withPoint(String text) {
        return COMMA.matcher(text).find()
                ? Optional.of(text.strip().replaceFirst("(\\d),(\\d)", "$1.$2"))
                : Optional.empty();
    }
}
