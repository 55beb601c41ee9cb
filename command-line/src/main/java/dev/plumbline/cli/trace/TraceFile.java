package dev.plumbline.cli.trace;

import dev.plumbline.workload.trace.BadTrace;
import dev.plumbline.workload.trace.Trace;
import dev.plumbline.workload.trace.TraceReader;
import dev.plumbline.workload.trace.TraceSelection;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

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

    /** What is done with the text of a file. */
    @FunctionalInterface
    interface Reading<T> {
        T of(Reader text) throws BadTrace, IOException;
    }

    /** The chosen part of it. */
    public static Trace read(Path file, TraceSelection selection) throws Unusable {
        return with(file, text -> TraceReader.read(text, selection));
    }

    static <T> T with(Path file, Reading<T> reading) throws Unusable {
        // What is no UTF-8 becomes a replacement character: the line that has it is then named.
        try (Reader text = new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8)) {
            return reading.of(text);
        } catch (BadTrace e) {
            throw new Unusable(e.in(file.toString()));
        } catch (NoSuchFileException e) {
            throw new Unusable(file + " does not exist");
        } catch (IOException e) {
            throw new Unusable(file + " cannot be read: " + e.getMessage());
        }
    }
}
