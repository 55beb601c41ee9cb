package dev.plumbline.cli.number;

import picocli.CommandLine.ITypeConverter;

/** The same of at most 2,147,483,647. */
public final class WholeNumberConverter implements ITypeConverter<Integer> {

    @Override
    public Integer convert(String value) {
        return (int) CountConverter.whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
}
