package dev.plumbline.cli.run;

import dev.plumbline.workload.Length;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A {@link Length} as it is written. */
final class LengthConverter implements ITypeConverter<Length> {

    @Override
    public Length convert(String value) {
        try {
            return Length.parse(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
