package dev.plumbline.cli.trace;

import dev.plumbline.workload.trace.BadTrace;
import dev.plumbline.workload.trace.Trace;
import dev.plumbline.workload.trace.TraceReader;
import dev.plumbline.workload.trace.TraceSelection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;

/** A file with a trace in it. */
public final class TraceFile {

    private TraceFile() {}

    /** The file cannot be used; the message is one line that names file and line, what is wrong, and what to do. */
    public static final class Unusable extends Exception {

        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }

    /** What is done with the lines of a file. */
    @FunctionalInterface
    interface Reading<T> {
        T of(Iterator<String> lines) throws BadTrace, IOException;
    }

    /** The chosen part of it. */
    public static Trace read(Path file, TraceSelection selection) throws Unusable {
        return with(file, lines -> TraceReader.read(lines, selection));
    }

    static <T> T with(Path file, Reading<T> reading) throws Unusable {
        // What is no UTF-8 becomes a replacement character: the line that has it is then named.
        try (BufferedReader text =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            return reading.of(text.lines().iterator());
        } catch (BadTrace e) {
            throw new Unusable(e.in(file.toString()));
        } catch (NoSuchFileException e) {
            throw new Unusable(file + " does not exist");
        } catch (IOException | UncheckedIOException e) {
            throw new Unusable(file + " cannot be read: " + e.getMessage());
        }
    }
}
