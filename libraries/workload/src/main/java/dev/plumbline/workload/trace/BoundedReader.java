package dev.plumbline.workload.trace;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Refuses to read a row that has no end: a row is in memory before it is understood. */
final class BoundedReader extends FilterReader {

    private static final long MOST_CHARACTERS_OF_A_ROW = 64L << 20;

    private long sinceRow;

    BoundedReader(Reader in) {
        super(in);
    }

    /** A row was read to its end. */
    void isRead() {
        sinceRow = 0;
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        count(next < 0 ? 0 : 1);
        return next;
    }

    @Override
    public int read(char[] to, int offset, int length) throws IOException {
        int read = super.read(to, offset, length);
        count(Math.max(0, read));
        return read;
    }

    private void count(int characters) throws IOException {
        sinceRow += characters;
        if (sinceRow > MOST_CHARACTERS_OF_A_ROW) {
            throw new IOException("a row of it is longer than " + (MOST_CHARACTERS_OF_A_ROW >> 20)
                    + " MiB: expected one row to a line, or one session to a JSON object");
        }
    }
}
