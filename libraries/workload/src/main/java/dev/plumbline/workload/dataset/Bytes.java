package dev.plumbline.workload.dataset;

import dev.plumbline.workload.ByteSource;
import java.io.IOException;
import java.util.Arrays;

/** Bytes one by one, with the line that they are in; its beginning can be seen before it is read. One thread. */
final class Bytes {

    static final int END = -1;

    /** What is seen of the beginning. */
    private static final int BUFFER_BYTES = 64 << 10;

    private final ByteSource source;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private boolean isSourceOver;
    private long line = 1;

    /** Reads what {@link #beginning} gives. */
    Bytes(ByteSource source) throws IOException {
        this.source = source;
        byte[] part = new byte[BUFFER_BYTES];
        while (!isSourceOver && limit < BUFFER_BYTES) {
            int read = source.read(part);
            if (read < 0) {
                isSourceOver = true;
            } else {
                buffer = limit + read > buffer.length ? Arrays.copyOf(buffer, limit + read) : buffer;
                System.arraycopy(part, 0, buffer, limit, read);
                limit += read;
            }
        }
    }

    /** The first bytes from here on, all of them where there are few. */
    byte[] beginning() {
        return Arrays.copyOfRange(buffer, position, limit);
    }

    /** The line of the byte that is read next, from 1. */
    long line() {
        return line;
    }

    /** The next, without taking it; {@link #END} behind the last. */
    int peek() throws IOException {
        while (position == limit) {
            if (isSourceOver) {
                return END;
            }
            position = 0;
            limit = Math.max(0, source.read(buffer));
            isSourceOver = limit == 0;
        }
        return buffer[position] & 0xff;
    }

    /** Takes the next; {@link #END} behind the last. */
    int next() throws IOException {
        int next = peek();
        if (next != END) {
            position++;
            if (next == '\n') {
                line++;
            }
        }
        return next;
    }

    /** Takes so many. */
    void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            next();
        }
    }
}
