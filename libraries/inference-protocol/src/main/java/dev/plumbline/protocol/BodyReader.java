package dev.plumbline.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A body, taken apart by what its first bytes are: server-sent events, lines, one JSON text, or a web page. What the request
 * asked for and what the label says only decide where the bytes leave it open.
 */
final class BodyReader implements AnswerReader {

    /** How a body is framed. */
    enum Form {
        EVENTS("a stream of events", "event-stream"),
        LINES("a stream of lines", "ndjson", "jsonl", "json-seq", "json-lines"),
        ONE_PIECE("JSON in one piece", "json"),
        PAGE("a web page", "html");

        private final String words;
        private final List<String> labels;

        Form(String words, String... labels) {
            this.words = words;
            this.labels = List.of(labels);
        }

        private boolean isStream() {
            return this == EVENTS || this == LINES;
        }

        private boolean isCalled(String label) {
            return labels.stream().anyMatch(label::contains);
        }
    }

    /** What is known of a body before it comes. */
    record Expectation(Form form, boolean streamAsked, boolean linesAreSure, Optional<String> label) {}

    private static final int MOST_PAGE_BYTES = 1 << 16;
    private static final int MOST_BEGINNING_BYTES = 800;
    private static final byte[][] FIELDS = ascii("data", "event", "id", "retry");

    /** What only the first of several objects has. */
    private static final byte[][] MARKS_OF_A_STREAM = ascii(
            "\"done\":false",
            "\"done\": false",
            "\"delta\"",
            "chat.completion.chunk",
            "message_start",
            "response.created");

    private final Dialect dialect;
    private final AnswerLimits limits;
    private final Consumer<StreamItem> sink;
    private final Expectation expected;
    private final Consumer<StreamItem> giver = this::give;
    private final SseDecoder events;
    private final LineDecoder lines;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);
    private final byte[] start = new byte[8];
    private int startLength;
    private Form form;
    private boolean isDecided;
    /** The first line of JSON is not over, so that it is open whether it is all. */
    private boolean isHolding;
    /** The first bytes are those of no form. */
    private boolean isStrange;

    private boolean hadText;
    private long totalBytes;
    private boolean over;

    BodyReader(Dialect dialect, AnswerLimits limits, Expectation expected, Consumer<StreamItem> sink) {
        this.dialect = dialect;
        this.limits = limits;
        this.expected = expected;
        this.sink = sink;
        this.form = expected.form();
        this.events = new SseDecoder(limits.maxEventBytes(), this::read);
        this.lines =
                new LineDecoder(limits.maxEventBytes(), (bytes, offset, length) -> read(bytes, offset, length, false));
    }

    @Override
    public boolean isStream() {
        return form.isStream();
    }

    @Override
    public void feed(byte[] bytes, int offset, int length) {
        if (over) {
            return;
        }
        totalBytes += length;
        long most = isStream() && !isHolding ? limits.maxStreamBytes() : limits.maxBodyBytes();
        if (totalBytes > most) {
            give(new StreamItem.Malformed("an answer of more than " + most + " bytes"));
        } else if (isDecided) {
            take(bytes, offset, length);
        } else {
            decide(bytes, offset, length);
        }
    }

    @Override
    public void end(boolean cleanly) {
        if (over) {
            return;
        }
        if (!isDecided && startLength > 0) {
            isStrange = true;
            take(start, 0, startLength);
        }
        if (isHolding && cleanly) {
            reframe(Form.ONE_PIECE);
        }
        finish(cleanly);
        over = true;
    }

    private void finish(boolean cleanly) {
        switch (form) {
            case EVENTS -> {
                events.endOfStream();
                if (cleanly && isStrange && !hadText) {
                    give(JsonAnswer.notUnderstood("not JSON", held.toByteArray(), 0, held.size(), false));
                }
            }
            case LINES -> {
                // A line that was cut off is no line.
                if (cleanly) {
                    lines.endOfStream();
                }
            }
            case ONE_PIECE -> {
                if (cleanly && held.size() > 0) {
                    byte[] whole = held.toByteArray();
                    read(whole, 0, whole.length, false);
                }
            }
            case PAGE -> give(page());
        }
    }

    private StreamItem page() {
        String said = Words.ofPage(held.toByteArray());
        return new StreamItem.Malformed(said.isEmpty() ? "a web page" : "a web page: " + said, true);
    }

    /** Looks at the first bytes that are no space. */
    private void decide(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = offset;
        while (!isDecided && at < end) {
            byte b = bytes[at++];
            if (startLength > 0 || !isBlank(b)) {
                start[startLength++] = b;
                isDecided = isFormClear();
            }
        }
        if (!isDecided) {
            return;
        }
        if (at - startLength >= offset) {
            take(bytes, at - startLength, end - at + startLength);
        } else {
            take(start, 0, startLength);
            if (!over && at < end) {
                take(bytes, at, end - at);
            }
        }
    }

    /** A space or a byte order mark. */
    private static boolean isBlank(byte b) {
        return (b >= 0 && b <= ' ') || b == (byte) 0xEF || b == (byte) 0xBB || b == (byte) 0xBF;
    }

    private boolean isFormClear() {
        switch (start[0]) {
            case '{', '[', '"' -> json();
            case '<' -> form = Form.PAGE;
            case ':' -> reframe(Form.EVENTS);
            default -> {
                return isFieldClear();
            }
        }
        return true;
    }

    private boolean isFieldClear() {
        for (byte[] field : FIELDS) {
            int same = 0;
            while (same < startLength && same < field.length && start[same] == field[same]) {
                same++;
            }
            if (same == startLength) {
                return false;
            }
            if (same == field.length) {
                if (start[same] == ':' || start[same] == '\n' || start[same] == '\r') {
                    reframe(Form.EVENTS);
                    return true;
                }
            }
        }
        isStrange = true;
        return true;
    }

    private void json() {
        if (expected.linesAreSure()) {
            reframe(Form.LINES);
        } else if (expected.streamAsked() && start[0] == '{') {
            isHolding = true;
        } else {
            reframe(Form.ONE_PIECE);
        }
    }

    private void take(byte[] bytes, int offset, int length) {
        if (isHolding) {
            hold(bytes, offset, length);
            return;
        }
        if (isStrange && held.size() < MOST_BEGINNING_BYTES && form == Form.EVENTS) {
            held.write(bytes, offset, Math.min(length, MOST_BEGINNING_BYTES));
        }
        boolean fits = switch (form) {
            case EVENTS -> events.feed(bytes, offset, length);
            case LINES -> lines.feed(bytes, offset, length);
            case ONE_PIECE -> {
                held.write(bytes, offset, length);
                yield true;
            }
            case PAGE -> {
                held.write(bytes, offset, Math.min(length, MOST_PAGE_BYTES));
                if (held.size() >= MOST_PAGE_BYTES) {
                    give(page());
                }
                yield true;
            }
        };
        if (!fits) {
            give(new StreamItem.Malformed("an event of more than " + limits.maxEventBytes() + " bytes"));
        }
    }

    /** A first line that is a whole object, and one that others follow, makes lines; anything else is one JSON text. */
    private void hold(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                held.write(bytes, offset, i + 1 - offset);
                byte[] first = held.toByteArray();
                if (isFirstOfSeveral(first)) {
                    held.reset();
                    reframe(Form.LINES);
                    take(first, 0, first.length);
                } else {
                    reframe(Form.ONE_PIECE);
                }
                if (!over && i + 1 < offset + length) {
                    take(bytes, i + 1, offset + length - i - 1);
                }
                return;
            }
        }
        held.write(bytes, offset, length);
    }

    private static boolean isFirstOfSeveral(byte[] line) {
        int last = line.length - 1;
        while (last > 0 && line[last] <= ' ') {
            last--;
        }
        if (line[last] != '}') {
            return false;
        }
        for (byte[] mark : MARKS_OF_A_STREAM) {
            for (int at = 0; at + mark.length <= line.length; at++) {
                if (java.util.Arrays.equals(line, at, at + mark.length, mark, 0, mark.length)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void reframe(Form found) {
        boolean isExpected = found == form;
        form = found;
        isHolding = false;
        String label =
                expected.label().map(text -> text.toLowerCase(Locale.ROOT)).orElse("");
        if (!isExpected || !(label.isBlank() || found.isCalled(label))) {
            give(new StreamItem.Reframed(
                    found.isStream(),
                    (label.isBlank() ? "without a label, and " : "labelled " + Words.of(label) + ", but ")
                            + found.words));
        }
    }

    private void read(byte[] bytes, int offset, int length, boolean namedError) {
        if (!over) {
            hadText = true;
            dialect.read(bytes, offset, length, namedError, giver);
        }
    }

    private void give(StreamItem item) {
        if (!over) {
            over = item instanceof StreamItem.Malformed;
            sink.accept(item);
        }
    }

    private static byte[][] ascii(String... texts) {
        byte[][] bytes = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            bytes[i] = texts[i].getBytes(StandardCharsets.US_ASCII);
        }
        return bytes;
    }
}
