package dev.plumbline.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a child process tells its supervisor once it serves: who it is and where it listens.
 *
 * <p>On disk it is UTF-8 text of one {@code key=value} per line: {@code name=…}, {@code pid=…} and one
 * {@code port.NAME=…} for each port. Unknown keys are ignored, so that an older reader takes a newer file.
 *
 * @param name the child's name, of letters, digits, {@code -}, {@code _} and {@code .}
 * @param pid process id, positive
 * @param ports listening TCP ports by name, 1 to 65535; empty when the child listens nowhere
 */
public record ReadyFile(String name, long pid, Map<String, Integer> ports) {

    /** System property that names the path to which {@link #publishIfAsked} writes. */
    public static final String PATH_PROPERTY = "plumbline.ready-file";

    private static final String PORT_PREFIX = "port.";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

    /**
     * Checks the ranges and copies the map, ordered by name.
     *
     * @throws IllegalArgumentException when a component is out of its range
     */
    public ReadyFile {
        requireName("name", name);
        if (pid <= 0) {
            throw new IllegalArgumentException("pid must be positive, got " + pid);
        }
        Map<String, Integer> sorted = new TreeMap<>(ports);
        sorted.forEach((portName, port) -> {
            requireName("port name", portName);
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("port " + portName + " must be 1 to 65535, got " + port);
            }
        });
        ports = Collections.unmodifiableMap(sorted);
    }

    /**
     * Writes the ready file of this process to the path in {@value #PATH_PROPERTY}; does nothing when that property is
     * not set.
     *
     * @return the file that was written, or empty when none was asked for
     * @throws IOException when the file cannot be written or put into its place
     */
    public static Optional<ReadyFile> publishIfAsked(String name, Map<String, Integer> ports) throws IOException {
        String path = System.getProperty(PATH_PROPERTY, "");
        if (path.isEmpty()) {
            return Optional.empty();
        }
        ReadyFile readyFile = new ReadyFile(name, ProcessHandle.current().pid(), ports);
        readyFile.write(Path.of(path));
        return Optional.of(readyFile);
    }

    /**
     * Puts this ready file at {@code path} in one step: a reader sees nothing, the file before, or all of this one.
     *
     * @throws IOException when the folder is missing or cannot be written
     */
    public void write(Path path) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("name=").append(name).append('\n');
        text.append("pid=").append(pid).append('\n');
        ports.forEach((portName, port) -> text.append(PORT_PREFIX)
                .append(portName)
                .append('=')
                .append(port)
                .append('\n'));
        Path beside = path.resolveSibling(path.getFileName() + "." + pid + ".tmp");
        try {
            Files.writeString(beside, text);
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /**
     * Reads a ready file.
     *
     * @return empty when there is no file at {@code path}: its process is not ready yet
     * @throws IOException when the file cannot be read, or is not a ready file; the message names the line
     */
    public static Optional<ReadyFile> read(Path path) throws IOException {
        List<String> lines;
        try {
            lines = List.of(new String(Files.readAllBytes(path), StandardCharsets.UTF_8).split("\n"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        Map<String, String> values = new TreeMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals <= 0) {
                throw new IOException(path + " is not a ready file: no key=value in line \"" + line + "\"");
            }
            values.put(line.substring(0, equals), line.substring(equals + 1));
        }
        try {
            Map<String, Integer> ports = new TreeMap<>();
            values.forEach((key, value) -> {
                if (key.startsWith(PORT_PREFIX)) {
                    ports.put(key.substring(PORT_PREFIX.length()), Integer.parseInt(value));
                }
            });
            return Optional.of(new ReadyFile(
                    values.getOrDefault("name", ""), Long.parseLong(values.getOrDefault("pid", "")), ports));
        } catch (IllegalArgumentException e) {
            throw new IOException(path + " is not a ready file: " + e.getMessage(), e);
        }
    }

    private static void requireName(String what, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    what + " must be letters, digits, '-', '_' or '.', got \"" + value + "\"");
        }
    }
}
