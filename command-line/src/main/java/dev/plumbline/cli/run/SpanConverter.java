package dev.plumbline.cli.run;

import dev.plumbline.cli.time.DurationConverter;
import picocli.CommandLine.ITypeConverter;

/** Reads {@code 90s} or {@code forever}. */
final class SpanConverter implements ITypeConverter<Span> {

    @Override
    public Span convert(String value) {
        return value.strip().equalsIgnoreCase("forever")
                ? Span.FOREVER
                : Span.of(DurationConverter.parse(value, ", or forever"));
    }
}
