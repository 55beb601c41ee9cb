package dev.plumbline.reports;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/**
 * A file of lines that rolls over: {@code events.00001.jsonl}, {@code events.00002.jsonl} … and the last one,
 * {@code events.jsonl}. Sorted by name the parts are in the order of time, so {@code cat events*.jsonl} is the whole.
 *
 * <p>The file always ends with a whole line: a write that fails is taken back. One thread at a time.
 */
final class RollingFile implements Closeable {

    private static final int BUFFER_BYTES = 64 << 10;

    private final Path folder;
    private final String stem;
    private final String extension;
    private final byte[] header;
    private final long partBytes;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(BUFFER_BYTES + (4 << 10));
    private final Deque<Part> closedParts = new ArrayDeque<>();

    private FileChannel channel;
    private long channelBytes;
    private long closedBytes;
    private int closed;
    private long lines;
    private long bufferedLines;
    private long unwritten;
    private Span span = Span.EMPTY;
    private Dropped dropped;

    /**
     * Creates the file.
     *
     * @param header a first line for each part, without its end; may be empty
     * @param partBytes size at which it rolls over; a longer line gets a part of its own
     */
    RollingFile(Path folder, String stem, String extension, byte[] header, long partBytes) throws IOException {
        this.folder = folder;
        this.stem = stem;
        this.extension = extension;
        this.header = header.clone();
        this.partBytes = partBytes;
        this.channel = create();
        this.dropped = new Dropped(name(), 0, 0, 0, 0);
    }

    /** A part that is complete. */
    record Part(Path path, long bytes, long lines, Span span) {}

    /** From the first to the last moment that lines speak of, both included. */
    record Span(long fromEpochMillis, long untilEpochMillis) {
        static final Span EMPTY = new Span(Long.MAX_VALUE, Long.MIN_VALUE);

        Span with(long epochMillis) {
            return new Span(Math.min(fromEpochMillis, epochMillis), Math.max(untilEpochMillis, epochMillis));
        }
    }

    /** Name of the last part, which stands for the whole. */
    String name() {
        return stem + extension;
    }

    /**
     * Appends a line. Ends of lines inside of it become spaces, which JSON does not mind.
     *
     * @return whether a part was completed
     */
    boolean line(byte[] content, long epochMillis) throws IOException {
        boolean rolls = lines > 0 && sizeBytes() + content.length + 1 > partBytes;
        if (rolls) {
            roll();
        }
        buffer.writeBytes(oneLine(content));
        buffer.write('\n');
        lines++;
        bufferedLines++;
        span = span.with(epochMillis);
        if (buffer.size() >= BUFFER_BYTES) {
            flush();
        }
        return rolls;
    }

    /** Hands what is buffered to the operating system. */
    void flush() throws IOException {
        if (buffer.size() == 0) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer.toByteArray());
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channelBytes += buffer.size();
        } catch (IOException e) {
            unwritten += bufferedLines;
            lines -= bufferedLines;
            channel.truncate(channelBytes);
            throw e;
        } finally {
            buffer.reset();
            bufferedLines = 0;
        }
    }

    /** Counts a line that is not written because an earlier one could not be. */
    void skip() {
        unwritten++;
    }

    /** Lines that could not be written. */
    long unwritten() {
        return unwritten;
    }

    /** Bytes of all parts, buffered ones included. */
    long totalBytes() {
        return closedBytes + sizeBytes();
    }

    /** The complete part that is oldest. */
    Optional<Part> oldest() {
        return Optional.ofNullable(closedParts.peekFirst());
    }

    /** Deletes the oldest complete part and remembers what was in it. */
    void dropOldest() throws IOException {
        Part part = closedParts.removeFirst();
        Files.deleteIfExists(part.path());
        closedBytes -= part.bytes();
        dropped = dropped.plus(part);
    }

    /** What was deleted so far. */
    Optional<Dropped> dropped() {
        return dropped.lines() == 0 ? Optional.empty() : Optional.of(dropped);
    }

    /** Writes what is left and forces it to the disk. */
    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try (FileChannel closing = channel) {
            flush();
            closing.force(true);
        }
    }

    private static byte[] oneLine(byte[] content) {
        for (byte b : content) {
            if (isLineEnd(b)) {
                return withSpaces(content);
            }
        }
        return content;
    }

    private static byte[] withSpaces(byte[] content) {
        byte[] line = content.clone();
        for (int i = 0; i < line.length; i++) {
            line[i] = isLineEnd(line[i]) ? (byte) ' ' : line[i];
        }
        return line;
    }

    private static boolean isLineEnd(byte b) {
        return b == '\n' || b == '\r';
    }

    private long sizeBytes() {
        return channelBytes + buffer.size();
    }

    private void roll() throws IOException {
        close();
        closed++;
        Path part = folder.resolve(String.format(Locale.ROOT, "%s.%05d%s", stem, closed, extension));
        Files.move(folder.resolve(name()), part);
        closedParts.addLast(new Part(part, channelBytes, lines, span));
        closedBytes += channelBytes;
        lines = 0;
        span = Span.EMPTY;
        channel = create();
    }

    private FileChannel create() throws IOException {
        channelBytes = 0;
        if (header.length > 0) {
            buffer.writeBytes(header);
            buffer.write('\n');
        }
        return FileChannel.open(folder.resolve(name()), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
}
