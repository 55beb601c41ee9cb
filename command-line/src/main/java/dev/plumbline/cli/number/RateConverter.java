package dev.plumbline.cli.number;

import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;

/** Reads {@code 2.5}, or {@code inf} as {@code vllm bench serve} takes it: as fast as answers come. */
public final class RateConverter implements ITypeConverter<Double> {

    private static final Set<String> WITHOUT_BOUND = Set.of("inf", "+inf", "infinity", "float('inf')");

    private final DecimalConverter decimals = new DecimalConverter();

    @Override
    public Double convert(String value) {
        return WITHOUT_BOUND.contains(value.strip().toLowerCase(Locale.ROOT))
                ? Double.POSITIVE_INFINITY
                : decimals.convert(value);
    }
}
