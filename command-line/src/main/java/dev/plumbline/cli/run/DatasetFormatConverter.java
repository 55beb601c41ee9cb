package dev.plumbline.cli.run;

import dev.plumbline.workload.dataset.DatasetFormat;
import java.util.Iterator;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a format of datasets, or {@code auto}. */
final class DatasetFormatConverter implements ITypeConverter<PromptOptions.DatasetFormatChoice> {

    private static final String AUTO = "auto";

    /** All that may be written. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(Stream.of(AUTO), DatasetFormat.labels().stream())
                    .iterator();
        }
    }

    @Override
    public PromptOptions.DatasetFormatChoice convert(String value) {
        if (value.strip().equalsIgnoreCase(AUTO)) {
            return new PromptOptions.DatasetFormatChoice(null);
        }
        return new PromptOptions.DatasetFormatChoice(DatasetFormat.of(value)
                .orElseThrow(() -> new TypeConversionException(
                        "'" + value + "' is no format: " + String.join(", ", new Names()))));
    }
}
