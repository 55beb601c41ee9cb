package dev.plumbline.workload.trace;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Traces of the tests. */
final class Traces {

    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000 * MILLI;

    private Traces() {}

    static String text(String name) {
        try (InputStream in = Traces.class.getResourceAsStream("/traces/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no trace " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Trace read(String name) throws BadTrace {
        return of(text(name));
    }

    static Trace of(String text) throws BadTrace {
        return of(text, TraceSelection.ALL);
    }

    static Trace of(String text, TraceSelection selection) throws BadTrace {
        return TraceReader.read(text.lines().iterator(), selection);
    }
}
