package dev.plumbline.cli.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * Where tokens of prompts are counted before the load.
 *
 * @param file of a tokenizer, where it is one
 */
record TokenizerChoice(Kind kind, Optional<Path> file) {

    /** Who counts. */
    enum Kind {
        /** The target where it can, else nobody. */
        AUTO,
        /** The target. */
        TARGET,
        /** Nobody: lengths are in words. */
        NONE,
        /** A file. */
        FILE
    }

    static final TokenizerChoice AUTO = new TokenizerChoice(Kind.AUTO, Optional.empty());

    /** Whether a value of an option is the path of a tokenizer. */
    static boolean isFile(OptionSpec option, String value) {
        return option.auxiliaryTypes()[0] == TokenizerChoice.class
                && !List.of("auto", "target", "none").contains(value);
    }

    /** As it is written. */
    @Override
    public String toString() {
        return file.map(Path::toString).orElseGet(() -> kind.name().toLowerCase(Locale.ROOT));
    }

    /** Reads {@code auto}, {@code target}, {@code none} or the path of a file, which must be there. */
    static final class Converter implements ITypeConverter<TokenizerChoice> {

        @Override
        public TokenizerChoice convert(String text) {
            return switch (text) {
                case "auto" -> AUTO;
                case "target" -> new TokenizerChoice(Kind.TARGET, Optional.empty());
                case "none" -> new TokenizerChoice(Kind.NONE, Optional.empty());
                default -> {
                    Path file = Path.of(text);
                    if (!Files.isRegularFile(file)) {
                        throw new TypeConversionException(
                                "'" + text
                                        + "' is neither auto, target, none nor a file that is there: give the path of a tokenizer.json");
                    }
                    yield new TokenizerChoice(Kind.FILE, Optional.of(file));
                }
            };
        }
    }
}
