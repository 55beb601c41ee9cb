package dev.plumbline.protocol;

import java.util.Arrays;

/** Takes lines apart, as they arrive, cut anywhere. They end in LF or CRLF; blank ones are skipped. One stream, one thread. */
final class LineDecoder {

    /** Receives each line. */
    @FunctionalInterface
    interface LineHandler {
        /** Takes one line; {@code bytes} are valid during the call only. */
        void onLine(byte[] bytes, int offset, int length);
    }

    private final LineHandler handler;
    private final int maxBytes;
    private byte[] line = new byte[0];
    private int lineLength;
    private boolean overflown;

    /** @param maxBytes longest line that is taken */
    LineDecoder(int maxBytes, LineHandler handler) {
        this.maxBytes = maxBytes;
        this.handler = handler;
    }

    /**
     * Takes the next bytes and hands over every line that they complete.
     *
     * @return false once a line was longer than allowed; nothing is taken from then on
     */
    boolean feed(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int start = offset;
        for (int i = offset; i < end && !overflown; i++) {
            if (bytes[i] == '\n') {
                if (lineLength == 0 && i - start <= maxBytes) {
                    handOver(bytes, start, i - start);
                } else if (keep(bytes, start, i - start)) {
                    int kept = lineLength;
                    lineLength = 0;
                    handOver(line, 0, kept);
                }
                start = i + 1;
            }
        }
        return !overflown && keep(bytes, start, end - start);
    }

    /** Hands over the last line, which nothing ended. */
    void endOfStream() {
        if (!overflown) {
            int kept = lineLength;
            lineLength = 0;
            handOver(line, 0, kept);
        }
    }

    private boolean keep(byte[] bytes, int offset, int length) {
        if (length > maxBytes - lineLength) {
            overflown = true;
            return false;
        }
        if (lineLength + length > line.length) {
            line = Arrays.copyOf(line, Math.max(Math.max(512, line.length * 2), lineLength + length));
        }
        System.arraycopy(bytes, offset, line, lineLength, length);
        lineLength += length;
        return true;
    }

    private void handOver(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\r' && bytes[i] != '\t') {
                handler.onLine(bytes, offset, length);
                return;
            }
        }
    }
}
