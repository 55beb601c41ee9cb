package dev.plumbline.protocol;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** The framings of a body: server-sent events, lines, or one piece. */
abstract class BodyReader implements AnswerReader {

    final AnswerLimits limits;
    private final Dialect dialect;
    private final Consumer<StreamItem> sink;
    private final boolean stream;
    private long totalBytes;
    private boolean over;

    private BodyReader(Dialect dialect, AnswerLimits limits, boolean stream, Consumer<StreamItem> sink) {
        this.dialect = dialect;
        this.limits = limits;
        this.stream = stream;
        this.sink = sink;
    }

    static BodyReader events(Dialect dialect, AnswerLimits limits, Consumer<StreamItem> sink) {
        return new Events(dialect, limits, sink);
    }

    static BodyReader lines(Dialect dialect, AnswerLimits limits, Consumer<StreamItem> sink) {
        return new Lines(dialect, limits, sink);
    }

    static BodyReader onePiece(Dialect dialect, AnswerLimits limits, Consumer<StreamItem> sink) {
        return new OnePiece(dialect, limits, sink);
    }

    @Override
    public final boolean isStream() {
        return stream;
    }

    @Override
    public final void feed(byte[] bytes, int offset, int length) {
        if (over) {
            return;
        }
        totalBytes += length;
        long most = stream ? limits.maxStreamBytes() : limits.maxBodyBytes();
        if (totalBytes > most) {
            give(new StreamItem.Malformed("an answer of more than " + most + " bytes"));
        } else if (!take(bytes, offset, length)) {
            give(new StreamItem.Malformed("an event of more than " + limits.maxEventBytes() + " bytes"));
        }
    }

    @Override
    public final void end(boolean cleanly) {
        if (!over) {
            finish(cleanly);
            over = true;
        }
    }

    /** Takes bytes; false when a line or event is too long. */
    abstract boolean take(byte[] bytes, int offset, int length);

    abstract void finish(boolean cleanly);

    final void read(byte[] bytes, int offset, int length, boolean namedError) {
        if (!over) {
            dialect.read(bytes, offset, length, namedError, this::give);
        }
    }

    private void give(StreamItem item) {
        if (!over) {
            over = item instanceof StreamItem.Malformed;
            sink.accept(item);
        }
    }

    private static final class Events extends BodyReader {

        private final SseDecoder decoder;

        Events(Dialect dialect, AnswerLimits limits, Consumer<StreamItem> sink) {
            super(dialect, limits, true, sink);
            this.decoder = new SseDecoder(limits.maxEventBytes(), this::read);
        }

        @Override
        boolean take(byte[] bytes, int offset, int length) {
            return decoder.feed(bytes, offset, length);
        }

        @Override
        void finish(boolean cleanly) {
            decoder.endOfStream();
        }
    }

    private static final class Lines extends BodyReader {

        private final LineDecoder decoder;

        Lines(Dialect dialect, AnswerLimits limits, Consumer<StreamItem> sink) {
            super(dialect, limits, true, sink);
            this.decoder = new LineDecoder(
                    limits.maxEventBytes(), (bytes, offset, length) -> read(bytes, offset, length, false));
        }

        @Override
        boolean take(byte[] bytes, int offset, int length) {
            return decoder.feed(bytes, offset, length);
        }

        @Override
        void finish(boolean cleanly) {
            // A line that was cut off is no line.
            if (cleanly) {
                decoder.endOfStream();
            }
        }
    }

    private static final class OnePiece extends BodyReader {

        private final ByteArrayOutputStream whole = new ByteArrayOutputStream(0);

        OnePiece(Dialect dialect, AnswerLimits limits, Consumer<StreamItem> sink) {
            super(dialect, limits, false, sink);
        }

        @Override
        boolean take(byte[] bytes, int offset, int length) {
            whole.write(bytes, offset, length);
            return true;
        }

        @Override
        void finish(boolean cleanly) {
            if (cleanly && whole.size() > 0) {
                byte[] bytes = whole.toByteArray();
                read(bytes, 0, bytes.length, false);
            }
        }
    }
}
