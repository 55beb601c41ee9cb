package dev.plumbline.workload;

import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What was compressed with gzip (RFC 1952), one member or several; each is held against its check sum. One thread. */
final class Gunzip implements ByteSource {

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int END = -1;
    private static final int DEFLATE = 8;
    private static final int HAS_HEADER_CHECK = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;

    private final ByteSource packed;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final Inflater inflater = new Inflater(true);
    private final CRC32 check = new CRC32();
    private int position;
    private int limit;
    private boolean isInMember;

    Gunzip(ByteSource packed) {
        this.packed = packed;
    }

    @Override
    public int read(byte[] into) throws IOException {
        while (true) {
            if (!isInMember && !begin()) {
                inflater.end();
                return END;
            }
            int got = inflated(into);
            if (got > 0) {
                check.update(into, 0, got);
                return got;
            }
        }
    }

    /** False behind the last member. */
    private boolean begin() throws IOException {
        int first = next();
        if (first == END) {
            return false;
        }
        if (first != 0x1f || required() != 0x8b || required() != DEFLATE) {
            throw new IOException("not gzip behind its beginning: it is damaged");
        }
        int flags = required();
        skip(6);
        if ((flags & HAS_EXTRA) != 0) {
            skip(required() | required() << 8);
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_HEADER_CHECK) != 0) {
            skip(2);
        }
        inflater.reset();
        check.reset();
        isInMember = true;
        return true;
    }

    /** How many bytes; 0 where a member is over. */
    private int inflated(byte[] into) throws IOException {
        while (true) {
            int got;
            try {
                if (inflater.needsInput()) {
                    if (position == limit && peek() == END) {
                        throw truncated();
                    }
                    inflater.setInput(buffer, position, limit - position);
                    position = limit;
                }
                got = inflater.inflate(into);
            } catch (DataFormatException e) {
                throw new IOException("gzip data is damaged", e);
            }
            if (got > 0) {
                return got;
            }
            if (inflater.finished()) {
                position = limit - inflater.getRemaining();
                end();
                return 0;
            }
            if (inflater.needsDictionary()) {
                throw new IOException("gzip data is damaged");
            }
        }
    }

    private void end() throws IOException {
        long stated = required() | required() << 8 | required() << 16 | (long) required() << 24;
        skip(4);
        if (stated != check.getValue()) {
            throw new IOException("gzip data is damaged: its check sum is another one");
        }
        isInMember = false;
    }

    private void skipText() throws IOException {
        while (required() != 0) {
            // A text ends with a zero.
        }
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            required();
        }
    }

    private int required() throws IOException {
        int next = next();
        if (next == END) {
            throw truncated();
        }
        return next;
    }

    private static IOException truncated() {
        return new IOException("gzip data is cut off");
    }

    private int next() throws IOException {
        int next = peek();
        if (next != END) {
            position++;
        }
        return next;
    }

    private int peek() throws IOException {
        if (position == limit) {
            int read = packed.read(buffer);
            if (read <= 0) {
                return END;
            }
            position = 0;
            limit = read;
        }
        return buffer[position] & 0xff;
    }
}
