package dev.plumbline.workload.trace;

import dev.plumbline.workload.ByteSource;
import dev.plumbline.workload.Packing;
import dev.plumbline.workload.Unpacked;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Lines of a file in UTF-8, gzip or not, read as they are wanted. What is no UTF-8 becomes a replacement character: the line that has
 * it is then named by whoever understands it. One thread.
 */
final class TextLines implements Iterator<String> {

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int LONGEST_LINE_BYTES = 256 << 20;

    private final ByteSource source;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int position;
    private int limit;
    private long number;
    private Optional<String> next = Optional.empty();
    private boolean isOver;

    private TextLines(ByteSource source) {
        this.source = source;
    }

    /**
     * Reads the first bytes.
     *
     * @throws BadTrace where they are those of something that is no text
     */
    static TextLines of(ByteSource source) throws BadTrace, IOException {
        TextLines lines = new TextLines(Unpacked.of(source));
        lines.fill();
        Optional<String> problem = Packing.problem(Arrays.copyOf(lines.buffer, lines.limit));
        if (problem.isPresent()) {
            throw new BadTrace(0, problem.get());
        }
        return lines;
    }

    /** False at the end. */
    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, source.read(buffer));
        return limit > 0;
    }

    @Override
    public boolean hasNext() {
        if (next.isEmpty() && !isOver) {
            try {
                next = read();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            isOver = next.isEmpty();
        }
        return next.isPresent();
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        String given = next.orElseThrow();
        next = Optional.empty();
        return given;
    }

    private Optional<String> read() throws IOException {
        line.reset();
        number++;
        while (true) {
            if (position == limit && !fill()) {
                return line.size() == 0 ? Optional.empty() : Optional.of(text());
            }
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            line.write(buffer, position, end - position);
            if (line.size() > LONGEST_LINE_BYTES) {
                throw new IOException("line " + number + " is longer than " + (LONGEST_LINE_BYTES >> 20) + " MiB");
            }
            position = Math.min(limit, end + 1);
            if (end < limit) {
                return Optional.of(text());
            }
        }
    }

    private String text() {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
