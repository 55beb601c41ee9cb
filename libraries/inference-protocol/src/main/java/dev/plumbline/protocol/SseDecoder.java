package dev.plumbline.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes a server-sent event stream apart, as it arrives, cut anywhere. Lines end in LF, CR or CRLF; comments, ids and
 * retries are skipped; several data lines of one event are joined by LF.
 *
 * <p>One stream, one thread. Grammar: WHATWG HTML, "Server-sent events". One deviation: an event whose data line is
 * complete counts at the end of the stream even without the blank line, because some servers leave it out.
 */
final class SseDecoder {

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long EACH_HIGH_BIT = 0x8080_8080_8080_8080L;
    private static final long EACH_LINE_FEED = '\n' * EACH_BYTE;
    private static final long EACH_RETURN = '\r' * EACH_BYTE;
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERROR = "error".getBytes(StandardCharsets.US_ASCII);

    /** Receives the data of each event. */
    @FunctionalInterface
    interface EventHandler {
        /**
         * Takes the data of one event.
         *
         * @param bytes holds the data; valid during the call only
         * @param namedError whether the event carries the name {@code error}
         */
        void onData(byte[] bytes, int offset, int length, boolean namedError);
    }

    private final EventHandler handler;
    private final int maxBytes;
    private byte[] line = new byte[0];
    private int lineLength;
    private byte[] data = new byte[0];
    /** Where the data of the event lies: in ours, or as long as it is one line in what came. */
    private byte[] held = data;

    private int heldOffset;
    private boolean isOurs;
    private int dataLength;
    private boolean hasData;
    private boolean namedError;
    private boolean skipLineFeed;
    private boolean overflown;

    /** @param maxBytes longest line and longest event that is taken */
    SseDecoder(int maxBytes, EventHandler handler) {
        this.maxBytes = maxBytes;
        this.handler = handler;
    }

    /**
     * Takes the next bytes and hands over every event that they complete.
     *
     * @return false once a line or an event was longer than allowed; nothing is taken from then on
     */
    boolean feed(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int start = offset;
        while (start < end && !overflown) {
            if (skipLineFeed) {
                skipLineFeed = false;
                if (bytes[start] == '\n') {
                    start++;
                    continue;
                }
            }
            int at = lineEnd(bytes, start, end);
            if (at == end) {
                break;
            }
            skipLineFeed = bytes[at] == '\r';
            endOfLine(bytes, start, at - start);
            start = at + 1;
        }
        if (!overflown) {
            own(0);
            if (start < end) {
                keep(bytes, start, end - start);
            }
        }
        return !overflown;
    }

    /** The first LF or CR, or the end; eight bytes at a time, by the test for a zero byte (Hacker's Delight, 6-1). */
    private static int lineEnd(byte[] bytes, int from, int to) {
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            long eight = (long) EIGHT_BYTES.get(bytes, at);
            long lineFeeds = eight ^ EACH_LINE_FEED;
            long returns = eight ^ EACH_RETURN;
            long zeros = (((lineFeeds - EACH_BYTE) & ~lineFeeds) | ((returns - EACH_BYTE) & ~returns)) & EACH_HIGH_BIT;
            if (zeros != 0) {
                // The lowest one is right, and comes first.
                return at + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
            }
        }
        while (at < to && bytes[at] != '\n' && bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    /** Hands over the event whose data is complete but for the blank line; a cut line is dropped. */
    void endOfStream() {
        if (!overflown) {
            dispatch();
        }
    }

    private void endOfLine(byte[] bytes, int offset, int length) {
        if (lineLength == 0) {
            if (length > maxBytes) {
                overflown = true;
                return;
            }
            takeLine(bytes, offset, length);
            return;
        }
        keep(bytes, offset, length);
        if (!overflown) {
            int kept = lineLength;
            lineLength = 0;
            takeLine(line, 0, kept);
        }
    }

    private void keep(byte[] bytes, int offset, int length) {
        if (lineLength + length > maxBytes) {
            overflown = true;
            return;
        }
        if (lineLength + length > line.length) {
            line = Arrays.copyOf(line, Math.max(Math.max(512, line.length * 2), lineLength + length));
        }
        System.arraycopy(bytes, offset, line, lineLength, length);
        lineLength += length;
    }

    private void takeLine(byte[] bytes, int offset, int length) {
        if (length == 0) {
            dispatch();
            return;
        }
        int from = offset;
        int left = length;
        if (!hasData
                && left >= 3
                && bytes[from] == (byte) 0xEF
                && bytes[from + 1] == (byte) 0xBB
                && bytes[from + 2] == (byte) 0xBF) {
            from += 3;
            left -= 3;
        }
        if (isField(DATA, bytes, from, left)) {
            int value = valueOffset(DATA, bytes, from, left);
            takeData(bytes, value, from + left - value);
        } else if (isField(EVENT, bytes, from, left)) {
            int value = valueOffset(EVENT, bytes, from, left);
            namedError = Arrays.equals(ERROR, 0, ERROR.length, bytes, value, from + left);
        }
    }

    private void takeData(byte[] bytes, int offset, int length) {
        int separator = hasData ? 1 : 0;
        if (dataLength + separator + length > maxBytes) {
            overflown = true;
            return;
        }
        if (hasData) {
            own(1 + length);
            data[dataLength++] = '\n';
            System.arraycopy(bytes, offset, data, dataLength, length);
            dataLength += length;
        } else {
            held = bytes;
            heldOffset = offset;
            isOurs = false;
            dataLength = length;
            hasData = true;
        }
    }

    /** Makes ours what was held where it came, with room for more. */
    private void own(int more) {
        int needed = dataLength + more;
        if (!hasData || (isOurs && needed <= data.length)) {
            return;
        }
        byte[] ours = needed <= data.length ? data : new byte[Math.max(Math.max(512, data.length * 2), needed)];
        System.arraycopy(held, heldOffset, ours, 0, dataLength);
        data = ours;
        held = ours;
        heldOffset = 0;
        isOurs = true;
    }

    private void dispatch() {
        if (hasData) {
            int length = dataLength;
            boolean error = namedError;
            byte[] bytes = held;
            hasData = false;
            dataLength = 0;
            namedError = false;
            held = data;
            handler.onData(bytes, heldOffset, length, error);
        } else {
            namedError = false;
        }
    }

    private static boolean isField(byte[] name, byte[] bytes, int offset, int length) {
        return length >= name.length
                && Arrays.equals(name, 0, name.length, bytes, offset, offset + name.length)
                && (length == name.length || bytes[offset + name.length] == ':');
    }

    private static int valueOffset(byte[] name, byte[] bytes, int offset, int length) {
        int at = offset + Math.min(length, name.length + 1);
        return at < offset + length && bytes[at] == ' ' ? at + 1 : at;
    }
}
