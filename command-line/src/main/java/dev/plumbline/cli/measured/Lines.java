package dev.plumbline.cli.measured;

import dev.plumbline.contract.wire.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The lines of a file, one after the other; a line has at most {@link Codec#MAX_BYTES}. */
final class Lines implements AutoCloseable {

    private final InputStream bytes;
    private final String name;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int number;

    Lines(Source source) throws IOException {
        this.bytes = source.open();
        this.name = source.name();
    }

    /** The next line that is not blank, without its end; empty behind the last. */
    Optional<byte[]> next() throws IOException {
        line.reset();
        boolean isBlank = true;
        int c = bytes.read();
        while (c >= 0) {
            if (c == '\n') {
                number++;
                if (!isBlank) {
                    return Optional.of(line.toByteArray());
                }
                line.reset();
            } else {
                isBlank &= Character.isWhitespace(c);
                line.write(c);
                if (line.size() > Codec.MAX_BYTES) {
                    throw new BadFile(name + ", line " + (number + 1) + " has more than " + (Codec.MAX_BYTES >> 20)
                            + " MiB: one value on each line is read");
                }
            }
            c = bytes.read();
        }
        number += isBlank ? 0 : 1;
        return isBlank ? Optional.empty() : Optional.of(line.toByteArray());
    }

    /** The next line as a text, without white space around it. */
    Optional<String> nextText() throws IOException {
        return next().map(content -> new String(content, StandardCharsets.UTF_8).strip());
    }

    /** File and number of the line that was read last, for people. */
    String where() {
        return name + ", line " + number;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
