package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;

/** Settings of an app that not everybody on the machine may read. */
public final class ConfidentialFile {

    /** Above the settings that an app is shipped with, and above system properties. */
    private static final String ORDINAL = "500";

    private ConfidentialFile() {}

    static Path write(Path folder, String name, Map<String, String> settings) {
        Properties properties = new Properties();
        // The app would fill in what looks like a ${variable}.
        settings.forEach((key, value) -> properties.setProperty(key, value.replace("$", "\\$")));
        properties.setProperty("config_ordinal", ORDINAL);
        StringWriter text = new StringWriter();
        try {
            properties.store(text, null);
        } catch (IOException e) {
            throw new UncheckedIOException("a text cannot be written to", e);
        }
        return writeText(folder, name + ".properties", text.toString());
    }

    /** A text alone. */
    static Path writeText(Path folder, String name, String text) {
        Path file = folder.resolve(name);
        try {
            write(file, text);
            return file;
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot write " + file + ": " + e.getMessage());
        }
    }

    /** Writes a new file that only its owner can read, in the place of one that is there. */
    public static void write(Path file, String text) throws IOException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Files.deleteIfExists(file);
        Files.createFile(file, attributes);
        Files.writeString(file, text, StandardCharsets.UTF_8);
    }
}
