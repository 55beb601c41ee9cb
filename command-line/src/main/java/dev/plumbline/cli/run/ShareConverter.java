package dev.plumbline.cli.run;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 10%} or {@code 0.1}. */
final class ShareConverter implements ITypeConverter<Double> {

    @Override
    public Double convert(String value) {
        String text = value.strip();
        boolean percent = text.endsWith("%");
        try {
            double number = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text);
            if (Double.isFinite(number) && number > 0) {
                return percent ? number / 100 : number;
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is not a share: write 10% or 0.1");
        }
        throw new TypeConversionException("'" + value + "' is not above 0: write 10% or 0.1");
    }
}
