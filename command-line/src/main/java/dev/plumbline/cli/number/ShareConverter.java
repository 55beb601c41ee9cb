package dev.plumbline.cli.number;

import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 10%} or {@code 0.1}. */
public final class ShareConverter implements ITypeConverter<Double> {

    @Override
    public Double convert(String value) {
        String text = value.strip();
        boolean percent = text.endsWith("%");
        Optional<Double> number = DecimalConverter.number(percent ? text.substring(0, text.length() - 1) : text);
        if (number.isEmpty()) {
            throw new TypeConversionException("'" + value + "' is not a share: write "
                    + DecimalConverter.withPoint(text).orElse("10% or 0.1"));
        }
        if (number.get() > 0) {
            return percent ? number.get() / 100 : number.get();
        }
        throw new TypeConversionException("'" + value + "' is not above 0: write 10% or 0.1");
    }
}
